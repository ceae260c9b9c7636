"""What is pressed under an answer: share, ask on, the whole answer, a decision record, feedback."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from service.answer.advice import Advice
from service.answer.decision_record import decision_record
from service.answer.markdown import render
from service.errors import ConstraintError, RequestError
from service.frontends.slack import answers, words
from service.frontends.slack.answers import Shown, answered
from service.frontends.slack.blocks import MAX_BLOCKS, Message, message
from service.frontends.slack.desk import Desk, spoken
from service.frontends.slack.errands import Job, Order
from service.frontends.slack.events import Payload
from service.frontends.slack.posting import FAILURES, OUTSIDE, Picture, Place, error_of, respond, told
from service.frontends.slack.replies import Reply, ThreadReply
from service.question.request import MAX_QUESTION, Turn
from service.store.records import KeptAnswer, Opinion

THANKS = "Thank you, noted."


@dataclass(frozen=True)
class Press:
    """A button that was pressed: what Slack tells of it, its value, and the job that it is."""

    body: Payload
    value: str
    job: Job

    @property
    def reply(self) -> Reply:
        return self.job.reply


Pressed = Callable[[Press], Awaitable[None]]


@dataclass(frozen=True)
class Buttons:
    """Answers what is pressed; every press ends in a message, a file or a form."""

    desk: Desk

    def listen(self, app: AsyncApp) -> None:
        """Add the listeners; each acknowledges first."""
        presses: dict[str | re.Pattern[str], Pressed] = {
            answers.SHARE: self._share,
            answers.WHOLE: self._whole,
            answers.RECORD: self._record,
            answers.HELPFUL: self._helpful,
            answers.UNHELPFUL: self._unhelpful,
            re.compile(rf"^{answers.CLARIFY}_\d+$"): self._clarify,
        }
        for name, work in presses.items():
            app.action(name)(self._listener(work))
        # Buttons that open a page in the browser tell us so too.
        app.action(re.compile(r"^open_"))(_acknowledged)
        app.view("feedback")(self._sent)

    def _listener(self, work: Pressed) -> Callable[..., Awaitable[None]]:
        async def pressed(ack: Any, body: dict[str, Any], context: Any) -> None:
            taking = await self.desk.taking((f"press:{body['trigger_id']}",), _order(body))
            await ack()
            job = await taking
            if job is None:
                return
            context["reply"] = job.reply
            value = str(body["actions"][0].get("value", ""))
            await self.desk.excusing(job, lambda: work(Press(body, value, job)))

        return pressed

    async def _share(self, press: Press) -> None:
        """Post for all what one person has seen; by the address of the button where we are not in the channel."""
        kept = await self.desk.memory.answer(press.value)
        shown = answered(kept.advice, Shown(self.desk.public_url))
        by = Message(shown.text, (*message(f"<@{press.body['user']['id']}> asked").blocks, *shown.blocks)[:MAX_BLOCKS])
        channel = str(press.body["channel"]["id"])
        try:
            ts = await self.desk.poster.post(Place(channel), by)
        except SlackApiError as failure:
            if error_of(failure) not in OUTSIDE:
                raise
            await respond(press.body["response_url"], by, response_type="in_channel", replace_original=False)
            return
        place = Place(channel, ts)
        await self.desk.memory.know(place, (_asked(kept), spoken(kept.advice)), kept.advice.id)
        await respond(press.body["response_url"], None, delete_original=True)
        await self.desk.draw(kept.advice, ThreadReply(self.desk.poster, place))

    async def _clarify(self, press: Press) -> None:
        """Ask the same again, with what was pressed."""
        kept = await self.desk.memory.answer(answers.answer_of(press.value))
        choice = answers.choice(kept.advice, press.value)
        if choice is None:
            raise RequestError("this button belongs to an answer of another version: ask its question again")
        await self.desk.working(press.job)
        question = f"{kept.request.question}\n\n{choice.sentence}"[-MAX_QUESTION:]
        said = kept.request.model_copy(update={"question": question})
        stated = said.model_copy(update={"constraints": {**said.constraints, **choice.constraints}})
        try:
            advice = await self.desk.answer(stated, press.reply)
        except ConstraintError:
            # Not every question is about an attribute; then the words have to do.
            advice = await self.desk.answer(said, press.reply)
        if isinstance(press.reply, ThreadReply) and not press.reply.private:
            await self.desk.memory.said(press.reply.place, Turn(role="user", content=choice.sentence))
            await self.desk.memory.said(press.reply.place, spoken(advice), advice.id)

    async def _whole(self, press: Press) -> None:
        kept = await self.desk.memory.answer(press.value)
        await press.reply.show(_file("answer", kept.advice, render(kept.advice)))

    async def _record(self, press: Press) -> None:
        kept = await self.desk.memory.answer(press.value)
        written = decision_record(kept.advice, self.desk.memory.clock().date())
        await press.reply.show(_file("decision-record", kept.advice, written))

    async def _helpful(self, press: Press) -> None:
        await self.desk.memory.feedback(Opinion(answer=press.value, verdict="helpful"))
        await self._whisper(press.body, message(THANKS))

    async def _unhelpful(self, press: Press) -> None:
        await self.desk.memory.answer(press.value)
        await self.desk.poster.open_view(press.body["trigger_id"], words.feedback_view(press.value))

    async def _sent(self, ack: Any, body: dict[str, Any]) -> None:
        """The form behind "Not helpful"; a verdict that cannot be kept is said in the form of a message to the person."""
        order = Order(channel=str(body["user"]["id"]), direct=True)
        taking = await self.desk.taking((f"view:{body['view']['id']}",), order)
        await ack()
        job = await taking
        if job is None:
            return
        state = body["view"]["state"]["values"]
        given = {
            "answer": body["view"]["private_metadata"],
            "verdict": state["verdict"]["verdict"]["selected_option"]["value"],
            "reason": state["reason"]["reason"].get("value") or "",
        }

        async def keep() -> None:
            await self.desk.memory.feedback(Opinion.model_validate(given))
            await job.reply.give(message(THANKS))

        await self.desk.excusing(job, keep)

    async def _whisper(self, body: Payload, said: Message) -> None:
        """To the person alone; where only that person sees the answer, the channel may not be ours to whisper in."""
        place = _place(body)
        try:
            if _is_private(body):
                await respond(body["response_url"], said, response_type="ephemeral", replace_original=False)
                return
            await self.desk.poster.whisper(place.channel, str(body["user"]["id"]), place.thread_ts, said)
        except FAILURES as failure:
            told(failure, "thank for feedback")


async def _acknowledged(ack: Any) -> None:
    await ack()


def _is_private(body: Payload) -> bool:
    return bool(body.get("container", {}).get("is_ephemeral"))


def _order(body: Payload) -> Order:
    """In the thread of the message whose button was pressed; privately where only one person sees it."""
    if _is_private(body):
        return Order(url=str(body["response_url"]))
    place = _place(body)
    return Order(channel=place.channel, thread_ts=place.thread_ts, direct=place.channel.startswith("D"))


def _place(body: Payload) -> Place:
    container, pressed = body.get("container", {}), body.get("message", {})
    ts = pressed.get("thread_ts") or container.get("thread_ts") or pressed.get("ts")
    return Place(str(body["channel"]["id"]), ts and str(ts))


def _asked(kept: KeptAnswer) -> Turn:
    return Turn(role="user", content=kept.request.question)


def _file(name: str, advice: Advice, markdown: str) -> Picture:
    return Picture(f"{name}-{advice.id}.md", markdown.encode(), answers.plain_question(advice.question))
