"""Guidance rules against their own examples: what is to fire fires, what is to be spared is spared."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kb.entry import Rule
from kb.errors import Fault, FormulaError, QuantityError
from kb.fact import FactSet
from kb.guidance import believed, evaluate, fact_set
from kb.shelf import LoadedEntry, Shelf

Example = str | Mapping[str, object]


@dataclass(frozen=True)
class Stage:
    """What an example is tried among: the other rules of its entry, and the shelf."""

    rules: tuple[Rule, ...]
    shelf: Shelf


def check_examples(loaded: LoadedEntry, shelf: Shelf) -> Iterator[Fault]:
    """Every rule has examples of both kinds; sentences are tested here for beliefs only, by the service for the rest."""
    for number, rule in enumerate(loaded.entry.meta.guidance):
        for key, examples in (("fires", rule.fires), ("spares", rule.spares)):
            line = loaded.front.line("guidance", number, key)
            yield from (Fault(line, f"rule {rule.id!r}: {text}") for text in _missing(rule, key, examples))
            for position, example in enumerate(examples):
                text = _tried(rule, example, key == "fires", Stage(loaded.entry.meta.guidance, shelf))
                if text:
                    yield Fault(loaded.front.line("guidance", number, key, position), f"rule {rule.id!r}: {text}")


def _missing(rule: Rule, key: str, examples: Sequence[Example]) -> Iterator[str]:
    if not examples:
        yield f"{key!r} has no example: add one"
    # What is pasted is not typed as a sentence.
    elif key == "fires" and rule.when and not rule.each and not any(isinstance(each, str) for each in examples):
        yield "'fires' has no sentence as somebody would type it: without one the rule may be unreachable"


def _tried(rule: Rule, example: Example, fires: bool, stage: Stage) -> str:
    if isinstance(example, str):
        return _tried_belief(rule, example, fires)
    if not rule.when:
        return "a rule without 'when' is found by its words: write its examples as sentences"
    unknown = [
        name for name in example if name not in stage.shelf.vocabulary.attributes and not name.startswith("chosen.")
    ]
    if unknown:
        return f"the example states {', '.join(map(repr, unknown))}, not in kb/terms/attributes.yaml"
    try:
        fired = bool(evaluate(rule, _derived(fact_set({**rule.given, **example}), rule, stage)))
    except (FormulaError, QuantityError) as error:
        return f"the example {dict(example)!r} cannot be decided: {error}"
    if fired == fires:
        return ""
    return f"{dict(example)!r} {'does not fire it' if fires else 'fires it'}: mend 'when' or the example"


def _tried_belief(rule: Rule, sentence: str, fires: bool) -> str:
    if rule.belief is None or believed(rule.belief, sentence) == fires:
        return ""
    return f"the sentence {sentence!r} {'does not hold' if fires else 'holds'} the belief by its cues: mend 'believes' or the sentence"


def _derived(facts: FactSet, rule: Rule, stage: Stage) -> FactSet:
    """The facts with what the other rules of the entry derive from them, in their order: an example states what people say."""
    for other in stage.rules:
        if other.derive and other.id != rule.id:
            facts = facts.extended(fact for firing in evaluate(other, facts) for fact in firing.derived)
    return facts
