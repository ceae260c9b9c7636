"""The question as understood: facts with their spans, intents, technologies, numbers without a role."""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

from kb.fact import Fact, FactSet, Span
from kb.pasted import pasted_objects
from kb.quantity import Quantity
from kb.vocabulary import ShapeTerm, Vocabulary
from service.question.anaphora import only_draws
from service.question.artefact.artefacts import Artefacts, read_artefacts
from service.question.asides import is_of_a_fault
from service.question.clauses import find_cue
from service.question.constraints import check_weights, stated
from service.question.cues import choices, flags, measures
from service.question.doubts import without_doubtful
from service.question.entities import Named, called, technologies, technology_facts
from service.question.homonyms import plain
from service.question.intents import Intent, intent_table, intents
from service.question.loads import loads, shared_out, sized_by_peak
from service.question.multiples import multiplied
from service.question.numbers import Mention, mentions
from service.question.parts import focus, parts
from service.question.pasted import pasted, prose_of
from service.question.products import multiplied_out
from service.question.request import AskRequest, Turn
from service.question.roles import bind, further, is_version, yearly
from service.question.spelling import load_speller

_CERTAIN_SHAPE = 3
# What wants a whole answer; a follow-up with fewer words than this has no subject of its own.
_WHOLE, _A_SUBJECT = frozenset({"design", "migrate", "erd"}), 6
# Who tells a case to have it designed, moved or given a store means all of it.
_A_CASE = _WHOLE | {"choose_store", "review", "refuse", "execute"}
_LEAVING = re.compile(
    r"\b(?:wants?|get|got to|have to be|must be|take us|get us) (?:off|out of|away from|rid of)\b", re.IGNORECASE
)

# "Is it worth moving" asks whether, and wants no plan yet; with "how" beside it, it wants one.
# So many sources, each so often: their readings are the shape, in whatever words.
_TELEMETRY, _REPORTING = "telemetry", frozenset(("workload.devices", "workload.interval"))
_WHETHER = re.compile(
    r"^(?!.*\bhow (?:do|would|should|can|to)\b).*\b(?:is it (?:really )?worth|worth (?:it|the effort|moving|migrating|switching)|does it make sense to|do we (?:even|really) need to (?:move|migrate|switch))\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Loose:
    """A number whose role is not certain: it is listed, never used."""

    text: str
    span: Span


@dataclass(frozen=True)
class Question:
    """What is asked. `text` is the question alone, `context` joins what the user said before, for retrieval; `subject` is
    where the asker's things are named: the question, or what he said before where the question only wants that drawn."""

    text: str
    context: str
    facts: FactSet
    intents: tuple[Intent, ...]
    technologies: tuple[Named, ...]
    loose: tuple[Loose, ...]
    artefacts: Artefacts
    subject: str
    parts: tuple[str, ...] = ()
    # Whether it goes on with what was said before and asks for something in particular.
    goes_on: bool = False
    # Of a long story the sentence that is the question.
    focus: str = ""

    @property
    def intent_ids(self) -> frozenset[str]:
        return frozenset(intent.id for intent in self.intents)


def understand(request: AskRequest, vocabulary: Vocabulary) -> Question:
    """Read the request; what is read of the last turn overrides what was said before. Raises ConstraintError."""
    check_weights(request.weights, vocabulary)
    found = pasted(request)
    prose, given = found.prose, found.given
    # Searched and sorted by what was meant; facts and spans are read from what was typed.
    meant = called(plain(load_speller().mended(found.asked)), vocabulary.technologies)
    earlier = [
        (f"history:{n}", prose_of(turn.content)) for n, turn in enumerate(request.history) if turn.role == "user"
    ]
    facts: list[Fact] = []
    for source, text in earlier:
        facts += _read(text, source, vocabulary)[0]
    facts += multiplied(facts, prose)
    current, loose, named = _read(prose, "question", vocabulary)
    facts += current
    facts += _left(meant, named, facts)
    facts += _against(request.history, named, facts, vocabulary)
    facts += stated(request.constraints, vocabulary)
    facts += sized_by_peak(facts, prose)
    facts += shared_out(facts)
    facts += _shape(meant, vocabulary, {fact.attribute for fact in facts})
    before = " ".join(text for _, text in earlier[-2:])
    back = before if only_draws(meant) else ""
    known = FactSet(tuple(facts))
    artefacts = read_artefacts(given, likely=str(known.get("engine") or "")) if given else Artefacts()
    if artefacts.product and known.get("engine") is None and not named:
        facts.append(Fact("engine", artefacts.product, "pasted"))
        meant = f"{meant} {artefacts.product}"
    own = _moving(intents(meant, _compared(facts, named)), FactSet(tuple(current)), meant)
    goes_on = bool(before) and _asks_on(own, meant, before, named)
    point = "" if before or _A_CASE & {intent.id for intent in own} else focus(meant)
    own = intents(point, _compared(facts, named)) if point else own
    return Question(
        text=prose.strip() or request.question.strip(),
        context=back or f"{before} {meant}".strip(),
        facts=FactSet(tuple(facts), pasted_objects(artefacts.schema), prose),
        intents=own or (intents(before, 0) if before and not goes_on else ()),
        technologies=named,
        loose=tuple(loose),
        artefacts=artefacts,
        subject=back or plain(prose.strip()) or request.question.strip(),
        parts=parts(prose) or ((meant.strip(),) if goes_on else ()),
        goes_on=goes_on,
        focus=point,
    )


def _asks_on(own: tuple[Intent, ...], text: str, before: str, named: tuple[Named, ...]) -> bool:
    """Whether a follow-up asks for something in particular: of the plan that was made too, unless it names another move."""
    wanted = {intent.id for intent in own}
    planned = not named and "migrate" in {intent.id for intent in intents(before, 0)}
    if wanted & (_WHOLE - {"migrate"} if planned else _WHOLE):
        return False
    return bool(own) or len(text.split()) >= _A_SUBJECT


def _read(text: str, source: str, vocabulary: Vocabulary) -> tuple[list[Fact], list[Loose], tuple[Named, ...]]:
    named = technologies(text, vocabulary.technologies)
    names = tuple(name.stretch for name in named)
    attributes = vocabulary.attributes
    found = mentions(text)
    worded = tuple(f for f in measures(text, attributes.values(), source) if not _a_period(f, found))
    facts: list[Fact] = [*technology_facts(named, source)]
    counted = [m for m in found if not is_version(text, m, names) and not _within(m, worded)]
    counted = multiplied_out(text, counted, attributes, source)
    roles = loads(text, counted, [bind(text, mention, attributes, source) for mention in counted], source)
    roles = without_doubtful(text, counted, roles)
    loose: list[Loose] = []
    for mention, bound in zip(counted, roles, strict=True):
        certain = bound is not None and not any(other and bound.yields_to(other) for other in roles)
        fact = further(yearly(text, bound.fact), attributes, facts) if bound and certain else None
        if fact is not None:
            facts.append(fact)
        elif not is_of_a_fault(text, mention):
            loose.append(_loose(mention, source))
    facts += [fact for fact in worded if not _said_with_a_number(fact, facts)]
    facts += flags(text, attributes.values(), source)
    facts += choices(text, attributes.values(), source)
    return facts, [number for number in loose if not _inside(number, facts)], named


def _said_with_a_number(fact: Fact, facts: list[Fact]) -> bool:
    """Whether a number states the same attribute, or the words are the period of a rate: the second of "2 KB every second"."""
    return any(
        known.attribute == fact.attribute
        or (
            known.span is not None
            and fact.span is not None
            and isinstance(known.value, Quantity)
            and known.value.unit in ("rate", "bandwidth")
            and known.span.start < fact.span.end
            and fact.span.start < known.span.end
        )
        for known in facts
    )


def _a_period(fact: Fact, found: tuple[Mention, ...]) -> bool:
    """Whether the words are the period of a rate: "every second" of "12 new ones arrive every second"."""
    return any(
        fact.span and m.unit in ("rate", "bandwidth") and m.tail < fact.span.start and fact.span.end <= m.end
        for m in found
    )


def _within(mention: Mention, worded: tuple[Fact, ...]) -> bool:
    """Whether words that have been read as a whole hold the number: the four of "4-byte integer" is no number of its own."""
    return any(f.span and f.span.start <= mention.start and mention.tail <= f.span.end for f in worded)


def _inside(number: Loose, facts: list[Fact]) -> bool:
    """Whether a cue that has been read holds the number: the zero of "zero downtime" is no number of its own."""
    return any(
        f.span and f.span.start <= number.span.start < f.span.end and isinstance(f.value, bool | str) for f in facts
    )


def _loose(mention: Mention, source: str) -> Loose:
    return Loose(mention.text, Span(source, mention.start, mention.end, mention.text))


def _left(text: str, named: tuple[Named, ...], facts: list[Fact]) -> tuple[Fact, ...]:
    """Who wants off what he runs moves from it, whatever pronoun he uses for it."""
    stack = {name.id: name for name in named if name.part == "stack"}
    if len(stack) != 1 or not _LEAVING.search(text) or any(f.attribute == "migration.from" for f in facts):
        return ()
    (name,) = stack.values()
    return (Fact("migration.from", name.id, "stated", Span("question", name.start, name.end, name.text)),)


def _against(
    history: Sequence[Turn], named: tuple[Named, ...], facts: list[Fact], vocabulary: Vocabulary
) -> tuple[Fact, ...]:
    """What a single candidate is held against: what was recommended in the last answer, or what runs already."""
    candidates = {name.id: name for name in named if name.part == "compared"}
    if len(candidates) != 1:
        return ()
    (candidate,) = candidates.values()
    said = [turn.content for turn in history if turn.role == "assistant"]
    recommended = [name.id for name in technologies(said[-1], vocabulary.technologies)] if said else []
    running = [
        name for f in facts if f.attribute == "stack" and isinstance(f.value, frozenset) for name in sorted(f.value)
    ]
    rival = next((name for name in (*recommended, *running) if name != candidate.id), None)
    if rival is None:
        return ()
    span = Span("question", candidate.start, candidate.end, candidate.text)
    return (Fact("compared", frozenset({candidate.id, rival}), "stated", span),)


def _compared(facts: list[Fact], named: tuple[Named, ...]) -> int:
    """How many technologies the last word on the candidates names."""
    if not any(name.part == "compared" for name in named):
        return 0
    values = [f.value for f in facts if f.attribute == "compared" and isinstance(f.value, frozenset)]
    return len(values[-1]) if values else 0


def _moving(found: tuple[Intent, ...], facts: FactSet, text: str) -> tuple[Intent, ...]:
    """Who names where he comes from and where he goes wants to migrate, whatever verb he has for it, unless he asks whether to."""
    if _WHETHER.search(text):
        return tuple(intent for intent in found if intent.id != "migrate")
    moves = facts.get("migration.from") is not None and facts.get("migration.to") is not None
    if not moves or any(intent.id == "migrate" for intent in found):
        return found
    return (*found, intent_table()["migrate"])


def _shape(text: str, vocabulary: Vocabulary, known: Set[str]) -> tuple[Fact, ...]:
    """The shape that the words suggest most: a cue counts twice a role word; a tie, or one weak word, names none."""
    counts = {shape.name: _weight(shape, text) for shape in vocabulary.shapes.values()}
    if known >= _REPORTING:
        counts[_TELEMETRY] += _CERTAIN_SHAPE
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if ranked[0][1] < _CERTAIN_SHAPE or ranked[0][1] == ranked[1][1]:
        return ()
    return (Fact("shape", ranked[0][0], "assumed"),)


def _weight(shape: ShapeTerm, text: str) -> int:
    roles = {word for role in shape.roles.values() for word in role} - set(shape.cues)
    found = [(cue, 2) for cue in shape.cues] + [(word, 1) for word in roles]
    return sum(weight for word, weight in found if any(True for _ in find_cue(word, text)))
