"""Checks of guidance rules as they are written: names that exist, slots that can be filled, tests that can be decided."""

import re
from collections.abc import Iterator, Mapping

from kb.calculation import parse_call, role_of
from kb.entry import BELIEVES, Rule
from kb.errors import Fault, FormulaError, QuantityError
from kb.quantity import parse_quantity
from kb.shelf import LoadedEntry, Shelf
from kb.vocabulary import Attribute, Vocabulary
from kb.wording import FORMATS

MOST_SAY_WORDS = 40
_SLOT = re.compile(r"\{([^{}]*)\}")
_COMPARISON = re.compile(r"^\s*(?:!=|<=|>=|=|<|>)\s*(\S.*?)\s*$")
_REFERENCE = re.compile(r"^(?:[\d.]+\s*\*\s*)?\{([a-z0-9_.]+)\}(?:\s*\*\s*[\d.]+)?$")
_ENTITIES = frozenset(
    {"engine", "stack", "excluded", "compared", "migration.from", "migration.to", "chosen.technology"}
)


def check_rules(loaded: LoadedEntry, shelf: Shelf) -> Iterator[Fault]:
    """Every rule of the entry, each fault at the key that it is in."""
    seen: set[str] = set()
    for number, rule in enumerate(loaded.entry.meta.guidance):
        if rule.id in seen:
            yield Fault(_line(loaded, number, "id"), f"rule id {rule.id!r} stands twice: rename one")
        seen.add(rule.id)
        for key, text in _faults(rule, loaded, shelf):
            yield Fault(_line(loaded, number, key), f"rule {rule.id!r}: {text}")


def _line(loaded: LoadedEntry, number: int, key: str) -> int:
    return loaded.front.line("guidance", number, key)


def _faults(rule: Rule, loaded: LoadedEntry, shelf: Shelf) -> Iterator[tuple[str, str]]:
    if rule.explained not in {section.anchor for section in loaded.entry.sections}:
        yield "explained", f"'explained' is {rule.explained!r}, which is no heading's anchor here"
    yield from (("say", text) for text in _said(rule, shelf.vocabulary))
    for key, text in (("because", rule.because), ("unless", rule.unless)):
        yield from ((key, fault) for fault in _slots(text, shelf.vocabulary))
    for attribute, test in rule.when.items():
        yield from (("when", text) for text in _condition(attribute, test, rule, shelf.vocabulary))
    for attribute, call in rule.derive.items():
        yield from (("derive", text) for text in _derivation(attribute, call, shelf.vocabulary))
    yield from (("effect", text) for text in _effects(rule, loaded, shelf))
    if (rule.severity or rule.fix) and not rule.each and not any(_pasted(name, shelf.vocabulary) for name in rule.when):
        yield "severity", "'severity' and 'fix' belong to rules about pasted objects: add 'each', or remove them"


def _said(rule: Rule, vocabulary: Vocabulary) -> Iterator[str]:
    if not rule.say:
        if "ask" not in rule.effect:
            yield "'say' is missing: say what to do"
        return
    if not rule.because:
        yield "'because' is missing: give the reason"
    for text in rule.say:
        words = len(text.split())
        if words > MOST_SAY_WORDS:
            yield f"'say' has {words} words, at most {MOST_SAY_WORDS}: {text[:40]!r}…"
        yield from _slots(text, vocabulary)
    if _SLOT.search(rule.say[-1]):
        yield "the last 'say' has a slot: add one without, for when nothing is known"


def _slots(text: str, vocabulary: Vocabulary) -> Iterator[str]:
    for slot in _SLOT.findall(text):
        name, _, form = slot.partition(":")
        if form not in FORMATS:
            yield f"slot {{{slot}}} has no known format: write {{attribute:format}} with one of {', '.join(sorted(FORMATS))}"
        if not _known(name, vocabulary) and name not in (
            "column",
            "key",
            "table",
            "index",
            "query",
            "transaction",
            "policy",
            "role",
            "setting",
        ):
            yield f"slot {{{slot}}} names no attribute of kb/terms/attributes.yaml"


def _known(name: str, vocabulary: Vocabulary) -> bool:
    return _attribute(name, vocabulary) is not None


def _attribute(name: str, vocabulary: Vocabulary) -> Attribute | None:
    """The attribute, or for `chosen.x` the attribute x, whose value an earlier rule may have chosen."""
    return vocabulary.attributes.get(name) or vocabulary.attributes.get(name.removeprefix("chosen."))


def _pasted(name: str, vocabulary: Vocabulary) -> bool:
    attribute = vocabulary.attributes.get(name)
    return attribute is not None and attribute.kind == "pasted"


def _condition(name: str, test: object, rule: Rule, vocabulary: Vocabulary) -> Iterator[str]:
    if name == BELIEVES:
        if rule.belief is None:
            yield "'believes' needs two groups of cues or more, each a list, or {not: [cues]}"
        return
    attribute = _attribute(name, vocabulary)
    if attribute is None:
        yield f"'when' tests {name!r}, which is not in kb/terms/attributes.yaml: use one that is there, or add it with its cues"
        return
    if attribute.kind == "pasted" and attribute.of not in (rule.each, "schema", "table"):
        yield f"'when' tests {name!r} of a {attribute.of}: add 'each: {attribute.of}'"
    yield from _test(attribute, test, vocabulary)


def _test(attribute: Attribute, test: object, vocabulary: Vocabulary) -> Iterator[str]:
    if isinstance(test, Mapping):
        yield from _compound(attribute, test, vocabulary)
    elif test not in ("known", "unknown"):
        comparison = _COMPARISON.match(test) if isinstance(test, str) else None
        yield from _value(attribute, comparison.group(1) if comparison else test, vocabulary)


def _compound(attribute: Attribute, test: Mapping[str, object], vocabulary: Vocabulary) -> Iterator[str]:
    if len(test) != 1 or not test.keys() <= {"any", "all", "not"}:
        yield f"the test of {attribute.name!r} is {dict(test)!r}: write {{any: […]}}, {{all: […]}} or {{not: …}}"
        return
    ((word, inner),) = test.items()
    if word == "not":
        yield from _test(attribute, inner, vocabulary)
    elif not isinstance(inner, list | tuple):
        yield f"{word!r} of {attribute.name!r} needs a list of tests"
    else:
        for each in inner:
            yield from _test(attribute, each, vocabulary)


def _value(attribute: Attribute, value: object, vocabulary: Vocabulary) -> Iterator[str]:
    reference = _REFERENCE.match(value) if isinstance(value, str) else None
    if reference:
        if not _known(reference.group(1), vocabulary):
            yield f"the test of {attribute.name!r} refers to {reference.group(1)!r}, which is not in kb/terms/attributes.yaml"
        return
    if attribute.kind == "quantity" or attribute.unit:
        yield from _quantity(attribute, value)
    elif attribute.kind == "flag" and not isinstance(value, bool):
        yield f"{attribute.name!r} is true or false, not {value!r}"
    elif attribute.values and value not in attribute.values:
        yield f"{attribute.name!r} is one of {', '.join(attribute.values)}, not {value!r}"
    elif attribute.name in _ENTITIES and str(value).removeprefix("technologies/") not in vocabulary.technologies:
        yield f"{attribute.name!r} is {value!r}, which is not in kb/terms/technologies.yaml"
    elif attribute.name == "shape" and value not in vocabulary.shapes:
        yield f"'shape' is {value!r}, which is not in kb/terms/shapes.yaml"


def _quantity(attribute: Attribute, value: object) -> Iterator[str]:
    try:
        parse_quantity(str(value), attribute.unit or None)
    except QuantityError as error:
        yield f"{attribute.name!r}: {error}"


def _derivation(name: str, text: str, vocabulary: Vocabulary) -> Iterator[str]:
    if not _known(name, vocabulary):
        yield f"'derive' sets {name!r}, which is not in kb/terms/attributes.yaml"
    try:
        call = parse_call(text)
        for role, written in call.arguments.items():
            if not written[:1].isalpha():
                parse_quantity(written, role_of(call.formula, role).unit)
            elif not _known(written, vocabulary):
                yield f"'derive' reads {written!r}, which is not in kb/terms/attributes.yaml"
    except (FormulaError, QuantityError) as error:
        yield f"'derive' of {name!r}: {error}"


def _effects(rule: Rule, loaded: LoadedEntry, shelf: Shelf) -> Iterator[str]:
    for effect, target in rule.effect.items():
        if effect == "ask":
            if not _known(str(target), shelf.vocabulary):
                yield f"'ask' names {target!r}, which is not in kb/terms/attributes.yaml"
            if rule.ask is None:
                yield "the effect asks, and 'ask: {text, assume, changes}' is missing"
        elif effect == "correct":
            if target not in {each.id for each in loaded.entry.meta.guidance}:
                yield f"'correct' names {target!r}, which is no rule here: use the rule's own id"
        else:
            yield from _target(effect, target, shelf)


def _target(effect: str, target: object, shelf: Shelf) -> Iterator[str]:
    if isinstance(target, Mapping):
        for name, value in target.items():
            attribute = _attribute(str(name), shelf.vocabulary)
            if attribute is None:
                yield f"{effect!r} sets {name!r}, which is not in kb/terms/attributes.yaml"
            else:
                yield from _test(attribute, value, shelf.vocabulary)
    elif (
        target not in shelf.kb.entries
        and str(target).removeprefix("technologies/") not in shelf.vocabulary.technologies
    ):
        yield f"{effect!r} names {target!r}, which is neither an entry nor a technology of kb/terms/technologies.yaml"
