"""Changes: what somebody who shows his tables wants added to them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kb.schema import Column, Schema, Table
from service.question.noun_words import head, is_barred, is_person, singular
from service.question.periods import AMOUNTS, OVER_TIME
from service.question.relations import relations

# `several`: rows of a new table belong to one of `table`. `many`: several on both sides. `valued`: a column, or an amount that
# there is none for yet, holds from a date on. The others are what they are called.
ChangeKind = Literal[
    "several", "many", "valued", "history", "soft_delete", "tenancy", "currency", "series", "reference"
]

_WANTED = re.compile(
    r"\b(?:add|adding|extend|introduce|support|make|turn|need|needs|want|wants|like to|keep|store|track|record|change|changes|allow|let|now|must|should|may|can|could|how (?:do|can|would|to)|please)\b",
    re.IGNORECASE,
)
_ADDED = re.compile(r"\b(?:add|adding|extend|introduce|make this|turn)\b", re.IGNORECASE)
# Who asks for these wants what he shows to be judged, or made fast, or moved.
_OTHERWISE = frozenset({"review", "index", "query", "migrate", "execute", "compare", "choose", "choose_store", "scale"})
_SOFT = re.compile(
    r"(?:\bsoft[- ]?delet\w*|\bundelete\b|\b(?:recycle|trash)[- ]?(?:bin|can)\b|\brestore deleted\b)(?: (?:to|for|on|in) (?P<of>[^.,;?!]{1,60}))?",
    re.IGNORECASE,
)
_TENANCY = re.compile(
    r"\bmulti[- ]?tenan\w+|\b(?:add|introduce|support|several|many|multiple) tenants?\b|\bonly see (?:its|their) own\b|\bsee (?:only (?:its|their) own|each other'?s)\b",
    re.IGNORECASE,
)
_CURRENCY = re.compile(
    r"\b(?:second|another|other|more|several|multiple|different|foreign|many|two)(?: than one)? currenc(?:y|ies)\b|\bmulti[- ]?currency\b",
    re.IGNORECASE,
)
_RECURRING = re.compile(
    r"\brecurr\w+|\brepeat(?:s|ing|ed)?\b|\b(?:weekly|biweekly|fortnightly|monthly|daily) (?:booking|meeting|appointment|event|slot|lesson|visit|reservation)s?\b|\bevery (?:other |second )?(?:week|day|month|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b",
    re.IGNORECASE,
)
_HISTORY = re.compile(
    r"\b(?:histor(?:y|ies)|log|trail|timeline|track|record|every change|each change|all changes|changes?)\b[^.?!\n]{0,50}?\b(?P<state>status|state)\b|\b(?P<before>status|state) (?:histor(?:y|ies)|changes?|log|transitions?)\b",
    re.IGNORECASE,
)
_VALUES = (
    re.compile(r"\bhistor(?:y|ies) of (?:the |our |all |its |their |every |each )?(?P<value>[a-z]+(?: [a-z]+)?)", re.IGNORECASE),
    re.compile(r"\b(?P<value>[a-z]+) histor(?:y|ies)\b", re.IGNORECASE),
    re.compile(r"\b(?:old|previous|past|former|future) (?P<value>[a-z]+)\b", re.IGNORECASE),
    re.compile(r"\b(?P<value>[a-z]+ (?:[a-z]+ ){0,8}?)(?:changes?|set|fixed|adjusted|raised|valid|differs?|increases?|goes up|go up|depends?)\b", re.IGNORECASE),
    # "Members change category": a column of theirs.
    re.compile(r"\b(?:changes?|switch(?:es)?|move between) (?:the |their |its |to another )?(?P<value>[a-z]+)\b", re.IGNORECASE),
)  # fmt: skip
_QUALIFIED = re.compile(r"\b(?:on|per|by|for|of|in)\b", re.IGNORECASE)
_DEPENDS = re.compile(
    r"\b(?:depends? on|per|by|for each|for every|of each|of every) (?:the |an? |our )?(?P<on>[a-z]+(?: [a-z]+)?)",
    re.IGNORECASE,
)
_MANY = r"(?:several|many|multiple|more than one|two or more|any number of|more|additional|further|two|three)"
_SEVERAL = (
    re.compile(rf"\b{_MANY} (?P<other>[a-z-]+(?: [a-z-]+)?) (?:per|for (?:each|every|one|an?|the same)|(?:of|on|to) (?:each|every|an?|one)) (?P<one>[a-z-]+)", re.IGNORECASE),
    re.compile(r"\badd(?:ing)? (?:an? |some |the )?(?P<other>[a-z-]+(?: [a-z-]+)?s) (?:to|for|on) (?:the |our |my |each |every |all |an? )?(?P<one>[a-z-]+)", re.IGNORECASE),
    re.compile(rf"\b(?P<one>they|it|these|those|each|one|this)(?: (?:may|can|could|might|must|should|now|also|each|will)){{0,3}} (?:have|has|get|belong to|be owned by|need) {_MANY} (?P<other>[a-z-]+(?: [a-z-]+)?s)\b", re.IGNORECASE),
)  # fmt: skip
_DEFAULT = re.compile(r"\b(?:default|primary|main|preferred)\b", re.IGNORECASE)
_PRONOUN = frozenset({"they", "it", "these", "those", "each", "one", "this"})
_ACTOR = re.compile(
    r"\b(?:which|what) (?P<actor>[a-z]+) (?:has |have |had )?(?:did|does|made|makes|took|takes|wrote|gave|signed|[a-z]+ed)\b(?: (?:the |an? |each |every |it|them))?(?P<of>[a-z]+)?",
    re.IGNORECASE,
)
# What several things share, whoever has it.
_SHARED = frozenset(
    ["tag", "category", "label", "skill", "role", "genre", "topic", "language", "team", "group", "keyword", "interest", "feature", "amenity", "allergen", "supplier", "subject", "course", "project", "permission"]
)  # fmt: skip
_TENANT_COLUMN = re.compile(r"^(?:tenant|org|organi[sz]ation|account|workspace)_?id$", re.IGNORECASE)
_STATE = re.compile(r"(?:^|_)(?:status|state)$", re.IGNORECASE)
_NOUNS = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True)
class Change:
    """What is to be added; `table` is the one that it is added to, empty for all, and `name` the noun or the column."""

    kind: ChangeKind
    table: str = ""
    name: str = ""
    # Of several one is the default; of what is done, who did it is wanted too.
    marked: bool = False
    # The column whose word an amount depends on.
    by: str = ""


def changes(text: str, schema: Schema, intents: frozenset[str] = frozenset()) -> tuple[Change, ...]:
    """What the text wants added to the tables, each once; nothing where it wants them judged."""
    if not schema.tables or not _WANTED.search(text) or (intents & _OTHERWISE and not _ADDED.search(text)):
        return ()
    text = " ".join(text.split())
    found = dict.fromkeys((*_of_all(text, schema), *_of_time(text, schema), *_of_two(text, schema)))
    return tuple(found) or tuple(_reference(text, schema))


def table_called(noun: str, schema: Schema) -> Table | None:
    """The table that a noun means: the whole of its name, else its last word, where only one has it."""
    wanted = singular(noun.lower())
    whole = [table for table in schema.tables if thing_of(table) in (wanted, noun.lower())]
    last = [table for table in schema.tables if head(thing_of(table)) == head(wanted)]
    found = whole or last
    return found[0] if len(found) == 1 else None


def thing_of(table: Table) -> str:
    """What a row of the table is, in the singular: an order line of `OrderLines`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", table.name).replace("_", " ")
    return singular(spaced.strip()) if spaced.strip() else table.name


def _of_all(text: str, schema: Schema) -> Iterator[Change]:
    """What is said of all tables, or of those that have a column of the kind."""
    for match in [*_SOFT.finditer(text)][:1]:
        named = mentioned(match["of"] or "", schema)
        yield from (Change("soft_delete", table.name) for table in named or schema.tables)
    has = any(_TENANT_COLUMN.match(column.name) for table in schema.tables for column in table.columns)
    if _TENANCY.search(text) and not has:
        yield Change("tenancy")
    if _CURRENCY.search(text):
        yield Change("currency")
    if _RECURRING.search(text):
        table = next((table for table in schema.tables if period_of(table) is not None), None)
        yield from () if table is None else (Change("series", table.name),)


def period_of(table: Table) -> tuple[Column, Column] | None:
    """The two moments between which a row of the table lies."""
    moments = [column for column in table.columns if column.type in ("timestamptz", "timestamp", "datetime")]
    begins = [column for column in moments if re.search(r"start|begin|from", column.name, re.IGNORECASE)]
    ends = [column for column in moments if re.search(r"end|until|to$", column.name, re.IGNORECASE)]
    return (begins[0], ends[0]) if begins and ends else None


def _of_time(text: str, schema: Schema) -> Iterator[Change]:
    """States whose changes are kept, and values that hold from a date on."""
    if _HISTORY.search(text):
        for table in mentioned(text, schema) or schema.tables:
            column = next((column.name for column in table.columns if _STATE.search(column.name)), "")
            if column:
                yield Change("history", table.name, column, "who" in text.lower() or "by whom" in text.lower())
                return
    if not OVER_TIME.search(text):
        return
    for form in _VALUES:
        for match in form.finditer(text):
            # Of "the price of a product" the price is meant, and of "on the category" nothing.
            yield from _valued(_QUALIFIED.split(match["value"])[0], text, schema)


def _valued(said: str, text: str, schema: Schema) -> Iterator[Change]:
    """The column that the words mean, else an amount of what it is said to depend on."""
    named = mentioned(text, schema)
    for name in map(singular, reversed(said.lower().split())):
        for table in dict.fromkeys((*named, *schema.tables)):
            column = _column_called(name, table)
            if column is not None and column.name not in _keys_of(table) and not _STATE.search(column.name):
                yield Change("valued", table.name, column.name)
                return
        if name in AMOUNTS:
            # An amount that has a table already is that of something which nobody has said.
            if table_called(name, schema) is None:
                yield _amount(name, text, schema)
            return


def _amount(name: str, text: str, schema: Schema) -> Change:
    """An amount that no column has yet: of a table, or of a word in a column of one."""
    tables = mentioned(text, schema) or schema.tables
    for match in _DEPENDS.finditer(text):
        for words in (match["on"], match["on"].split()[0]):
            known = table_called(words, schema)
            if known is not None:
                return Change("valued", known.name, name)
            column = _column_called(singular(words.lower()), tables[0])
            if column is not None and column.name not in _keys_of(tables[0]):
                return Change("valued", tables[0].name, name, by=column.name)
    return Change("valued", tables[0].name, name)


def _keys_of(table: Table) -> frozenset[str]:
    """Columns that are part of a primary or a foreign key."""
    return frozenset(name for key in table.keys_of("primary", "foreign") for name in key.columns)


def _column_called(name: str, table: Table) -> Column | None:
    """The column whose last word is the noun."""
    return next((column for column in table.columns if singular(column.name.lower().split("_")[-1]) == name), None)


def mentioned(text: str, schema: Schema) -> tuple[Table, ...]:
    """The tables that the text names, in its order."""
    found = []
    for match in _NOUNS.finditer(text):
        table = table_called(match[0], schema)
        if table is not None and table not in found:
            found.append(table)
    return tuple(found)


def _of_two(text: str, schema: Schema) -> Iterator[Change]:
    """Several of one thing for another, in whatever words."""
    pairs = [(match["one"], match["other"]) for form in _SEVERAL for match in form.finditer(text)]
    pairs += [(each.one, each.other) for each in relations(text) if each.kind in ("one_to_many", "many_to_many")]
    seen: set[tuple[str, str]] = set()
    for one, other in pairs:
        table = schema.tables[0] if one.lower() in _PRONOUN else table_called(one, schema)
        name = singular(other.lower())
        if table is None or is_barred(name) or (table.name, name) in seen:
            continue
        seen.add((table.name, name))
        known = table_called(name, schema)
        if known is None or not (known is table or _refers(known, table)):
            shared = known is not None or head(name) in _SHARED or is_person(name)
            yield Change("many" if shared else "several", table.name, name, _DEFAULT.search(text) is not None)


def _refers(table: Table, target: Table) -> bool:
    return any(key.target == target.name for key in table.keys_of("foreign"))


def _reference(text: str, schema: Schema) -> Iterator[Change]:
    """Who did what is kept in a table."""
    match = _ACTOR.search(text)
    if match is None or is_barred(singular(match["actor"].lower())):
        return
    known = table_called(match["of"] or "", schema)
    table = known or schema.tables[-1]
    yield Change("reference", table.name, singular(match["actor"].lower()))
