"""Measures over the rows of several cases, each with how many it is over; None where no case has a say."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import mean

from evals.score import Row
from evals.statistics import auroc, excess_augrc

GRADED = ("interactions", "variants", "behaviours", "choices", "premises", "numeric")
LEADING = (
    "weighted",
    "deliverables",
    "corrected",
    "carried",
    "refused",
    "answered",
    "resisted",
    "unblocked",
    "ndcg@10",
)
# An answer that has less than half of what was wanted is a wrong one.
_WRONG = 0.5


@dataclass(frozen=True)
class Measured:
    value: float
    n: int


Measure = Callable[[Sequence[Row]], Measured | None]


def leading(row: Row) -> float | None:
    """The metric that a case is ranked by."""
    return next((row.metrics[name] for name in LEADING if name in row.metrics), 0.0 if row.error else None)


def share(metric: str, suite: str = "", group: str = "") -> Measure:
    """The mean of a metric over a suite, or over all that have it."""
    return lambda rows: _mean(_values(rows, metric, suite, group))


def total(metric: str) -> Measure:
    """The sum of a metric over all cases that have it."""

    def measure(rows: Sequence[Row]) -> Measured | None:
        values = _values(rows, metric, "", "")
        return Measured(sum(values), len(values)) if values else None

    return measure


def lacking(metric: str, suite: str) -> Measure:
    """The share of a suite's cases without it."""

    def measure(rows: Sequence[Row]) -> Measured | None:
        return _mean([1.0 - value for value in _values(rows, metric, suite, "")])

    return measure


def precision(rows: Sequence[Row]) -> Measured | None:
    """Of all refusals, those of questions that are not ours; both kinds have to have been asked."""
    ours, others = _values(rows, "answered", "in_scope", ""), _values(rows, "refused", "out_of_scope", "")
    refusals = [*(0.0 for value in ours if not value), *(1.0 for value in others if value)]
    return _mean(refusals) if ours and others else None


def separation(rows: Sequence[Row]) -> Measured | None:
    """How well the stated confidence tells questions of ours from others: the area under the ROC curve."""
    ours, others = _values(rows, "confidence", "in_scope", ""), _values(rows, "confidence", "out_of_scope", "")
    return Measured(auroc(ours, others), len(ours) + len(others)) if ours and others else None


def undetected(rows: Sequence[Row]) -> Measured | None:
    """Excess AUGRC of the stated confidence, where an answer is wrong that lacks half, or whose question is not ours."""
    graded = [(row.metrics["confidence"], _wrong(row)) for row in rows if "confidence" in row.metrics and row.suite in (*GRADED, "in_scope", "out_of_scope")]  # fmt: skip
    return Measured(excess_augrc(graded), len(graded)) if graded else None


def _wrong(row: Row) -> float:
    return 1.0 if row.suite == "out_of_scope" else float((leading(row) or 0.0) < _WRONG)


def worst_case(rows: Sequence[Row]) -> Measured | None:
    """The weighted share of each interaction, taken from the worst of the ways in which it is asked (HELM)."""
    clusters: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        if row.suite in ("interactions", "variants") and row.cluster and "weighted" in row.metrics:
            clusters[row.cluster].append(row.metrics["weighted"])
    return _mean([min(values) for values in clusters.values()])


def _values(rows: Iterable[Row], metric: str, suite: str, group: str) -> list[float]:
    return [
        row.metrics[metric]
        for row in rows
        if metric in row.metrics and suite in ("", row.suite) and group in ("", row.group)
    ]


def _mean(values: Sequence[float]) -> Measured | None:
    return Measured(mean(values), len(values)) if values else None
