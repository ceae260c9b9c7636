"""Whatever is sent, the answer is a problem that says what to do."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from ingest.errors import StoreError
from service.errors import ConstraintError, RetrievalError, ServiceError
from service.frontends.http.app import create_app
from service.frontends.http.problems import ROWS, problem_of
from service.frontends.keeping import Keeper
from service.question.request import AskRequest
from service.settings import Settings

JSON = {"Content-Type": "application/json"}
Client = TestClient[Litestar]


def every_service_error(root: type[Exception] = ServiceError) -> list[type[Exception]]:
    return [root, *(leaf for child in root.__subclasses__() for leaf in every_service_error(child))]


BROKEN = {
    "nothing": (b"", 422), "half": (b"{", 400), "null": (b"null", 422), "a list": (b"[]", 422), "bytes": (b"\xff\xfe", 400),
    "surrogate": (b'{"question": "\\ud800"}', 400), "deep": (b"[" * 100_000, 400), "infinite": (b'{"question": "a", "weights": {"x": 1e999}}', 400),
    "no question": (b"{}", 422), "number": (b'{"question": 1}', 422), "unknown": (b'{"question": "a", "model": "x"}', 422),
    "empty": (b'{"question": ""}', 422), "blank": (b'{"question": " \\n\\t"}', 422), "nul": (b'{"question": "a\\u0000b"}', 422),
    "long": (json.dumps({"question": "a" * 20_001}).encode(), 422), "weight": (b'{"question": "a", "weights": {"cost": 11}}', 422),
    "role": (b'{"question": "a", "history": [{"role": "system", "content": "b"}]}', 422), "turns": (json.dumps({"question": "a", "history": [{"role": "user", "content": "b"}] * 21}).encode(), 422),
    "attached": (json.dumps({"question": "a", "attachments": [{"name": "x", "content": "é" * 130_000}]}).encode(), 422),
    "huge": (b'{"question": "' + b"a" * 5_000_000 + b'"}', 413),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_body_that_does_not_fit_is_a_problem_and_never_our_fault(name: str, client: Client) -> None:
    sent, status = BROKEN[name]
    response = client.post("/v1/ask", content=sent, headers=JSON)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    problem = response.json()
    assert problem["status"] == status
    assert problem["detail"]
    assert "Value error" not in response.text


def test_a_fault_names_its_field(client: Client) -> None:
    problem = client.post("/v1/ask", json={"question": " "}).json()
    assert problem["errors"] == [{"field": "question", "message": "is empty: ask a question in a sentence or two"}]


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/v1/nothing", {}, 404),
        ("GET", "/v1/entries/patterns/nothing", {}, 404),
        ("GET", "/v1/entries?kind=nothing", {}, 422),
        ("GET", "/v1/ask", {}, 405),
        ("POST", "/v1/ask", {"Content-Type": "text/plain"}, 415),
        ("POST", "/v1/search", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ("POST", "/v1/ask", {**JSON, "Accept": "image/png"}, 406),
    ],
)
def test_what_is_not_there_or_not_taken_is_a_problem(
    method: str, path: str, headers: dict[str, str], status: int, client: Client
) -> None:
    response = client.request(method, path, headers=headers, content=b'{"question": "a"}' if method == "POST" else None)
    assert response.status_code == status
    assert response.json()["type"].startswith("/docs#problem-")


@pytest.mark.parametrize("error", every_service_error())
def test_every_error_of_the_service_is_in_the_table(error: type[Exception]) -> None:
    assert problem_of(error("what to do")).status != 500


def test_a_browser_gets_a_page_for_an_address_that_is_not_there(client: Client) -> None:
    response = client.get("/kb/patterns/nothing", headers={"Accept": "text/html,*/*;q=0.8"})
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")
    assert "There is no such entry" in response.text


def raising(error: Exception) -> Any:
    def during(_: AskRequest) -> None:
        raise error

    return during


def test_an_unexpected_error_shows_a_reference_and_not_itself(
    small: Any, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    small.during = raising(ZeroDivisionError("secret detail"))
    response = client.post("/v1/ask", json={"question": "a"})
    assert response.status_code == 500
    assert "secret detail" not in response.text
    logged = capsys.readouterr()
    assert response.json()["reference"] in logged.out + logged.err


@pytest.mark.parametrize("error", [StoreError("Chroma does not answer"), RetrievalError("the index is gone")])
def test_an_index_that_does_not_answer_is_no_fault_of_the_question(
    error: Exception, small: Any, client: Client
) -> None:
    small.during = raising(error)
    response = client.post("/v1/ask", json={"question": "a"})
    assert (response.status_code, response.json()["detail"]) == (503, str(error))
    page = client.post("/", data={"question": "a"})
    assert (page.status_code, str(error) in page.text) == (503, True)


def test_an_empty_body_is_called_that(client: Client) -> None:
    assert client.post("/v1/ask", headers=JSON).json()["detail"] == "the body is empty: send a JSON object"


def test_the_methods_that_are_taken_are_named(client: Client) -> None:
    assert "POST" in client.get("/v1/ask").headers["allow"]


def test_a_constraint_that_is_not_known_can_be_mended(small: Any, client: Client) -> None:
    small.during = raising(ConstraintError("constraint 'x' is not known"))
    response = client.post("/v1/ask", json={"question": "a", "constraints": {"x": 1}})
    assert (response.status_code, response.json()["detail"]) == (422, "constraint 'x' is not known")


def test_past_its_bound_the_service_says_when_to_come_back(
    small: Any, settings: Settings, keeper: Keeper, gate: threading.Event
) -> None:
    started = threading.Event()

    def wait(_: AskRequest) -> None:
        started.set()
        gate.wait(10)

    small.during = wait
    with TestClient(create_app(small, settings, keeper)) as client, ThreadPoolExecutor(1) as other:
        first = other.submit(client.post, "/v1/ask", json={"question": "a"})
        assert started.wait(10)
        refused = client.post("/v1/ask", json={"question": "b"})
        page = client.post("/", data={"question": "b"})
        ready = client.get("/health/ready")
        gate.set()
        assert first.result().status_code == 200
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    assert (page.status_code, page.headers["retry-after"]) == (503, "2")
    assert ready.json()["parts"]["search"].startswith("1 requests are at work")


def test_every_kind_of_problem_is_explained_on_the_api_page(client: Client) -> None:
    page = client.get("/docs").text
    assert [row.slug for row in ROWS if f'id="problem-{row.slug}"' not in page] == []
