"""What a fence says will happen, and whether what happened is that."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kb.errors import Fault

_EXPECT = re.compile(r"^(?:rows:(?P<rows>\d+)|error:(?P<error>\w+)|blocks:(?P<blocks>\w+))$")
_THEN = re.compile(r"^(?:ok|error:(?P<error>\w+))$")


@dataclass(frozen=True)
class Outcome:
    """How the statements of a fence ended: rows of the last one, or the code and message of the one that failed."""

    rows: int | None = None
    code: str = ""
    message: str = ""
    line: int = 1
    finished: bool = True
    waited_for: str = ""


@dataclass(frozen=True)
class Expectation:
    """Read off `expect=` and `then=`; nothing expected means that every statement succeeds."""

    rows: int | None = None
    error: str = ""
    blocks: str = ""

    def faults(self, outcome: Outcome) -> Iterator[Fault]:
        """What differs, with the line inside the fence."""
        if self.blocks and outcome.waited_for != self.blocks:
            yield Fault(outcome.line, f"session {self.blocks!r} was expected to block this, it did not")
        if outcome.code != self.error:
            yield Fault(outcome.line, _difference(self.error, outcome))
        elif self.error and not outcome.finished:
            yield Fault(outcome.line, f"error {self.error} came before the last statement: {outcome.message}")
        if not outcome.code and self.rows is not None and self.rows != outcome.rows:
            yield Fault(outcome.line, f"{self.rows} rows were expected, {outcome.rows} came")


def _difference(error: str, outcome: Outcome) -> str:
    if not error:
        return f"failed with {outcome.code}: {outcome.message}"
    if not outcome.code:
        return f"error {error} was expected, it succeeded"
    return f"error {error} was expected, it failed with {outcome.code}: {outcome.message}"


def read_expectation(attributes: Mapping[str, str]) -> Expectation | Fault:
    """The expectation of a fence, or what is wrong with how it is written."""
    text, then = attributes.get("expect"), attributes.get("then")
    if text is None:
        return Expectation() if then is None else Fault(0, "'then' needs 'expect=blocks:SESSION' beside it")
    match = _EXPECT.match(text)
    if not match:
        return Fault(0, f"expect={text!r} is not known: write rows:N, error:SQLSTATE or blocks:SESSION")
    if match["blocks"]:
        outcome = _THEN.match(then or "ok")
        if not outcome:
            return Fault(0, f"then={then!r} is not known: write ok or error:SQLSTATE")
        return Expectation(blocks=match["blocks"], error=outcome["error"] or "")
    if then is not None:
        return Fault(0, "'then' needs 'expect=blocks:SESSION' beside it")
    return Expectation(rows=int(match["rows"]) if match["rows"] else None, error=match["error"] or "")
