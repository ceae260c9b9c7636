"""Intents: what the asker wants, by the words of a table."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import yaml

from kb.entry import SectionKind
from service.question.clauses import Stretch, find_cue, negated
from service.question.forms import places


@dataclass(frozen=True)
class Intent:
    """One row of intents.yaml."""

    id: str
    cues: tuple[str, ...]
    prefers: tuple[str, ...]
    sections: tuple[SectionKind, ...]
    focus: bool = False
    needs_two: bool = False
    deniable: bool = False
    forms: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def intent_table() -> Mapping[str, Intent]:
    """The rows of intents.yaml by id, in their order."""
    text = resources.files("service.question").joinpath("intents.yaml").read_text(encoding="utf-8")
    rows = yaml.load(text, Loader=yaml.CSafeLoader)
    return {
        name: Intent(
            name,
            tuple(row["cues"]),
            tuple(row["prefers"]),
            tuple(row["sections"]),
            row.get("focus", False),
            row.get("needs_two", False),
            row.get("deniable", False),
            tuple(row.get("forms", ())),
        )
        for name, row in rows.items()
    }


# Words of our subject that hardly stand anywhere else.
_DATA_WORDS = (
    "database",
    "db",
    "schema",
    "data model",
    "sql",
    "nosql",
    "erd",
    "er diagram",
    "entity relationship",
    "ddl",
    "data layer",
    "data store",
    "datastore",
)


# The last sentence of who has said what he wants changed.
_ORDERED = re.compile(r"(?:^|[.!?,;]\s+)(?:please )?(?:just )?do it(?: now| please)?\s*[.!]*\s*$", re.IGNORECASE)
_MODELLED = re.compile(
    r"\b(?:how (?:(?:should|would|do|can|could|to|would you) )(?:(?:i|we|you|one) )?(?:best )?(?:model|structure)|model the|data for|tables? (?:look|do i need|do we need)|(?:which|what) tables|tables?,? (?:pls|plz|please)|(?:need|want|design|sketch|draft|propose|suggest) (?:the |some |my |our )?tables|what (?:would|should|could|will|are) (?:the |my |our )?tables)\b|^model (?!\w+ (?:train|car|plane)s?\b)",
    re.IGNORECASE,
)
_TABLES = re.compile(r"schema|tables|model", re.IGNORECASE)

_ASPECTS, _NEXT_WORDS = ("index", "cache", "availability", "monitor"), 12
# "Which database metrics" and "what database settings" choose no database.
_CHOOSING, _CHOSEN = (
    ("choose", "choose_store"),
    re.compile(r"\b(?:which|what|best|right) (?:database|db|engine|store|data store)$", re.IGNORECASE),
)
_OF_A_DATABASE = re.compile(
    r"\s+(?:[\w-]+\s+)?(?:metrics?|settings?|parameters?|indexes|indices|features?|statistics|logs?|alerts?|thresholds?|privileges|roles?|permissions?|constraints?|types?|tables?|columns?|views?|triggers?|locks?|queries|extensions?|users?|versions?|isolation|backups?|errors?|events?|options?|configuration)\b",
    re.IGNORECASE,
)
# "What's the best way" and "what is our first step" ask for no definition.
_NO_TERM = re.compile(
    r"\s+(?:(?:the|a|an|our|your|my)\s+)?(?:\w+\s+)?(?:best|better|most|good|right|proper|plan|way|safest|cheapest|fastest|fewest|least|recommended|recommendation|first|next|wrong|your|our|going on|happening|cost|price|risk|move|fix|deal|safe|(?:order|sequence|steps|procedure|path)(?! by))\b",
    re.IGNORECASE,
)
# Under this two sentences share little but their tone.
_ALIKE = 0.40


def by_example(name: str, cosine: float) -> tuple[Intent, ...]:
    """The intent of the nearest example sentence, for a question without any cue; none where it is far."""
    intent = intent_table().get(name)
    return (intent,) if intent is not None and cosine >= _ALIKE else ()


def speaks_of_data(text: str) -> bool:
    """Whether the text names a database or a schema, whatever the domain."""
    return any(True for word in _DATA_WORDS for _ in find_cue(word, text))


def speaks_of_tables(text: str) -> bool:
    """Whether the text wants data modelled or drawn, in words that are said of nothing else."""
    return speaks_of_data(text) or _MODELLED.search(text) is not None


def intents(text: str, compared: int) -> tuple[Intent, ...]:
    """The intents whose cues stand in the text, in the table's order; comparing needs two technologies."""
    table = intent_table()
    stated = {name: list(_stated(intent, text)) for name, intent in table.items()}
    if compared < 2:
        # Between two candidates what is needed says which one, and wants nothing made.
        for name, intent in table.items():
            stated[name] += [place for form in intent.forms for place in places(form, text)]
    aspects = [place.start for name in _ASPECTS for place in stated[name]]
    # "Design the caching" wants caching, not a design: whatever is designed follows at once.
    if all(any(_is_next(text, place, at) for at in aspects) for place in stated["design"]):
        stated["design"] = []
    if _ORDERED.search(text) and "?" not in text:
        stated["execute"].append(Stretch(len(text), len(text)))
    found = (intent for name, intent in table.items() if stated[name] and not (intent.needs_two and compared < 2))
    return tuple(found)


def _is_next(text: str, designed: Stretch, aspect: int) -> bool:
    """Whether an aspect follows what is designed, with no tables in between or before it: "a data model, key indexes" wants both."""
    return 0 <= aspect - designed.end <= _NEXT_WORDS and not _TABLES.search(text, designed.start, aspect)


def _stated(intent: Intent, text: str) -> Iterator[Stretch]:
    """Where its cues stand: a deniable one nowhere where it is denied, a choice not where something of a database is asked for."""
    for cue in intent.cues:
        for place in find_cue(cue, text):
            denied = intent.deniable and negated(text, place.start)
            part = (
                intent.id in _CHOOSING and _CHOSEN.search(text[: place.end]) and _OF_A_DATABASE.match(text, place.end)
            )
            termless = intent.id == "define" and _NO_TERM.match(text, place.end)
            if not denied and not part and not termless:
                yield place
