"""Wording of a rule: slots `{attribute:format}` filled from facts and pasted objects, and the rule offered as an "If …" sentence."""

import re
from collections.abc import Mapping, Sequence

from kb.entry import Rule
from kb.errors import FormulaError
from kb.fact import Fact, FactSet, PastedObject, Value
from kb.quantity import MAGNITUDES, Quantity

FORMATS = frozenset({"count", "rate", "bytes", "percent", "duration", "names", "sql", "words"})
_SLOT = re.compile(r"\{([a-z0-9_.]+):([a-z]+)\}")
_DOUBLED = re.compile(r"\b(\w+) \1\b")
_TWICE = re.compile(r"\b(about) about\b", re.IGNORECASE)
_PLAIN_NAME = re.compile(r"^[a-z_][a-z0-9_$]*$")
_NUMBER_AND_UNIT = re.compile(r"[\d.,]+\s*(?:%|[kKmMbBtT]n?\b)?|/\s*\w+|\bper \w+|\b(?:million|billion|thousand)\b")
_SHOWN = 6
_RESERVED = frozenset(
    [
        "all",
        "and",
        "any",
        "array",
        "as",
        "asc",
        "between",
        "both",
        "case",
        "cast",
        "check",
        "collate",
        "column",
        "constraint",
        "create",
        "cross",
        "current_date",
        "current_user",
        "default",
        "desc",
        "distinct",
        "do",
        "else",
        "end",
        "except",
        "false",
        "for",
        "foreign",
        "from",
        "full",
        "grant",
        "group",
        "having",
        "in",
        "index",
        "inner",
        "insert",
        "intersect",
        "into",
        "is",
        "join",
        "key",
        "left",
        "like",
        "limit",
        "natural",
        "not",
        "null",
        "offset",
        "on",
        "only",
        "or",
        "order",
        "outer",
        "primary",
        "references",
        "right",
        "select",
        "session_user",
        "set",
        "some",
        "table",
        "then",
        "to",
        "true",
        "union",
        "unique",
        "user",
        "using",
        "values",
        "view",
        "when",
        "where",
        "window",
        "with",
    ]
)

# Words that end a count or carry the sentence on: neither a noun nor what stands before one.
_NO_NOUN = (
    r"(?!(?:a|across|an|and|at|by|for|from|has|in|is|it|its|of|on|or|over|per|that|the|this|to|unless|was|with)\b)"
)
_NOUN_AFTER = re.compile(rf" (?:{_NO_NOUN}[a-z]+ )?{_NO_NOUN}(?:[a-z]{{2,}}s|people)\b")
_COUNTED = re.compile(rf"(?:about )?[\d.,_]+(?:\s?(?:{'|'.join(filter(None, MAGNITUDES))})\b)?|\w+(?= )", re.IGNORECASE)


def slot_names(text: str) -> tuple[str, ...]:
    """The attributes that a text has slots for."""
    return tuple(name for name, _ in _SLOT.findall(text))


def fill(text: str, facts: FactSet, objects: Sequence[PastedObject]) -> tuple[str, Mapping[str, str]] | None:
    """The text with its slots filled, and what stands in each; None when one is not bound.

    Stated values keep the asker's spelling, computed ones are rounded and say "about".
    """
    slots: dict[str, str] = {}
    for attribute, form in _SLOT.findall(text):
        if form not in FORMATS:
            raise FormulaError(f"slot format {form!r} is not known: use one of {', '.join(sorted(FORMATS))}")
        value = _slot(attribute, form, facts, objects)
        if not value:
            return None
        slots[f"{attribute}:{form}"] = value
    return pour(text, slots), slots


def pour(text: str, slots: Mapping[str, str]) -> str:
    """The text with these values in its slots, fitted to the words around them; a slot without a value stays as it is."""

    def value(slot: re.Match[str]) -> str:
        name = f"{slot.group(1)}:{slot.group(2)}"
        return _fitting(slots[name], slot) if name in slots else slot.group()

    return _TWICE.sub(r"\1", _SLOT.sub(value, text))


def undoubled(text: str) -> str:
    """The text with a word once that stands twice in a row: "a table of 80 million rows rows", where a value brings its noun along."""
    return _DOUBLED.sub(r"\1", text)


def _fitting(value: str, slot: re.Match[str]) -> str:
    """Of "80 million parcels" only the number where the sentence goes on with a noun of its own ("… rows")."""
    if slot.group(2) != "count" or not _NOUN_AFTER.match(slot.string[slot.end() :]):
        return value
    number = _COUNTED.match(value)
    return number.group() if number else value


def is_reserved(name: str) -> bool:
    """Whether PostgreSQL takes the word for one of its own, so that it cannot name a table unquoted."""
    return name in _RESERVED


def identifier(noun: str) -> str:
    """A noun as part of a longer name."""
    return re.sub(r"\W+", "_", noun)


def table_name(noun: str) -> str:
    """A noun as the name of a table: a reserved word becomes a plural, as in `orders`."""
    name = identifier(noun)
    return f"{name}s" if is_reserved(name) else name


def quoted(name: str) -> str:
    """An SQL identifier, quoted where PostgreSQL needs it; each part of a dotted name by itself."""
    return ".".join(_quoted_part(part) for part in name.split("."))


def _quoted_part(part: str) -> str:
    if _PLAIN_NAME.match(part) and part not in _RESERVED:
        return part
    escaped = part.replace('"', '""')
    return f'"{escaped}"'


def join_names(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`, and past six `a, b, … and 3 more`: a claim stays a sentence."""
    unique = list(dict.fromkeys(names))
    if len(unique) > _SHOWN:
        unique = [*unique[:_SHOWN], f"{len(unique) - _SHOWN} more"]
    return unique[0] if len(unique) == 1 else f"{', '.join(unique[:-1])} and {unique[-1]}"


def _slot(attribute: str, form: str, facts: FactSet, objects: Sequence[PastedObject]) -> str:
    names = [text for each in objects if (text := _of_object(attribute, form, each))]
    if names:
        return join_names(names)
    fact = facts.by_attribute.get(attribute)
    return _of_fact(fact, form) if fact else ""


def _of_object(attribute: str, form: str, each: PastedObject) -> str:
    value: Value | None = each.attributes.get(attribute)
    if value is None and "." not in attribute:
        value = _name_of(attribute, form, each)
    if value is None:
        return ""
    text = ", ".join(sorted(value)) if isinstance(value, frozenset) else str(value)
    return quoted(text) if form == "sql" else text


def _name_of(kind: str, form: str, each: PastedObject) -> Value | None:
    """`{column:names}` is the object itself, `{table:names}` the table that it belongs to."""
    own = each.attributes.get(f"{kind}.name")
    if each.kind != kind:
        return own
    # In a sentence a column is known by its table, in a statement by itself.
    return own if form == "sql" and own is not None else each.name


def _of_fact(fact: Fact, form: str) -> str:
    if form == "words":
        return _words(fact)
    value = fact.value
    if isinstance(value, Quantity):
        return _quantity(fact, value)
    if isinstance(value, frozenset):
        return join_names([quoted(name) if form == "sql" else name for name in sorted(value)])
    return quoted(fact.spelling) if form == "sql" else fact.spelling


def _quantity(fact: Fact, value: Quantity) -> str:
    if fact.origin != "derived" and value.spelling:
        return value.spelling
    shown = str(Quantity(value.value, value.unit))
    # A small whole number is a count of things, not an estimate.
    exact = value.unit == "count" and value.value == int(value.value) and value.value < 100
    return shown if exact or fact.origin != "derived" else f"about {shown}"


def _words(fact: Fact) -> str:
    """The asker's noun: what remains of the span without the number and its unit."""
    rest = _NUMBER_AND_UNIT.sub(" ", fact.span.text if fact.span else "")
    return " ".join(rest.split()) or fact.attribute.rpartition(".")[2].replace("_", " ")


def offer(rule: Rule) -> str:
    """The rule as it is offered when nothing decides it: "If …: …, because …, unless …."."""
    say = rule.say[-1] if rule.say else (f"the question is: {rule.ask.text}" if rule.ask else "")
    parts = [f"If {rule.condition}: {say}" if say else f"If {rule.condition}"]
    parts += [
        f"{word} {text}"
        for word, text in (("because", rule.because), ("unless", rule.unless))
        if text and not _SLOT.search(text)
    ]
    sentence = ", ".join(part.rstrip(" .") if not part.endswith("?") else part for part in parts)
    return sentence if sentence.endswith("?") else f"{sentence}."
