"""What Slack sends, read: who is addressed, by whom, where, with which words and files. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any, Literal

from service.question.request import Turn

Payload = Mapping[str, Any]
Manner = Literal["mention", "direct", "follow_up", "shortcut"]

# Joins, topics, edits and deletions are messages too; these are the ones in which a person says something.
_SPOKEN = frozenset({None, "", "file_share", "thread_broadcast"})
_REFERENCE = re.compile(r"<(?P<target>[^>|]+)(?:\|(?P<label>[^>]*))?>")
# What people say to end a conversation, emoji too: it asks nothing.
_COURTESY = re.compile(
    r"(?:(?:thanks|thank you|thx|ty|cheers)(?: (?:a lot|so much|very much|again|all|everyone))?"
    r"|ok|okay|great|perfect|nice|cool|awesome|got it|will do|makes sense|that helps|:[\w+-]+:|[\s,.!])+",
    re.IGNORECASE,
)
TURN_CHARACTERS = 4_000


@dataclass(frozen=True)
class FileRef:
    """A file of a message: where it can be fetched, and what Slack says of it; sizes in bytes."""

    id: str
    name: str
    media_type: str
    size: int
    url: str
    # Slack Connect hides the address of a file until it is asked for.
    hidden: bool = False


@dataclass(frozen=True)
class Asked:
    """A message that is ours to answer; `thread_ts` is the root of the thread that the answer goes to."""

    channel: str
    user: str
    text: str
    ts: str
    thread_ts: str
    manner: Manner
    files: tuple[FileRef, ...] = ()

    @property
    def within(self) -> bool:
        """Whether something was said in the thread before."""
        return self.thread_ts != self.ts


def asked(event: Payload, bot_user: str) -> Asked | None:
    """The message, if it may be ours; a follow-up still has to be in a thread that is known. None for bots, edits, others' talk."""
    if not _said_by_somebody(event, bot_user):
        return None
    text = str(event.get("text") or "")
    mention = f"<@{bot_user}"
    if event.get("channel_type") == "im":
        manner: Manner = "direct"
    elif event.get("type") == "app_mention" or mention in text:
        manner = "mention"
    elif event.get("thread_ts", event["ts"]) != event["ts"] and not text.lstrip().startswith("<@"):
        # Who is named at the beginning is spoken to, and it is not us.
        if is_courtesy(text) and not event.get("files"):
            return None
        manner = "follow_up"
    else:
        return None
    return Asked(
        channel=str(event["channel"]),
        user=str(event["user"]),
        text=words(text, bot_user),
        ts=str(event["ts"]),
        thread_ts=str(event.get("thread_ts") or event["ts"]),
        manner=manner,
        files=files_of(event),
    )


def is_courtesy(text: str) -> bool:
    """Whether it is thanks or agreement and nothing else."""
    return bool(text.strip()) and _COURTESY.fullmatch(text.strip()) is not None


def shortcut(body: Payload, bot_user: str) -> Asked:
    """The message on which "Ask the architect" was chosen, asked by who chose it."""
    message = body["message"]
    ts = str(message["ts"])
    return Asked(
        channel=str(body["channel"]["id"]),
        user=str(body["user"]["id"]),
        text=words(str(message.get("text") or ""), bot_user),
        ts=ts,
        thread_ts=str(message.get("thread_ts") or ts),
        manner="shortcut",
        files=files_of(message),
    )


def files_of(message: Payload) -> tuple[FileRef, ...]:
    return tuple(file_of(file) for file in message.get("files") or ())


def file_of(file: Payload) -> FileRef:
    return FileRef(
        id=str(file.get("id", "")),
        name=str(file.get("name") or file.get("title") or "file")[:200],
        media_type=str(file.get("mimetype") or ""),
        size=int(file.get("size") or 0),
        url=str(file.get("url_private_download") or file.get("url_private") or ""),
        hidden=file.get("file_access") == "check_file_info",
    )


def words(text: str, bot_user: str) -> str:
    """What was typed: without the mention of us, links as their addresses, the three escaped signs as themselves."""

    def spoken(match: re.Match[str]) -> str:
        target, label = match["target"], match["label"]
        if target.removeprefix("@") == bot_user:
            return ""
        if target[0] in "@#!":
            return f"{'#' if target[0] == '#' else '@'}{label or target[1:]}".replace("@@", "@")
        return label if label and target.startswith("mailto:") else target

    return unescape(_REFERENCE.sub(spoken, text)).strip()


def turns(messages: Sequence[Payload], before: str, bot_user: str) -> tuple[Turn, ...]:
    """A thread as Slack tells it, as turns of a conversation: what people and we said before a message, oldest first."""
    found = []
    for message in messages:
        said = words(str(message.get("text") or ""), bot_user).replace("\0", "")[:TURN_CHARACTERS]
        ours = message.get("user") == bot_user
        if float(message.get("ts", 0)) < float(before) and said and (ours or not message.get("bot_id")):
            found.append(Turn(role="assistant" if ours else "user", content=said))
    return tuple(found)


def _said_by_somebody(event: Payload, bot_user: str) -> bool:
    return bool(
        event.get("subtype") in _SPOKEN
        and not event.get("bot_id")
        and not event.get("edited")
        and not event.get("hidden")
        and event.get("user") not in (None, "", bot_user)
        and event.get("ts")
        and event.get("channel")
    )
