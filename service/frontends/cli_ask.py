"""`dbarch ask` and `dbarch search`: the request from what was typed, the answer to standard output."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from service.answer.markdown import render
from service.errors import RequestError
from service.frontends.bodies import body
from service.question.request import AskRequest
from service.settings import read_settings
from service.wiring import build_advisor

LANGUAGES = {".sql": "sql", ".json": "json", ".py": "python", ".js": "javascript", ".yaml": "yaml", ".yml": "yaml"}


@dataclass(frozen=True)
class Typed:
    """The arguments of `dbarch ask`."""

    question: str
    files: tuple[Path, ...]
    history: Path | None
    brief: bool
    constraints: tuple[str, ...] = ()
    composer: str = "deterministic"


def ask(typed: Typed, as_json: bool) -> None:
    """Answer on standard output. Raises RequestError before anything heavy is loaded."""
    request = request_of(typed)
    advice = build_advisor(read_settings()).advise(request)
    write(body(advice) if as_json else render(advice).encode())


def explain(typed: Typed) -> None:
    """What was considered, chosen and dropped, as text."""
    request = request_of(typed)
    write(f"{build_advisor(read_settings()).explain(request).text}\n".encode())


def compare(names: Sequence[str], purpose: str, as_json: bool) -> None:
    """The comparison on standard output."""
    advisor = build_advisor(read_settings())
    advice = advisor.advise(advisor.comparison(names, purpose))
    write(body(advice) if as_json else render(advice).encode())


def search(query: str, limit: int, as_json: bool) -> None:
    """The nearest sections, best first, one line each."""
    if not query.strip() or "\0" in query:
        raise RequestError("the query is empty: give some words to look for")
    found = build_advisor(read_settings()).search(query, limit)
    if as_json:
        write(body(found))
        return
    for result in found.results:
        print(
            f"{result.score:.3f}  {result.entry}#{result.anchor}\n       {result.title}: {result.heading}\n       {result.excerpt}"
        )
    if not found.relevant:
        print("Nothing in the knowledge base is really about this.")


def request_of(typed: Typed) -> AskRequest:
    """The same request as from any other door. Raises RequestError."""
    content: dict[str, Any] = {
        "question": _question(typed.question),
        "attachments": [attached(path) for path in typed.files],
        "history": _history(typed.history),
        "constraints": pairs(typed.constraints),
        "detail": "brief" if typed.brief else "full",
        "composer": typed.composer,
    }
    try:
        return AskRequest.model_validate(content)
    except ValidationError as error:
        raise RequestError(explained(error)) from error


def pairs(written: Iterable[str]) -> dict[str, str]:
    """`name=value` arguments by name. Raises RequestError."""
    found: dict[str, str] = {}
    for pair in written:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise RequestError(f"{pair!r} is not name=value: write rate=400/s, with quotes where a value holds spaces")
        found[name.strip()] = value.strip()
    return found


def write(content: bytes) -> None:
    """The bytes as they are; only a person at a terminal gets a line end after them."""
    sys.stdout.buffer.write(content)
    if sys.stdout.isatty() and not content.endswith(b"\n"):
        sys.stdout.buffer.write(b"\n")
    sys.stdout.buffer.flush()


def attached(path: Path) -> dict[str, str | None]:
    """A file as an attachment. Raises RequestError."""
    return {"name": path.name, "language": LANGUAGES.get(path.suffix), "content": _read(path)}


def _question(text: str) -> str:
    if text != "-":
        return text
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise RequestError("standard input is not UTF-8 text: convert it first") from error


def _history(path: Path | None) -> Any:
    if path is None:
        return ()
    try:
        return json.loads(_read(path))
    except ValueError as error:
        raise RequestError(
            f'{str(path)!r} is not JSON ({error}): it holds [{{"role": "user", "content": "…"}}]'
        ) from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise RequestError(f"{str(path)!r} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RequestError(f"{str(path)!r} is not UTF-8 text: convert it first") from error


def explained(error: ValidationError) -> str:
    """The first fault in one line, with the place it is at."""
    fault = error.errors()[0]
    place = ".".join(map(str, fault["loc"]))
    return f"{place} {fault['msg'].removeprefix('Value error, ')}".strip()
