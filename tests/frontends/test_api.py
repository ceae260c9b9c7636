"""What programs get."""

import json
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from service.answer.advice import Advice
from service.answer.markdown import render
from service.frontends.bodies import body
from service.frontends.http.app import create_app
from service.frontends.keeping import Keeper
from service.question.request import AskRequest
from service.settings import Settings

Client = TestClient[Litestar]


def test_an_answer_is_the_contract_as_json_with_its_timing_beside_it(client: Client, small: Any) -> None:
    response = client.post("/v1/ask", json={"question": "How?"})
    assert response.content == body(small.advise(AskRequest(question="How?")))
    assert Advice.model_validate_json(response.content).question == "How?"
    assert response.headers["server-timing"].startswith("wait;dur=")


def test_the_same_answer_is_markdown_for_those_who_prefer_it(client: Client, small: Any) -> None:
    response = client.post(
        "/v1/ask", json={"question": "How?"}, headers={"Accept": "text/markdown, application/json;q=0.5"}
    )
    assert response.headers["content-type"] == "text/markdown; charset=utf-8"
    assert response.text == render(small.advise(AskRequest(question="How?")))


def test_a_search_finds_as_much_as_is_asked_for(client: Client) -> None:
    found = client.post("/v1/search", json={"query": "plain", "limit": 1}).json()
    assert [result["entry"] for result in found["results"]] == ["patterns/plain"]
    assert client.post("/v1/search", json={"query": " "}).status_code == 422


def test_entries_are_listed_and_shown(client: Client) -> None:
    assert [card["id"] for card in client.get("/v1/entries?kind=patterns").json()["entries"]] == [
        "patterns/plain",
        "patterns/hostile",
    ]
    assert client.get("/v1/entries?kind=designs").json() == {"entries": []}
    entry = client.get("/v1/entries/patterns/plain").json()
    assert entry["front_matter"]["category"] == "caching"
    assert [section["url"] for section in entry["derived"]] == [
        "/kb/patterns/plain#typed-facts",
        "/kb/patterns/plain#rule-always",
    ]


def test_addresses_are_absolute_where_the_public_one_is_known(small: Any, settings: Settings, keeper: Keeper) -> None:
    app = create_app(small, settings.model_copy(update={"public_url": "https://db.example.org/"}), keeper)
    with TestClient(app) as client:
        assert client.get("/v1/entries/patterns/plain").json()["url"] == "https://db.example.org/kb/patterns/plain"


def test_health_names_the_part_that_is_down(client: Client, small: Any) -> None:
    assert client.get("/health/live").json() == {"status": "ok"}
    assert client.get("/health/ready").json()["status"] == "ok"
    small.finds = False
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["parts"]["entries"] == "ok"
    assert "dbarch ingest" in response.json()["parts"]["search"]


def test_requests_are_counted(client: Client) -> None:
    client.get("/kb/patterns/plain")
    assert 'path="/kb/{kind}/{slug}"' in client.get("/metrics").text


def test_the_interface_describes_itself_without_another_host(client: Client) -> None:
    schema = json.loads(client.get("/docs/openapi.json").content)
    assert {
        "/v1/ask",
        "/v1/search",
        "/v1/entries",
        "/v1/entries/{kind}/{slug}",
        "/health/live",
        "/health/ready",
    } <= set(schema["paths"])
    assert schema["paths"]["/v1/ask"]["post"]["operationId"] == "ask"
    page = client.get("/docs").text
    assert 'id="schema-AskRequest"' in page
    assert "cdn" not in page


def test_a_comparison_is_an_answer_as_json_or_markdown(client: Client) -> None:
    asked = {"technologies": ["a", "b"], "purpose": "a shop"}
    response = client.post("/v1/compare", json=asked)
    assert Advice.model_validate_json(response.content).question == "a or b for a shop?"
    assert response.headers["server-timing"].startswith("wait;dur=")
    text = client.post("/v1/compare", json=asked, headers={"Accept": "text/markdown"}).text
    assert text.startswith("# a or b for a shop?")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"technologies": ["a"]}, 422),
        ({"technologies": ["a"] * 7}, 422),
        ({"technologies": ["a", ""]}, 422),
        ({"technologies": ["a", "a"]}, 422),
        ({"technologies": ["a", "b"], "purpose": "a\0b"}, 422),
        ({"technologies": ["a", "nothing"]}, 404),
    ],
)
def test_a_comparison_that_cannot_be_made_is_a_problem_of_the_request(
    asked: dict[str, object], status: int, client: Client
) -> None:
    response = client.post("/v1/compare", json=asked)
    assert response.status_code == status
    assert response.headers["content-type"].startswith("application/problem+json")


def test_the_technologies_with_a_profile_are_listed(
    client: Client, real: Any, settings: Settings, keeper: Keeper
) -> None:
    assert client.get("/v1/technologies").json() == {"entries": []}
    with TestClient(create_app(real, settings, keeper)) as full:
        cards = full.get("/v1/technologies").json()["entries"]
    assert {"technologies/postgresql", "technologies/mongodb"} <= {card["id"] for card in cards}
    assert all(card["kind"] == "technologies" and card["summary"] for card in cards)
