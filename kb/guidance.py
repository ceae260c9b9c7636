"""One guidance rule against one set of facts: whether it fires, is contradicted, or can only be offered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kb.belief import Belief, believed, denied
from kb.calculation import Calculated, compute, parse_call, role_of
from kb.condition import Lookup, Truth, decide, references
from kb.entry import BELIEVES, Rule
from kb.errors import ImplausibleError, QuantityError
from kb.fact import Fact, FactSet, PastedObject, Value
from kb.quantity import Quantity, parse_quantity
from kb.wording import fill, offer, slot_names

__all__ = ["Firing", "believed", "contradicted", "evaluate", "fact_set", "offer"]

_OBJECT_KINDS = ("column", "key", "index", "query", "transaction", "policy", "role", "setting")
# Stated about the asker's tables as a whole, and never read off pasted SQL.
_STATED = frozenset({"table.rows", "table.bytes", "key.lifetime"})


@dataclass(frozen=True)
class Firing:
    """A rule that certainly holds: its wording with the asker's values, and all that it rests on."""

    rule: Rule
    say: str
    because: str
    unless: str
    slots: Mapping[str, str] = field(default_factory=dict)
    used: tuple[str, ...] = ()
    derived: tuple[Fact, ...] = ()
    calculations: tuple[Calculated, ...] = ()
    objects: tuple[PastedObject, ...] = ()


def evaluate(rule: Rule, facts: FactSet) -> tuple[Firing, ...]:
    """The rule's firing, or nothing: all pasted objects that it holds for make one claim.

    A rule without `when` never fires: it is found by retrieval and offered.
    """
    if not rule.when:
        return ()
    objects = tuple(each for each in _objects(rule, facts) if _truth(rule, facts, each) is True)
    if not (objects if rule.each else _truth(rule, facts, None)):
        return ()
    derived, calculations = _derive(rule, facts)
    known = facts.extended(derived)
    worded = _word(rule, known, objects)
    if worded is None:
        return ()
    say, because, unless, slots = worded
    return (Firing(rule, say, because, unless, slots, _used(rule, known, objects), derived, calculations, objects),)


def may_hold(rule: Rule, facts: FactSet) -> bool:
    """Whether the text leaves room for the rule: where it tests a belief, that somebody asserts it."""
    return rule.belief is None or believed(rule.belief, facts.text)


def contradicted(rule: Rule, facts: FactSet) -> bool:
    """Whether some test of `when` is decided false, for every pasted object where the rule is about those."""
    if not rule.when:
        return False
    candidates: Sequence[PastedObject | None] = _objects(rule, facts) or (None,)
    return all(_truth(rule, facts, each) is False for each in candidates)


def fact_set(example: Mapping[str, object]) -> FactSet:
    """Facts and one pasted object from a mapping of `fires` or `spares`, `{tenants: 400, column.type: float}`."""
    values = {name: _value(given) for name, given in example.items()}
    pasted = {
        name: value
        for name, value in values.items()
        if name not in _STATED and name.partition(".")[0] in (*_OBJECT_KINDS, "table", "schema")
    }
    facts = tuple(Fact(name, value) for name, value in values.items() if name not in pasted)
    return FactSet(facts, (_example_object(pasted),) if pasted else ())


def _example_object(attributes: Mapping[str, Value]) -> PastedObject:
    prefixes = {name.partition(".")[0] for name in attributes}
    kind = next((kind for kind in (*_OBJECT_KINDS, "table") if kind in prefixes), "schema")
    name = str(attributes.get(f"{kind}.name") or attributes.get(f"{kind}.columns") or kind)
    return PastedObject(kind, name, attributes)


def _value(given: object) -> Value:
    if isinstance(given, bool):
        return given
    if isinstance(given, list | tuple | set | frozenset):
        return frozenset(map(str, given))
    try:
        return parse_quantity(str(given))
    except QuantityError:
        return str(given)


def _objects(rule: Rule, facts: FactSet) -> tuple[PastedObject, ...]:
    return tuple(each for each in facts.objects if each.kind == rule.each) if rule.each else ()


def _lookup(facts: FactSet, each: PastedObject | None) -> Lookup:
    schema = next((found for found in facts.objects if found.kind == "schema"), None)

    def look(attribute: str) -> Value | None:
        for found in (each, schema):
            if found and attribute in found.attributes:
                return found.attributes[attribute]
        return facts.get(attribute)

    return look


def _truth(rule: Rule, facts: FactSet, each: PastedObject | None) -> Truth:
    look = _lookup(facts, each)
    truths = [_test(attribute, test, each, look) for attribute, test in rule.when.items() if attribute != BELIEVES]
    if rule.belief is not None:
        truths.append(_held(rule.belief, facts.text))
    return False if False in truths else (None if None in truths else True)


def _held(belief: Belief, text: str) -> Truth:
    return True if believed(belief, text) else (False if denied(belief, text) else None)


def _test(attribute: str, test: object, each: PastedObject | None, look: Lookup) -> Truth:
    truth = decide(test, look(attribute), look)
    # What a pasted object does not have is decided: a column without `references` refers to nothing.
    own = each is not None and attribute not in _STATED and attribute.partition(".")[0] in (each.kind, "table")
    return False if truth is None and own else truth


def _derive(rule: Rule, facts: FactSet) -> tuple[tuple[Fact, ...], tuple[Calculated, ...]]:
    """Each derivation whose arguments are known and plausible; later ones may use earlier ones."""
    known, derived, calculations = facts, [], []
    for attribute, text in rule.derive.items():
        result = _calculate(text, known)
        if result is not None:
            fact = Fact(attribute, result.result, "derived", rule=rule.id)
            known = known.extended([fact])
            derived.append(fact)
            calculations.append(result)
    return tuple(derived), tuple(calculations)


def _calculate(text: str, facts: FactSet) -> Calculated | None:
    call = parse_call(text)
    arguments: dict[str, Quantity] = {}
    for role, written in call.arguments.items():
        value = (
            facts.get(written) if _is_attribute(written) else parse_quantity(written, role_of(call.formula, role).unit)
        )
        if not isinstance(value, Quantity):
            return None
        arguments[role] = value
    try:
        return compute(call.formula, arguments)
    except ImplausibleError:
        # The asker's numbers, not the author's: say nothing rather than something absurd.
        return None


def _is_attribute(written: str) -> bool:
    return written[:1].isalpha()


def _word(
    rule: Rule, facts: FactSet, objects: Sequence[PastedObject]
) -> tuple[str, str, str, Mapping[str, str]] | None:
    """The first `say` whose slots are all bound; a reason or exception with an open slot is left out."""
    filled = next((found for say in rule.say if (found := fill(say, facts, objects))), None)
    if rule.say and filled is None:
        return None
    say, slots = filled or ("", {})
    because = fill(rule.because, facts, objects) or ("", {})
    unless = fill(rule.unless, facts, objects) or ("", {})
    return say, because[0], unless[0], {**slots, **because[1], **unless[1]}


def _used(rule: Rule, facts: FactSet, objects: Sequence[PastedObject]) -> tuple[str, ...]:
    """The known attributes that the firing rests on, in the order in which the rule names them."""
    named: list[str] = [*rule.when]
    named += [name for test in rule.when.values() for name in references(test)]
    named += [
        name for text in rule.derive.values() for name in parse_call(text).arguments.values() if _is_attribute(name)
    ]
    named += [*rule.derive, *(name for text in (*rule.say, rule.because, rule.unless) for name in slot_names(text))]
    return tuple(dict.fromkeys(name for name in named if _is_known(name, facts, objects)))


def _is_known(name: str, facts: FactSet, objects: Iterable[PastedObject]) -> bool:
    return facts.get(name) is not None or any(name in each.attributes for each in objects)
