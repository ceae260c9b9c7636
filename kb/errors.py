"""Everything that kb raises.

KbError
├── EntryError         one or more entries break the rules; carries every problem
├── QuantityError      a text is not a quantity of the expected unit
├── FormulaError       a formula is unknown, or its arguments do not fit
│   └── ImplausibleError   an argument or result is outside the range in which the formula says anything
├── SqlError           a text is not SQL that we can read
├── FenceError         the engines that run code fences cannot be started
└── SnapshotError      bytes are not a knowledge base that this version wrote
"""

from collections.abc import Sequence
from dataclasses import dataclass


class KbError(Exception):
    """Root of everything that kb raises; the message says what happened and what to do."""


@dataclass(frozen=True, order=True)
class Problem:
    """One fault in one file, as a person needs it to find and mend it."""

    path: str
    line: int
    text: str
    warning: bool = False

    def __str__(self) -> str:
        level = "warning: " if self.warning else ""
        return f"{self.path}:{self.line}: {level}{self.text}"


@dataclass(frozen=True, order=True)
class Fault:
    """A problem before its file is known: what reads one text reports its line."""

    line: int
    text: str
    warning: bool = False

    def at(self, path: str) -> Problem:
        return Problem(path, self.line, self.text, self.warning)


class EntryError(KbError):
    """One or more entries break the rules."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


class QuantityError(KbError):
    """A text is not a quantity of the expected unit."""


class FormulaError(KbError):
    """A formula is unknown, or its arguments do not fit."""


class ImplausibleError(FormulaError):
    """An argument or a result is outside the range in which the formula says anything."""


class SqlError(KbError):
    """A text is not SQL that we can read."""


class FenceError(KbError):
    """The engines that run code fences cannot be started."""


class SnapshotError(KbError):
    """Bytes are not a knowledge base that this version wrote."""
