"""The check: every rule of the knowledge base over every entry, all problems in one pass."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from kb import profile, prose, provenance, rehearsal, skeleton
from kb.entry import FenceStatus
from kb.errors import Problem
from kb.loader import Loaded, read_entries
from kb.shelf import Check, LoadedEntry, Shelf
from kb.tokens import load_token_counter
from kb.vocabulary import load_vocabulary

# What holds for every entry, a team's too; undefined sources and rules that cannot be decided do not even load.
STRICT: tuple[Check, ...] = (
    skeleton.check_title, skeleton.check_levels, skeleton.check_covers, skeleton.check_overdue,
    prose.check_empty, provenance.check_sources, provenance.check_reading, provenance.check_measured, provenance.check_links, provenance.check_judged_numbers,
    profile.check_related, profile.check_facts, profile.check_shape, profile.check_options, profile.check_items,
    rehearsal.check_examples,
)  # fmt: skip
# What an entry of ours must have, and a team's may: there it is a warning that says what would help.
LENIENT: tuple[Check, ...] = (
    skeleton.check_headings, skeleton.check_answers, skeleton.check_completeness,
    prose.check_total, prose.check_openings, prose.check_words,
    provenance.check_support, provenance.check_hops,
    profile.check_scores, profile.check_diagram,
)  # fmt: skip


@dataclass(frozen=True)
class CheckReport:
    """Every problem, warnings among them; what was counted; and the lock of our fences, to be written when no error is left."""

    problems: tuple[Problem, ...]
    counts: Mapping[str, int]
    lock: Mapping[str, FenceStatus]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if not problem.warning)


def check(
    directories: Sequence[Path], *, fences: bool = True, jobs: int = 1, today: dt.date | None = None
) -> CheckReport:
    """Check the entries of these directories, the first of which is ours.

    Without `fences` no code is run, and the lock is that of the last run; with them, of so many entries at a time as `jobs` says.
    A review is overdue on `today` only.
    Raises FenceError when the engines for the fences cannot be started.
    """
    vocabulary = load_vocabulary()
    loaded = read_entries(directories, vocabulary)
    shelf = Shelf(loaded.kb, vocabulary, today)
    strict = (*STRICT, prose.length_check(load_token_counter()), *(() if fences else (profile.check_calculations,)))
    problems = [*loaded.problems]
    for each in loaded.entries:
        problems += _check_entry(each, shelf, strict)
    lock = loaded.fences
    if fences:
        found, lock = _verify_fences(loaded, jobs)
        problems += found
    return CheckReport(tuple(sorted(set(problems))), _counts(loaded, lock), _own(loaded, lock))


def write_lock(report: CheckReport, path: Path | None = None) -> Path:
    """Write the lock of a check that ran the fences, into our package unless a path is given; returns where."""
    path = path or Path(str(resources.files("kb").joinpath("fences.lock")))
    path.write_text("".join(f"{digest} {status}\n" for digest, status in sorted(report.lock.items())), encoding="utf-8")
    return path


def _check_entry(loaded: LoadedEntry, shelf: Shelf, strict: Sequence[Check]) -> list[Problem]:
    faults = [fault for check_one in strict for fault in check_one(loaded, shelf)]
    lenient = [fault for check_one in LENIENT for fault in check_one(loaded, shelf)]
    faults += lenient if loaded.own else [replace(fault, warning=True) for fault in lenient]
    return [fault.at(loaded.file.shown) for fault in faults]


def _verify_fences(loaded: Loaded, jobs: int) -> tuple[list[Problem], Mapping[str, FenceStatus]]:
    # The engines are development dependencies: where entries are only checked as text they may be absent.
    from kb.fences import verify  # noqa: PLC0415
    from kb.postgres import running_postgres  # noqa: PLC0415

    shown = {each.entry.path: each.file.shown for each in loaded.entries}
    with ExitStack() as stack:
        servers = [stack.enter_context(running_postgres()) for _ in range(jobs)]
        problems, lock = verify([each.entry for each in loaded.entries], *servers)
    return [replace(problem, path=shown[problem.path]) for problem in problems], lock


def _own(loaded: Loaded, lock: Mapping[str, FenceStatus]) -> Mapping[str, FenceStatus]:
    """The part of the lock that belongs into our repository."""
    entries = [each.entry for each in loaded.entries if each.own]
    digests = {block.fence.digest for entry in entries for s in entry.sections for block in s.blocks if block.fence}
    return {digest: lock[digest] for digest in sorted(digests & lock.keys())}


def _counts(loaded: Loaded, lock: Mapping[str, FenceStatus]) -> Mapping[str, int]:
    sections = [section for each in loaded.entries for section in each.entry.sections]
    blocks = [block for section in sections for block in section.blocks]
    statuses = Counter(lock.get(block.fence.digest, "unverified") for block in blocks if block.fence)
    return {
        "entries": len(loaded.entries),
        "sections": len(sections),
        "statements": sum(len(block.statements) for block in blocks),
        "rules": sum(len(each.entry.meta.guidance) for each in loaded.entries),
        **{f"fences {status}": statuses[status] for status in sorted(statuses)},
    }
