"""Plans as EXPLAIN prints them, PostgreSQL's text and MySQL's table: nodes with rows, loops, and what was thrown away."""

import re
from dataclasses import dataclass, field

from kb.schema import Place
from service.question.artefact.lines import Line, lines_of

_NODE = re.compile(
    r"(?:->\s*)?(?P<what>[A-Z][\w ]*?)(?: using (?P<index>[\w.\"]+))?(?: on (?P<table>[\w.\"]+)(?: (?P<alias>\w+))?)?\s+\(cost=[\d.]+\.\.(?P<cost>[\d.]+) rows=(?P<rows>\d+) width=\d+\)(?:\s*\(actual (?:time=[\d.]+\.\.(?P<time>[\d.]+) )?rows=(?P<actual>[\d.]+) loops=(?P<loops>\d+)\))?"
)
_DETAIL = re.compile(r"^([A-Z][\w ]+?):\s*(.+)$")


@dataclass(frozen=True)
class PlanNode:
    """One line of a plan with the details under it; `actual` is rows per loop, `milliseconds` the time of one loop."""

    what: str
    table: str
    index: str
    rows: float
    actual: float | None
    loops: int
    place: Place
    milliseconds: float = 0.0
    details: dict[str, str] = field(default_factory=dict)

    def number(self, name: str) -> float:
        """The first number of a detail such as `Rows Removed by Filter`; 0 without it."""
        match = re.search(r"\d+", self.details.get(name, ""))
        return float(match.group()) if match else 0.0


def is_plan(text: str) -> bool:
    """Whether a line is a node of a plan."""
    return _NODE.search(text) is not None


def read_plan(text: str) -> tuple[PlanNode, ...]:
    """The nodes of every plan in the text, in its order."""
    found: list[PlanNode] = []
    for line in lines_of(text):
        if match := _NODE.search(line.text):
            found.append(_node(match, line))
        elif found and (detail := _DETAIL.match(line.text)):
            found[-1].details[detail.group(1)] = detail.group(2)
    return tuple(found)


def _node(match: re.Match[str], line: Line) -> PlanNode:
    return PlanNode(
        match["what"].strip(),
        (match["table"] or "").strip('"').rpartition(".")[2],
        match["index"] or "",
        float(match["rows"]),
        float(match["actual"]) if match["actual"] else None,
        int(match["loops"] or 1),
        line.place,
        float(match["time"] or 0),
    )
