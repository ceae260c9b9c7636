"""What was asked and where its answer goes, as it is kept until it is done: enough for another process to do it."""

from dataclasses import dataclass

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from service.frontends.slack.events import Asked
from service.frontends.slack.posting import Place, Poster
from service.frontends.slack.replies import PrivateReply, Reply, ThreadReply
from service.store.records import Errand

log = structlog.get_logger("dbarch.slack")


class Order(BaseModel):
    """Either a message to answer in its thread, or the question of a command; with neither, something that was pressed, which only the asker can do anew.

    Without a channel the answer goes to `url` alone; with both, to `url` where the channel is not ours.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    channel: str = ""
    thread_ts: str | None = None
    direct: bool = False
    url: str = ""
    bot_user: str = ""
    message: Asked | None = None
    question: str = ""

    @property
    def place(self) -> Place:
        return Place(self.channel, self.thread_ts)

    def reply(self, poster: Poster, held: str | None = None) -> Reply:
        """How the answer reaches its asker; `held` is our message that stands in its place."""
        if not self.channel:
            return PrivateReply(self.url)
        return ThreadReply(poster, self.place, self.direct, self.url, held)


@dataclass(frozen=True)
class Job:
    """An order at hand, under the id of its errand."""

    id: str
    order: Order
    reply: Reply
    tries: int = 0

    @property
    def line(self) -> str:
        """The name of the line in which it waits: questions of a thread wait for each other."""
        return line_of(self.order.place) if self.order.channel else self.id

    @property
    def errand(self) -> Errand:
        return Errand(self.id, self.order.model_dump_json())


def order_of(message: Asked, bot_user: str, url: str = "") -> Order:
    """The order to answer a message in its thread."""
    direct = message.manner == "direct" or message.channel.startswith("D")
    return Order(
        channel=message.channel, thread_ts=message.thread_ts, direct=direct, url=url, bot_user=bot_user, message=message
    )


def job_of(errand: Errand, poster: Poster) -> Job | None:
    """The job that an errand is; None for one that another version wrote, which is logged."""
    try:
        order = Order.model_validate_json(errand.work)
    except ValidationError:
        log.error("what another version has left undone cannot be read", errand=errand.id)
        return None
    return Job(errand.id, order, order.reply(poster, errand.held), errand.tries)


def line_of(place: Place) -> str:
    """The name of a thread."""
    return f"{place.channel}:{place.thread_ts}"
