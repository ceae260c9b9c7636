"""Structure: the starting schema of a shape, written out in the asker's nouns."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from kb.entry import Fence, KnowledgeBase, Section
from kb.vocabulary import ShapeTerm, Vocabulary
from kb.wording import identifier, table_name
from service.analysis.relating import aligned, related, resolved
from service.analysis.templates import templates
from service.analysis.valuing import valued
from service.question.clauses import find_cue
from service.question.intents import speaks_of_tables
from service.question.nouns import Noun, happening, head, is_barred, is_event, is_person, located, nouns
from service.question.periods import over_time
from service.question.question import Question
from service.question.relations import Relation, relations
from service.question.states import States, states, without_states

# Roles that any shape has room for; a statement or line that speaks of one is left out where nothing fills it.
EXTRAS = ("place", "catalogue", "dependant", "thing", "detail", "other")
_MOST_OF_ONE, _LEAST = 3, 2
# Things that only stand beside the others, and what an event leaves behind.
_MOST_BESIDE = 8
PLAIN, RECORDS = "plain", "records"
_RELATED = ("many_to_many", "over_time", "valued", "valued_alone")
# Two nouns make no schema that is worth showing.
_FEWEST = 3
# "Design a tool lending library" says all in so few words.
_BARE = 7
_TABLE = re.compile(r"CREATE TABLE (\w+) \(")
_OF_EACH = re.compile(r"^CREATE TABLE event \(.*?^\);", re.MULTILINE | re.DOTALL)
_ABOUT_EVENTS = re.compile(r"^CREATE (?:UNIQUE )?(?:TABLE|INDEX \w+ ON) event \(")


@dataclass(frozen=True)
class Structure:
    """A starting schema in the asker's nouns: `roles` says which noun fills which role, `sql` is the schema, `fence` its template."""

    shape: ShapeTerm
    section: Section
    fence: Fence
    roles: Mapping[str, tuple[str, ...]]
    sql: str
    # Whether the asker's words name the shape, or only his nouns suggest it.
    named_by_words: bool
    # Whether nothing happens that has a time: one thing stands in the middle of its parts.
    still: bool = False
    # What he said of two things, and the schema keeps.
    relations: tuple[Relation, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        """The asker's nouns that a table was made of."""
        return tuple(noun for filled in self.roles.values() for noun in filled)


_Fitting = tuple[ShapeTerm, Mapping[str, tuple[str, ...]]]


def structure(kb: KnowledgeBase, vocabulary: Vocabulary, question: Question) -> Structure | None:
    """The starting schema of the question's shape; None where no shape fits, or fewer than three nouns are named."""
    shown = templates(kb, "shape")
    said = states(question.subject)
    question = replace(question, subject=without_states(question.subject))
    shapes = [_going_through(shape, said) for shape in vocabulary.shapes.values() if shape.name in shown]
    everything = vocabulary.words.union(*(shape.words for shape in shapes))
    codes = {name: fence.code for name, (_, fence) in shown.items()}
    stated = relations(question.subject)
    found = _fitting(shapes, vocabulary, question, codes, everything)
    if found is None and (speaks_of_tables(question.subject) or stated):
        found = _plainly(shapes, vocabulary, question, codes, everything)
    if found is None:
        return None
    shape, roles = found
    # Of a thing that stands in the middle nothing is recorded but what belongs to it.
    still = shape.name == PLAIN and "event" in roles and not _happens(roles["event"][0], shape)
    template = RECORDS if still else shape.name
    section, fence = shown[template]
    names = [noun for filled in roles.values() for noun in filled]
    told = (*resolved((*stated, *_kept_in(said, roles)), names), *valued(question.subject, roles))
    sql, kept = written(codes, template, shape, roles, told)
    return Structure(shape, section, fence, roles, sql, question.facts.get("shape") is not None, still, kept)


def _going_through(shape: ShapeTerm, said: Sequence[States]) -> ShapeTerm:
    """What is said to go through states is something that happens in the plain shape, and beside it in another that does not know it."""
    role = "event" if shape.name == PLAIN else "other"
    told = (each.of for each in said if each.of and each.of not in shape.words and not is_barred(each.of))
    return replace(shape, nouns={**shape.nouns, role: (*shape.nouns.get(role, ()), *told)})


def _kept_in(said: Sequence[States], roles: Mapping[str, tuple[str, ...]]) -> Iterator[Relation]:
    """The states of each thing; those of no named thing are of what happens first."""
    for each in said:
        of = each.of or next(iter(roles.get("event", ())), "")
        if of:
            yield Relation("states", of, "/".join(each.names))


def written(
    codes: Mapping[str, str],
    template: str,
    shape: ShapeTerm,
    roles: Mapping[str, tuple[str, ...]],
    stated: Sequence[Relation],
) -> tuple[str, tuple[Relation, ...]]:
    """The template of this name with nouns in the place of roles and with what is stated of two of them; and what is kept of that."""
    still = template == RECORDS
    centre = roles["event"][0] if still else ""
    # Nobody need act where nothing happens.
    term = replace(shape, names={"event": centre}) if still else shape
    between = {name: codes[name] for name in _RELATED}
    return related(instance(codes[template], term, roles), stated, between, centre)


def _fitting(
    shapes: Sequence[ShapeTerm],
    vocabulary: Vocabulary,
    question: Question,
    codes: Mapping[str, str],
    everything: frozenset[str],
) -> _Fitting | None:
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


def _plainly(
    shapes: Sequence[ShapeTerm],
    vocabulary: Vocabulary,
    question: Question,
    codes: Mapping[str, str],
    everything: frozenset[str],
) -> _Fitting | None:
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
    own = sum(
        any(noun in words for noun in roles.get(role, ())) for role, words in shape.nouns.items() if role != "other"
    )
    cues = sum(any(True for _ in find_cue(cue, text)) for cue in shape.cues)
    return own + cues, sum(len(names) for role, names in roles.items() if role != "other")


def bind(
    shape: ShapeTerm, general: Mapping[str, Sequence[str]], found: Sequence[Noun], code: str, centre: str = ""
) -> Mapping[str, tuple[str, ...]]:
    """Each noun to a role that the template has: of the shape first, then of any domain; a listed one that fits none is the
    thing itself if nothing else is, or `other`; `centre` is the role of the thing where the shape has none."""
    rooms = _rooms(code, (*shape.names, *EXTRAS))
    thing = next((role for role in shape.names if role not in ("event", "party")), centre)
    roles: dict[str, list[str]] = {}
    strange: list[str] = []
    for noun in _heads(found, shape):
        meant = _roles_of(noun.name, shape, general)
        if any(role in shape.names and role not in rooms for role in meant):
            # The template keeps it in columns, as stock beside what is sold.
            continue
        known = [role for role in meant if role in rooms]
        role = next((role for role in known if _has_room(role, shape, roles)), None)
        if role is None and known and noun.listed:
            # A second word for what happens hangs on the first; a second of another single role stands beside it.
            role = "detail" if known[0] == "event" and "detail" in rooms else "other"
        if role is not None:
            roles.setdefault(role, []).append(noun.name)
        elif noun.listed:
            strange.append(noun.name)
    happened = [name for name in strange if "event" in shape.many and is_event(name)]
    if happened:
        roles["event"] = [*roles.get("event", ()), *happened]
    for name in (name for name in strange if name not in happened):
        role = thing if thing and thing not in roles else "other"
        if (role in ("other", centre)) and "party" in shape.many and is_person(name):
            role = "party"
        roles.setdefault(role, []).append(name)
    if "thing" in rooms and "event" in roles and _happens(roles["event"][0], shape):
        # What happens points at what takes part in it; of a thing that stands in the middle the rest are parts.
        roles |= {"thing": roles.pop("other")} if "other" in roles else {}
    return {role: tuple(names[: _most(role)]) for role, names in roles.items()}


@lru_cache(maxsize=64)
def _rooms(code: str, roles: tuple[str, ...]) -> tuple[str, ...]:
    """The roles that a template has; kept, because it is asked for every question."""
    return tuple(role for role in roles if _names(code, role))


def _happens(noun: str, shape: ShapeTerm) -> bool:
    known = shape.nouns.get("event", ())
    return noun in known or head(noun) in known or is_event(noun)


def _heads(found: Sequence[Noun], shape: ShapeTerm) -> list[Noun]:
    """One noun where two of the same role stand side by side: a beehive sensor is a sensor, an appointment booking an appointment."""
    own = {word: role for role, words in shape.nouns.items() for word in words}
    dropped: set[Noun] = set()
    for a, b in itertools.pairwise(found):
        if b.start - a.end <= 1 and own.get(a.name) is not None and own.get(a.name) == own.get(b.name):
            dropped.add(b if own[a.name] == "event" else a)
    return [noun for noun in found if noun not in dropped]


def instance(code: str, shape: ShapeTerm, roles: Mapping[str, Sequence[str]]) -> str:
    """The template with nouns in the place of roles: once per noun a statement that is about the role, or a line of another that names it."""
    filled = {role: tuple(roles.get(role) or (name,)) for role, name in shape.names.items()}
    filled |= {role: tuple(roles.get(role, ())) for role in (*EXTRAS, "party") if role not in filled}
    # Where several things happen, each is a table of its own, and what hangs on what happens hangs on the first.
    first = {**filled, "event": filled["event"][:1]} if "event" in filled else filled
    if len(filled.get("event", ())) > 1:
        # Not everything that happens has every party and place.
        code = _OF_EACH.sub(lambda match: match[0].replace(" NOT NULL REFERENCES", " REFERENCES"), code)
    written = (_statement(each, filled if _ABOUT_EVENTS.search(each) else first) for each in code.split("\n\n"))
    return "\n\n".join(aligned(text) for text in written if text)


def _roles_of(noun: str, shape: ShapeTerm, general: Mapping[str, Sequence[str]]) -> list[str]:
    own = [role for role, words in shape.nouns.items() if noun in words]
    found = own + [role for role, words in general.items() if noun in words and role not in own]
    # A jury member is a member, a strike vote a vote: the last word says what it is.
    return found if found or head(noun) == noun else _roles_of(head(noun), shape, general)


def _has_room(role: str, shape: ShapeTerm, roles: Mapping[str, Sequence[str]]) -> bool:
    several = role in shape.many or role in EXTRAS
    return not roles.get(role) or (several and len(roles[role]) < _most(role))


def _most(role: str) -> int:
    return _MOST_BESIDE if role in ("other", "thing", "detail", "event") else _MOST_OF_ONE


def _statement(statement: str, filled: Mapping[str, tuple[str, ...]]) -> str:
    """A statement about one role, its table or an index, once per noun; any other once, with its lines repeated."""
    about = _TABLE.match(statement)
    alone = about is None and "\n" not in statement
    roles = [about[1]] if about else [role for role in filled if alone and _names(statement, role)]
    if any(role in filled and not filled[role] for role in roles):
        return ""
    several = next((role for role in roles if len(filled.get(role, ())) > 1), None)
    if several is None:
        return "\n".join(line for each in statement.split("\n") for line in _lines(each, filled))
    return "\n\n".join(_statement(statement, {**filled, several: (noun,)}) for noun in filled[several])


def _lines(line: str, filled: Mapping[str, tuple[str, ...]]) -> list[str]:
    """A line once per noun of a role that it names; none where nothing fills the role."""
    role = next((role for role in filled if len(filled[role]) != 1 and _names(line, role)), None)
    if role is None:
        return [_written(line, {role: names[0] for role, names in filled.items() if names})]
    return [written for noun in filled[role] for written in _lines(line, {**filled, role: (noun,)})]


def _names(text: str, role: str) -> bool:
    return _role(role).search(text) is not None


def _role(role: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{role})(?![a-z])")


def _written(text: str, named: Mapping[str, str]) -> str:
    """Roles as identifiers; a reserved word alone becomes a plural, as in `orders`, and stays singular within a longer name."""

    def put(match: re.Match[str]) -> str:
        longer = text[match.start() - 1 : match.start()] == "_" or text[match.end() : match.end() + 1] == "_"
        return identifier(named[match[0]]) if longer else table_name(named[match[0]])

    return _role("|".join(sorted(named, key=lambda each: -len(each)))).sub(put, text)
