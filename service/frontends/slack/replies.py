"""How an answer reaches its asker: in the thread, or privately at the address that a command came with."""

from dataclasses import dataclass, field
from typing import Protocol

from slack_sdk.errors import SlackApiError

from service.frontends.slack import words
from service.frontends.slack.blocks import Message, message
from service.frontends.slack.posting import FAILURES, OUTSIDE, Picture, Place, Poster, error_of, respond


class Reply(Protocol):
    """Where the answer to one question goes. Every method raises FAILURES."""

    @property
    def private(self) -> bool: ...
    @property
    def held(self) -> str | None: ...
    async def working(self) -> None: ...
    async def hold(self, word: Message) -> None: ...
    async def give(self, answer: Message) -> None: ...
    async def show(self, picture: Picture) -> None: ...


@dataclass
class PrivateReply:
    """Seen by its asker only; a command has said already that it is being worked on."""

    url: str
    private: bool = field(default=True, init=False)
    held: None = field(default=None, init=False)

    async def working(self) -> None: ...

    async def hold(self, word: Message) -> None:
        await self.give(word)

    async def give(self, answer: Message) -> None:
        await respond(self.url, answer, response_type="ephemeral", replace_original=True)

    async def show(self, picture: Picture) -> None:
        """A file cannot be shown to one person: it is posted when the answer is shared."""


@dataclass
class ThreadReply:
    """In the thread, in place of the word that it is being worked on; in direct messages a status says that.

    With `url`, where the bot is not in the channel, privately to who asked. `held` is the message that stands in the place of the answer.
    """

    poster: Poster
    place: Place
    direct: bool = False
    url: str = ""
    held: str | None = None
    _instead: PrivateReply | None = field(default=None, init=False)

    @property
    def private(self) -> bool:
        return self._instead is not None

    async def working(self) -> None:
        if self.direct:
            await self.poster.status(self.place, words.STATUS)
        elif self.held is None:
            await self.hold(message(f"_{words.WORKING}_"))

    async def hold(self, word: Message) -> None:
        """Say a word in the place of the answer."""
        try:
            if self.held is None:
                self.held = await self.poster.post(self.place, word)
            else:
                await self.poster.update(self.place, self.held, word)
        except SlackApiError as failure:
            if not (self.url and error_of(failure) in OUTSIDE):
                raise
            self._instead = PrivateReply(self.url)

    async def give(self, answer: Message) -> None:
        if self._instead is not None:
            await self._instead.give(answer)
            return
        try:
            if self.held is None:
                await self.poster.post(self.place, answer)
            else:
                await self.poster.update(self.place, self.held, answer)
        except FAILURES:
            # The reason why is a message of its own.
            self.held = None
            raise
        self.held = None

    async def show(self, picture: Picture) -> None:
        await self.poster.upload(self.place, picture)
