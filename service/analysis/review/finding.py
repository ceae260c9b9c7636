"""A finding: what is wrong, where, why it matters here, how it is mended, and which section of an entry explains it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from kb.entry import Severity
from kb.schema import Place
from service.analysis.review.subject import Subject

Family = Literal["types", "keys", "integrity", "indexes", "concurrency", "tenancy", "growth", "framework", "query"]
FAMILIES: tuple[Family, ...] = get_args(Family)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)


@dataclass(frozen=True)
class Hit:
    """What a rule notices at one object; `say` and `because` are sentences without their full stop, `fix` is code or nothing."""

    object: str
    place: Place | None
    say: str
    because: str
    fix: str = ""
    severity: Severity | None = None


@dataclass(frozen=True)
class Rule:
    """One rule: `severity` is that of its hits unless they bring their own; `section` explains it.

    `asked` is whether its hits mend what the asker says has happened, and `apart` whether each hit is told by itself
    because the next one says something else.
    """

    id: str
    family: Family
    severity: Severity
    section: str
    find: Callable[[Subject], Iterable[Hit]]
    asked: bool = False
    apart: bool = False


@dataclass(frozen=True)
class Finding:
    """A hit of a rule with the pasted text and line where it stands; line 0 where it is about the whole."""

    rule: str
    family: Family
    severity: Severity
    object: str
    source: str
    line: int
    quote: str
    say: str
    because: str
    fix: str
    section: str

    @property
    def location(self) -> str:
        """`orders.total, schema.sql line 12`."""
        at = f"{self.source} line {self.line}" if self.line else self.source
        return f"{self.object}, {at}" if at else self.object
