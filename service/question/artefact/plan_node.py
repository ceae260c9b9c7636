"""A node of a plan, of whichever engine: what is read, how many rows were expected and came, and what was thrown away."""

import re
from dataclasses import dataclass, field

from kb.schema import Place


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

    @property
    def reads_all(self) -> bool:
        """Whether every row of the table is read, or every entry of an index."""
        return "Seq Scan" in self.what or self.what in ("Table scan", "Full index scan")

    def number(self, name: str) -> float:
        """The first number of a detail such as `Rows Removed by Filter`; 0 without it."""
        match = re.search(r"\d+", self.details.get(name, ""))
        return float(match.group()) if match else 0.0
