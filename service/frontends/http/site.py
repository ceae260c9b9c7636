"""The pages for people: one to ask on, and the knowledge base to read."""

from dataclasses import replace
from typing import Annotated, Any

from litestar import Controller, MediaType, Request, Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.exceptions import HTTPException
from litestar.params import FromPath, QueryParameter
from pydantic import ValidationError

from ingest.errors import IngestError
from service.errors import ServiceError
from service.frontends.http.calculator import calculating, chosen
from service.frontends.http.door import Door, DoorDependency
from service.frontends.http.pages import Asked, Kept
from service.frontends.http.problems import problem_of
from service.frontends.pool import BusyError
from service.question.request import AskRequest, Attachment, Turn

FORM = "application/x-www-form-urlencoded"
MAX_BEFORE = 10


class SiteController(Controller):
    """Server-rendered; every page works without JavaScript."""

    path = "/"
    include_in_schema = False

    @get("/", media_type=MediaType.HTML)
    async def form(self, door: DoorDependency, formula: Annotated[str, QueryParameter()] = "") -> str:
        return door.pages.ask(Asked(), calculating=chosen(formula))

    @post("/", status_code=200)
    async def answer(self, request: Request[Any, Any, Any], door: DoorDependency) -> Response[str]:
        _form_only(request, "/v1/ask")
        asked = _asked(await request.form())
        try:
            asking = _request(asked)
        except ValidationError as error:
            return page(door.pages.ask(replace(asked, fault=fault_of(error))), 422)
        try:
            return page(await door.pool_for(asking).run(lambda: _answered(door, asked, asking)), 200)
        except (ServiceError, IngestError, BusyError) as error:
            problem = problem_of(error)
            return page(door.pages.ask(replace(asked, fault=problem.detail)), problem.status, dict(problem.headers))

    @post("/calculate", status_code=200)
    async def calculate(self, request: Request[Any, Any, Any], door: DoorDependency) -> Response[str]:
        """One formula for people; programs compute at /v1/calculate, as this form does where there is JavaScript."""
        _form_only(request, "/v1/calculate")
        fields = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        found = calculating(fields.get("formula", ""), fields)
        return page(door.pages.ask(Asked(), calculating=found), 422 if found.fault else 200)

    @get("/kb", media_type=MediaType.HTML)
    async def entries(self, door: DoorDependency) -> str:
        return door.pages.entries(door.advisor.entries())

    @get("/kb/{kind:str}/{slug:str}", media_type=MediaType.HTML)
    async def entry(self, kind: FromPath[str], slug: FromPath[str], door: DoorDependency) -> str:
        entry = door.advisor.entry(f"{kind}/{slug}")
        return await door.pool.run(lambda: door.pages.entry(entry, door.advisor.kb))


def _form_only(request: Request[Any, Any, Any], address: str) -> None:
    if request.content_type[0] != FORM:
        raise HTTPException(status_code=415, detail=f"This page takes a form ({FORM}); programs ask at {address}.")


def _answered(door: Door, asked: Asked, asking: AskRequest) -> str:
    advice = door.advisor.advise(asking, door.spending.heard)
    return door.pages.ask(asked, advice, kept=Kept() if door.keeper.keep(asking, advice) else None)


def _asked(form: FormMultiDict) -> Asked:
    """The fields of the form to ask on."""
    before = tuple(value for value in form.getall("before", []) if isinstance(value, str) and value.strip())
    return Asked(
        text_of(form, "question"),
        text_of(form, "pasted"),
        text_of(form, "detail", "full"),
        before[-MAX_BEFORE:],
        composer=text_of(form, "composer", "deterministic"),
    )


def text_of(form: FormMultiDict, name: str, default: str = "") -> str:
    """A field of a form; a file in place of a text counts as nothing typed."""
    value = form.get(name, default)
    return value.replace("\r\n", "\n") if isinstance(value, str) else default


def _request(asked: Asked) -> AskRequest:
    """The same request as any other door's. Raises ValidationError."""
    pasted = (Attachment(name="pasted", content=asked.pasted),) if asked.pasted.strip() else ()
    history = tuple(Turn(role="user", content=text) for text in asked.before)
    return AskRequest.model_validate(
        {
            "question": asked.question,
            "attachments": pasted,
            "history": history,
            "detail": asked.detail,
            "composer": asked.composer,
        }
    )


def fault_of(error: ValidationError) -> str:
    """`The question is empty: …`, in words of the form."""
    fault = error.errors()[0]
    name = str(fault["loc"][0]) if fault["loc"] else "the pasted text"
    words = fault["msg"].removeprefix("Value error, ")
    return f"{name.capitalize()}: {words}."


def page(html: str, status: int, headers: dict[str, str] | None = None) -> Response[str]:
    return Response(html, status_code=status, media_type=MediaType.HTML, headers=headers)
