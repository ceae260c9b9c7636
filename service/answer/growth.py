"""Growth as a table and a chart: the projection of what was computed, each row with its working."""

from collections.abc import Mapping

from kb.calculation import Calculated
from kb.figure import figure
from kb.quantity import Unit
from service.analysis.projection import Projection
from service.answer.advice import BlockUnion, Claim, Computed, Diagram, Table

_HEADS: Mapping[str, str] = {
    "growth_rows": "Rows",
    "rows_kept": "Rows kept",
    "rows_until": "Rows",
    "bytes_kept": "Payload",
    "flow_kept": "Raw data",
    "stored_total": "On disk in total",
}
_BY_UNIT: Mapping[Unit, str] = {"bytes": "Data", "rate": "A second", "count": "Number"}
# One scale for all bars: the one in which the largest is said.
_SCALES: Mapping[str, float] = {
    "trillion": 1e12, "billion": 1e9, "million": 1e6, "PB": 1e15, "TB": 1e12, "GB": 1e9, "MB": 1e6, "kB": 1e3,
}  # fmt: skip
_ROOM = 1.1


def growth(projection: Projection, citations: tuple[int, ...]) -> tuple[BlockUnion, ...]:
    """A row for each mark, then bars of the last column."""
    heads = tuple(_head(each.estimate.name, each.calculated) for each in projection.columns)
    rows = tuple(
        (mark.label, *(figure(v.result.value, v.result.unit) for v in mark.values)) for mark in projection.marks
    )
    claims = tuple(
        Claim(text=" | ".join(row), support=_support(mark.values[-1]), citations=citations)
        for row, mark in zip(rows, projection.marks, strict=True)
    )
    drawn = Claim(
        text=_chart(projection, heads[-1]), support=_support(projection.marks[-1].values[-1]), citations=citations
    )
    return (Table(header=("After", *heads), rows=rows, claims=claims), Diagram(claims=(drawn,)))


def _head(name: str, calculated: Calculated) -> str:
    return _HEADS.get(name) or _BY_UNIT.get(calculated.result.unit, "Amount")


def _support(calculated: Calculated) -> Computed:
    result = calculated.result
    inputs = {role: value.spelling or figure(value.value, value.unit) for role, value in calculated.arguments.items()}
    return Computed(formula=calculated.formula, inputs=inputs, result=figure(result.value, result.unit))


def _chart(projection: Projection, head: str) -> str:
    values = [mark.values[-1].result.value for mark in projection.marks]
    scale, unit = _scale(max(values), projection.unit)
    labels = ", ".join(f'"{mark.label}"' for mark in projection.marks)
    bars = ", ".join(f"{value / scale:.3g}" for value in values)
    title = f"{head} ({unit})" if unit else head
    return (
        f'xychart-beta\n    title "{title}"\n    x-axis [{labels}]\n'
        f'    y-axis "{unit or head}" 0 --> {_ROOM * max(values) / scale:.3g}\n    bar [{bars}]\n'
    )


def _scale(largest: float, unit: Unit) -> tuple[float, str]:
    words = figure(largest, unit).removesuffix("/s").split(" ")
    name = words[-1] if words[-1] in _SCALES else ""
    per = "/s" if unit == "rate" else ""
    return _SCALES.get(name, 1.0), f"{name}{per}".strip()
