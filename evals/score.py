"""Scores: what a scorer says of one answer, and the row that holds all scores of one case."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Score:
    """A number from 0 to 1, or a count, with its reason. What does not apply to a case has no score."""

    name: str
    value: float
    reason: str = ""

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise ValueError(f"score {self.name!r} is {self.value}: a scorer has no such number to give")


@dataclass(frozen=True)
class Row:
    """One case as it was scored: numbers by metric, `points` by name (1 made, 0.5 half, 0 not), reasons, and the answer's Markdown.

    The ways of asking one thing are a `cluster`: they are not independent of each other.
    """

    suite: str
    case: str
    digest: str
    metrics: Mapping[str, float] = field(default_factory=dict)
    points: Mapping[str, float] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    answer: str = ""
    group: str = ""
    cluster: str = ""
    error: str = ""

    @property
    def key(self) -> str:
        return f"{self.suite}/{self.case}"
