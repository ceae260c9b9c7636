"""Reviews over HTTP and from the command line."""

from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from service.advisor import Advisor
from service.answer.markdown import render
from service.errors import RequestError
from service.frontends.bodies import body
from service.frontends.cli_review import ToReview, request_of
from service.frontends.drawing import drawn
from service.question.request import AskRequest, Attachment
from service.reviewing import ReviewAdvice, ReviewRequest

Client = TestClient[Litestar]
SCHEMA = "CREATE TABLE users (id bigint PRIMARY KEY);\nCREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id), total float);"
ASKED = {"artefacts": [{"name": "schema.sql", "content": SCHEMA}]}


def test_a_review_is_json_with_its_findings_as_data(client: Client, small: Any) -> None:
    response = client.post("/v1/review", json=ASKED)
    assert response.content == body(small.review(ReviewRequest.model_validate(ASKED)))
    found = ReviewAdvice.model_validate_json(response.content)
    first = found.findings[0]
    assert (first.rule, first.object, first.source, first.line) == ("float-money", "orders.total", "schema.sql", 2)
    assert first.fix.startswith("ALTER TABLE orders ALTER COLUMN total TYPE numeric(19,4)")
    assert found.diagram == ""


def test_a_review_is_markdown_for_those_who_prefer_it(client: Client, small: Any) -> None:
    response = client.post("/v1/review", json=ASKED, headers={"Accept": "text/markdown"})
    assert response.text == render(small.review(ReviewRequest.model_validate(ASKED)))
    assert "**High**, `orders.total` (schema.sql line 2)" in response.text


@pytest.mark.parametrize(("media_type", "begins"), [("image/svg+xml", b"<svg"), ("image/png", b"\x89PNG"), ("text/vnd.mermaid", b"erDiagram")])  # fmt: skip
def test_the_diagram_is_a_picture_where_one_is_accepted(client: Client, media_type: str, begins: bytes) -> None:
    response = client.post("/v1/review", json=ASKED, headers={"Accept": media_type})
    assert response.headers["content-type"].startswith(media_type)
    assert response.content.lstrip().startswith(begins)


def test_there_is_no_picture_of_nothing(client: Client) -> None:
    asked = {"artefacts": [{"name": "a.sql", "content": "SELECT 1 FROM t"}]}
    assert client.post("/v1/review", json=asked, headers={"Accept": "image/png"}).status_code == 422
    with pytest.raises(RequestError, match="no format"):
        drawn("erDiagram", "gif")


@pytest.mark.parametrize(
    "asked",
    [
        {"artefacts": []},
        {"artefacts": [{"name": "a", "content": "x" * 256_001}]},
        {"artefacts": [{"name": "a", "content": "x"}] * 21},
        {"artefacts": [{"name": "a", "content": "x\0"}]},
        {"artefacts": [{"name": "a", "content": "x"}], "unknown": 1},
    ],
)
def test_a_review_out_of_bounds_is_refused(client: Client, asked: dict[str, Any]) -> None:
    assert client.post("/v1/review", json=asked).status_code == 422


def test_what_is_pasted_is_shown_and_never_rendered(client: Client) -> None:
    asked = {"artefacts": [{"name": "a`<b>", "content": 'CREATE TABLE "<script>`x" (total float);'}]}
    text = client.post("/v1/review", json=asked, headers={"Accept": "text/markdown"}).text
    assert "(a\\`\\<b> line 1)" in text
    assert "`<script>'x.total`" in text


def test_a_dialect_that_is_stated_wins(client: Client) -> None:
    asked = {**ASKED, "dialect": "mysql"}
    assert "MODIFY total DECIMAL(19,4)" in client.post("/v1/review", json=asked).text


def test_unread_parts_are_quoted_and_lower_the_confidence(client: Client) -> None:
    asked = {"artefacts": [{"name": "a.sql", "content": f"{SCHEMA}\nCREATE TABLE ((("}]}
    found = ReviewAdvice.model_validate_json(client.post("/v1/review", json=asked).content)
    assert found.confidence.level == "medium"
    assert [part.text for part in found.understanding.not_taken_into_account] == ["CREATE TABLE ((("]
    nothing = {"artefacts": [{"name": "a.txt", "content": "just words"}]}
    assert client.post("/v1/review", json=nothing).json()["confidence"]["level"] == "none"


def test_contexts_are_told_where_a_split_is_asked_for(small: Any) -> None:
    tables = "".join(f"CREATE TABLE {a}{n} (id bigint PRIMARY KEY, o bigint REFERENCES {a} (id));" for a in ("x", "y") for n in range(3))  # fmt: skip
    text = f"CREATE TABLE x (id bigint PRIMARY KEY); CREATE TABLE y (id bigint PRIMARY KEY, x bigint REFERENCES x (id)); {tables}"
    request = ReviewRequest(artefacts=(Attachment(name="a", content=text),), question="Split this monolith into services")  # fmt: skip
    told = render(small.review(request))
    assert "Tables that belong together: x, x0, x1, x2." in told
    assert "y (x) → x would be cut" in told


def test_files_become_the_request_of_a_review(tmp_path: Path) -> None:
    file = tmp_path / "schema.sql"
    file.write_text(SCHEMA)
    request = request_of(ToReview((file,), "mysql", "400 writes/s", tmp_path / "a.svg"))
    assert (request.artefacts[0].name, request.artefacts[0].language, request.dialect, request.diagram) == ("schema.sql", "sql", "mysql", True)  # fmt: skip
    with pytest.raises(RequestError, match="no format of a diagram"):
        request_of(ToReview((file,), diagram=tmp_path / "a.gif"))
    with pytest.raises(RequestError, match="at most 20"):
        request_of(ToReview((file,) * 21))


def test_an_answer_to_a_question_with_a_schema_holds_its_review(real: Advisor) -> None:
    asked = AskRequest(question="How do I keep prices exact here?", attachments=(Attachment(name="schema.sql", content=SCHEMA),))  # fmt: skip
    advice = real.advise(asked)
    first = advice.sections[0]
    assert first.title == "Review of what was pasted"
    text = " ".join(claim.text for block in first.blocks for claim in block.claims)
    assert "`orders.total` (schema.sql line 2)" in text
    factual = [c for s in advice.sections for b in s.blocks for c in b.claims if c.support.kind != "connective"]
    assert all(claim.citations for claim in factual)
    without = real.advise(AskRequest(question="How do I keep prices exact here?"))
    assert all(section.title != first.title for section in without.sections)


def test_every_claim_of_a_review_is_cited(real: Advisor) -> None:
    advice = real.review(ReviewRequest(artefacts=(Attachment(name="schema.sql", content=SCHEMA),), diagram=True))
    claims = [c for s in advice.sections for b in s.blocks for c in b.claims if c.support.kind != "connective"]
    assert claims
    assert all(claim.citations for claim in claims)
    assert {"schema", "erd"} <= {section.kind for section in advice.sections}
