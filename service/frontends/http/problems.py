"""What can go wrong at the HTTP door: one table from exceptions to RFC 9457 problems."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from litestar import Response
from litestar.exceptions import HTTPException

from ingest.errors import IngestError
from service.errors import AnswerStoreError, RetrievalError, ServiceError, UnknownAnswerError, UnknownEntryError
from service.frontends.pool import RETRY_AFTER_SECONDS, BusyError

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Problem:
    """The body of an error, whatever its shape for people or machines."""

    status: int
    slug: str
    title: str
    detail: str
    extra: Mapping[str, Any]
    headers: Mapping[str, str]

    def body(self) -> dict[str, Any]:
        return {
            "type": f"/docs#problem-{self.slug}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.extra,
        }


@dataclass(frozen=True)
class Row:
    """One kind of problem: what it is called, and where its detail comes from."""

    status: int
    slug: str
    title: str
    detail: Callable[[Exception], str] = str
    extra: Callable[[Exception], Mapping[str, Any]] = lambda _: {}
    headers: Mapping[str, str] | None = None


def _fields(error: Exception) -> Mapping[str, Any]:
    """The faults of a body, field by field, without the framework's prefixes."""
    found = getattr(error, "extra", None) or []
    if [fault["message"] for fault in found] == ["'data'"]:
        return {"errors": [{"field": "", "message": "the body is empty: send a JSON object"}]}
    return {
        "errors": [
            {"field": fault.get("key", ""), "message": fault["message"].removeprefix("Value error, ")}
            for fault in found
        ]
    }


def _faults(error: Exception) -> str:
    faults = _fields(error)["errors"]
    return "; ".join(f"{fault['field']}: {fault['message']}".removeprefix(": ") for fault in faults)


def _http_detail(error: Exception) -> str:
    return getattr(error, "detail", "") or str(error)


# By status, for what the framework and the handlers raise as HTTPException.
BY_STATUS: Mapping[int, Row] = {
    400: Row(
        400, "broken-body", "The body cannot be read", lambda e: f"{_http_detail(e)}. Send one JSON object in UTF-8."
    ),
    404: Row(404, "not-found", "There is nothing at this address", lambda _: "See /docs for the addresses there are."),
    405: Row(
        405,
        "method",
        "This address does not take this method",
        lambda _: "The Allow header names the methods it takes.",
    ),
    406: Row(406, "not-acceptable", "None of the accepted types can be sent", _http_detail),
    413: Row(
        413,
        "too-large",
        "The body is too large",
        lambda _: "A request holds at most 4 MiB: send the part that matters.",
    ),
    415: Row(415, "media-type", "The body has a type that is not read here", _http_detail),
    422: Row(422, "invalid", "The request does not fit", _faults, _fields),
}

# By class, for what our own rooms raise; the nearest class in the order of inheritance wins.
BY_CLASS: Mapping[type[Exception], Row] = {
    UnknownEntryError: Row(404, "unknown-entry", "There is no such entry"),
    UnknownAnswerError: Row(404, "unknown-answer", "There is no such answer"),
    AnswerStoreError: Row(503, "store", "The store cannot be used", headers={"Retry-After": "30"}),
    ServiceError: Row(422, "not-usable", "The request cannot be answered as it stands"),
    BusyError: Row(503, "busy", "All workers are taken", headers={"Retry-After": str(RETRY_AFTER_SECONDS)}),
    RetrievalError: Row(503, "index", "The index cannot be asked", headers={"Retry-After": "30"}),
    IngestError: Row(503, "index", "The index cannot be asked", headers={"Retry-After": "30"}),
    RecursionError: Row(
        400,
        "nesting",
        "The request is nested too deeply",
        lambda _: (
            "What was sent is nested more deeply than can be read: send a flatter body, or the part of the query that matters."
        ),
    ),
}

UNEXPECTED = Row(500, "unexpected", "Something went wrong on our side")
ROWS: tuple[Row, ...] = (*BY_STATUS.values(), *BY_CLASS.values(), UNEXPECTED)


def problem_of(error: Exception) -> Problem:
    """The problem that an exception is, found in the table; what is not in it is logged under a reference."""
    row = _row(error)
    if row is None:
        return _unexpected(error)
    headers = {**(getattr(error, "headers", None) or {}), **(row.headers or {})}
    return Problem(row.status, row.slug, row.title, row.detail(error), row.extra(error), headers)


def _row(error: Exception) -> Row | None:
    if isinstance(error, HTTPException):
        # Litestar answers 400 for a body that is read but does not fit; it carries the list of faults.
        status = 422 if error.status_code == 400 and error.extra else error.status_code
        return BY_STATUS.get(status)
    return next((BY_CLASS[kind] for kind in type(error).__mro__ if kind in BY_CLASS), None)


def _unexpected(error: Exception) -> Problem:
    reference = uuid.uuid4().hex[:12]
    structlog.get_logger("dbarch.http").error("unexpected", reference=reference, exc_info=error)
    detail = f"It has been logged under the reference {reference}: tell us that, and what you sent."
    return Problem(UNEXPECTED.status, UNEXPECTED.slug, UNEXPECTED.title, detail, {"reference": reference}, {})


def problem_response(error: Exception) -> Response[Any]:
    """The handler for every exception that reaches the edge of the API."""
    problem = problem_of(error)
    return Response(problem.body(), status_code=problem.status, headers=dict(problem.headers), media_type=MEDIA_TYPE)
