"""Relating: what the asker says of two of his things, written into the schema that his nouns made."""

import re
from collections.abc import Iterable, Mapping, Sequence

from kb.wording import identifier, table_name
from service.question.relations import Relation

_CREATES = re.compile(r"CREATE TABLE (\w+) \(")
_KEY = re.compile(r"^  (\w+)_id +(bigint|uuid) [^\n]*PRIMARY KEY", re.MULTILINE)
# A column of a table: lower case, where constraints begin with a word in capitals.
_COLUMN = re.compile(r"^  ([a-z]\w*) +(?=[a-z])", re.MULTILINE)
_STATUS = re.compile(r"^  status +text NOT NULL DEFAULT '\w+' CHECK \(status IN \([^)]*\)\),", re.MULTILINE)
_WHILE = re.compile(r" WHERE \(status (?:IN \([^)]*\)|<> '\w+')\)")
# States in which nothing is taken any more.
_OVER = re.compile(
    r"cancel|reject|declin|return|finish|complet|\bdone|\bclosed|expir|refund|no.show|fail|withdrawn|\bover|\bended|releas|terminat"
)
_TARGET = re.compile(r"\bREFERENCES (\w+)")


def resolved(found: Iterable[Relation], names: Sequence[str]) -> tuple[Relation, ...]:
    """The relations in the names of things: the `day` of a `shooting day`; what no thing is called keeps its name."""
    return tuple(Relation(each.kind, _called(each.one, names), _called(each.other, names)) for each in found)


def _called(name: str, names: Sequence[str]) -> str:
    if name in names:
        return name
    longer = [each for each in names if name in (each.split()[0], each.split()[-1])]
    return longer[0] if len(longer) == 1 else name


def related(
    sql: str, found: Iterable[Relation], templates: Mapping[str, str], centre: str = ""
) -> tuple[str, tuple[Relation, ...]]:
    """The schema with each relation that both tables are there for, and those relations; tables stand after what they refer to.

    What is said to belong elsewhere is no part of the `centre`, if there is one.
    """
    statements, kept = sql.split("\n\n"), []
    for each in found:
        changed = _with(statements, each, templates)
        if changed is not None:
            statements = changed
            kept.append(each)
    of_two = [each for each in kept if each.kind not in ("valued", "states")]
    elsewhere = sorted({noun for each in of_two for noun in (each.one, each.other)} - {centre}) if centre else []
    for name in elsewhere:
        if Relation("one_to_many", centre, name) not in kept:
            statements = _without_key(statements, identifier(name), identifier(centre))
    return ("\n\n".join(_in_order(statements)), tuple(kept)) if kept else (sql, ())


def _with(statements: list[str], relation: Relation, templates: Mapping[str, str]) -> list[str] | None:
    """The statements with the relation; None where a table is missing or has no key of its own, or it stands there already."""
    tables = {match[1]: text for text in statements if (match := _CREATES.match(text))}
    keys = {match[1]: match[2] for text in tables.values() if (match := _KEY.search(text))}
    one, other = identifier(relation.one), identifier(relation.other)
    if relation.kind == "valued":
        return _valued(statements, one, other, keys, templates)
    if relation.kind == "states":
        return _in_states(statements, one, relation.other.split("/"))
    if (
        one not in keys
        or other not in keys
        or any(named not in tables for named in (table_name(one), table_name(other)))
    ):
        return None
    if relation.kind == "not_at_once":
        return _kept_apart(statements, one, other)
    if relation.kind == "one_to_many":
        return _parts(statements, one, other, keys[one])
    pair = f"{one}_{other}"
    if pair in tables:
        return None
    freed = _without_key(_without_key(statements, one, other), other, one)
    kind = "over_time" if relation.kind == "over_time" else "many_to_many"
    linking = _linked(templates[kind], one, other, keys)
    return [*freed, *(each for each in map(aligned, linking.split("\n\n")) if each not in freed)]


def _valued(
    statements: list[str], one: str, amount: str, keys: Mapping[str, str], templates: Mapping[str, str]
) -> list[str] | None:
    """With a table of what the amount is on which days: of each thing instead of its column, or of each kind where it is of none."""
    tables = {match[1] for text in statements if (match := _CREATES.match(text))}
    alone = one == amount
    if (not alone and one not in keys) or {f"{one}_{amount}", f"{amount}_period"} & tables:
        return None
    added = _linked(templates["valued_alone" if alone else "valued"], one, amount, keys).split("\n\n")
    column = re.compile(rf"^  {amount} +[^\n]*,\n", re.MULTILINE)
    freed = [
        column.sub("", text) if text.startswith(f"CREATE TABLE {table_name(one)} (") else text for text in statements
    ]
    return [*freed, *(each for each in map(aligned, added) if each not in freed)]


def _in_states(statements: list[str], one: str, names: Sequence[str]) -> list[str] | None:
    """With these states in the CHECK of the table, the first as the default; what is over keeps nothing from overlapping it."""
    listed = ", ".join(f"'{name}'" for name in names)
    column = f"  status text NOT NULL DEFAULT '{names[0]}' CHECK (status IN ({listed})),"
    over = ", ".join(f"'{name}'" for name in names if _OVER.search(name))
    open_ = f" WHERE (status NOT IN ({over}))" if over else ""
    for at, text in enumerate(statements):
        if text.startswith(f"CREATE TABLE {table_name(one)} (") and (_STATUS.search(text) or " status " not in text):
            head, first, *rest = text.split("\n")
            put = _STATUS.sub(column, text) if _STATUS.search(text) else "\n".join((head, first, column, *rest))
            return [*statements[:at], aligned(_WHILE.sub(open_, put)), *statements[at + 1 :]]
    return None


def aligned(statements: str) -> str:
    """The types of a table's columns below each other, as in the template."""
    widths = [len(match[1]) for match in _COLUMN.finditer(statements)]
    return _COLUMN.sub(lambda match: f"  {match[1].ljust(max(widths))} ", statements) if widths else statements


def _linked(template: str, one: str, other: str, keys: Mapping[str, str]) -> str:
    """The template of a relation between two tables, with the types of their keys."""
    names = {"one": one, "another": other}

    def put(match: re.Match[str]) -> str:
        word = match[0]
        return table_name(names[word]) if word in names else "_".join(names.get(part, part) for part in word.split("_"))

    text = re.sub(r"\b(?:one|another)(?:_\w+)?\b", put, template)
    for name in (one, other):
        text = re.sub(rf"^(  {name}_id +)bigint", rf"\g<1>{keys.get(name, 'bigint')}", text, flags=re.MULTILINE)
    return text


def _parts(statements: list[str], whole: str, part: str, key: str) -> list[str] | None:
    """With the key of the whole in each part, unless it is there."""
    freed = _without_key(statements, whole, part)
    at = next(i for i, text in enumerate(freed) if text.startswith(f"CREATE TABLE {table_name(part)} ("))
    if re.search(rf"^  {whole}_id ", freed[at], re.MULTILINE):
        return freed
    head, first, *rest = freed[at].split("\n")
    column = f"  {whole}_id {key} NOT NULL REFERENCES {table_name(whole)},"
    freed[at] = aligned("\n".join((head, first, column, *rest)))
    return [*freed, f"CREATE INDEX {part}_{whole}_idx ON {table_name(part)} ({whole}_id);"]


def _kept_apart(statements: list[str], one: str, event: str) -> list[str] | None:
    """With a second exclusion on what has a beginning and an end: of one no two overlap."""
    form = re.compile(r"^  CONSTRAINT \w+_excl (EXCLUDE USING gist) \(\w+ WITH =, (tstzrange\(starts_at, ends_at\)) WITH &&\)(.*)$", re.MULTILINE)  # fmt: skip
    for at, text in enumerate(statements):
        match = form.search(text)
        if text.startswith(f"CREATE TABLE {table_name(event)} (") and match and f"  {one}_id " in text:
            name = f"{event}_{one}_excl"
            if name in text:
                return None
            line = f"  CONSTRAINT {name} {match[1]} ({one}_id WITH =, {match[2]} WITH &&){match[3]}"
            return [*statements[:at], text.replace(match[0], f"{match[0]}\n{line}"), *statements[at + 1 :]]
    return None


def _without_key(statements: Sequence[str], table: str, target: str) -> list[str]:
    """Without the plain reference of one table to the other, and its index; one that a constraint names stays."""
    left = []
    for text in statements:
        if text.startswith(f"CREATE TABLE {table_name(table)} ("):
            column = re.compile(rf"^  {target}_id +[^\n]*REFERENCES {table_name(target)},?\n", re.MULTILINE)
            if len(re.findall(rf"\b{target}_id\b", text)) == 1:
                text = column.sub("", text)  # noqa: PLW2901
        left.append(text)
    referring = any(
        text.startswith(f"CREATE TABLE {table_name(table)} (") and re.search(rf"\b{target}_id\b", text) for text in left
    )
    index = re.compile(rf"CREATE INDEX \w+ ON {table_name(table)} \({target}_id\b")
    return left if referring else [text for text in left if not index.match(text)]


def _in_order(statements: Sequence[str]) -> list[str]:
    """Tables after those that they refer to; everything else stays behind the tables, in its order."""
    waiting = [text for text in statements if _CREATES.match(text)]
    names = {match[1] for text in waiting if (match := _CREATES.match(text))}
    before = [text for text in statements if text.startswith("CREATE EXTENSION")]
    done: dict[str, str] = {}
    while waiting:
        ready = next((text for text in waiting if _needs(text) & names <= done.keys()), waiting[0])
        waiting.remove(ready)
        done[_CREATES.match(ready)[1]] = ready  # type: ignore[index]  # each of them creates a table
    behind = [text for text in statements if text not in before and not _CREATES.match(text)]
    return [*before, *done.values(), *behind]


def _needs(text: str) -> set[str]:
    match = _CREATES.match(text)
    return set(_TARGET.findall(text)) - {match[1] if match else ""}
