"""What people see, and what hostile text does there: nothing."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from kb.calculation import FORMULAS
from kb.entry import KnowledgeBase
from service.frontends.http.calculator import GROUPS
from service.frontends.http.pages import EXAMPLES

Client = TestClient[Litestar]
HOSTILE = "<script>alert(1)</script> <img src=x onerror=alert(1)> **bold** [press](javascript:alert(1)) [d](data:text/html,x) [h](//evil.example) </textarea></code>"


class Tags(HTMLParser):
    """Every tag of a page with its attributes, as a browser reads them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def live(page: str) -> list[tuple[str, dict[str, str]]]:
    """Tags that would run or load something that is not ours, or lead where no link of ours leads."""
    return [(tag, attributes) for tag, attributes in Tags(page).found if not _inert(tag, attributes)]


def _inert(tag: str, attributes: dict[str, str]) -> bool:
    source = attributes.get("src", "/static/")
    link = attributes.get("href", "/")
    ours = (
        source.startswith(("/static/", "data:image/svg+xml"))
        and link.startswith(("/", "#", "https://example.org/"))
        and not link.startswith("//")
    )
    return ours and not any(name.startswith("on") or name == "style" for name in attributes)


def test_the_page_to_ask_on_needs_no_script(client: Client) -> None:
    page = client.get("/").text
    assert '<form class="ask" method="post" action="/">' in page
    assert all(example in page for example in EXAMPLES)


def test_a_question_is_answered_with_numbers_that_lead_to_the_knowledge_base(client: Client) -> None:
    page = client.post("/", data={"question": "How **bold**?", "detail": "brief"}).text
    assert '<a class="cite" href="/kb/patterns/plain#problem"' in page
    assert '<a href="https://example.org/notes" rel="noopener noreferrer">' in page
    assert "<strong>bold</strong>" in page
    assert 'src="data:image/svg+xml;base64,' in page
    assert "This code has run on the real engine." in page
    assert "slow. never" in page


def test_a_follow_up_carries_what_was_asked_before(client: Client, small: Any) -> None:
    seen: list[Any] = []
    small.during = seen.append
    page = client.post(
        "/", data={"question": "And then?", "before": ["First?", "Second?"], "pasted": "CREATE TABLE a (b int)"}
    ).text
    assert [turn.content for turn in seen[0].history] == ["First?", "Second?"]
    assert [attachment.content for attachment in seen[0].attachments] == ["CREATE TABLE a (b int)"]
    assert page.count('name="before"') == 3


def test_what_is_declined_leaves_the_question_to_be_put_otherwise(client: Client) -> None:
    page = client.post("/", data={"question": "Which pizza?"}).text
    assert "Not answered" in page
    assert re.search(r"<textarea id=\"question\"[^>]*>Which pizza\?</textarea>", page)


@pytest.mark.parametrize(
    ("form", "words"),
    [({"pasted": "x"}, "Question: "), ({"question": " \n"}, "Question: is empty"), ({"question": "a\0"}, "NUL"), ({"question": "a" * 20_001}, "at most 20000"), ({"question": "a", "detail": "none"}, "Detail:"), ({"question": "a", "pasted": "x" * 260_000}, "attachments hold")],
)  # fmt: skip
def test_a_form_that_does_not_fit_comes_back_with_what_was_typed(
    form: dict[str, str], words: str, client: Client
) -> None:
    response = client.post("/", data=form)
    assert response.status_code == 422
    assert words in response.text
    assert form.get("pasted", "") in response.text


def test_only_a_form_is_taken(client: Client) -> None:
    assert client.post("/", json={"question": "a"}).status_code == 415
    assert (
        client.post(
            "/", content=b"question=%ff%fe", headers={"Content-Type": "application/x-www-form-urlencoded"}
        ).status_code
        < 500
    )
    assert client.post("/", files={"question": b"a"}).status_code == 415


@pytest.mark.parametrize("path", ["/", "/kb", "/kb/patterns/plain", "/docs", "/nothing", "/static/style.css"])
def test_every_response_forbids_foreign_scripts(path: str, client: Client) -> None:
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_hostile_text_comes_out_inert(client: Client) -> None:
    answer = client.post("/", data={"question": HOSTILE, "pasted": HOSTILE, "before": HOSTILE}).text
    faulty = client.post("/", data={"question": HOSTILE, "detail": HOSTILE}).text
    entry = client.get("/kb/patterns/hostile").text
    for page in (answer, faulty, entry):
        assert live(page) == []
        assert "alert(1)" in page


def test_hostile_text_comes_out_of_the_store_inert(client: Client) -> None:
    client.post("/", data={"question": HOSTILE, "pasted": HOSTILE, "before": HOSTILE})
    shown = client.get("/answers/1").text
    faulty = client.post("/answers/1", data={"verdict": HOSTILE, "reason": HOSTILE}).text
    for page in (shown, faulty):
        assert live(page) == []
        assert "alert(1)" in page


def test_an_entry_has_an_anchor_for_every_section_and_its_sources(client: Client, small: Any) -> None:
    page = client.get("/kb/patterns/plain").text
    for anchor in (*small.kb.entries["patterns/plain"].anchors, "source-notes", "judgement"):
        assert f'id="{anchor}"' in page
    assert '<a class="cite" href="#source-notes"' in page
    assert 'href="/kb/patterns/plain#problem"' in page
    assert 'href="/kb/patterns/hostile"' in page
    assert "hidden_secret" not in page
    assert 'class="badge executed"' in page
    assert "no diagram at all" in page
    assert "patterns/gone" not in page


def test_the_knowledge_base_is_listed_by_kind(client: Client, small: Any) -> None:
    assert client.get("/kb").text.count('<li><h3><a href="/kb/patterns/') == 2
    small.kb = KnowledgeBase({}, "k", {})
    assert "no entries" in client.get("/kb").text
    assert client.get("/health/ready").status_code == 503


def test_a_formula_is_computed_on_the_page_without_a_script(client: Client) -> None:
    form = client.get("/", params={"formula": "shards_by_rate"}).text
    assert '<form class="calculate" method="post" action="/calculate#calculate">' in form
    assert 'placeholder="30% if left empty"' in form
    page = client.post("/calculate", data={"formula": "shards_by_rate", "rate": "60k/s", "per_shard": "8k/s"}).text
    assert '<p role="status" class="result">11</p>' in page
    assert "Assumed: headroom 30%." in page
    assert 'value="60k/s"' in page


def test_an_input_that_is_no_quantity_is_said_beside_the_form_that_keeps_it(client: Client) -> None:
    response = client.post("/calculate", data={"formula": "rows", "rate": "<b>nine</b>", "period": "1 d"})
    assert response.status_code == 422
    assert "is not a quantity" in response.text
    assert 'value="&lt;b&gt;nine&lt;/b&gt;"' in response.text
    assert not live(response.text)


def test_a_formula_that_there_is_not_leaves_the_list(client: Client) -> None:
    assert '<option value="">' in client.get("/", params={"formula": "alchemy"}).text
    response = client.post("/calculate", data={"formula": "alchemy"})
    assert response.status_code == 422
    assert "There is no such formula" in response.text


def test_the_page_to_compute_on_takes_a_form_only(client: Client) -> None:
    response = client.post("/calculate", json={"formula": "rows"})
    assert response.status_code == 415
    assert "/v1/calculate" in response.text


def test_every_formula_stands_in_one_group_of_the_list() -> None:
    listed = [name for names in GROUPS.values() for name in names]
    assert sorted(listed) == sorted(FORMULAS)
