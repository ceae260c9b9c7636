"""Fitting: which shape the asker's nouns have, and which of its roles they fill."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from kb.vocabulary import ShapeTerm, Vocabulary
from service.analysis.binding import bind
from service.analysis.relating import resolved
from service.question.clauses import find_cue
from service.question.intents import speaks_of_tables
from service.question.noun_words import Noun, happening, head, located, singular
from service.question.nouns import nouns
from service.question.periods import over_time
from service.question.question import Question
from service.question.relations import relations

PLAIN = "plain"
_LEAST = 2
# Two nouns make no schema that is worth showing.
_FEWEST = 3
# "Design a tool lending library" says all in so few words.
_BARE = 7

Fitting = tuple[ShapeTerm, Mapping[str, tuple[str, ...]]]


def fitting(
    shapes: Sequence[ShapeTerm],
    vocabulary: Vocabulary,
    question: Question,
    codes: Mapping[str, str],
    everything: frozenset[str],
) -> Fitting | None:
    """The shape that fits by the words that it knows, and its roles; None where it leaves too few nouns."""
    shapes = [_knowing(shape, shapes, question.subject) if shape.name == PLAIN else shape for shape in shapes]
    general = _general(vocabulary, question.subject)
    bound = {
        shape.name: bind(
            shape,
            general,
            _happened(shape, _named(question.subject, _known(shape, vocabulary), everything), question.subject),
            codes[shape.name],
        )
        for shape in shapes
    }
    shape = _shape(shapes, question, bound)
    return (shape, bound[shape.name]) if shape is not None and _enough(bound[shape.name], question) else None


def plainly(
    shapes: Sequence[ShapeTerm],
    vocabulary: Vocabulary,
    question: Question,
    codes: Mapping[str, str],
    everything: frozenset[str],
) -> Fitting | None:
    """The plain shape, of what any shape knows: what happens in one of them happens here, and the rest stands beside it."""
    plain = next((_knowing(shape, shapes, question.subject) for shape in shapes if shape.name == PLAIN), None)
    if plain is None:
        return None
    listed = [replace(noun, listed=True) for noun in _named(question.subject, everything)]
    found = _happened(plain, listed, question.subject)
    roles = bind(plain, _general(vocabulary, question.subject), found, codes[PLAIN], centre="event")
    return (plain, roles) if _enough(roles, question) else None


def _knowing(plain: ShapeTerm, shapes: Sequence[ShapeTerm], text: str) -> ShapeTerm:
    """The plain shape with everything that happens in any shape, and what a verb of the text says to happen."""
    events = tuple(word for shape in shapes for word in shape.nouns.get("event", ()))
    told = happening(text)
    return replace(plain, nouns={**plain.nouns, "event": (*events, *((told,) if told else ()))})


def _named(text: str, known: Iterable[str], familiar: Iterable[str] = ()) -> list[Noun]:
    """The things that the text names, those that it only relates to others among them."""
    amounts = {name.rpartition(" ")[2] for name, _ in over_time(text)}
    found = [noun for noun in nouns(text, known, familiar) if head(noun.name) not in amounts]
    names = [noun.name for noun in found]
    stated = resolved(relations(text), names)
    parts = {each.other for each in stated if each.kind == "one_to_many"}
    both = dict.fromkeys(name for each in stated for name in (each.one, each.other) if name not in names)
    # A whole comes before its parts: the first of what nobody knows stands in the middle.
    whole = [Noun(name, 0, 0, True) for name in both if name not in parts]
    return [*whole, *found, *(Noun(name, len(text), len(text), True) for name in both if name in parts)]


def _general(vocabulary: Vocabulary, text: str) -> Mapping[str, Sequence[str]]:
    """The nouns of any domain by their role, and as places what the text says that things are at or in."""
    related = {each.other for each in relations(text)}
    places = (noun for noun in located(text) if noun not in vocabulary.words and noun not in related)
    return {**vocabulary.nouns, "place": (*vocabulary.nouns.get("place", ()), *places)}


def _happened(shape: ShapeTerm, found: Sequence[Noun], text: str) -> Sequence[Noun]:
    """With what a verb says to happen, where no noun does and the shape knows it."""
    events = shape.nouns.get("event", ())
    told = happening(text)
    if told not in events or any(noun.name in events for noun in found):
        return found
    return (*found, Noun(told, len(text), len(text), False))


def _enough(roles: Mapping[str, tuple[str, ...]], question: Question) -> bool:
    """Whether so many things are named that they make tables; of two it must be said how they belong together, or hardly anything else."""
    named = sum(len(filled) for filled in roles.values())
    bare = "event" in roles and len(question.text.split()) <= _BARE and not speaks_of_tables(question.subject)
    return named >= _FEWEST or (named > 1 and (bare or bool(relations(question.subject))))


def _known(shape: ShapeTerm, vocabulary: Vocabulary) -> frozenset[str]:
    return shape.words | vocabulary.words


def _shape(
    shapes: Sequence[ShapeTerm], question: Question, bound: Mapping[str, Mapping[str, tuple[str, ...]]]
) -> ShapeTerm | None:
    """The shape that the words suggest, else the one whose own roles the asker's nouns fill best, the first of equals; else the plain one."""
    if (named := question.facts.get("shape")) is not None:
        return next((shape for shape in shapes if shape.name == named), None)
    weighed = [(_filled(shape, bound[shape.name], question.context), shape) for shape in shapes]
    (own, _), best = max(weighed, key=lambda item: item[0], default=((0, 0), None))
    if own >= _LEAST:
        return best
    # One familiar word makes no shape, but what happens to whom and where has tables all the same.
    return next((shape for shape in shapes if shape.name == PLAIN and "event" in bound[PLAIN]), None)


def _filled(shape: ShapeTerm, roles: Mapping[str, tuple[str, ...]], text: str) -> tuple[int, int]:
    """How many roles of its own are filled by words that it knows, with its cues; then how many nouns find a place at all."""
    known = {
        role: [noun for noun in roles.get(role, ()) if noun in words]
        for role, words in shape.nouns.items()
        if role != "other"
    }
    # A word that fills a role counts once, as that: the reading of a bill alone makes no telemetry.
    told = {singular(word) for found in known.values() for noun in found for word in (noun, *noun.split())}
    cues = {singular(cue) for cue in shape.cues if any(True for _ in find_cue(cue, text))} - told
    own = sum(map(bool, known.values())) + len(cues)
    return own, sum(len(names) for role, names in roles.items() if role != "other")
