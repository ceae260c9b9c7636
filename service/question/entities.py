"""Technologies in a text: by name, alias or a slip of the keyboard, each with the part it plays in the sentence."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein

from kb.fact import Fact, Span
from kb.vocabulary import TechnologyName, Vocabulary
from service.question.clauses import Stretch, find_cue, may_stand
from service.question.technology_parts import TOOLS, Part, part_of

# Names that are also words: a slip is never read as one of these.
_PLAIN_WORDS = frozenset({
    "oracle", "spanner", "aurora", "neptune", "elastic", "prisma", "synapse", "rails", "varnish",
    "snowflake", "atlas", "alembic", "vitess", "redshift", "dynamo",
})  # fmt: skip
# English words that lie within a slip of a name: found by holding every name against a list of English words with their
# endings. A name added to kb/terms may need another.
_ORDINARY = frozenset(
    {
        "document",
        "documents",
        "documented",
        "documenting",
        "documenter",
        "documental",
        "documentary",
        "posture",
        "postures",
        "posters",
        "valley",
        "valleys",
        "timescales",
        "cosmic",
        "elastics",
    }
)
_COMPANIONS = frozenset({"pgbouncer", "debezium"})
_LETTERS = re.compile(r"[a-z0-9]")
_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9]{5,}")
# Of shorter names a slip is another word.
_LONG_ENOUGH = 6


@dataclass(frozen=True)
class Named:
    """A technology named in the text: its id without kind, where, and its part."""

    id: str
    start: int
    end: int
    text: str
    part: Part

    @property
    def stretch(self) -> Stretch:
        return Stretch(self.start, self.end)


def technologies(text: str, names: Mapping[str, TechnologyName]) -> tuple[Named, ...]:
    """Every technology named, longest name first where names overlap, in order of the text."""
    places: list[tuple[int, int, str]] = []
    for name in names.values():
        standing = (alias for alias in (name.name, *name.aliases) if may_stand(alias, text))
        places += [(place.start, place.end, name.id) for alias in standing for place in find_cue(alias, text)]
    places += _slips(text, names, [Stretch(start, end) for start, end, _ in places])
    chosen: list[tuple[int, int, str]] = []
    for place in sorted(places, key=lambda p: (p[0] - p[1], p[0])):
        if all(place[1] <= other[0] or place[0] >= other[1] for other in chosen):
            chosen.append(place)
    ordered = sorted(chosen)
    return tuple(
        Named(id_, start, end, text[start:end], part_of(text, start, end, ordered)) for start, end, id_ in ordered
    )


@lru_cache(maxsize=4096)
def named_in(text: str, vocabulary: Vocabulary) -> frozenset[str]:
    """The ids of what a text of the knowledge base names; kept, because the same rules and titles come up again and again."""
    return frozenset(name.id for name in technologies(text, vocabulary.technologies))


def called(text: str, names: Mapping[str, TechnologyName]) -> str:
    """The text with each name that is written apart or with a slip as its makers write it: "sql lite", "click house"."""
    for name in reversed(technologies(text, names)):
        written, typed = names[name.id].name, "".join(_LETTERS.findall(name.text.lower()))
        own = "".join(_LETTERS.findall(written.lower()))
        if typed and name.text.lower() != written.lower() and DamerauLevenshtein.distance(typed, own) <= 1:
            text = f"{text[: name.start]}{written}{text[name.end :]}"
    return text


def _slips(text: str, names: Mapping[str, TechnologyName], taken: Iterable[Stretch]) -> list[tuple[int, int, str]]:
    found = []
    for match in _TOKEN.finditer(text):
        word = match.group().lower()
        if word in _ORDINARY or any(place.start < match.end() and match.start() < place.end for place in taken):
            continue
        meant = next(
            (name.id for name in names.values() for each in name.words if each[0] == word[0] and _is_slip(word, each)),
            None,
        )
        if meant is not None:
            found.append((match.start(), match.end(), meant))
    return found


def _is_slip(word: str, alias: str) -> bool:
    allowed = 1 if len(alias) <= 8 else 2
    return (
        len(alias) >= _LONG_ENOUGH
        and alias not in _PLAIN_WORDS
        and word[:-1] != alias
        and DamerauLevenshtein.distance(word, alias, score_cutoff=allowed) <= allowed
    )


def technology_facts(named: tuple[Named, ...], source: str) -> tuple[Fact, ...]:
    """The parts as facts: engine, compared, stack, excluded, migration.from and migration.to; a simile states nothing."""
    facts: list[Fact] = []

    def spans(*parts: Part) -> list[Named]:
        return [name for name in named if name.part in parts]

    # Who has one and moves to another moves from the one he has.
    origin = spans("from") or (spans("stack") if spans("to") else [])
    for attribute, hits in (("migration.from", origin), ("migration.to", spans("to"))):
        facts += [Fact(attribute, name.id, "stated", _span(name, source)) for name in hits[:1]]
    moving = bool(spans("from")) and bool(spans("to"))
    kept: tuple[Part, ...] = ("compared", "stack", "excluded")
    for part in kept:
        if hits := spans(part):
            facts.append(Fact(part, frozenset(name.id for name in hits), "stated", _span(hits[0], source)))
    candidates = {name.id for name in spans("asked", "stack", *(("to",) if not moving else ()))}
    # What stands in front of or beside a database is not the database that is asked about.
    candidates = candidates - _COMPANIONS or candidates
    # "A Flyway migration on Postgres" is about PostgreSQL: what works on a database is not the database.
    candidates = (candidates - TOOLS) or candidates
    if len(candidates) == 1 and not spans("compared"):
        hit = next(name for name in named if name.id in candidates)
        facts.append(Fact("engine", hit.id, "stated", _span(hit, source)))
    return tuple(facts)


def _span(name: Named, source: str) -> Span:
    return Span(source, name.start, name.end, name.text)
