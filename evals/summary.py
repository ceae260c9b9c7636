"""A run in numbers: means by suite and metric with their n, exact intervals where a metric is yes or no, the worst cases."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean

from evals.measures import GRADED, leading
from evals.score import Row
from evals.statistics import exact_interval

_YES_OR_NO = frozenset(
    {"refused", "answered", "corrected", "resisted", "unblocked", "same_decision", "flip_hit", "gap_named"}
)
# Totals, not means.
_COUNTED = frozenset({"must_not", "contradicted", "wrong_numbers", "repeated", "errors"})
_ORDER = (
    "vital", "weighted", "deliverables", "specific", "must_not", "contradicted", "cited", "grounded", "same_decision", "flip_hit",
    "corrected", "carried", "wrong_numbers", "refused", "gap_named", "answered", "resisted", "unblocked",
    "ndcg@10", "recall@20", "mrr@10", "words", "repeated", "errors",
)  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """A metric of a suite, or of one group of it: the mean or the total, over how many cases, and the exact 95% interval."""

    suite: str
    metric: str
    value: float
    n: int
    low: float | None = None
    high: float | None = None

    @property
    def shown(self) -> str:
        text = (
            f"{self.value:g}"
            if self.metric in _COUNTED
            else f"{self.value:.0f}"
            if self.metric == "words"
            else f"{self.value:.3f}"
        )
        return f"{text} [{self.low:.2f}, {self.high:.2f}]" if self.low is not None and self.high is not None else text


def figures(rows: Sequence[Row]) -> tuple[Figure, ...]:
    """Every metric of every suite, and of the groups where a suite has some."""
    found: list[Figure] = []
    for suite in dict.fromkeys(row.suite for row in rows):
        mine = [row for row in rows if row.suite == suite]
        found += _figures(suite, mine)
        groups = sorted({row.group for row in mine if row.group})
        for group in groups if len(groups) > 1 else ():
            found += _figures(f"{suite}: {group}", [row for row in mine if row.group == group])
    return tuple(found)


def _figures(name: str, rows: Sequence[Row]) -> Iterable[Figure]:
    for metric in _ORDER:
        values = [row.metrics[metric] for row in rows if metric in row.metrics]
        if not values:
            continue
        if metric in _COUNTED:
            if sum(values) or metric != "errors":
                yield Figure(name, metric, sum(values), len(values))
        elif metric in _YES_OR_NO:
            interval = exact_interval(int(sum(values)), len(values))
            yield Figure(name, metric, mean(values), len(values), *interval)
        else:
            yield Figure(name, metric, mean(values), len(values))


def worst(rows: Iterable[Row], most: int) -> tuple[Row, ...]:
    """The cases with the lowest leading metric, errors first."""
    ranked = [(not row.error, value, row.key, row) for row in rows if (value := leading(row)) is not None]
    return tuple(row for *_, row in sorted(ranked, key=lambda item: item[:3])[:most])


def calibration(rows: Iterable[Row]) -> tuple[tuple[float, float, int], ...]:
    """By stated confidence: how much of what was wanted the answers had, and over how many."""
    bins: dict[float, list[float]] = {}
    for row in rows:
        value = leading(row)
        if value is not None and "confidence" in row.metrics and row.suite in GRADED:
            bins.setdefault(row.metrics["confidence"], []).append(value)
    return tuple((level, mean(values), len(values)) for level, values in sorted(bins.items()))
