"""Choosing a technology: hard constraints on typed facts, then scores weighted by the workload and what rules conclude, open to the reader."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from kb.entry import KnowledgeBase
from kb.fact import FactSet
from kb.kinds import Technology
from kb.quantity import Quantity
from kb.vocabulary import Vocabulary, Workload
from service.analysis.conclusions import Conclusion
from service.analysis.demands import ANYWHERE, Exclusion, exclusions, family, names

# Margins under this share of the scale are within what a weight that is off by a fifth can move.
_SWING = 0.2
# The workload of kb/terms/workloads.yaml that is weighed where none is recognised.
_DEFAULT = "general"
# Rows beside the ten criteria: what rules say of a candidate for these facts, whether it is built for such a load, and whether the team runs it already.
RULES, BUILT_FOR, IN_USE = "rules", "built_for", "in_use"
_ROW_WEIGHTS: Mapping[str, float] = {RULES: 16.0, BUILT_FOR: 7.5, IN_USE: 6.0}
_NEUTRAL = 3
# Of its family, of another family that has the data model too, of neither.
_BUILT, _IN_PART, _NOT_BUILT = 5, 3, 1
# What is small is served by a store that is built for something else.
_SMALL = 0.4
_SCALING = frozenset({"scale_out"})
# What one ordinary server carries of each; up to a sixth of it, scaling out hardly counts. A judgement, shown by the weight.
_ONE_SERVER: Mapping[str, float] = {
    "workload.writes_per_s": 30e3,
    "workload.peak_writes_per_s": 30e3,
    "db.size": 10e12,
    "volume.bytes": 10e12,
    "workload.users": 20e6,
}
_STEPS: tuple[tuple[float, float], ...] = ((1 / 6, 0.25), (1.0, 0.5))
_UNKNOWN_SCALE = 0.5
# Who reads by key alone asks nothing of a query language; a rest stays, for the question that comes later.
_QUERYING, _BY_KEY = frozenset({"querying", "analytics"}), 0.25
_OPINIONS: Mapping[str, int] = {"require": 5, "prefer": 5, "avoid": 0, "exclude": 0}
_SHOWN, _SHOWN_OUT = 4, 3
# Who lost to a constraint is told where the scores alone would have brought him this near to the first.
_CONTENDER = 0.2
# By so much of the scale of 5 somebody who was not asked about must lead before he is mentioned.
_CLEARLY = 0.35


@dataclass(frozen=True)
class Row:
    """One criterion: its weight and the score of each candidate, in the order of the ranking."""

    criterion: str
    weight: float
    scores: tuple[int, ...]


@dataclass(frozen=True)
class Choice:
    """The ranking of candidates (entry ids), best first, with the weighted means on the scale of 0 to 5.

    `open` says that nobody named the candidates: they are the best of all profiles that meet the constraints.
    `outsider` is a profile that nobody named and that is built for the load as the first is not, with the means of both.
    """

    ranking: tuple[str, ...]
    means: tuple[float, ...]
    rows: tuple[Row, ...]
    excluded: tuple[Exclusion, ...]
    workloads: tuple[str, ...]
    survives: bool
    flips: tuple[str, ...]
    open: bool = False
    outsider: tuple[str, float, float] | None = None

    @property
    def margin(self) -> float:
        return self.means[0] - self.means[1] if len(self.means) > 1 else 0.0


@dataclass(frozen=True)
class Field:
    """The technologies to choose among, with scores, and what is asked of them."""

    profiles: Mapping[str, Technology]
    facts: FactSet
    weights: Mapping[str, float]
    opinions: Mapping[str, int]
    built_for: Mapping[str, int]

    def score(self, candidate: str, criterion: str) -> int:
        if criterion == RULES:
            return self.opinions.get(candidate, _NEUTRAL)
        if criterion == BUILT_FOR:
            return self.built_for[candidate]
        if criterion == IN_USE:
            return 5 if candidate.removeprefix("technologies/") in names(self.facts, "stack") else 0
        meta = self.profiles[candidate]
        return meta.scores[criterion].score if criterion in meta.scores else 0

    def mean(self, candidate: str) -> float:
        total = sum(self.weights.values())
        return round(sum(w * self.score(candidate, c) for c, w in self.weights.items()) / total, 6) if total else 0.0


def choose(
    kb: KnowledgeBase,
    vocabulary: Vocabulary,
    facts: FactSet,
    weights: Mapping[str, float],
    fired: Iterable[Conclusion] = (),
) -> Choice | None:
    """Rank the technologies named as alternatives; None when fewer than two of them have a profile with scores."""
    named = {f"technologies/{name}" for name in names(facts, "compared")}
    profiles = {name: meta for name, meta in _profiles(kb).items() if name in named}
    if len(profiles) < 2:
        return None
    workloads = _workloads(facts, vocabulary)
    choice = _ranked(_field(profiles, vocabulary, facts, weights, tuple(fired)), workloads, False)
    offered = {name: meta for name, meta in _profiles(kb).items() if name in named or _offered(meta, facts)}
    everybody = _field(offered, vocabulary, facts, weights, tuple(fired))
    return replace(choice, outsider=_outsider(everybody, choice)) if workloads else choice


def _outsider(field: Field, choice: Choice) -> tuple[str, float, float] | None:
    """The best of all where it leads the first of the named ones clearly and is built for the load, which that one is not."""
    first = choice.ranking[0]
    strangers = [
        (-field.mean(name), name)
        for name, meta in field.profiles.items()
        if name not in choice.ranking
        and field.built_for[name] > field.built_for[first]
        and not exclusions(name, meta, field.facts)
    ]
    best, mean = min(strangers)[1] if strangers else "", field.mean(first)
    led = bool(best) and field.mean(best) - mean >= _CLEARLY
    return (best, field.mean(best), mean) if led else None


def shortlist(
    kb: KnowledgeBase,
    vocabulary: Vocabulary,
    facts: FactSet,
    weights: Mapping[str, float],
    fired: Iterable[Conclusion] = (),
) -> Choice | None:
    """The best of all profiles for the facts, and with them the one that was asked about."""
    asked = frozenset(f"technologies/{name}" for name in ({str(facts.get("engine"))} | names(facts, "compared")))
    ruled_out = {f"technologies/{name}" for name in names(facts, "excluded")}
    profiles = {
        name: meta
        for name, meta in _profiles(kb).items()
        if name in asked or (name not in ruled_out and _offered(meta, facts))
    }
    if len(profiles) < 2:
        return None
    field = _field(profiles, vocabulary, facts, weights, tuple(fired))
    return _ranked(field, _workloads(facts, vocabulary) or (_DEFAULT,), True, asked)


def _offered(meta: Technology, facts: FactSet) -> bool:
    """Whether a technology is proposed unasked: alive, an engine of its own that serves several clients, and tied to a cloud only where that is named."""
    tied = len(meta.clouds) == 1 and not set(meta.deployment) & ANYWHERE
    at_home = bool(set(meta.clouds) & names(facts, "cloud"))
    in_process = set(meta.deployment) == {"embedded"}
    return meta.lifecycle.status == "active" and not meta.hosts and not in_process and (at_home or not tied)


def _profiles(kb: KnowledgeBase) -> dict[str, Technology]:
    return {
        entry.id: entry.meta
        for _, entry in sorted(kb.entries.items())
        if isinstance(entry.meta, Technology) and entry.meta.scores
    }


def _field(
    profiles: Mapping[str, Technology],
    vocabulary: Vocabulary,
    facts: FactSet,
    given: Mapping[str, float],
    fired: tuple[Conclusion, ...],
) -> Field:
    workloads = _workloads(facts, vocabulary) or (_DEFAULT,)
    used: dict[str, float] = {}
    for criterion in vocabulary.criteria:
        stated = [vocabulary.workloads[w].weights[criterion] for w in workloads]
        used[criterion] = given.get(criterion, round(_needed(criterion, facts) * sum(stated) / len(stated), 2))
    opinions = _opinions(profiles, fired)
    # Who weighs the criteria himself has decided so much of it: weights of all ten leave nothing to the rows beside them.
    left = 1 - len(given.keys() & used.keys()) / len(used)
    if opinions:
        used[RULES] = round(_ROW_WEIGHTS[RULES] * left, 2)
    small = _need(facts) == _STEPS[0][1]
    used[BUILT_FOR] = round(_ROW_WEIGHTS[BUILT_FOR] * left * (_SMALL if small else 1.0), 2)
    if any(name.removeprefix("technologies/") in names(facts, "stack") for name in profiles):
        used[IN_USE] = round(_ROW_WEIGHTS[IN_USE] * left, 2)
    loads = [vocabulary.workloads[name] for name in workloads]
    built_for = {
        name: round(sum(_built_for(meta, load) for load in loads) / len(loads)) for name, meta in profiles.items()
    }
    return Field(profiles, facts, used, opinions, built_for)


def _built_for(meta: Technology, load: Workload) -> int:
    if family(meta) in load.families:
        return _BUILT
    return _IN_PART if set(meta.data_models) & set(load.models) else _NOT_BUILT


def _needed(criterion: str, facts: FactSet) -> float:
    """Scaling out weighs as much as the stated numbers ask for it, and querying little where all access is by key: what one server carries needs no second."""
    if criterion in _QUERYING and facts.get("access.key_only") is True and facts.get("access.adhoc") is not True:
        return _BY_KEY
    return _need(facts) if criterion in _SCALING else 1.0


def _need(facts: FactSet) -> float:
    shares = [_share(facts, attribute, one_server) for attribute, one_server in _ONE_SERVER.items()]
    known = [share for share in shares if share is not None]
    return max(known) if known else _UNKNOWN_SCALE


def _share(facts: FactSet, attribute: str, one_server: float) -> float | None:
    value = facts.get(attribute)
    if not isinstance(value, Quantity):
        return None
    return next((share for part, share in _STEPS if value.value <= part * one_server), 1.0)


def _opinions(profiles: Mapping[str, Technology], fired: tuple[Conclusion, ...]) -> Mapping[str, int]:
    """What rules that certainly hold say of each candidate, by name or by family; a contradiction cancels out."""
    said: dict[str, list[int]] = {}
    for conclusion in fired:
        for effect, target in conclusion.rule.effect.items():
            if effect not in _OPINIONS:
                continue
            for name, meta in profiles.items():
                if target == name or (isinstance(target, Mapping) and target.get("store.family") == family(meta)):
                    said.setdefault(name, []).append(_OPINIONS[effect])
    return {name: round(sum(scores) / len(scores)) for name, scores in said.items()}


def _ranked(field: Field, workloads: tuple[str, ...], is_open: bool, asked: frozenset[str] = frozenset()) -> Choice:
    faults = {name: exclusions(name, meta, field.facts) for name, meta in field.profiles.items()}
    means = {name: field.mean(name) for name in field.profiles}
    order = sorted(field.profiles, key=lambda name: (bool(faults[name]), -means[name], name))
    shown = order
    if is_open:
        within = [name for name in order if not faults[name]]
        least = means[within[0]] if within else 0.0
        strong = (name for name in order if faults[name] and means[name] >= least - _CONTENDER)
        out = sorted(strong, key=lambda name: (-means[name], name))[:_SHOWN_OUT]
        shown = within[:_SHOWN] + [name for name in within[_SHOWN:] if name in asked]
        faults = {name: found for name, found in faults.items() if name in out or name in asked or name in shown}
        if len(shown) < 2:
            shown = order[:_SHOWN]
    ranking = tuple(shown)
    excluded = tuple(
        found[0] for name, found in sorted(faults.items(), key=lambda item: (-means[item[0]], item[0])) if found
    )
    rows = tuple(
        Row(criterion, weight, tuple(field.score(name, criterion) for name in ranking))
        for criterion, weight in field.weights.items()
        if weight > 0
    )
    out_names = {e.candidate for e in excluded}
    return Choice(
        ranking=ranking,
        means=tuple(means[name] for name in ranking),
        rows=rows,
        excluded=excluded,
        workloads=workloads,
        survives=ranking[1] in out_names or _survives(rows),
        flips=_flips(rows, ranking[1] in out_names),
        open=is_open,
    )


def _workloads(facts: FactSet, vocabulary: Vocabulary) -> tuple[str, ...]:
    return tuple(sorted(w for w in names(facts, "workload") if w in vocabulary.workloads))


def _survives(rows: tuple[Row, ...]) -> bool:
    """Whether the first stays first when every weight is off by a fifth in the direction that helps the second most."""
    worst = 0.0
    for row in rows:
        gap = row.scores[0] - row.scores[1]
        worst += row.weight * (1 - _SWING if gap > 0 else 1 + _SWING) * gap
    return worst > 0


def _flips(rows: tuple[Row, ...], uncontested: bool) -> tuple[str, ...]:
    """Criteria on which the runner-up leads, by what they would add if they alone counted twice."""
    if uncontested:
        return ()
    behind = [
        (row.weight * (row.scores[1] - row.scores[0]), row.criterion) for row in rows if row.scores[1] > row.scores[0]
    ]
    return tuple(criterion for _, criterion in sorted(behind, key=lambda item: (-item[0], item[1])))
