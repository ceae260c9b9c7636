"""Conclusions: every rule of the knowledge base run over the facts, chained to a fixpoint, and what they say of each target."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kb.entry import Conditional, KnowledgeBase, Rule
from kb.fact import Fact, FactSet
from kb.guidance import Firing, contradicted, evaluate, may_hold
from service.analysis.estimates import Blank, Estimated, blanks, derivable, derived, estimate, said

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
    """What fired, in the order of entries and rules, the facts after chaining, all rules that held before some were overruled.

    `estimates` are computed from the facts and to the point of the question; `blanks` it asks for, and they lack an input.
    """

    fired: tuple[Conclusion, ...]
    held: frozenset[RuleKey]
    facts: FactSet
    estimates: tuple[Estimated, ...] = ()
    blanks: tuple[Blank, ...] = ()


def conclude(kb: KnowledgeBase, facts: FactSet) -> Conclusions:
    """Run all rules; those that test for absence run last and derive nothing, so that order never matters."""
    estimates = found = estimate(facts)
    # Rules are many and facts few: one that tests what nobody stated and nothing derives is not looked at again.
    within = _reached(kb.conditionals, _known(facts) | kb.derivable | derivable())
    # What somebody believes stands in the text and no derived fact changes it: most such rules need no second look.
    early = [each for each in within if not each.late and may_hold(each.rule, facts)]
    fired: dict[RuleKey, Conclusion] = {}
    for _ in range(_ROUNDS):
        facts = facts.extended(derived(found))
        round_ = _run(early, facts)
        new = [fact for each in round_ for fact in _consequences(each) if facts.get(fact.attribute) != fact.value]
        fired = {each.key: each for each in round_}
        fresh = [fact for fact in new if fact.attribute not in facts.by_attribute]
        if not fresh:
            break
        facts = facts.extended(fresh)
        found = estimate(facts)
    fired |= {each.key: each for each in _run((each for each in within if each.late), facts)}
    ordered = tuple(fired[key] for each in within if (key := each.key) in fired)
    return Conclusions(
        _without_overruled(ordered), frozenset(fired), facts, said(estimates, facts.text), blanks(facts, estimates)
    )


def undecided(kb: KnowledgeBase, conclusions: Conclusions, entries: Iterable[str]) -> tuple[RuleKey, ...]:
    """The rules of these entries that nothing decides; of all the others nobody asks."""
    return tuple(
        key
        for entry in (kb.entries[name] for name in entries)
        for rule in entry.meta.guidance
        if (key := (entry.id, rule.id)) not in conclusions.held and not contradicted(rule, conclusions.facts)
    )


def _run(rules: Iterable[Conditional], facts: FactSet) -> list[Conclusion]:
    reached = _reached(rules, _known(facts))
    return [Conclusion(each.entry, firing) for each in reached for firing in evaluate(each.rule, facts)]


def _reached(rules: Iterable[Conditional], known: frozenset[str]) -> list[Conditional]:
    """The rules that may hold where no more than this is known; of pasted objects they know better what they have."""
    return [each for each in rules if each.rule.each or each.needs <= known]


def _known(facts: FactSet) -> frozenset[str]:
    """What has a value: stated, derived, of the pasted schema as a whole."""
    schema = (name for each in facts.objects if each.kind == "schema" for name in each.attributes)
    return frozenset((*facts.by_attribute, *schema))


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
