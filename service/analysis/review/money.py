"""Types of money: what loses cents, and what ties them to a locale."""

import re
from collections.abc import Iterable

from kb.meaning import words_of
from kb.schema import Table
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import alter_type
from service.analysis.review.subject import Subject

_CURRENCY = re.compile(
    r"\b(?:EUR|USD|GBP|CHF|PLN|SEK|NOK|DKK|CZK|HUF|BRL|MXN|JPY|INR|TRY|euros?|dollars?|pounds|zloty)\b|[€£$]"
)
_LAYOUT = "patterns/physical-types-and-layout"
_TEXTS = ("text", "varchar", "char")


def float_money(subject: Subject) -> Iterable[Hit]:
    for table, column in subject.columns():
        told = _CURRENCY.search(subject.comment(column)) is not None
        if column.type in ("float", "real") and (subject.meaning(column) == "money" or told):
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"Money is kept in floating point ({column.declared.lower() or column.type}); make it an exact decimal such as numeric(19,4), or an integer of minor units (cents)",
                "binary floats cannot hold most cents exactly, so sums drift, rounding differs and equality fails",
                alter_type(subject, table, column, "money", "round({c}::numeric, 4)"),
            )


def scaleless_money(subject: Subject) -> Iterable[Hit]:
    if subject.dialect not in ("mysql", "mariadb", "sqlserver", "oracle"):
        return
    for table, column in subject.columns():
        bare = column.declared.upper() in ("DECIMAL", "NUMERIC", "NUMBER")
        if bare and subject.dialect == "oracle" and subject.meaning(column) == "money":
            yield Hit(
                subject.named(table, column.name),
                column.place,
                "NUMBER without precision and scale takes any number of decimals; state them, such as NUMBER(19,4)",
                "amounts with eleven decimals get in from a division, and sums no longer agree with what was printed",
                alter_type(subject, table, column, "money"),
                "medium",
            )
        elif bare and subject.meaning(column) == "money":
            yield Hit(
                subject.named(table, column.name),
                column.place,
                "DECIMAL without precision and scale keeps no decimals here; state them, such as DECIMAL(19,4)",
                "the default scale is 0 in this engine, so cents are rounded away on write without an error",
                alter_type(subject, table, column, "money"),
            )


def whole_money(subject: Subject) -> Iterable[Hit]:
    """TypeORM makes an integer of a bare number, which cuts the cents off."""
    if subject.artefacts.framework != "typeorm":
        return
    for table, column in subject.columns():
        if column.declared.lower() == "number" and subject.meaning(column) == "money" and not re.search(r"cent|minor|pence|rappen", words_of(column.name)):  # fmt: skip
            yield Hit(
                subject.named(table, column.name),
                column.place,
                "@Column() of a number becomes an integer column, so the cents are cut off or refused; declare a decimal with precision and scale, or name the column for minor units (cents)",
                "the property takes 9.99 and the database stores 10, or raises an error",
                severity="medium",
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


def amount_without_currency(subject: Subject) -> Iterable[Hit]:
    """Amounts of a table that does not say in what, in a schema where others do."""

    def tells(table: Table | None) -> bool:
        return table is not None and any(re.search(r"\bcurrency\b|\bccy\b", words_of(c.name)) for c in table.columns)

    several = len(set(_CURRENCY.findall(subject.facts.text))) > 1
    if not any(tells(table) for table in subject.tables):
        return
    for table in subject.tables:
        if tells(table) or any(tells(subject.table(key.target)) for key in table.keys_of("foreign")):
            continue
        column = next((c for c in table.columns if subject.meaning(c) == "money"), None)
        named = re.search(r"_(?:eur|usd|gbp|chf|pln|euro)$", column.name, re.IGNORECASE) if column else None
        parts = any(set(key.columns) < set(table.primary_key) for key in table.keys_of("foreign"))
        if column is None or named or parts:
            continue
        yield Hit(
            subject.named(table, column.name),
            column.place,
            "The amount stands without its currency, which other tables of the schema have; add a currency column (ISO 4217) beside it",
            "1,000 minor units are 10 euros or 1,000 yen, and a sum over several currencies is no amount",
            severity="medium" if several else "low",
        )


MONEY = (
    Rule("float-money", "types", "high", f"{_LAYOUT}#money", float_money),
    Rule("scaleless-money", "types", "high", f"{_LAYOUT}#money", scaleless_money),
    Rule("whole-money", "types", "medium", f"{_LAYOUT}#money", whole_money),
    Rule("amount-without-currency", "types", "medium", f"{_LAYOUT}#money", amount_without_currency),
    Rule("money-type", "types", "medium", f"{_LAYOUT}#money", money_type),
)
