"""Two runs read from files, a baseline or the results.jsonl of a run each, and what moved between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from evals import baseline as baselines
from evals.errors import BaselineError
from evals.gates import Finding, comparable, findings, moved, unchanged
from evals.score import Row
from evals.suite import Results


@dataclass(frozen=True)
class Run:
    """The rows of a run, and what it was made on where the file says so."""

    rows: tuple[Row, ...]
    made_on: baselines.Fingerprint | None = None

    @property
    def baseline(self) -> baselines.Baseline:
        return baselines.of_run(Results(self.rows), self.made_on or _UNKNOWN, "a run")


_ROW = TypeAdapter(Row)
_UNKNOWN = baselines.Fingerprint(kb_digest="", entries=0, model="", edition_schema=0, cases="", libraries={})


@dataclass(frozen=True)
class Difference:
    """How cases moved on their leading metric, the gates that the second run fails, and over how many cases that was looked at."""

    moved: Sequence[tuple[str, float]]
    findings: tuple[Finding, ...]
    compared: int


def compare(before: Path, after: Path) -> Difference:
    """What moved. Raises BaselineError where the files are no runs, or runs that have nothing in common."""
    first, second = read_run(before), read_run(after)
    if first.made_on and second.made_on:
        comparable(first.baseline, second.made_on)
    count = sum(unchanged(row, first.baseline) for row in second.rows)
    if not count:
        raise BaselineError(f"not comparable: {str(before)!r} and {str(after)!r} have no unchanged case in common")
    changes = sorted(moved(first.baseline, second.rows).items())
    return Difference(changes, findings(first.baseline, second.rows), count)


def read_run(path: Path) -> Run:
    """A baseline or a results.jsonl. Raises BaselineError."""
    if path.suffix != ".jsonl":
        found = baselines.read(path)
        rows = (_row(*key.partition("/")[::2], scores) for key, scores in found.cases.items())
        return Run(tuple(rows), found.fingerprint)
    try:
        return Run(tuple(map(_ROW.validate_json, path.read_bytes().splitlines())))
    except OSError as error:
        raise BaselineError(f"{str(path)!r} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise BaselineError(f"{str(path)!r} is no results.jsonl: `dbarch eval run` writes one") from error


def _row(suite: str, case: str, scores: baselines.CaseScores) -> Row:
    return Row(suite, case, scores.digest, scores.metrics, scores.points)
