"""Answers part by part: the events, their order, faults, and what a model cost."""

import json
from typing import Any

from litestar import Litestar
from litestar.testing import TestClient

from service.answer.telling import Judged, Spent, unheard
from service.errors import ConstraintError
from service.frontends.http.spending import Listener, Spending

Client = TestClient[Litestar]
STREAM = {"Accept": "text/event-stream"}


def events(text: str) -> list[tuple[str, Any]]:
    blocks = [block for block in text.replace("\r\n", "\n").split("\n\n") if block.strip()]
    pairs = [dict(line.split(": ", 1) for line in block.splitlines() if ": " in line) for block in blocks]
    return [(pair["event"], json.loads(pair["data"])) for pair in pairs]


def test_what_is_found_comes_first_then_the_parts_the_whole_and_the_end(client: Client, small: Any) -> None:
    response = client.post("/v1/ask", json={"question": "How?"}, headers=STREAM)
    told = events(response.text)
    assert [name for name, _ in told] == ["search", "section", "section", "section", "answer", "done"]
    whole = client.post("/v1/ask", json={"question": "How?"}).json()
    assert told[-2][1] == whole
    assert [part["section"] for name, part in told if name == "section" and part["section"]] == whole["sections"]
    assert told[-1][1]["id"] == whole["id"]


def test_a_request_that_cannot_be_answered_is_a_problem_and_no_stream(client: Client, small: Any) -> None:
    def refuse(_: object) -> None:
        raise ConstraintError("no such attribute")

    small.during = refuse
    response = client.post("/v1/ask", json={"question": "How?"}, headers=STREAM)
    assert (response.status_code, response.json()["detail"]) == (422, "no such attribute")


def test_what_a_model_cost_is_counted_and_timed() -> None:
    spending = Spending()
    listener = Listener(spending, unheard)
    assert listener.timing == ""
    listener(Spent("write", "answered", 1000, 200, 1.5, 0.25))
    listener(Judged(3, 2, 1))
    assert listener.timing == 'model;dur=1500.0;desc="1 calls, 1000 tokens in, 200 out, $0.2500"'
    text = spending.exposed().decode()
    assert 'dbarch_model_tokens_total{direction="in"} 1000.0' in text
    assert 'dbarch_model_claims_total{verdict="dropped"} 1.0' in text


def test_the_metrics_hold_what_models_cost(client: Client) -> None:
    assert "dbarch_model_cost_dollars_total 0.0" in client.get("/metrics").text
