"""An answer as server-sent events: what was found, each part once it stands, the whole, and the end."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from litestar.response import ServerSentEvent, ServerSentEventMessage

from ingest.errors import IngestError
from service.answer.advice import Advice
from service.answer.telling import Event, Found, Said
from service.errors import ServiceError
from service.frontends.bodies import body
from service.frontends.http.door import Door
from service.frontends.http.problems import problem_of
from service.frontends.http.spending import Listener
from service.question.request import AskRequest

EVENT_STREAM = "text/event-stream"


async def streamed(door: Door, asking: AskRequest) -> ServerSentEvent:
    """Raises what the use case raises before anything was told; later faults are an event of the stream."""
    loop, events = asyncio.get_running_loop(), asyncio.Queue[Event | None]()

    def told(event: Event) -> None:
        loop.call_soon_threadsafe(events.put_nowait, event)

    listener = Listener(door.spending, told)

    def answered() -> Advice:
        advice = door.advisor.advise(asking, listener)
        door.keeper.keep(asking, advice)
        return advice

    work = asyncio.create_task(door.pool_for(asking).run(answered))
    work.add_done_callback(lambda _: events.put_nowait(None))
    first = await events.get()
    if first is None and work.exception() is not None:
        await work
    return ServerSentEvent(_messages(first, events, work, listener))


async def _messages(
    first: Event | None, events: "asyncio.Queue[Event | None]", work: "asyncio.Task[Advice]", listener: Listener
) -> AsyncIterator[ServerSentEventMessage]:
    event = first
    while event is not None:
        if (message := _message(event)) is not None:
            yield message
        event = await events.get()
    try:
        advice = await work
    except (ServiceError, IngestError) as error:
        yield _sent("error", problem_of(error).body())
        return
    yield ServerSentEventMessage(event="answer", data=body(advice).decode())
    yield _sent("done", {"id": advice.id, "composer": advice.composer, "timing": listener.timing})


def _message(event: Event) -> ServerSentEventMessage | None:
    if isinstance(event, Found):
        return _sent("search", {"entries": event.entries})
    if isinstance(event, Said):
        return _sent(
            "section",
            {
                "summary": [claim.model_dump(mode="json") for claim in event.summary],
                "section": event.section.model_dump(mode="json") if event.section else None,
                "citations": [citation.model_dump(mode="json") for citation in event.citations],
            },
        )
    return None


def _sent(name: str, data: Any) -> ServerSentEventMessage:
    return ServerSentEventMessage(event=name, data=json.dumps(data, ensure_ascii=False, separators=(",", ":")))
