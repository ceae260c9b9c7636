"""The JSON interface under /v1: translate, call a use case, translate back."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from litestar import Controller, Request, Response, get, post
from litestar.exceptions import HTTPException
from litestar.params import FromPath, JSONBody, QueryParameter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from kb.entry import Kind
from service.answer.advice import Advice
from service.answer.markdown import render
from service.answer.telling import unheard
from service.calculation import calculate
from service.catalogue import SearchResults
from service.frontends.bodies import body, cards_body, entry_body
from service.frontends.drawing import FORMATS, drawn
from service.frontends.http.door import DoorDependency
from service.frontends.http.spending import Listener
from service.frontends.http.streaming import EVENT_STREAM, streamed
from service.frontends.pool import Pool
from service.question.request import AskRequest, no_nul, not_blank
from service.reviewing import ReviewAdvice, ReviewRequest

JSON = "application/json"
MARKDOWN = "text/markdown"
MAX_QUERY = 2_000
Result = TypeVar("Result")
AnyRequest = Request[Any, Any, Any]


class SearchRequest(BaseModel):
    """The body of `POST /v1/search`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    query: Annotated[str, Field(max_length=MAX_QUERY), AfterValidator(no_nul), AfterValidator(not_blank)]
    limit: Annotated[int, Field(ge=1, le=50)] = 10


class CompareRequest(BaseModel):
    """The body of `POST /v1/compare`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    technologies: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=100)], ...], Field(min_length=2, max_length=6)
    ]
    purpose: Annotated[str, Field(max_length=MAX_QUERY), AfterValidator(no_nul)] = ""


class CalculationRequest(BaseModel):
    """The body of `POST /v1/calculate`: a formula of `dbarch calc`, and its inputs as people write them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    formula: Annotated[str, Field(max_length=100), AfterValidator(no_nul), AfterValidator(not_blank)]
    inputs: Annotated[dict[str, Annotated[str, Field(max_length=100), AfterValidator(no_nul)]], Field(max_length=20)]


def json_only(request: AnyRequest) -> None:
    """Refuse a body that says it is something else than JSON, before anything tries to read it."""
    media_type = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if request.method == "POST" and media_type != JSON:
        raise HTTPException(
            status_code=415, detail=f"The body is {media_type!r}: send {JSON}, with a Content-Type header that says so."
        )


def acceptable(request: AnyRequest, offered: Sequence[str]) -> str:
    """The media type of the answer. Raises HTTPException, 406."""
    chosen = request.accept.best_match([*offered], default=None)
    if chosen is None:
        raise HTTPException(status_code=406, detail=f"This address answers {' or '.join(offered)}.")
    return chosen


class ApiController(Controller):
    """Questions, searches and entries for programs."""

    path = "/v1"
    tags = ("api",)

    @post(
        "/ask",
        status_code=200,
        before_request=json_only,
        operation_id="ask",
        summary="Ask a question, get cited advice",
    )
    async def ask(self, request: AnyRequest, data: JSONBody[AskRequest], door: DoorDependency) -> Response[Any]:
        """Answers as JSON, as Markdown where Accept prefers `text/markdown`, part by part where it prefers `text/event-stream`."""
        media_type = acceptable(request, (JSON, MARKDOWN, EVENT_STREAM))
        if media_type == EVENT_STREAM:
            return await streamed(door, data)
        write: Callable[[Advice], bytes] = body if media_type == JSON else lambda advice: render(advice).encode()
        listener = Listener(door.spending, unheard)
        work = _Work(
            door.pool_for(data),
            lambda: door.advisor.advise(data, listener),
            write,
            lambda advice: door.keeper.keep(data, advice),
        )
        return await _timed(work, media_type, lambda: listener.timing)

    @post(
        "/search", status_code=200, before_request=json_only, operation_id="search", summary="Find sections of entries"
    )
    async def search(self, request: AnyRequest, data: JSONBody[SearchRequest], door: DoorDependency) -> Response[Any]:
        """The sections nearest to the query, best first."""
        acceptable(request, (JSON,))
        write: Callable[[SearchResults], bytes] = body
        return await _timed(_Work(door.pool, lambda: door.advisor.search(data.query, data.limit), write), JSON)

    @post("/compare", status_code=200, before_request=json_only, operation_id="compare", summary="Compare technologies")
    async def compare(self, request: AnyRequest, data: JSONBody[CompareRequest], door: DoorDependency) -> Response[Any]:
        """Verdict, table and what would turn it, as JSON or Markdown; it is an answer, and kept like one."""
        media_type = acceptable(request, (JSON, MARKDOWN))
        asked = door.advisor.comparison(data.technologies, data.purpose)
        write: Callable[[Advice], bytes] = body if media_type == JSON else lambda advice: render(advice).encode()
        work = _Work(
            door.pool, lambda: door.advisor.advise(asked), write, lambda advice: door.keeper.keep(asked, advice)
        )
        return await _timed(work, media_type)

    @post(
        "/review",
        status_code=200,
        before_request=json_only,
        operation_id="review",
        summary="Review pasted schemas, models, queries, plans and settings",
    )
    async def review(self, request: AnyRequest, data: JSONBody[ReviewRequest], door: DoorDependency) -> Response[Any]:
        """Findings with their fixes as JSON or Markdown; where Accept prefers a picture, the diagram as SVG or PNG."""
        pictures = {media_type: ending for ending, (media_type, _) in FORMATS.items()}
        media_type = acceptable(request, (JSON, MARKDOWN, *pictures))
        write: Callable[[ReviewAdvice], bytes] = body if media_type == JSON else lambda advice: render(advice).encode()
        if media_type in pictures:
            asked = data.model_copy(update={"diagram": True})
            ending = pictures[media_type]
            work = _Work(door.pool, lambda: door.advisor.review(asked), lambda advice: drawn(advice.diagram, ending))
            return await _timed(work, media_type)
        return await _timed(_Work(door.pool, lambda: door.advisor.review(data), write), media_type)

    @get("/technologies", operation_id="listTechnologies", summary="List the technologies that have a profile")
    async def technologies(self, door: DoorDependency) -> Response[Any]:
        """Every technology with its summary."""
        return Response(cards_body(door.advisor.entries("technologies")), media_type=JSON)

    @post(
        "/calculate", status_code=200, before_request=json_only, operation_id="calculate", summary="Compute one formula"
    )
    async def calculate(self, request: AnyRequest, data: JSONBody[CalculationRequest]) -> Response[Any]:
        """The result with its inputs, the defaults that were assumed, the statement and its source."""
        acceptable(request, (JSON,))
        return Response(body(calculate(data.formula, data.inputs)), media_type=JSON)

    @get("/entries", operation_id="listEntries", summary="List entries")
    async def entries(
        self,
        door: DoorDependency,
        kind: Annotated[Kind | None, QueryParameter(description="Only entries of this kind.")] = None,
    ) -> Response[Any]:
        """Every entry with its summary and the questions that it answers."""
        return Response(cards_body(door.advisor.entries(kind)), media_type=JSON)

    @get("/entries/{kind:str}/{slug:str}", operation_id="getEntry", summary="One entry")
    async def entry(self, kind: FromPath[str], slug: FromPath[str], door: DoorDependency) -> Response[Any]:
        """The front matter of an entry and its sections as plain text."""
        return Response(entry_body(door.advisor.entry(f"{kind}/{slug}"), door.public_url), media_type=JSON)


@dataclass(frozen=True)
class _Work(Generic[Result]):
    """A use case, the pool that it runs on, and how its result is written."""

    pool: Pool
    use: Callable[[], Result]
    write: Callable[[Result], bytes]
    keep: Callable[[Result], object] = lambda _: None


async def _timed(work: _Work[Result], media_type: str, more: Callable[[], str] = str) -> Response[Any]:
    """Run the use case on the pool; how long it worked and waited stands in a header, so that the body has no clock in it."""

    def timed() -> tuple[bytes, tuple[float, ...]]:
        begun = time.perf_counter()
        result = work.use()
        worked = time.perf_counter()
        content = work.write(result)
        written = time.perf_counter()
        work.keep(result)
        return content, (worked - begun, written - worked, time.perf_counter() - written)

    arrived = time.perf_counter()
    content, spent = await work.pool.run(timed)
    total = time.perf_counter() - arrived
    spans = dict(zip(("wait", "core", "write", "keep", "total"), (total - sum(spent), *spent, total), strict=True))
    told = [f"{name};dur={1000 * seconds:.1f}" for name, seconds in spans.items()]
    timing = ", ".join(part for part in (*told, more()) if part)
    return Response(content, media_type=media_type, headers={"Server-Timing": timing, "Vary": "Accept"})
