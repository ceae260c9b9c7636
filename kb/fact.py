"""Facts: what is known of the asker's case, one attribute at a time, each with where it was read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from kb.quantity import Quantity

Value = Quantity | str | bool | frozenset[str]
Origin = Literal["stated", "pasted", "derived", "assumed"]
ORIGIN_RANK: Mapping[str, int] = {"stated": 0, "pasted": 1, "derived": 2, "assumed": 3}


@dataclass(frozen=True)
class Span:
    """Where a fact was read: characters start to end of the named source (`question`, `history:0`, `attachment:schema.sql`, `constraints`)."""

    source: str
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Fact:
    """One attribute of kb/terms/attributes.yaml with its value; `rule` names the guidance that derived it."""

    attribute: str
    value: Value
    origin: Origin = "stated"
    span: Span | None = None
    rule: str = ""

    @property
    def spelling(self) -> str:
        if isinstance(self.value, frozenset):
            return ", ".join(sorted(self.value))
        if isinstance(self.value, bool):
            return "yes" if self.value else "no"
        return str(self.value)


@dataclass(frozen=True)
class PastedObject:
    """A column, table, key or index of pasted SQL as the attributes that a rule with `each` may test."""

    kind: str
    name: str
    attributes: Mapping[str, Value]
    span: Span | None = None


@dataclass(frozen=True)
class FactSet:
    """Facts by attribute; on one attribute stated beats pasted beats derived beats assumed, then the later beats the earlier."""

    facts: tuple[Fact, ...] = ()
    objects: tuple[PastedObject, ...] = ()
    text: str = ""
    by_attribute: Mapping[str, Fact] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        best: dict[str, Fact] = {}
        for fact in self.facts:
            known = best.get(fact.attribute)
            if known is None or ORIGIN_RANK[fact.origin] <= ORIGIN_RANK[known.origin]:
                best[fact.attribute] = fact
        object.__setattr__(self, "by_attribute", best)

    def get(self, attribute: str) -> Value | None:
        fact = self.by_attribute.get(attribute)
        return fact.value if fact else None

    def extended(self, facts: Iterable[Fact]) -> "FactSet":
        """The same set with more facts; what is already known better stays as it is."""
        return FactSet((*self.facts, *facts), self.objects, self.text)
