"""Answers that were given before, and what people think of them: for programs under /v1, for people as a page."""

from collections.abc import Callable
from typing import Annotated, Any

from litestar import Controller, MediaType, Request, Response, get, post
from litestar.exceptions import HTTPException
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Redirect
from pydantic import ValidationError

from service.answer.advice import Advice
from service.answer.markdown import render
from service.frontends.bodies import body
from service.frontends.http.api import JSON, MARKDOWN, AnyRequest, acceptable, json_only
from service.frontends.http.door import Door, DoorDependency
from service.frontends.http.pages import Asked, Kept
from service.frontends.http.site import FORM, fault_of, page, text_of
from service.store.records import KeptAnswer, Opinion

# Whoever has the address may read the answer; search engines need not find it.
UNLISTED = {"X-Robots-Tag": "noindex"}


class AnswersController(Controller):
    """What was answered, by its id, and feedback on it."""

    path = "/v1"
    tags = ("api",)

    @get("/answers/{answer_id:str}", operation_id="getAnswer", summary="An answer that was given before")
    async def answer(self, request: AnyRequest, answer_id: FromPath[str], door: DoorDependency) -> Response[Any]:
        """The body that the question got, as JSON, or as Markdown where Accept prefers `text/markdown`."""
        media_type = acceptable(request, (JSON, MARKDOWN))
        write: Callable[[Advice], bytes] = body if media_type == JSON else lambda advice: render(advice).encode()
        content = await door.pool.run(lambda: write(door.keeper.kept(answer_id).advice))
        return Response(content, media_type=media_type, headers={"Vary": "Accept", **UNLISTED})

    @post(
        "/feedback",
        status_code=201,
        before_request=json_only,
        operation_id="giveFeedback",
        summary="Say what an answer was worth",
    )
    async def feedback(self, request: AnyRequest, data: JSONBody[Opinion], door: DoorDependency) -> Response[Any]:
        """Kept with the answer; `dbarch eval harvest` makes cases of it. Answers with what was kept."""
        acceptable(request, (JSON,))
        await door.pool.run(lambda: door.keeper.keep_feedback(data, "http"))
        return Response(body(data), media_type=JSON)


class AnswerPages(Controller):
    """The page of an answer, with buttons to say what it was worth."""

    path = "/answers"
    include_in_schema = False

    @get("/{answer_id:str}", media_type=MediaType.HTML)
    async def show(
        self,
        answer_id: FromPath[str],
        door: DoorDependency,
        thanks: Annotated[str, QueryParameter(description="Feedback was given.")] = "",
    ) -> Response[str]:
        html = await door.pool.run(lambda: _shown(door, door.keeper.kept(answer_id), Kept(thanked=bool(thanks))))
        return page(html, 200, UNLISTED)

    @post("/{answer_id:str}")
    async def judge(
        self, request: Request[Any, Any, Any], answer_id: FromPath[str], door: DoorDependency
    ) -> Response[Any]:
        if request.content_type[0] != FORM:
            raise HTTPException(
                status_code=415, detail=f"This page takes a form ({FORM}); programs write to /v1/feedback."
            )
        form = await request.form()
        verdict, reason = text_of(form, "verdict"), text_of(form, "reason")
        try:
            opinion = Opinion.model_validate({"answer": answer_id, "verdict": verdict, "reason": reason})
        except ValidationError as error:
            kept = Kept(reason=reason, fault=fault_of(error))
            html = await door.pool.run(lambda: _shown(door, door.keeper.kept(answer_id), kept))
            return page(html, 422, UNLISTED)
        await door.pool.run(lambda: door.keeper.keep_feedback(opinion, "page"))
        return Redirect(f"/answers/{answer_id}?thanks=1#feedback", status_code=303)


def _shown(door: Door, answer: KeptAnswer, kept: Kept) -> str:
    asking = answer.request
    asked = Asked(
        question=asking.question,
        pasted="\n\n".join(attachment.content for attachment in asking.attachments),
        detail=asking.detail,
        before=tuple(turn.content for turn in asking.history if turn.role == "user"),
    )
    return door.pages.ask(asked, answer.advice, kept=kept)
