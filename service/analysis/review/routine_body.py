"""What routines do behind their callers' backs: errors that vanish, rights that are lent, counters that everybody waits for."""

import re
from collections.abc import Iterable

from sqlglot import exp

from kb.routine import Routine, routines
from kb.schema import Place
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.statement import place_of, shown
from service.analysis.review.subject import Subject

_RULES = "patterns/integrity-constraints-and-validation"
# A handler that only gives up: nothing is raised, written or kept.
_SWALLOWED = re.compile(
    r"\bWHEN\s+OTHERS\s+THEN\s+(?:NULL|RETURN(?:\s+\w+)?)\s*;(?!\s*(?:INSERT|RAISE))|\bBEGIN\s+CATCH\s*(?:;|RETURN\s*;?|PRINT\b[^\n;]*;?|SELECT\s+NULL\s*;?)?\s*END\s+CATCH\b|\bDECLARE\s+CONTINUE\s+HANDLER\s+FOR\s+SQLEXCEPTION\s+(?:BEGIN\s*END\b|SET\s+@\w+\s*=\s*@\w+\s*;)",
    re.IGNORECASE,
)
_LENT = re.compile(r"\bSECURITY\s+DEFINER\b", re.IGNORECASE)
_PATH = re.compile(r"\bSET\s+search_path\b", re.IGNORECASE)
_TRIGGER = re.compile(r"\bRETURNS\s+TRIGGER\b|^\s*CREATE\s+(?:OR\s+(?:REPLACE|ALTER)\s+)?TRIGGER\b", re.IGNORECASE)


def _routines(subject: Subject) -> tuple[Routine, ...]:
    return routines(subject.artefacts.text, subject.dialect) if "sql" in subject.artefacts.kinds else ()


def _written(subject: Subject, routine: Routine) -> Place:
    first = subject.artefacts.text[routine.start : routine.end].lstrip().split("\n")[0]
    return Place(routine.start, routine.start + len(first), first)


def swallowed_error(subject: Subject) -> Iterable[Hit]:
    for routine in _routines(subject):
        match = _SWALLOWED.search(routine.text)
        if match is not None:
            start = routine.start + match.start()
            yield Hit(
                routine.name,
                Place(start, routine.start + match.end(), match.group()),
                f"Every exception is swallowed silently ({' '.join(match.group().split())[:60]}); catch the one that is expected, and raise the rest again",
                "a write that failed looks as if it had been done, and nobody can tell afterwards which rows are missing",
            )


def open_search_path(subject: Subject) -> Iterable[Hit]:
    """A function that runs with its owner's rights and looks names up along its caller's path."""
    if not subject.is_postgresql:
        return
    for routine in _routines(subject):
        later = re.search(
            rf"ALTER\s+FUNCTION\s+[\w.\"]*{re.escape(routine.name.upper())}\b[^;]*SEARCH_PATH", subject.sql
        )
        if _LENT.search(routine.text) and not _PATH.search(routine.text) and later is None:
            yield Hit(
                routine.name,
                _written(subject, routine),
                "SECURITY DEFINER without a fixed search_path: add SET search_path = pg_catalog, public (or the schema's own), pg_temp last, and revoke EXECUTE from PUBLIC",
                "the caller's search_path decides which table or operator is meant, so he can run his own code with the owner's rights",
            )


def hot_counter(subject: Subject) -> Iterable[Hit]:
    """A trigger that counts up a row of a parent: all inserts below that parent queue for its lock."""
    triggers = {r.name for r in _routines(subject) if _TRIGGER.search(r.text)}
    for query in subject.artefacts.queries:
        if query.within not in triggers or not isinstance(query.tree, exp.Update):
            continue
        for setting in query.tree.expressions:
            counted = isinstance(setting, exp.EQ) and isinstance(setting.expression, exp.Add | exp.Sub)
            if counted and any(c.name == setting.this.name for c in setting.expression.find_all(exp.Column)):
                yield Hit(
                    query.within,
                    place_of(query),
                    f"The trigger counts up {shown(query)}.{setting.this.name} with every row: a hot row; append the increments and sum them now and then, or count when asked",
                    "each transaction holds the lock of that one row until it commits, so writers below the same parent wait for one another",
                )


ROUTINE = (
    Rule("swallowed-error", "integrity", "high", f"{_RULES}#a-check-before-writing-races", swallowed_error),
    Rule("open-search-path", "tenancy", "high", "patterns/row-level-security#five-roles-are-enough", open_search_path),
    Rule("hot-counter", "concurrency", "medium", "patterns/pessimistic-locking#lock-a-parent-for-a-rule-over-children", hot_counter),
)  # fmt: skip
