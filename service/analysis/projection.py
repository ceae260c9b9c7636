"""Projections: an estimate over time, computed again at each mark from now to the end of its period."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb.calculation import Calculated, compute
from kb.errors import FormulaError
from kb.quantity import Quantity, Unit
from service.analysis.estimates import Estimated

_PERIOD = "period"
# The first that is among the results is drawn, with what the results after it make of it: estimate and role fed.
_SERIES = ("growth", "growth_steady", "growth_rows", "rows_kept", "flow_kept", "rows_until")
_FEEDS: Mapping[str, tuple[str, str]] = {
    "rows_kept": ("bytes_kept", "rows"),
    "rows_until": ("bytes_kept", "rows"),
    "bytes_kept": ("stored_total", "bytes"),
    "flow_kept": ("stored_total", "bytes"),
}
_STEPS = ((31536000.0, "year"), (2628000.0, "month"), (86400.0, "day"), (3600.0, "hour"))
_MOST_MARKS, _FEWEST_MARKS = 6, 3
# These begin with what is there today: the value of no time at all.
_FROM_TODAY, _TODAY = ("growth", "growth_steady", "growth_rows"), ("today", 1e-6)


@dataclass(frozen=True)
class Mark:
    """A point in time, as it is said, and each column's value there."""

    label: str
    values: tuple[Calculated, ...]


@dataclass(frozen=True)
class Projection:
    """Columns (the estimates that they belong to) over marks; the last column is the one to draw."""

    columns: tuple[Estimated, ...]
    marks: tuple[Mark, ...]

    @property
    def unit(self) -> Unit:
        return self.columns[-1].calculated.result.unit


def project(found: Sequence[Estimated]) -> Projection | None:
    """The first estimate with a period, and what follows from it, at three to six marks; None where there is none."""
    by_name = {each.estimate.name: each for each in found}
    first = next((by_name[name] for name in _SERIES if name in by_name), None)
    if first is None:
        return None
    columns = _columns(first, by_name)
    times = _times(first.calculated.arguments[_PERIOD].value)
    times = [_TODAY, *times] if first.estimate.name in _FROM_TODAY else times
    marks = tuple(mark for label, seconds in times if (mark := _mark(label, seconds, columns)) is not None)
    return Projection(columns, marks) if len(marks) >= _FEWEST_MARKS else None


def _columns(first: Estimated, by_name: Mapping[str, Estimated]) -> tuple[Estimated, ...]:
    columns = [first]
    while (fed := _FEEDS.get(columns[-1].estimate.name)) and fed[0] in by_name:
        follower = by_name[fed[0]]
        # Bytes may rest on a stated number of rows instead: that does not grow.
        fact = follower.used.get(fed[1])
        if fact is None or fact.rule != columns[-1].estimate.name:
            break
        columns.append(follower)
    return tuple(columns)


def _times(period: float) -> list[tuple[str, float]]:
    """Marks at whole years, months, days or hours; the last is the period itself."""
    size, name = next(((s, n) for s, n in _STEPS if period >= _FEWEST_MARKS * s), _STEPS[-1])
    step = math.ceil(period / size / _MOST_MARKS - 1e-9)
    whole = [n * step for n in range(1, _MOST_MARKS) if n * step * size < period * (1 - 1e-9)]
    times: list[tuple[str, float]] = [(f"{n} {name}{'s' if n > 1 else ''}", n * size) for n in whole]
    return [*times, (f"{round(period / size, 1):g} {name}s", period)]


def _mark(label: str, seconds: float, columns: Sequence[Estimated]) -> Mark | None:
    values: list[Calculated] = []
    try:
        for column in columns:
            changed = (
                {_FEEDS[columns[len(values) - 1].estimate.name][1]: values[-1].result}
                if values
                else {_PERIOD: Quantity(seconds, "duration", label)}
            )
            values.append(compute(column.estimate.formula, {**column.calculated.arguments, **changed}))
    except FormulaError:
        return None
    return Mark(label, tuple(values))
