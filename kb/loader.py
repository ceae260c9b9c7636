"""From files to a KnowledgeBase: our own entries, then a team's overlay; every problem is gathered before any is raised."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import TypeGuard, cast, get_args

from pydantic import ValidationError

from kb.derived import derived_sections
from kb.entry import Entry, FenceStatus, FrontMatter, Kind, KnowledgeBase
from kb.errors import EntryError, Fault, Problem
from kb.files import EntryFile, find_entries
from kb.frontmatter import FrontMatterText, split
from kb.kinds import MODELS
from kb.markdown import parse_sections
from kb.rules import check_rules
from kb.shelf import LoadedEntry, Shelf
from kb.sources import undefined_sources
from kb.vocabulary import Vocabulary, load_vocabulary, terms_bytes

_STATUSES: tuple[str, ...] = get_args(FenceStatus)
_MESSAGES: Mapping[str, str] = {
    "missing": "is missing: add it",
    "extra_forbidden": "is not a key that is known here: remove it or mend its spelling",
}


@dataclass(frozen=True)
class Loaded:
    """Everything that could be read, and everything that could not."""

    entries: tuple[LoadedEntry, ...]
    problems: tuple[Problem, ...]
    digest: str
    fences: Mapping[str, FenceStatus]

    @property
    def kb(self) -> KnowledgeBase:
        return KnowledgeBase({each.entry.id: each.entry for each in self.entries}, self.digest, self.fences)


def own_entries() -> Path:
    """The directory of the entries that ship with this package."""
    return Path(str(resources.files("kb").joinpath("entries")))


def load(directories: Sequence[Path]) -> KnowledgeBase:
    """Our entries, then a team's; raises EntryError with every problem of every file at once."""
    kb, problems = collect(directories)
    errors = [problem for problem in problems if not problem.warning]
    if errors:
        raise EntryError(errors)
    return kb


def collect(directories: Sequence[Path]) -> tuple[KnowledgeBase, tuple[Problem, ...]]:
    """The knowledge base of what can be read, with the problems and warnings of loading it."""
    loaded = read_entries(directories, load_vocabulary())
    return loaded.kb, loaded.problems


def read_entries(directories: Sequence[Path], vocabulary: Vocabulary) -> Loaded:
    """Every entry of the directories; the first directory is ours, the later ones are a team's."""
    entries: dict[str, LoadedEntry] = {}
    problems: list[Problem] = []
    digest = hashlib.sha256(terms_bytes())
    for number, directory in enumerate(directories):
        files, faults = find_entries(directory)
        problems += faults
        for file in files:
            digest.update(f"\0{number}\0{file.id}\0{hashlib.sha256(file.content.encode()).hexdigest()}".encode())
            read, found = _read(file, number == 0, vocabulary)
            problems += [fault.at(file.shown) for fault in found]
            if file.id in entries:
                problems.append(
                    Problem(
                        file.shown,
                        1,
                        f"id {file.id!r} is taken by {entries[file.id].file.shown}: give the file another name; an overlay adds entries, it replaces none",
                    )
                )
            elif read is not None:
                entries[file.id] = read
    fences = read_fence_lock()
    digest.update(repr(sorted(fences.items())).encode())
    ordered = tuple(entries[each] for each in sorted(entries))
    loaded = Loaded(ordered, (), digest.hexdigest(), fences)
    problems += _rule_problems(loaded, vocabulary)
    return replace(loaded, problems=tuple(sorted(problems)))


def _rule_problems(loaded: Loaded, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Rules that could not be decided: one of them would fail every question that comes near it."""
    shelf = Shelf(loaded.kb, vocabulary)
    for each in loaded.entries:
        yield from (fault.at(each.file.shown) for fault in check_rules(each, shelf))


def read_fence_lock() -> Mapping[str, FenceStatus]:
    """How each fence was verified when the check last ran, by digest; lines of `digest status` in kb/fences.lock."""
    lock = resources.files("kb").joinpath("fences.lock")
    return parse_lock(lock.read_text(encoding="utf-8")) if lock.is_file() else {}


def parse_lock(text: str) -> Mapping[str, FenceStatus]:
    """The text of a lock; a line that is none is no proof, and left out."""
    rows = [line.split() for line in text.splitlines() if not line.startswith("#")]
    return {row[0]: row[1] for row in rows if len(row) == 2 and _is_status(row[1])}


def _is_status(text: str) -> TypeGuard[FenceStatus]:
    return text in _STATUSES


def _read(file: EntryFile, own: bool, vocabulary: Vocabulary) -> tuple[LoadedEntry | None, list[Fault]]:
    front = split(file.content)
    faults = list(front.faults)
    if faults and not front.body_line > 1:
        return None, faults
    body = parse_sections(file.id, front.body, front.body_line)
    faults += body.faults
    meta, found = (None, []) if front.faults else _validate(file.kind, front, own)
    faults += found
    if meta is None:
        return None, faults
    faults += undefined_sources(meta, body.sections, front)
    derived = derived_sections(file.id, meta, vocabulary)
    entry = Entry(file.id, cast(Kind, file.kind), f"{file.id}.md", meta, body.sections, derived)
    return LoadedEntry(entry, file, front, body, own), faults


def _validate(kind: str, front: FrontMatterText, own: bool) -> tuple[FrontMatter | None, list[Fault]]:
    model = MODELS[kind]
    try:
        return model.model_validate(dict(front.values)), []
    except ValidationError as error:
        missing = [
            str(each["loc"][0]) for each in error.errors() if each["type"] == "missing" and len(each["loc"]) == 1
        ]
        special = {name for name in missing if name not in FrontMatter.model_fields}
        if own or not special or len(missing) != error.error_count():
            return None, list(_faults(error, front))
    return _validate_plain(front, sorted(special))


def _validate_plain(front: FrontMatterText, missing: Sequence[str]) -> tuple[FrontMatter | None, list[Fault]]:
    """A team's entry without the keys of its kind is read as text with sources; the check says what more would help."""
    common = {name: value for name, value in front.values.items() if name in FrontMatter.model_fields}
    hint = Fault(
        1,
        f"{', '.join(map(repr, missing))} would let the service compare and choose by this entry; without, it is text to quote",
        warning=True,
    )
    try:
        return FrontMatter.model_validate(common), [hint]
    except ValidationError as error:
        return None, list(_faults(error, front))


def _faults(error: ValidationError, front: FrontMatterText) -> Iterator[Fault]:
    for each in error.errors():
        name = ".".join(map(str, each["loc"])) or "the front matter"
        said = _MESSAGES.get(each["type"], f"is not valid: {each['msg']}")
        given = "" if each["type"] in _MESSAGES else f" (here {str(each['input'])[:60]!r})"
        yield Fault(front.line(*each["loc"]), f"{name!r} {said}{given}")
