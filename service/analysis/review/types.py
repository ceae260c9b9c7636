"""Types that lose information or accept what they should not."""

import re
from collections.abc import Iterable

from kb.meaning import words_of
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import alter_type
from service.analysis.review.subject import Subject

_LAYOUT = "patterns/physical-types-and-layout"
_TEXTS = ("text", "varchar", "char")
_MONEY_WORD = re.compile(
    r"\b(?:price|amount|cost|balance|fee|salary|subtotal|total|tax|payment|budget|revenue|discount|premium|rent|fare|wage|deposit)(?: (?:usd|eur|gbp|net|gross|cents|value|due|paid))?$"
)
_NOT_MONEY = re.compile(r"\b(?:count|qty|quantity|percent|pct|rate|items|currency|code|type|method|status|id|label|name|note|reference|ref|number|no|class|band|office|region|minutes|hours|seconds|words?)\b")  # fmt: skip
_NUMBER_WORD = re.compile(
    r"\b(?:quantity|qty|stock|count|age|weight|height|width|length|distance|duration|temperature|percent|rating|score|latitude|longitude|lat|lng|lon)$"
)
# A unit at the end of a name says that a number stands before it.
_UNIT = re.compile(r"(?:^|[a-z0-9] )(?:kg|km|cm|mm|ml|lb|lbs|kwh|kw|mw|hz|pct|percent|eur|usd|gbp|chf|pln|min|mins|minutes|hours|seconds|secs|km h|m2|m3|sqm|litres|liters)$")  # fmt: skip
_DIGITS = re.compile(
    r"\b(?:phone|mobile|fax|zip|zipcode|postcode|post code|postal code|zip code|iban|card number|account number|ssn)\b"
)
_UUID = re.compile(r"\b(?:uuid|guid)\b|_uuid$")
_FREE = re.compile(
    r"\b(?:note|notes|comment|description|message|reason|text|label|history|name|detail|details|unit|format)\b"
)


def number_as_text(subject: Subject) -> Iterable[Hit]:
    for table, column in subject.columns():
        words = words_of(column.name)
        if column.type not in _TEXTS or _FREE.search(words):
            continue
        short = (column.length or 99) <= 64
        number = _NUMBER_WORD.search(words) is not None and (short or not re.search(r"rating|score", words))
        money = _MONEY_WORD.search(words) is not None and not _NOT_MONEY.search(words)
        if money or ((short or column.type == "text") and (number or _UNIT.search(words))):
            what = "An amount of money" if money else "A number"
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"{what} is kept as text ({column.declared.lower()}); give it a numeric type",
                "text sorts 10 before 9, accepts 'n/a' and '1,000', and every sum needs a cast that may fail",
                alter_type(subject, table, column, "money", "NULLIF({c}, '')::numeric"),
            )


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


def address_as_text(subject: Subject) -> Iterable[Hit]:
    for table, column in subject.columns() if subject.is_postgresql else ():
        named = re.search(r"(?:^|\b)ip(?:v4|v6)?(?: address| addr)?$|^(?:client|remote|source|peer) ip$", words_of(column.name))  # fmt: skip
        if named and column.type in _TEXTS and not subject.checked(table, column.name):
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"An IP address is kept as text ({column.declared.lower()}); use inet",
                "15 characters hold no IPv6 address, and networks cannot be searched or compared",
                alter_type(subject, table, column, "inet", "NULLIF({c}, '')::inet"),
                "low",
            )


def json_as_text(subject: Subject) -> Iterable[Hit]:
    """A document in a string: by its name, or because the comment beside it says so."""
    for table, column in subject.columns():
        told = re.search(r"\bjson$", words_of(column.name)) or re.match(
            r"\W*json\b", subject.comment(column), re.IGNORECASE
        )
        if (
            column.type in ("text", "varchar")
            and told
            and not subject.checked(table, column.name)
            and subject.dialect != "sqlite"
        ):
            kind = "jsonb" if subject.is_postgresql else "JSON"
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"JSON is kept as text ({column.declared.lower()}); use the {kind} type",
                "a document that is cut or malformed gets in, no field of it can be indexed, and each reader parses it anew",
                alter_type(subject, table, column, "jsonb", "NULLIF({c}, '')::jsonb") if subject.is_postgresql else "",
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


TYPES = (
    Rule("number-as-text", "types", "high", f"{_LAYOUT}#identifiers-numbers-and-the-rest", number_as_text),
    Rule("uuid-as-text", "types", "medium", f"{_LAYOUT}#identifiers-numbers-and-the-rest", uuid_as_text),
    Rule("digits-as-number", "types", "medium", f"{_LAYOUT}#text", digits_as_number),
    Rule("json-as-text", "types", "medium", "patterns/jsonb-hybrid-modeling#constrain-what-is-inside", json_as_text),
    Rule("address-as-text", "types", "low", f"{_LAYOUT}#identifiers-numbers-and-the-rest", address_as_text),
    Rule("plain-json", "types", "medium", "patterns/jsonb-hybrid-modeling#three-indexes-for-three-questions", plain_json),
    Rule("padded-char", "types", "low", f"{_LAYOUT}#text", padded_char),
)  # fmt: skip
