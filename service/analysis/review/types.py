"""Types that lose information or accept what they should not."""

import re
from collections.abc import Iterable

from kb.meaning import words_of
from kb.schema import Column, Table
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import add_check, alter_type, column_sql
from service.analysis.review.subject import Subject

_LAYOUT = "patterns/physical-types-and-layout"
_TEXTS = ("text", "varchar", "char")
_MONEY_WORD = re.compile(
    r"\b(?:price|amount|cost|balance|fee|salary|subtotal|total|tax|payment|budget|revenue|discount)(?: (?:usd|eur|gbp|net|gross|cents|value|due|paid))?$"
)
_NOT_MONEY = re.compile(r"\b(?:count|qty|quantity|percent|pct|rate|items|currency|code|type|method|status|id|label|name|note|reference|ref|number|no|class|band|office|region|minutes|hours|seconds|words?)\b")  # fmt: skip
_NUMBER_WORD = re.compile(
    r"\b(?:quantity|qty|stock|count|age|weight|height|rating|score|latitude|longitude|lat|lng|lon)$"
)
_DIGITS = re.compile(
    r"\b(?:phone|mobile|fax|zip|zipcode|postcode|postal code|zip code|iban|card number|account number|ssn)\b"
)
_UUID = re.compile(r"\b(?:uuid|guid)\b|_uuid$")
_FREE = re.compile(r"\b(?:note|comment|description|message|reason|text|label|history|name|detail|details)\b")


def float_money(subject: Subject) -> Iterable[Hit]:
    for table, column in subject.columns():
        if column.type in ("float", "real") and subject.meaning(column) == "money":
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"Money is kept in floating point ({column.declared.lower() or column.type}); make it an exact decimal such as numeric(19,4), or an integer of minor units (cents)",
                "binary floats cannot hold most cents exactly, so sums drift, rounding differs and equality fails",
                alter_type(subject, table, column, "money", "round({c}::numeric, 4)"),
            )


def scaleless_money(subject: Subject) -> Iterable[Hit]:
    if subject.dialect not in ("mysql", "mariadb", "sqlserver"):
        return
    for table, column in subject.columns():
        bare = column.declared.upper() in ("DECIMAL", "NUMERIC")
        if bare and subject.meaning(column) == "money":
            yield Hit(
                subject.named(table, column.name),
                column.place,
                "DECIMAL without precision and scale keeps no decimals here; state them, such as DECIMAL(19,4)",
                "the default scale is 0 in this engine, so cents are rounded away on write without an error",
                alter_type(subject, table, column, "money"),
            )


def number_as_text(subject: Subject) -> Iterable[Hit]:
    for table, column in subject.columns():
        words = words_of(column.name)
        if column.type not in _TEXTS or _NOT_MONEY.search(words) or _FREE.search(words):
            continue
        if _MONEY_WORD.search(words) or (_NUMBER_WORD.search(words) and (column.length or 99) <= 64):
            money = _MONEY_WORD.search(words) is not None
            what = "An amount of money" if money else "A number"
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"{what} is kept as text ({column.declared.lower()}); give it a numeric type",
                "text sorts 10 before 9, accepts 'n/a' and '1,000', and every sum needs a cast that may fail",
                alter_type(subject, table, column, "money", "NULLIF({c}, '')::numeric"),
            )


def naive_timestamp(subject: Subject) -> Iterable[Hit]:
    if subject.dialect == "sqlite" or subject.artefacts.framework == "entity_framework":
        return
    for table, column in subject.columns():
        if column.type == "timestamp" and subject.meaning(column) == "instant":
            utc = "timestamptz" if subject.is_postgresql else "a type that carries the zone, or UTC by rule"
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"A moment is kept without its time zone ({column.declared.lower() or 'timestamp'}); use {utc}",
                "each session reads it in its own zone, and an hour is ambiguous or missing when clocks change",
                alter_type(subject, table, column, "instant", "{c} AT TIME ZONE 'UTC'"),
                "medium" if subject.is_postgresql else "low",
            )


def naive_in_entity_framework(subject: Subject) -> Iterable[Hit]:
    if subject.artefacts.framework != "entity_framework":
        return
    for table, column in subject.columns():
        if column.type == "timestamp" and subject.meaning(column) == "instant":
            yield Hit(
                subject.named(table, column.name),
                column.place,
                "DateTime carries no offset: use DateTimeOffset for a moment in time",
                "a naive timestamp without its time zone is read differently by every server and converted twice",
                severity="medium",
            )


def instant_as_text(subject: Subject) -> Iterable[Hit]:
    for table, column in subject.columns():
        what = subject.meaning(column)
        if column.type in _TEXTS and what in ("instant", "date") and subject.dialect != "sqlite":
            kind = "instant" if what == "instant" else "date"
            name = "timestamptz" if what == "instant" else "date"
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"A {'moment' if what == 'instant' else 'date'} is kept as text ({column.declared.lower()}); use a {name if subject.is_postgresql else kind + ' type'}",
                "a string accepts any format and 30 February, does not sort by time, and no date arithmetic or range index works on it",
                alter_type(subject, table, column, kind, f"NULLIF({{c}}, '')::{name}"),
            )
        elif column.type in ("int",) and what == "instant":
            yield Hit(
                subject.named(table, column.name),
                column.place,
                "A moment is kept as a 32-bit epoch integer; use a timestamp with time zone",
                "seconds since 1970 overflow in 2038, and nobody can read or index them as dates",
                alter_type(subject, table, column, "instant", "to_timestamp({c})"),
            )


def flag_not_boolean(subject: Subject) -> Iterable[Hit]:
    chosen = {trait.name for trait in subject.artefacts.traits if trait.kind == "choices_only"}
    for table, column in subject.columns():
        if subject.meaning(column) != "boolean" or column.type == "boolean":
            continue
        if f"{subject.named(table, column.name).partition(' ')[0]}" in chosen:
            continue
        # SQLite and older Oracle have no boolean: there a check makes the flag.
        if subject.dialect in ("sqlite", "oracle") and (
            column.type not in _TEXTS or subject.checked(table, column.name)
        ):
            continue
        text = column.type in _TEXTS
        using = "{c} IN ('Y', 'y', 'T', 't', '1', 'true', 'yes')" if text else "{c} <> 0"
        yield Hit(
            subject.named(table, column.name),
            column.place,
            f"A flag is kept as {column.declared.lower() or column.type}; make it boolean NOT NULL with a default",
            "it accepts 'y', ' ' and 'N/A' beside the two values that the code expects" if text else "it accepts 2 and -1 beside the two values that the code expects",
            alter_type(subject, table, column, "boolean", using),
        )  # fmt: skip


def open_state(subject: Subject) -> Iterable[Hit]:
    choices = {t.name.rpartition(".")[2] for t in subject.artefacts.traits if t.kind == "choices_only"}
    for table, column in subject.columns():
        named = re.search(r"\b(?:status|state|stage|phase|role|priority|gender|severity)$|^(?:type|kind)$|\b(?:order|payment|account|user|plan|event|notification|transaction) type$", words_of(column.name))  # fmt: skip
        if not named or column.type not in _TEXTS or _is_closed(subject, table, column) or _is_region(table, column):
            continue
        is_state = subject.meaning(column) == "state"
        listed = column.name in choices
        yield Hit(
            subject.named(table, column.name),
            column.place,
            "An enumeration is a free string: close it with a CHECK list, an enum type or a look-up table with a foreign key"
            + (" (the choices of the model are not checked by the database)" if listed else ""),
            "one misspelt state drops the row out of every query that filters on it, and no error is raised",
            _closing(subject, table, column),
            "low" if listed or not is_state else "medium",
        )


def _is_region(table: Table, column: Column) -> bool:
    """The state of an address: it stands beside a town or a postcode."""
    beside = {words_of(c.name) for c in table.columns}
    return words_of(column.name) == "state" and bool(
        beside
        & {
            "city",
            "town",
            "postcode",
            "zip",
            "zip code",
            "postal code",
            "country",
            "street",
            "line1",
            "line 1",
            "county",
        }
    )


def _is_closed(subject: Subject, table: Table, column: Column) -> bool:
    key = subject.references(table, column.name)
    unique = any(columns == (column.name,) for columns in subject.uniques(table))
    return subject.checked(table, column.name) or key is not None or unique


def _closing(subject: Subject, table: Table, column: Column) -> str:
    default = column.default.strip("'\"() ")
    known = [default] if re.fullmatch(r"[\w-]+", default) and column.default.startswith(("'", '"', "(")) else []
    listed = ", ".join(f"'{value}'" for value in [*known, *(v for v in ("active", "closed") if v not in known)])
    condition = f"{column_sql(subject, table, column.name)} IN ({listed})"
    return f"-- complete the list with the states of your code\n{add_check(subject, table, f'{column.name}_check', condition)}"


def uuid_as_text(subject: Subject) -> Iterable[Hit]:
    for table, column in subject.columns():
        named = _UUID.search(words_of(column.name)) or re.search(r"uuid|newid|guid", column.default, re.IGNORECASE)
        sized = column.length == 36 and subject.meaning(column) == "identifier"
        key = subject.references(table, column.name)
        # Told of the key; those that point at it change with it.
        if key is not None and subject.table(key.target) not in (None, table):
            continue
        if column.type in _TEXTS and (named or sized) and subject.dialect != "sqlite":
            referenced = any(k.target == table.name and column.name in (k.target_columns or table.primary_key) for _, k in subject.foreign_keys())  # fmt: skip
            # 36 characters alone may be a prefix before the digits: "iss-…".
            told = bool(named) or column.type == "char"
            fix = "" if key or referenced or not told else alter_type(subject, table, column, "uuid", "{c}::uuid")
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"{'A UUID is' if told else 'If this is a UUID, it is'} kept as text ({column.declared.lower()}); use the {type_name(subject)} type, in this column and in those that reference it",
                "36 characters take 37 to 40 bytes instead of 16 in the table, in every index and in every foreign key, and compare slower",
                fix,
                "medium" if told and column.name in table.primary_key else "low",
            )


def type_name(subject: Subject) -> str:
    return "BINARY(16)" if subject.is_mysql else "uniqueidentifier" if subject.dialect == "sqlserver" else "uuid"


def digits_as_number(subject: Subject) -> Iterable[Hit]:
    for table, column in subject.columns():
        if column.type in ("int", "bigint", "numeric", "float") and _DIGITS.search(words_of(column.name)):
            if subject.meaning(column) in ("identifier", "tenant") or subject.references(table, column.name):
                continue
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"A code of digits is kept as a number ({column.declared.lower()}); keep it as text",
                "leading zeros, plus signs and letters are lost, and nobody adds two phone numbers or postcodes",
                alter_type(subject, table, column, "text", "{c}::text"),
            )


def padded_char(subject: Subject) -> Iterable[Hit]:
    for table, column in subject.columns():
        # MySQL takes the blanks off again when it reads.
        if (
            column.type != "char"
            or (column.length or 1) <= 4
            or column.length == 36
            or subject.dialect == "sqlite"
            or subject.is_mysql
        ):
            continue
        yield Hit(
            subject.named(table, column.name),
            column.place,
            f"{column.declared.lower()} pads its values with blanks; use text or varchar",
            "some comparisons ignore the padding and LIKE does not, and nothing is saved by it",
            alter_type(subject, table, column, "text", "rtrim({c})"),
        )


def plain_json(subject: Subject) -> Iterable[Hit]:
    if not subject.is_postgresql:
        return
    for table, column in subject.columns():
        if column.type == "json":
            yield Hit(
                subject.named(table, column.name),
                column.place,
                "json keeps the text as it came; use jsonb",
                "json is parsed anew on every access, cannot be compared, and no GIN index serves it",
                alter_type(subject, table, column, "jsonb", "{c}::jsonb"),
            )


def money_type(subject: Subject) -> Iterable[Hit]:
    for table, column in subject.columns():
        if column.declared.upper() in ("MONEY", "SMALLMONEY"):
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"The type {column.declared.lower()} ties amounts to the server's locale or to four digits; use a decimal with a currency beside it",
                "its format follows lc_monetary, it carries no currency, and divisions round early",
                alter_type(subject, table, column, "money", "{c}::numeric"),
                "medium",
            )


TYPES = (
    Rule("float-money", "types", "high", f"{_LAYOUT}#money", float_money),
    Rule("scaleless-money", "types", "high", f"{_LAYOUT}#money", scaleless_money),
    Rule("number-as-text", "types", "high", f"{_LAYOUT}#identifiers-numbers-and-the-rest", number_as_text),
    Rule("instant-as-text", "types", "high", f"{_LAYOUT}#moments-in-time", instant_as_text),
    Rule("naive-timestamp", "types", "medium", f"{_LAYOUT}#moments-in-time", naive_timestamp),
    Rule("naive-datetime", "types", "medium", f"{_LAYOUT}#moments-in-time", naive_in_entity_framework),
    Rule("flag-not-boolean", "types", "medium", "checklists/schema-review#types-that-lose-information", flag_not_boolean),
    Rule("open-state", "types", "medium", f"{_LAYOUT}#states-and-enums", open_state),
    Rule("uuid-as-text", "types", "medium", f"{_LAYOUT}#identifiers-numbers-and-the-rest", uuid_as_text),
    Rule("digits-as-number", "types", "medium", f"{_LAYOUT}#text", digits_as_number),
    Rule("money-type", "types", "medium", f"{_LAYOUT}#money", money_type),
    Rule("plain-json", "types", "medium", "patterns/jsonb-hybrid-modeling#three-indexes-for-three-questions", plain_json),
    Rule("padded-char", "types", "low", f"{_LAYOUT}#text", padded_char),
)  # fmt: skip
