"""Files of a message, fetched within bounds: text only, from Slack's own hosts only, so that our token goes nowhere else."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp

from service.frontends.slack.events import FileRef
from service.frontends.slack.posting import FAILURES, told
from service.question.request import MAX_ATTACHED_BYTES, Attachment

MAX_FILES = 10
SECONDS = 10
_TEXT_TYPES = frozenset(
    {"application/json", "application/sql", "application/x-sql", "application/xml", "application/yaml", "application/x-yaml", "application/javascript"}
)  # fmt: skip
_LANGUAGES = {"sql": "sql", "json": "json", "py": "python", "js": "javascript", "yaml": "yaml", "yml": "yaml"}

Describe = Callable[[FileRef], Awaitable[FileRef]]


class _UnreadError(Exception):
    """A file cannot be taken along; the message says why, to the asker."""


@dataclass(frozen=True)
class Read:
    """What could be read, and for each other file why not."""

    attachments: tuple[Attachment, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fetcher:
    """Fetches with the bot's token; `home` is where files of this Slack lie, and `describe` asks for a hidden address."""

    token: str
    describe: Describe
    home: str

    async def read(self, files: Sequence[FileRef]) -> Read:
        """The texts of the files, all together within what a request may hold."""
        attachments: list[Attachment] = []
        unread = [f"{file.name}: only {MAX_FILES} files are read" for file in files[MAX_FILES:]]
        room = MAX_ATTACHED_BYTES
        for file in files[:MAX_FILES]:
            try:
                content = await self._text(file, room)
            except _UnreadError as error:
                unread.append(f"{file.name}: {error}")
                continue
            room -= len(content.encode())
            attachments.append(_attachment(file.name, content))
        return Read(tuple(attachments), tuple(unread))

    async def _text(self, file: FileRef, room: int) -> str:
        try:
            known = await self.describe(file) if file.hidden else file
        except FAILURES as failure:
            told(failure, "ask for a file")
            raise _UnreadError("Slack does not tell where it is") from failure
        _check(known, self.home, room)
        try:
            content = await self._bytes(known.url, room)
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise _UnreadError("it is not UTF-8 text") from error
        except (aiohttp.ClientError, TimeoutError) as failure:
            told(failure, "fetch a file")
            raise _UnreadError("Slack did not hand it out") from failure
        if "\0" in text or not text.strip():
            raise _UnreadError("it holds no text" if not text.strip() else "it is not plain text")
        return text

    async def _bytes(self, url: str, room: int) -> bytes:
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        headers = {"Authorization": f"Bearer {self.token}"}
        async with (
            aiohttp.ClientSession(timeout=timeout, headers=headers) as session,
            session.get(url, allow_redirects=False) as response,
        ):
            # Without the scope files:read Slack answers with its page to sign in.
            if response.status != 200 or response.content_type == "text/html":
                raise _UnreadError(
                    "Slack did not hand it out; whoever runs me checks the scope files:read"
                    if response.status in (200, 302, 403)
                    else "Slack did not hand it out"
                )
            content = b""
            async for chunk in response.content.iter_chunked(65_536):
                content += chunk
                if len(content) > room:
                    raise _UnreadError(_too_large(room))
            return content


def _check(file: FileRef, home: str, room: int) -> None:
    """Raises _UnreadError for what is not worth or not safe to fetch."""
    kind = file.media_type.partition(";")[0].lower()
    if not (kind.startswith("text/") or kind in _TEXT_TYPES):
        raise _UnreadError("only text is read: send the schema, query or plan as text")
    if file.size > room:
        raise _UnreadError(_too_large(room))
    if urlsplit(file.url)[:2] != urlsplit(home)[:2]:
        raise _UnreadError("it does not lie with Slack: send it as a snippet or a text file")


def _too_large(room: int) -> str:
    return f"it is too large: files hold at most {MAX_ATTACHED_BYTES:,} bytes in all, {room:,} are left"


def _attachment(name: str, content: str) -> Attachment:
    language = _LANGUAGES.get(name.rpartition(".")[2].lower())
    return Attachment(name=name.replace("\0", "") or "file", content=content, language=language)
