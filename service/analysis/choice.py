"""Choosing a technology: hard constraints on typed facts first, then scores weighted by the workload, open to the reader."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kb.entry import KnowledgeBase, Technology
from kb.fact import FactSet
from kb.quantity import Quantity
from kb.vocabulary import Vocabulary

# Margins under this share of the scale are within what a weight that is off by a fifth can move.
_SWING = 0.2
_UNWEIGHTED = 5.0


@dataclass(frozen=True)
class Constraint:
    """A demand that a candidate meets or not: what is demanded, the typed fact that decides, the values that meet it."""

    phrase: str
    attribute: str
    fact: str
    meets: frozenset[str]


@dataclass(frozen=True)
class Exclusion:
    candidate: str
    constraint: Constraint
    value: str


@dataclass(frozen=True)
class Row:
    """One criterion: its weight and the score of each candidate, in the order of the ranking."""

    criterion: str
    weight: float
    scores: tuple[int, ...]


@dataclass(frozen=True)
class Choice:
    """The ranking of candidates (entry ids), best first, with the weighted means on the scale of 0 to 5."""

    ranking: tuple[str, ...]
    means: tuple[float, ...]
    rows: tuple[Row, ...]
    excluded: tuple[Exclusion, ...]
    workloads: tuple[str, ...]
    survives: bool
    flips: tuple[str, ...]

    @property
    def margin(self) -> float:
        return self.means[0] - self.means[1] if len(self.means) > 1 else 0.0


def _is(value: object) -> Callable[[FactSet, str], bool]:
    return lambda facts, attribute: facts.get(attribute) == value


def _at_least(amount: float) -> Callable[[FactSet, str], bool]:
    def holds(facts: FactSet, attribute: str) -> bool:
        value = facts.get(attribute)
        return isinstance(value, Quantity) and value.value >= amount

    return holds


_DEMANDS: tuple[tuple[str, Callable[[FactSet, str], bool], Constraint], ...] = (
    (
        "transactions.multi_row",
        _is(True),
        Constraint(
            "transactions over several records",
            "transactions.multi_row",
            "transaction_scope",
            frozenset({"shard", "database", "cluster"}),
        ),
    ),
    (
        "consistency",
        _is("strong"),
        Constraint("strong consistency", "consistency", "read_consistency", frozenset({"linearizable"})),
    ),
    (
        "regions",
        _at_least(2),
        Constraint(
            "more than one region",
            "regions",
            "replication",
            frozenset({"asynchronous", "synchronous_optional", "quorum", "consensus"}),
        ),
    ),
)


def choose(kb: KnowledgeBase, vocabulary: Vocabulary, facts: FactSet, weights: Mapping[str, float]) -> Choice | None:
    """Rank the technologies named as alternatives; None when fewer than two of them have a profile with scores."""
    compared = facts.get("compared")
    candidates = [f"technologies/{name}" for name in sorted(compared)] if isinstance(compared, frozenset) else []
    metas = {name: kb.entries[name].meta for name in candidates if name in kb.entries}
    profiles = {name: meta for name, meta in metas.items() if isinstance(meta, Technology) and meta.scores}
    if len(profiles) < 2:
        return None
    exclusions = tuple(e for c, meta in profiles.items() for e in _exclusions(c, meta, facts))
    out = {e.candidate for e in exclusions}
    workloads = _workloads(facts, vocabulary)
    used = _weights(vocabulary, workloads, weights)
    means = {c: _mean(meta, used) for c, meta in profiles.items()}
    ranking = tuple(sorted(profiles, key=lambda c: (c in out, -means[c], c)))
    rows = tuple(
        Row(name, weight, tuple(_score(profiles[c], name) for c in ranking))
        for name, weight in used.items()
        if weight > 0
    )
    return Choice(
        ranking=ranking,
        means=tuple(means[c] for c in ranking),
        rows=rows,
        excluded=exclusions,
        workloads=workloads,
        survives=ranking[1] in out or _survives(profiles[ranking[0]], profiles[ranking[1]], used),
        flips=_flips(rows, ranking[1] in out),
    )


def _exclusions(candidate: str, meta: Technology, facts: FactSet) -> list[Exclusion]:
    found = []
    for attribute, holds, constraint in _DEMANDS:
        typed = meta.facts.get(constraint.fact)
        if holds(facts, attribute) and typed is not None and str(typed.value) not in constraint.meets:
            found.append(Exclusion(candidate, constraint, str(typed.value)))
    return found


def _workloads(facts: FactSet, vocabulary: Vocabulary) -> tuple[str, ...]:
    named = facts.get("workload")
    return tuple(sorted(w for w in named if w in vocabulary.workloads)) if isinstance(named, frozenset) else ()


def _weights(vocabulary: Vocabulary, workloads: tuple[str, ...], given: Mapping[str, float]) -> dict[str, float]:
    used = {}
    for criterion in vocabulary.criteria:
        stated = [vocabulary.workloads[w].weights[criterion] for w in workloads]
        used[criterion] = given.get(criterion, sum(stated) / len(stated) if stated else _UNWEIGHTED)
    return used


def _score(meta: Technology, criterion: str) -> int:
    return meta.scores[criterion].score if criterion in meta.scores else 0


def _mean(meta: Technology, weights: Mapping[str, float]) -> float:
    total = sum(weights.values())
    return round(sum(weights[c] * _score(meta, c) for c in weights) / total, 6) if total else 0.0


def _survives(first: Technology, second: Technology, weights: Mapping[str, float]) -> bool:
    """Whether the first stays first when every weight is off by a fifth in the direction that helps the second most."""
    worst = 0.0
    for criterion, weight in weights.items():
        gap = _score(first, criterion) - _score(second, criterion)
        worst += weight * (1 - _SWING if gap > 0 else 1 + _SWING) * gap
    return worst > 0


def _flips(rows: tuple[Row, ...], uncontested: bool) -> tuple[str, ...]:
    """Criteria on which the runner-up leads, by what they would add if they alone counted twice."""
    if uncontested:
        return ()
    behind = [
        (row.weight * (row.scores[1] - row.scores[0]), row.criterion) for row in rows if row.scores[1] > row.scores[0]
    ]
    return tuple(criterion for _, criterion in sorted(behind, key=lambda item: (-item[0], item[1])))
