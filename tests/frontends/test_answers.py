"""Answers are kept, shown again and judged; a store that fails is no reason not to answer."""

import datetime as dt
import re
import threading
from collections.abc import Callable
from typing import Any

import anyio
import pytest
from anyio import create_task_group, to_thread
from litestar import Litestar
from litestar.testing import TestClient

from service.errors import AnswerStoreError
from service.frontends.http.app import create_app
from service.frontends.keeping import PAUSE, Keeper, expiring
from service.question.request import AskRequest
from service.settings import Settings
from service.store.records import MAX_REASON
from service.store.store import Store
from service.wiring import build_store

Client = TestClient[Litestar]
MARKDOWN = {"Accept": "text/markdown"}


def counted(client: Client, verdict: str) -> float:
    found = re.search(
        rf'^dbarch_feedback_total{{verdict="{verdict}"}} (.*)$', client.get("/metrics").text, re.MULTILINE
    )
    assert found is not None
    return float(found[1])


def test_an_answer_is_got_again_as_it_was_given(client: Client) -> None:
    given = client.post("/v1/ask", json={"question": "How?"})
    again = client.get("/v1/answers/1")
    assert (again.status_code, again.content) == (200, given.content)
    assert again.headers["content-type"] == "application/json"
    assert again.headers["x-robots-tag"] == "noindex"
    text = client.get("/v1/answers/1", headers=MARKDOWN)
    assert text.text == client.post("/v1/ask", json={"question": "How?"}, headers=MARKDOWN).text
    assert client.get("/v1/answers/1", headers={"Accept": "image/png"}).status_code == 406


def test_a_comparison_is_kept_like_any_answer(client: Client, keeper: Keeper) -> None:
    given = client.post("/v1/compare", json={"technologies": ["a", "b"], "purpose": "c"})
    assert client.get("/v1/answers/1").content == given.content
    assert "a or b for c?" in client.get("/answers/1").text
    assert client.post("/v1/feedback", json={"answer": "1", "verdict": "helpful"}).status_code == 201
    assert keeper.kept("1").request == AskRequest(question="a or b for c?")


@pytest.mark.parametrize("answer_id", ["9", "%00", "..%2f1", "%F0%9F%92%A9", "x" * 3_000])
def test_an_answer_that_is_not_kept_is_a_problem_for_programs_and_a_page_for_people(
    answer_id: str, client: Client
) -> None:
    problem = client.get(f"/v1/answers/{answer_id}")
    assert (problem.status_code, problem.headers["content-type"]) == (404, "application/problem+json")
    page = client.get(f"/answers/{answer_id}", headers={"Accept": "text/html"})
    assert (page.status_code, "<h1>" in page.text) == (404, True)


def test_the_page_that_answers_leads_to_the_page_of_the_answer(client: Client) -> None:
    page = client.post("/", data={"question": "How?", "before": "First?", "pasted": "CREATE TABLE a (b int)"}).text
    assert '<a href="/answers/1">Link to this answer</a>' in page
    kept = client.get("/answers/1")
    assert kept.headers["x-robots-tag"] == "noindex"
    for text in ("How?", "CREATE TABLE a (b int)", 'name="before" value="First?"', 'name="verdict" value="helpful"'):
        assert text in kept.text


def test_feedback_is_kept_with_the_answer_and_counted(client: Client, keeper: Keeper) -> None:
    client.post("/v1/ask", json={"question": "How?"})
    before = counted(client, "incomplete")
    given = {"answer": "1", "verdict": "incomplete", "reason": "No word on backups."}
    response = client.post("/v1/feedback", json=given)
    assert (response.status_code, response.json()) == (201, given)
    page = client.post("/answers/1", data={"verdict": "wrong", "reason": "a\r\nb"}, follow_redirects=False)
    assert (page.status_code, page.headers["location"]) == (303, "/answers/1?thanks=1#feedback")
    assert "Thank you" in client.get("/answers/1?thanks=1").text
    assert counted(client, "incomplete") == before + 1
    kept = [(each.verdict, each.reason, each.channel) for each in keeper.store().feedback()]
    assert kept == [("incomplete", "No word on backups.", "http"), ("wrong", "a\nb", "page")]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"answer": "9", "verdict": "wrong"}, 404),
        ({"answer": "1", "verdict": "nice"}, 422),
        ({"answer": "1"}, 422),
        ({"verdict": "wrong"}, 422),
        ({"answer": "1", "verdict": "wrong", "reason": "x" * (MAX_REASON + 1)}, 422),
        ({"answer": "1", "verdict": "wrong", "reason": "a\0"}, 422),
        ({"answer": "1", "verdict": "wrong", "channel": "slack"}, 422),
    ],
)
def test_feedback_that_does_not_fit_is_a_problem(given: dict[str, str], status: int, client: Client) -> None:
    client.post("/v1/ask", json={"question": "How?"})
    response = client.post("/v1/feedback", json=given)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    assert response.json()["detail"]


def test_a_form_of_feedback_that_does_not_fit_comes_back_with_what_was_typed(client: Client) -> None:
    client.post("/", data={"question": "How?"})
    for form in (
        {"reason": "typed"},
        {"verdict": "nice", "reason": "typed"},
        {"verdict": "wrong", "reason": "typed\0"},
    ):
        response = client.post("/answers/1", data=form)
        assert response.status_code == 422
        assert 'class="fault"' in response.text
        assert "typed" in response.text
    assert client.post("/answers/9", data={"verdict": "wrong"}).status_code == 404
    assert client.post("/answers/9", data={"verdict": "nice"}).status_code == 404
    assert client.post("/answers/1", json={"verdict": "wrong"}).status_code == 415


class Failing:
    """A place where a store opens, or does not, and a clock that is turned by hand."""

    def __init__(self, opening: Callable[[], Store]) -> None:
        self.opening = opening
        self.fault = ""
        self.tries = 0
        self.time = dt.datetime(2026, 11, 28, tzinfo=dt.UTC)

    def open(self) -> Store:
        self.tries += 1
        if self.fault:
            raise AnswerStoreError(self.fault)
        return self.opening()

    def now(self) -> dt.datetime:
        return self.time


@pytest.fixture
def failing(settings: Settings) -> Failing:
    return Failing(lambda: build_store(settings))


def test_a_store_that_cannot_be_opened_fails_no_answer(
    small: Any, settings: Settings, failing: Failing, capsys: pytest.CaptureFixture[str]
) -> None:
    failing.fault = "the store is on fire"
    with TestClient(create_app(small, settings, Keeper(failing.open, failing.now))) as client:
        assert [client.post("/v1/ask", json={"question": "How?"}).status_code for _ in range(3)] == [200] * 3
        page = client.post("/", data={"question": "How?"})
        assert (page.status_code, "Link to this answer" in page.text) == (200, False)
        ready = client.get("/health/ready")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        assert ready.json()["parts"]["store"] == "the store is on fire"
        problem = client.get("/v1/answers/1")
        assert (problem.status_code, problem.json()["detail"]) == (503, "the store is on fire")
        assert failing.tries == 1
        failing.fault = ""
        failing.time += PAUSE
        client.post("/v1/ask", json={"question": "How?"})
        assert client.get("/v1/answers/1").status_code == 200
        assert client.get("/health/ready").json()["status"] == "ok"
    logged = capsys.readouterr().out
    assert logged.count("the store is on fire") == 1
    assert logged.count("answers are kept again") == 1


def test_a_store_that_breaks_meanwhile_fails_no_answer(
    small: Any, settings: Settings, failing: Failing, capsys: pytest.CaptureFixture[str]
) -> None:
    keeper = Keeper(failing.open, failing.now)
    with TestClient(create_app(small, settings, keeper)) as client:
        client.post("/v1/ask", json={"question": "How?"})
        with keeper.store().writing() as connection:
            connection.exec_driver_sql("ALTER TABLE answers RENAME TO gone")
        assert [client.post("/v1/ask", json={"question": "How?"}).status_code for _ in range(3)] == [200] * 3
        assert "no such table" in client.get("/health/ready").json()["parts"]["store"]
        assert client.get("/v1/answers/1").status_code == 503
        with keeper.store().writing() as connection:
            connection.exec_driver_sql("ALTER TABLE gone RENAME TO answers")
        assert client.get("/v1/answers/1").status_code == 200
        failing.time += PAUSE
        assert client.get("/health/ready").json()["status"] == "ok"
    assert capsys.readouterr().out.count("no such table") == 1


def test_what_has_been_kept_long_enough_is_removed(small: Any, settings: Settings, failing: Failing) -> None:
    keeper = Keeper(failing.open, failing.now)
    asked = AskRequest(question="How?")
    assert keeper.keep(asked, small.advise(asked))
    failing.time += dt.timedelta(days=settings.store_days + 1)
    assert keeper.expire()
    assert keeper.store().answer("1") is None
    keeper.close()


def test_removing_goes_on_until_the_application_ends(settings: Settings, failing: Failing) -> None:
    begun = threading.Event()

    def opening() -> Store:
        begun.set()
        return failing.open()

    async def run() -> None:
        async with create_task_group() as tasks:
            tasks.start_soon(expiring, keeper, 0)
            assert await to_thread.run_sync(begun.wait, 10)
            tasks.cancel_scope.cancel()

    keeper = Keeper(opening, failing.now)
    anyio.run(run)
    keeper.close()
