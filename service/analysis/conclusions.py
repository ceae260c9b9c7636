"""Conclusions: every rule of the knowledge base run over the facts, chained to a fixpoint, and what they say of each target."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kb.entry import KnowledgeBase, Rule
from kb.fact import Fact, FactSet
from kb.guidance import Firing, contradicted, evaluate
from service.analysis.estimates import Blank, Estimated, blanks, derived, estimate, said

RuleKey = tuple[str, str]
# Chains in the entries are two or three links long; more rounds than this is a cycle.
_ROUNDS = 5
_STRENGTH = {"require": 0, "exclude": 0, "prefer": 1, "avoid": 1}


@dataclass(frozen=True)
class Conclusion:
    """A rule that certainly holds for the asker, with the entry that it stands in."""

    entry: str
    firing: Firing

    @property
    def rule(self) -> Rule:
        return self.firing.rule

    @property
    def key(self) -> RuleKey:
        return (self.entry, self.rule.id)


@dataclass(frozen=True)
class Conclusions:
    """What fired, in the order of entries and rules, the facts after chaining, the rules that nothing decides.

    `estimates` are computed from the facts and to the point of the question; `blanks` it asks for, and they lack an input.
    """

    fired: tuple[Conclusion, ...]
    undecided: tuple[RuleKey, ...]
    facts: FactSet
    estimates: tuple[Estimated, ...] = ()
    blanks: tuple[Blank, ...] = ()


def conclude(kb: KnowledgeBase, facts: FactSet) -> Conclusions:
    """Run all rules; those that test for absence run last and derive nothing, so that order never matters."""
    estimates = estimate(facts)
    rules = [(entry.id, rule) for entry in kb.entries.values() for rule in entry.meta.guidance]
    early = [(entry, rule) for entry, rule in rules if not _tests_absence(rule.when)]
    late = [(entry, rule) for entry, rule in rules if _tests_absence(rule.when)]
    fired: dict[RuleKey, Conclusion] = {}
    for _ in range(_ROUNDS):
        facts = facts.extended(derived(estimate(facts)))
        round_ = _run(early, facts)
        new = [fact for found in round_ for fact in _consequences(found) if facts.get(fact.attribute) != fact.value]
        fired = {found.key: found for found in round_}
        fresh = [fact for fact in new if fact.attribute not in facts.by_attribute]
        if not fresh:
            break
        facts = facts.extended(fresh)
    fired |= {found.key: found for found in _run(late, facts)}
    ordered = tuple(fired[(entry, rule.id)] for entry, rule in rules if (entry, rule.id) in fired)
    undecided = tuple(
        (entry, rule.id) for entry, rule in rules if (entry, rule.id) not in fired and not contradicted(rule, facts)
    )
    return Conclusions(
        _without_overruled(ordered), undecided, facts, said(estimates, facts.text), blanks(facts, estimates)
    )


def _run(rules: Iterable[tuple[str, Rule]], facts: FactSet) -> list[Conclusion]:
    return [Conclusion(entry, firing) for entry, rule in rules for firing in evaluate(rule, facts)]


def _consequences(conclusion: Conclusion) -> list[Fact]:
    """Derived values, and the attribute values that an effect requires: what is chosen is a fact for what follows."""
    facts = list(conclusion.firing.derived)
    target = conclusion.rule.effect.get("require")
    if isinstance(target, Mapping):
        facts += [
            Fact(f"chosen.{name}", value, "derived", None, conclusion.rule.id)
            for name, value in target.items()
            if isinstance(value, str | bool)
        ]
    return facts


def _without_overruled(fired: tuple[Conclusion, ...]) -> tuple[Conclusion, ...]:
    """On one target require and exclude beat prefer and avoid, then the narrower condition; equals are both kept."""
    best: dict[str, tuple[int, int]] = {}
    for conclusion in fired:
        for target, rank in _targets(conclusion):
            best[target] = min(best.get(target, rank), rank)
    kept = []
    for conclusion in fired:
        ranked = _targets(conclusion)
        opposed = [target for target, rank in ranked if rank > best[target] and _opposition(target, conclusion, fired)]
        if not opposed:
            kept.append(conclusion)
    return tuple(kept)


def _targets(conclusion: Conclusion) -> list[tuple[str, tuple[int, int]]]:
    narrow = -len(conclusion.rule.when)
    return [
        (str(target), (_STRENGTH[effect], narrow))
        for effect, target in conclusion.rule.effect.items()
        if effect in _STRENGTH
    ]


def _opposition(target: str, conclusion: Conclusion, fired: tuple[Conclusion, ...]) -> bool:
    positive = {"require", "prefer"}
    mine = {effect in positive for effect, t in conclusion.rule.effect.items() if str(t) == target}
    others = {
        effect in positive
        for other in fired
        if other is not conclusion
        for effect, t in other.rule.effect.items()
        if str(t) == target and effect in _STRENGTH
    }
    return bool(others - mine)


def _tests_absence(when: object) -> bool:
    if isinstance(when, Mapping):
        return any(name == "not" or _tests_absence(value) for name, value in when.items())
    if isinstance(when, list | tuple):
        return any(_tests_absence(value) for value in when)
    return when == "unknown"
