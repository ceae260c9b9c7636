"""The files of a directory of entries: `<kind>/<slug>.md`, read safely; whatever else lies there is a problem, not a crash."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kb.errors import Problem
from kb.kinds import MODELS

MOST_BYTES = 400_000
_SLUG = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
_KINDS = ", ".join(MODELS)


@dataclass(frozen=True)
class EntryFile:
    """One file that has the place and the bytes of an entry; `shown` is its path as a person would open it."""

    id: str
    kind: str
    shown: str
    content: str


def find_entries(directory: Path) -> tuple[tuple[EntryFile, ...], tuple[Problem, ...]]:
    """The entry files of a directory in order of their ids, and what is wrong with the others."""
    if not directory.is_dir():
        return (), (
            Problem(_shown(directory), 1, "is no directory: name one with folders such as patterns/ or technologies/"),
        )
    files: list[EntryFile] = []
    problems: list[Problem] = []
    for path in _walk(directory):
        found = _read(directory, path)
        if isinstance(found, EntryFile):
            files.append(found)
        elif found:
            problems.append(Problem(_shown(path), 1, found))
    return tuple(sorted(files, key=lambda file: file.id)), tuple(problems)


def _walk(directory: Path) -> Iterator[Path]:
    """Every file below, and every folder that is a link: links to folders are not followed."""
    for folder, folders, names in os.walk(directory):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (here / name for name in folders if (here / name).is_symlink())
        yield from (here / name for name in sorted(names) if not name.startswith("."))


def _read(directory: Path, path: Path) -> EntryFile | str:
    """The entry at this path, or what is wrong with it; empty for a file that may lie there."""
    place = path.relative_to(directory)
    if place == Path("README.md"):
        return ""
    misplaced = _misplaced(place)
    if misplaced:
        return misplaced
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(directory)):
        return "is a link that leads out of the directory: copy the file instead"
    if not path.is_file():
        return "is no regular file: put a Markdown file here or remove it"
    content = _content(path)
    if isinstance(content, bytes):
        text = _text(content)
        return (
            text
            if isinstance(text, str)
            else EntryFile(f"{place.parts[0]}/{path.stem}", place.parts[0], _shown(path), text[0])
        )
    return content


def _misplaced(place: Path) -> str:
    if place.suffix != ".md":
        return "is no entry: entries end in .md; move other files elsewhere"
    if len(place.parts) != 2 or place.parts[0] not in MODELS:
        return f"is not in the folder of a kind: move it to one of {_KINDS}"
    if not _SLUG.match(place.stem):
        return f"{place.stem!r} is no slug: use lower-case letters, digits and single hyphens"
    return ""


def _content(path: Path) -> bytes | str:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        return f"cannot be read ({error.strerror}): mend its permissions"
    if len(content) > MOST_BYTES:
        return f"has more than {MOST_BYTES // 1000} kB: split the entry"
    return content


def _text(content: bytes) -> tuple[str] | str:
    """The text in a tuple, or what is wrong with the bytes."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return f"is not UTF-8 (byte {error.start}): save it as UTF-8"
    if "\0" in text:
        return "holds a NUL character: save it as plain text"
    return (text.replace("\r\n", "\n"),)


def _shown(path: Path) -> str:
    here = Path.cwd()
    full = path.absolute()
    return str(full.relative_to(here)) if full.is_relative_to(here) else str(path)
