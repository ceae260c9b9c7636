"""Structure: the starting schema of a shape, written out in the asker's nouns."""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kb.entry import Fence, KnowledgeBase, Section
from kb.vocabulary import ShapeTerm, Vocabulary
from kb.wording import is_reserved
from service.question.clauses import find_cue
from service.question.intents import speaks_of_tables
from service.question.nouns import Noun, happening, is_person, located, nouns, paired
from service.question.question import Question

# Roles that any shape has room for; a statement or line that speaks of one is left out where nothing fills it.
EXTRAS = ("place", "catalogue", "dependant", "thing", "detail", "other")
_MOST_OF_ONE, _LEAST = 3, 2
# Things that only stand beside the others, and what an event leaves behind.
_MOST_BESIDE = 8
_PLAIN = "plain"
# Two nouns make no schema that is worth showing.
_FEWEST = 3
# A column of a table: lower case, where constraints begin with a word in capitals.
_COLUMN = re.compile(r"^  ([a-z]\w*) +(?=[a-z])", re.MULTILINE)
_TABLE = re.compile(r"CREATE TABLE (\w+) \(")


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

    @property
    def named(self) -> tuple[str, ...]:
        """The asker's nouns that a table was made of."""
        return tuple(noun for filled in self.roles.values() for noun in filled)


_Fitting = tuple[ShapeTerm, Mapping[str, tuple[str, ...]]]


def structure(kb: KnowledgeBase, vocabulary: Vocabulary, question: Question) -> Structure | None:
    """The starting schema of the question's shape; None where no shape fits, or fewer than three nouns are named."""
    templates = _templates(kb)
    shapes = [shape for shape in vocabulary.shapes.values() if shape.name in templates]
    everything = frozenset(word for shape in shapes for word in _known(shape, vocabulary))
    codes = {name: fence.code for name, (_, fence) in templates.items()}
    found = _fitting(shapes, vocabulary, question, codes, everything)
    if found is None and speaks_of_tables(question.subject):
        found = _plainly(shapes, vocabulary, question, codes, everything)
    if found is None:
        return None
    shape, roles = found
    section, fence = templates[shape.name]
    sql = instance(fence.code, shape, roles)
    return Structure(shape, section, fence, roles, sql, named_by_words=question.facts.get("shape") is not None)


def _fitting(
    shapes: Sequence[ShapeTerm],
    vocabulary: Vocabulary,
    question: Question,
    codes: Mapping[str, str],
    everything: frozenset[str],
) -> _Fitting | None:
    """The shape that fits by the words that it knows, and its roles; None where it leaves too few nouns."""
    bound = {
        shape.name: bind(
            shape,
            _general(vocabulary, question.subject),
            _happened(shape, nouns(question.subject, _known(shape, vocabulary), everything), question.subject),
            codes[shape.name],
        )
        for shape in shapes
    }
    shape = _shape(shapes, question, bound)
    return (shape, bound[shape.name]) if shape is not None and _enough(bound[shape.name]) else None


def _plainly(
    shapes: Sequence[ShapeTerm],
    vocabulary: Vocabulary,
    question: Question,
    codes: Mapping[str, str],
    everything: frozenset[str],
) -> _Fitting | None:
    """The plain shape, of what any shape knows: what happens in one of them happens here, and the rest stands beside it."""
    plain = next((shape for shape in shapes if shape.name == _PLAIN), None)
    if plain is None:
        return None
    events = tuple(word for shape in shapes for word in shape.nouns.get("event", ()))
    told = happening(question.subject)
    plain = replace(plain, nouns={**plain.nouns, "event": (*events, *((told,) if told else ()))})
    listed = [replace(noun, listed=True) for noun in nouns(question.subject, everything)]
    found = _happened(plain, listed, question.subject)
    roles = bind(plain, _general(vocabulary, question.subject), found, codes[_PLAIN], centre="event")
    pair = {noun.name for noun in paired(question.subject)} <= {*roles.get("thing", ()), *roles.get("event", ())}
    happens = pair and "thing" in roles and bool(paired(question.subject))
    return (plain, roles) if happens or _enough(roles) else None


def _general(vocabulary: Vocabulary, text: str) -> Mapping[str, Sequence[str]]:
    """The nouns of any domain by their role, and as places what the text says that things are at or in."""
    known = frozenset(word for words in vocabulary.nouns.values() for word in words)
    places = (noun for noun in located(text) if noun not in known)
    return {**vocabulary.nouns, "place": (*vocabulary.nouns.get("place", ()), *places)}


def _happened(shape: ShapeTerm, found: Sequence[Noun], text: str) -> Sequence[Noun]:
    """With what a verb says to happen, where no noun does and the shape knows it."""
    events = shape.nouns.get("event", ())
    told = happening(text)
    if told not in events or any(noun.name in events for noun in found):
        return found
    return (*found, Noun(told, len(text), len(text), False))


def _enough(roles: Mapping[str, tuple[str, ...]]) -> bool:
    return sum(len(filled) for filled in roles.values()) >= _FEWEST


def _known(shape: ShapeTerm, vocabulary: Vocabulary) -> frozenset[str]:
    return frozenset(word for words in (*shape.nouns.values(), *vocabulary.nouns.values()) for word in words)


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
    return next((shape for shape in shapes if shape.name == _PLAIN and "event" in bound[_PLAIN]), None)


def _filled(shape: ShapeTerm, roles: Mapping[str, tuple[str, ...]], text: str) -> tuple[int, int]:
    """How many roles of its own are filled by words that it knows, with its cues; then how many nouns find a place at all."""
    own = sum(any(noun in words for noun in roles.get(role, ())) for role, words in shape.nouns.items())
    cues = sum(any(True for _ in find_cue(cue, text)) for cue in shape.cues)
    return own + cues, sum(len(names) for role, names in roles.items() if role != "other")


def bind(
    shape: ShapeTerm, general: Mapping[str, Sequence[str]], found: Sequence[Noun], code: str, centre: str = ""
) -> Mapping[str, tuple[str, ...]]:
    """Each noun to a role that the template has: of the shape first, then of any domain; a listed one that fits none is the
    thing itself if nothing else is, or `other`; `centre` is the role of the thing where the shape has none."""
    rooms = [role for role in (*shape.names, *EXTRAS) if _names(code, role)]
    thing = next((role for role in shape.names if role not in ("event", "party")), centre)
    roles: dict[str, list[str]] = {}
    strange: list[str] = []
    for noun in _heads(found, shape):
        known = [role for role in _roles_of(noun.name, shape, general) if role in rooms]
        role = next((role for role in known if _has_room(role, shape, roles)), None)
        if role is None and known and noun.listed:
            # A second word for what happens hangs on the first; a second of another single role stands beside it.
            role = "detail" if known[0] == "event" and "detail" in rooms else "other"
        if role is not None:
            roles.setdefault(role, []).append(noun.name)
        elif noun.listed:
            strange.append(noun.name)
    for name in strange:
        role = thing if thing and thing not in roles else "other"
        if role == "other" and "party" in shape.many and is_person(name):
            role = "party"
        roles.setdefault(role, []).append(name)
    if "thing" in rooms and "event" in roles and _happens(roles["event"][0], shape):
        # What happens points at what takes part in it; of a thing that stands in the middle the rest are parts.
        roles |= {"thing": roles.pop("other")} if "other" in roles else {}
    return {role: tuple(names[: _most(role)]) for role, names in roles.items()}


def _happens(noun: str, shape: ShapeTerm) -> bool:
    known = shape.nouns.get("event", ())
    return noun in known or noun.rpartition(" ")[2] in known


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
    filled |= {role: tuple(roles.get(role, ())) for role in EXTRAS if role not in filled}
    return "\n\n".join(_aligned(text) for statement in code.split("\n\n") if (text := _statement(statement, filled)))


def _templates(kb: KnowledgeBase) -> Mapping[str, tuple[Section, Fence]]:
    """The fences of references that are marked as the schema of a shape, by its name."""
    return {
        block.fence.attributes["shape"]: (section, block.fence)
        for entry in kb.entries.values()
        if entry.kind == "references"
        for section in entry.sections
        for block in section.blocks
        if block.fence is not None and "shape" in block.fence.attributes
    }


def _roles_of(noun: str, shape: ShapeTerm, general: Mapping[str, Sequence[str]]) -> list[str]:
    own = [role for role, words in shape.nouns.items() if noun in words]
    found = own + [role for role, words in general.items() if noun in words and role not in own]
    # A jury member is a member, a strike vote a vote: the last word says what it is.
    return found if found or " " not in noun else _roles_of(noun.rpartition(" ")[2], shape, general)


def _has_room(role: str, shape: ShapeTerm, roles: Mapping[str, Sequence[str]]) -> bool:
    several = role in shape.many or role in EXTRAS
    return not roles.get(role) or (several and len(roles[role]) < _most(role))


def _most(role: str) -> int:
    return _MOST_BESIDE if role in ("other", "thing", "detail") else _MOST_OF_ONE


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


def _aligned(statements: str) -> str:
    """The types of a table's columns below each other, as in the template."""
    widths = [len(match[1]) for match in _COLUMN.finditer(statements)]
    return _COLUMN.sub(lambda match: f"  {match[1].ljust(max(widths))} ", statements) if widths else statements


def _names(text: str, role: str) -> bool:
    return _role(role).search(text) is not None


def _role(role: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{role})(?![a-z])")


def _written(text: str, named: Mapping[str, str]) -> str:
    """Roles as identifiers; a reserved word alone becomes a plural, as in `orders`, and stays singular within a longer name."""

    def put(match: re.Match[str]) -> str:
        name = re.sub(r"\W+", "_", named[match[0]])
        longer = text[match.start() - 1 : match.start()] == "_" or text[match.end() : match.end() + 1] == "_"
        return f"{name}s" if is_reserved(name) and not longer else name

    return _role("|".join(sorted(named, key=lambda each: -len(each)))).sub(put, text)
