"""`dbarch kb`: the entries as files, without an edition."""

import datetime as dt
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import get_args

from kb.checks import CheckReport, check, write_lock
from kb.entry import Block, Entry, FenceStatus, Kind, KnowledgeBase, Section
from kb.loader import load, read_fence_lock
from service.errors import RequestError, UnknownEntryError
from service.frontends.cli_index import directories
from service.settings import read_settings


def check_entries(fences: bool, lock: bool, jobs: int | None = None) -> int:
    """Check ours and a team's entries, the code of so many at a time, by default one a core; the exit code is that of `outcome`."""
    jobs = jobs or os.cpu_count() or 1
    report = check(directories(read_settings()), fences=fences, jobs=jobs, today=dt.date.today())
    return outcome(report, read_fence_lock() if fences else report.lock, write_lock if lock else None)


def outcome(
    report: CheckReport, committed: Mapping[str, FenceStatus], write: Callable[[CheckReport], Path] | None
) -> int:
    """Print every problem and the counts; 1 when one is more than a warning, or the lock of the fences is stale.

    The lock says in every answer which code has run. It is written on demand only, so that a check never changes what it checks.
    """
    for problem in report.problems:
        print(problem, file=sys.stderr)
    print(", ".join(f"{count} {name}" for name, count in report.counts.items()))
    if report.errors:
        return 1
    if report.lock == committed:
        return 0
    if write is None:
        print("kb/fences.lock is stale: run `dbarch kb check --lock` and commit it", file=sys.stderr)
        return 1
    print(f"{write(report)} written: commit it with the entries")
    return 0


def list_entries(kind: str | None) -> None:
    """One line an entry."""
    if kind is not None and kind not in get_args(Kind):
        raise RequestError(f"there is no kind {kind!r}: the kinds are {', '.join(get_args(Kind))}")
    for entry_id, entry in sorted(_entries().entries.items()):
        if kind in (None, entry.kind):
            print(f"{entry_id:<48} {entry.title}")


def show_entry(name: str) -> None:
    """An entry as Markdown, or one section of it where an anchor is given."""
    entry_id, _, anchor = name.partition("#")
    knowledge = _entries()
    if entry_id not in knowledge.entries:
        raise UnknownEntryError(f"there is no entry {entry_id!r}; `dbarch kb list` names them all")
    entry = knowledge.entries[entry_id]
    if anchor and anchor not in entry.anchors:
        raise UnknownEntryError(f"{entry_id!r} has no section {anchor!r}; it has {', '.join(entry.anchors)}")
    print("\n".join(_section(entry.anchors[anchor]) if anchor else _whole(entry)))


def _entries() -> KnowledgeBase:
    return load(directories(read_settings()))


def _whole(entry: Entry) -> Iterator[str]:
    yield f"# {entry.title}\n\n{entry.meta.summary}\n"
    for section in (*entry.sections, *entry.derived):
        yield from _section(section)
    yield "## Sources\n"
    for source_id, source in entry.meta.sources.items():
        yield f"[^{source_id}]: {source.title}, {source.publisher}, {f'checked {source.checked}' if source.checked else 'not read back yet'}: {source.url}"


def _section(section: Section) -> Iterator[str]:
    yield f"{'#' * max(section.level, 2)} {section.heading} {{#{section.anchor}}}\n"
    for block in section.blocks:
        yield from _block(block)
        yield ""


def _block(block: Block) -> Iterator[str]:
    if block.fence is not None:
        info = " ".join(filter(None, (block.fence.language, block.fence.engine)))
        yield from () if block.fence.hidden else (f"```{info}", block.fence.code.rstrip("\n"), "```")
        return
    if block.header:
        yield f"| {' | '.join(block.header)} |"
        yield f"|{' --- |' * len(block.header)}"
    for number, statement in enumerate(block.statements, 1):
        marker = {"list": f"{number}. " if block.ordered else "- "}.get(block.kind, "")
        yield f"| {' | '.join(statement.cells)} |" if statement.cells else f"{marker}{statement.markdown}"
