"""Calls to Slack's Web API: patient with its rate limits, plain where it refuses blocks, and logged with what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from service.frontends.slack.blocks import Message
from service.frontends.slack.events import FileRef, Payload, file_of

log = structlog.get_logger("dbarch.slack")

SECONDS = 20
# With Retry-After of a second or so, which is what posting too fast gives, this outlasts two hundred questions at once.
RATE_LIMITED_TRIES = 60
# Slack allows apps of one's own so many messages a call.
THREAD_MESSAGES = 15

Failure = SlackApiError | SlackRequestError | aiohttp.ClientError | TimeoutError
FAILURES = (SlackApiError, SlackRequestError, aiohttp.ClientError, TimeoutError)
_REFUSED_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_attachments", "invalid_arguments"})  # fmt: skip
_TOKEN = (
    "SLACK_BOT_TOKEN is not accepted: install the app again under OAuth & Permissions, set the new token and restart"
)
OUTSIDE = frozenset({"not_in_channel", "channel_not_found"})
_INVITE = "the bot is not in this channel: invite it with /invite"
WHAT_TO_DO: Mapping[str, str] = {
    "invalid_auth": _TOKEN, "not_authed": _TOKEN, "token_expired": _TOKEN, "token_revoked": _TOKEN, "account_inactive": _TOKEN,
    "missing_scope": "a scope is missing: bring the app's manifest up to service/frontends/slack/manifest.yaml and install it again",
    "not_in_channel": _INVITE, "channel_not_found": _INVITE,
    "is_archived": "the channel is archived: nothing can be posted there",
    "ratelimited": "Slack limits the rate and kept doing so: ask again later",
}  # fmt: skip


def error_of(failure: Failure) -> str:
    """Slack's own name of an error; the kind of failure where Slack did not answer."""
    if isinstance(failure, SlackApiError):
        response = failure.response
        return str(response.get("error", "") if isinstance(response, dict) or hasattr(response, "data") else "") or "unreadable_answer"  # fmt: skip
    return type(failure).__name__


def told(failure: Failure, doing: str, reference: str = "") -> None:
    """Write a failure to the log with what to do about it; never a token."""
    name = error_of(failure)
    needed = (
        failure.response.get("needed", "") if isinstance(failure, SlackApiError) and name == "missing_scope" else ""
    )
    log.error("slack", doing=doing, error=name, needed=needed, reference=reference, to_do=WHAT_TO_DO.get(name, "see the error in Slack's documentation"))  # fmt: skip


def patient_handlers() -> list[AsyncRetryHandler]:
    return [
        AsyncConnectionErrorRetryHandler(max_retry_count=2),
        AsyncServerErrorRetryHandler(max_retry_count=2),
        AsyncRateLimitErrorRetryHandler(max_retry_count=RATE_LIMITED_TRIES),
    ]


@dataclass(frozen=True)
class Place:
    """Where something is posted: a channel, and a thread in it."""

    channel: str
    thread_ts: str | None = None


@dataclass(frozen=True)
class Picture:
    """A file to post: its bytes, what it is called, and for pictures what is to be seen on it."""

    filename: str
    content: bytes
    title: str
    alt: str | None = None


class Poster:
    """Everything that we ask of Slack; `hasty` gives up at once where the answer is not worth waiting for."""

    def __init__(self, token: str, base_url: str) -> None:
        self.client = AsyncWebClient(token, base_url, timeout=SECONDS, retry_handlers=patient_handlers())
        self._hasty = AsyncWebClient(token, base_url, timeout=5, retry_handlers=[])
        self._token = token

    async def bot_user(self) -> str:
        """The id of our own user. Raises SlackApiError."""
        return str((await self.client.auth_test())["user_id"])

    async def post(self, place: Place, message: Message) -> str:
        """The timestamp of the posted message; in words alone where Slack refuses the blocks. Raises FAILURES."""
        where: dict[str, Any] = {"channel": place.channel, "thread_ts": place.thread_ts}
        try:
            sent = await self.client.chat_postMessage(**where, **_content(message))
        except SlackApiError as failure:
            if error_of(failure) not in _REFUSED_BLOCKS:
                raise
            told(failure, "post blocks, which become plain text")
            sent = await self.client.chat_postMessage(**where, **_content(message.plainly()))
        return str(sent["ts"])

    async def update(self, place: Place, ts: str, message: Message) -> None:
        """Put a message in place of one of ours. Raises FAILURES."""
        try:
            await self.client.chat_update(channel=place.channel, ts=ts, **_content(message, unfurl=False))
        except SlackApiError as failure:
            if error_of(failure) not in _REFUSED_BLOCKS:
                raise
            told(failure, "update with blocks, which become plain text")
            await self.client.chat_update(channel=place.channel, ts=ts, **_content(message.plainly(), unfurl=False))

    async def whisper(self, channel: str, user: str, thread_ts: str | None, message: Message) -> None:
        """A message that only one person sees. Raises FAILURES."""
        await self.client.chat_postEphemeral(
            channel=channel, user=user, thread_ts=thread_ts, text=message.text, blocks=list(message.blocks)
        )

    async def upload(self, place: Place, picture: Picture) -> None:
        """Post a file. Raises FAILURES."""
        await self.client.files_upload_v2(
            filename=picture.filename, content=picture.content, title=picture.title, alt_txt=picture.alt,
            channel=place.channel, thread_ts=place.thread_ts,
        )  # fmt: skip

    async def status(self, place: Place, text: str) -> None:
        """What we are doing, under the thread of the assistant pane; without it nothing is lost."""
        try:
            await self._hasty.assistant_threads_setStatus(
                channel_id=place.channel, thread_ts=place.thread_ts or "", status=text
            )
        except FAILURES as failure:
            told(failure, "set the status")

    async def prompts(self, place: Place, prompts: Sequence[tuple[str, str]]) -> None:
        """What could be asked, in a new thread of the assistant pane. Raises FAILURES."""
        await self.client.assistant_threads_setSuggestedPrompts(
            channel_id=place.channel,
            thread_ts=place.thread_ts or "",
            prompts=[{"title": title, "message": prompt} for title, prompt in prompts],
        )

    async def thread(self, place: Place) -> tuple[Payload, ...]:
        """What was said in a thread, as far as Slack lets us read it at once; nothing where it does not."""
        try:
            found = await self._hasty.conversations_replies(
                channel=place.channel, ts=place.thread_ts or "", limit=THREAD_MESSAGES
            )
        except FAILURES as failure:
            told(failure, "read a thread")
            return ()
        return tuple(found.get("messages") or ())

    async def described(self, file: FileRef) -> FileRef:
        """A file with its address, which Slack Connect tells only when asked. Raises FAILURES."""
        return file_of((await self.client.files_info(file=file.id))["file"])

    async def publish_home(self, user: str, view: dict[str, Any]) -> None:
        """Raises FAILURES."""
        await self.client.views_publish(user_id=user, view=view)

    async def open_view(self, trigger_id: str, view: dict[str, Any]) -> None:
        """Raises FAILURES."""
        await self.client.views_open(trigger_id=trigger_id, view=view)


async def respond(url: str, message: Message | None, **how: Any) -> bool:
    """Answer a command or a button at its own address; whether Slack took it. Raises FAILURES."""
    webhook = AsyncWebhookClient(url, timeout=SECONDS, retry_handlers=patient_handlers())
    if message is None:
        return (await webhook.send(**how)).status_code == 200
    sent = await webhook.send(text=message.text, blocks=list(message.blocks), unfurl_links=False, **how)
    if sent.status_code == 200:
        return True
    log.error("slack", doing="respond with blocks, which become plain text", error=sent.body[:100])
    return (await webhook.send(text=message.plainly().text, unfurl_links=False, **how)).status_code == 200


def _content(message: Message, unfurl: bool | None = None) -> dict[str, Any]:
    """Links are our own pages and vendors': twenty previews under an answer would bury it."""
    previews = {} if unfurl is False else {"unfurl_links": False, "unfurl_media": False}
    return {"text": message.text, "blocks": list(message.blocks), **previews}
