"""Estimates: which formulas the asker's certain facts fill, chained, and which of the results he asks for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from importlib import resources

import yaml
from pydantic import TypeAdapter

from kb.calculation import FORMULAS, Calculated, compute, role_of
from kb.entry import SectionKind
from kb.errors import FormulaError
from kb.fact import Fact, FactSet
from kb.quantity import Quantity, Unit, parse_quantity, show
from service.question.clauses import find_cue
from service.question.numbers import mentions

_RATES = ("workload.writes_per_s", "workload.requests_per_s", "workload.reads_per_s")
_FLOWS = ("workload.bytes_per_s",)
_APART = ("primary", "master", "leader", "read replica", "read replicas", "plus", "additional", "extra")
_NAMED = {
    60.0: "a minute",
    3600.0: "an hour",
    86400.0: "a day",
    604800.0: "a week",
    2628000.0: "a month",
    31536000.0: "a year",
}
_PERIODS = {86400.0: "daily", 2628000.0: "monthly", 31536000.0: "yearly"}


@dataclass(frozen=True)
class Estimate:
    """One row of estimates.yaml; what its keys mean is said there."""

    name: str
    formula: str
    roles: Mapping[str, tuple[str, ...] | str]
    phrase: str
    kind: SectionKind
    cite: str
    gives: str = ""
    when: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    given: Mapping[str, str] = field(default_factory=dict)
    any: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()
    compare: tuple[str, ...] = ()
    hidden: bool = False

    @cached_property
    def literals(self) -> Mapping[str, Quantity]:
        """Roles whose value the row gives."""
        given = ((role, source) for role, source in self.roles.items() if isinstance(source, str))
        return {role: parse_quantity(source, role_of(self.formula, role).unit) for role, source in given}

    @cached_property
    def sources(self) -> Mapping[str, tuple[Unit | None, tuple[str, ...]]]:
        """Roles that facts fill: in which unit, and the attributes of which the first known one counts."""
        asked = ((role, source) for role, source in self.roles.items() if not isinstance(source, str))
        return {role: (role_of(self.formula, role).unit, source) for role, source in asked}

    @cached_property
    def required(self) -> tuple[str, ...]:
        """Roles that a fact must fill: the row gives them no value and the formula no default."""
        roles = (role.name for role in FORMULAS[self.formula].roles if role.required)
        return tuple(role for role in roles if role not in self.literals)


@dataclass(frozen=True)
class Estimated:
    """A result with its row, the facts that filled the roles, the roles left to their defaults, and whether it was asked for."""

    estimate: Estimate
    calculated: Calculated
    used: Mapping[str, Fact]
    asked: bool = False
    limit: Fact | None = None

    @property
    def assumed(self) -> tuple[str, ...]:
        """Roles that a default filled."""
        given = {*self.used, *self.estimate.literals}
        return tuple(name for name in self.calculated.arguments if name not in given)


@dataclass(frozen=True)
class Blank:
    """An estimate that the question asks for and that lacks inputs: what is known, and the attributes to ask for by role."""

    estimate: Estimate
    known: Mapping[str, Fact]
    missing: Mapping[str, str]


@lru_cache(maxsize=1)
def estimate_table() -> tuple[Estimate, ...]:
    """The rows of estimates.yaml in their order."""
    text = resources.files("service.analysis").joinpath("estimates.yaml").read_text(encoding="utf-8")
    rows = yaml.load(text, Loader=yaml.CSafeLoader)
    reader = TypeAdapter(Estimate)
    return tuple(reader.validate_python({"name": name, **row}) for name, row in rows.items())


def estimate(facts: FactSet) -> tuple[Estimated, ...]:
    """Every estimate that certain facts fill, with what follows from it, in the order of the table."""
    known = facts.extended(_spelled_rates(facts))
    found: dict[str, Estimated] = {}
    # The table stands in the order in which results feed one another.
    for row in estimate_table():
        if each := _filled(row, known):
            found[row.name] = each
            known = known.extended(derived([each]))
    return tuple(replace(each, asked=_stands(each.estimate.asks, facts.text)) for each in found.values())


def derived(found: Iterable[Estimated]) -> tuple[Fact, ...]:
    """The results as facts for later estimates and for guidance."""
    return tuple(
        Fact(each.estimate.gives, each.calculated.result, "derived", rule=each.estimate.name)
        for each in found
        if each.estimate.gives
    )


def derivable() -> frozenset[str]:
    """What estimates may make known."""
    return frozenset(row.gives for row in estimate_table() if row.gives)


def said(found: Sequence[Estimated], text: str) -> tuple[Estimated, ...]:
    """Those that are to the point: their words stand in the question, and none that forbids them."""
    return tuple(each for each in found if not each.estimate.hidden and _to_the_point(each.estimate, text))


def blanks(facts: FactSet, found: Sequence[Estimated]) -> tuple[Blank, ...]:
    """Estimates that the question asks for by name, has an input of, and cannot fill."""
    known = facts.extended([*_spelled_rates(facts), *derived(found)])
    names = {each.estimate.name for each in found}
    rows = [row for row in estimate_table() if row.name not in names and _stands(row.opens, facts.text)]
    return tuple(
        blank
        for row in rows
        if _stands(row.asks, facts.text)
        and _to_the_point(row, facts.text)
        and _allowed(row, known)
        and (blank := _blank(row, known)) is not None
    )


def _filled(row: Estimate, known: FactSet) -> Estimated | None:
    if not _allowed(row, known) or (row.gives and known.get(row.gives) is not None):
        return None
    used = _inputs(row, known)
    if any(role not in used for role in row.required):
        return None
    try:
        values = {role: fact.value for role, fact in used.items() if isinstance(fact.value, Quantity)}
        calculated = compute(row.formula, {**values, **row.literals})
    except FormulaError:
        # Something is missing, or outside the range in which the formula says anything: silence.
        return None
    limit = next((known.by_attribute[name] for name in row.compare if name in known.by_attribute), None)
    return Estimated(row, calculated, used, limit=limit)


def _inputs(row: Estimate, known: FactSet) -> dict[str, Fact]:
    """The first known attribute of the role's unit, for each role that has one."""
    filled = {}
    for role, (unit, sources) in row.sources.items():
        facts = (known.by_attribute[name] for name in sources if name in known.by_attribute)
        fitting = (f for f in facts if isinstance(f.value, Quantity) and unit in (None, f.value.unit))
        fact = next(fitting, None)
        if fact is not None:
            filled[role] = fact
    return filled


def _allowed(row: Estimate, known: FactSet) -> bool:
    return (
        not any(known.get(name) is not None for name in row.absent)
        and all(known.get(name) == value for name, value in row.given.items())
        and (not row.any or any(known.get(name) is not None for name in row.any))
    )


def _to_the_point(row: Estimate, text: str) -> bool:
    return (
        (not row.when or _stands(row.when, text))
        and (not row.also or _stands(row.also, text))
        and not _stands(row.without, text)
    )


def _stands(words: Iterable[str], text: str) -> bool:
    return any(True for word in words for _ in find_cue(word, text))


def _blank(row: Estimate, known: FactSet) -> Blank | None:
    filled = _inputs(row, known)
    missing = {role: row.sources[role][1][0] for role in row.required if role not in filled}
    return Blank(row, filled, missing) if missing and filled else None


def _replicas(facts: FactSet) -> list[Fact]:
    """Three replicas are three copies, where no primary is counted apart from them."""
    nodes = facts.by_attribute.get("nodes")
    if nodes is None or nodes.span is None or "replica" not in nodes.span.text.lower() or _stands(_APART, facts.text):
        return []
    return [Fact("replicas", nodes.value, "stated", nodes.span)]


def _spelled_rates(facts: FactSet) -> list[Fact]:
    """Of a rate that is given by the day or the month: how many in which period, as it was said; replicas as copies."""
    spelled = _replicas(facts)
    for name in (*_RATES, *_FLOWS):
        fact = facts.by_attribute.get(name)
        # What is only taken for the load, as a peak is, says nothing of a day.
        if fact is None or fact.span is None or fact.origin == "assumed" or not isinstance(fact.value, Quantity):
            continue
        for mention in mentions(fact.span.text)[:1]:
            if word := _PERIODS.get(mention.period):
                spelled.append(Fact(f"{'rate' if name in _RATES else 'flow'}.{word}", True, "derived"))
            if name in _RATES and mention.period > 1:
                amount = Quantity(mention.value * mention.period, "count")
                spelled += [
                    Fact("rate.count", amount, "derived"),
                    Fact(
                        "rate.period",
                        Quantity(
                            mention.period, "duration", _NAMED.get(mention.period, show(mention.period, "duration"))
                        ),
                        "derived",
                    ),
                ]
    return spelled
