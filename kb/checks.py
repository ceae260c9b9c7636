"""The check: every rule of the knowledge base over every entry, all problems in one pass."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb import profile, prose, provenance, rehearsal, rules, skeleton
from kb.entry import FenceStatus
from kb.errors import Fault, Problem
from kb.loader import Loaded, LoadedEntry, read_entries
from kb.shelf import Check, Shelf
from kb.tokens import load_token_counter
from kb.vocabulary import load_vocabulary

# What holds for every entry, a team's too.
STRICT: tuple[Check, ...] = (
    skeleton.check_title, skeleton.check_levels, skeleton.check_covers, skeleton.check_overdue,
    prose.check_length, prose.check_empty,
    provenance.check_sources, provenance.check_links, provenance.check_judged_numbers,
    profile.check_related, profile.check_facts, profile.check_shape, profile.check_options, profile.check_items, profile.check_calculations,
    rules.check_rules, rehearsal.check_examples,
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
    """Every problem, warnings among them; what was counted; and the lock that the fences would write."""

    problems: tuple[Problem, ...]
    counts: Mapping[str, int]
    lock: Mapping[str, FenceStatus]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if not problem.warning)


def check(directories: Sequence[Path], *, fences: bool = True, today: dt.date | None = None) -> CheckReport:
    """Check the entries of these directories, the first of which is ours.

    Without `fences` nothing is executed, and the lock is that of the last run. A review is overdue on `today` only.
    """
    vocabulary = load_vocabulary()
    loaded = read_entries(directories, vocabulary)
    shelf = Shelf(loaded.kb, vocabulary, load_token_counter(), today)
    problems = {*loaded.problems, *(problem for each in loaded.entries for problem in _check_entry(each, shelf))}
    lock = loaded.fences
    return CheckReport(tuple(sorted(problems)), _counts(loaded, lock), lock)


def _check_entry(loaded: LoadedEntry, shelf: Shelf) -> list[Problem]:
    faults = [fault for check_one in STRICT for fault in check_one(loaded, shelf)]
    for check_one in LENIENT:
        faults += [
            fault if loaded.own else Fault(fault.line, fault.text, warning=True) for fault in check_one(loaded, shelf)
        ]
    return [fault.at(loaded.file.shown) for fault in faults]


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
