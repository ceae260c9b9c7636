"""What may not be there twice: identifiers, pairs, periods, and unique keys that let NULL in."""

import re
from collections.abc import Iterable

from kb.meaning import words_of
from kb.schema import Column, Key, Table
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import column_sql, columns_sql, create_index, table_sql
from service.analysis.review.subject import Subject

SOFT = re.compile(
    r"^(?:deleted at|is deleted|deleted|archived at|removed at|deleted on|removed|is removed|trashed|is trashed|trashed at|erased at|discarded at)$"
)
_RULES = "patterns/integrity-constraints-and-validation"
_CREDENTIAL = re.compile(
    r"\b(?:password|passwd|pwd|pin|password hash|hashed password|last login|mfa secret)(?: hash)?$"
)
_PERIOD = re.compile(
    r"^for (?:day|date|month|week|period|year)$|^(?:billing|accounting|pay|service|charge) (?:day|date|month|week|period)$|^period$"
)
_PERIODS = ("date", "timestamp", "timestamptz", "other")
_IDENTIFYING = re.compile(r"\b(?:email|e mail|email address|username|user name|login|handle|slug|sku|isbn|barcode|iban|vin|coupon code|promo code|order number|order no|invoice number|invoice no|account number|tracking number|reference number|external id|external ref|idempotency key|license plate|national id|tax id|registration no|serial number|serial no|imei|iccid|asset tag|inventory no|inventory number|student number|patient number|member number|customer no|customer number|employee no|employee number)$")  # fmt: skip
_PLACED = re.compile(r"\b(?:position|sort|rank|ordinal|sequence|seq|line no|line number|order no)$")
_OWN_CODE = re.compile(r"^(?:code|number|key)$")
_NUMBERED_THING = re.compile(r"(?:invoice|order|contract|ticket|case|claim|polic(?:y|ie)|shipment|quote|voucher|receipt|permit|licen[cs]e|certificate|booking|key|container|parcel|delivery|delivery note|member|card|document|project)s?$")  # fmt: skip
_FROM_OUTSIDE = re.compile(r"^(?:provider|gateway|external|ext|stripe|paypal|psp|webhook|message|event|request|transaction|import|remote) (?:ref|reference|id|key|no|number)$")  # fmt: skip
_BUSINESS_NO = re.compile(
    r"^no (?!phone|mobile|fax|house|street|flat|room|floor|seats?|bank|card|account|tax|version)\w{3,}$"
)
PEOPLE = re.compile(r"(?:user|account|member|customer|employee|student|patient|subscriber|admin|person|people|client|staff|teacher|driver|author|seller|login|credential)s?$")  # fmt: skip
PARTS = re.compile(r"(?:item|line|detail|entry|entrie|member|membership|participant|enrollment|enrolment|attachment|comment|answer|installment)s?$")  # fmt: skip


def missing_unique(subject: Subject) -> Iterable[Hit]:
    for table, column in subject.columns():
        # Who writes unique=False has thought of it.
        if "unique=False" in column.declared:
            continue
        signs_in = _signs_in(table, column)
        if (
            not (signs_in or _identifies(table, column))
            or subject.is_unique(table, column.name)
            or subject.is_append_only(table)
            or subject.references(table, column.name)
            or any(
                column.name in columns and len(columns) > 1
                for columns in subject.uniques(table)
                if not set(columns) & subject.tenants
            )
        ):
            continue
        soft = next((c for c in table.columns if SOFT.match(words_of(c.name))), None)
        scoped = [c.name for c in table.columns if c.name in subject.tenants][:1]
        tail = f" WHERE {column_sql(subject, table, soft.name)} IS NULL" if soft and subject.is_postgresql and soft.type.startswith("timestamp") else ""  # fmt: skip
        names = (*scoped, column.name)
        yield Hit(
            subject.named(table, column.name),
            column.place,
            f"The column identifies a row but has no unique constraint; declare it unique{' within its tenant' if scoped else ''}",
            "the application's check before the insert lets two sessions through at once, and duplicates stay",
            create_index(subject, table, names, tail, unique=True),
        )


def _signs_in(table: Table, column: Column) -> bool:
    """An address beside a password or a token is what somebody signs in with, whatever the table is called."""
    secret = any(_CREDENTIAL.search(words_of(c.name)) for c in table.columns)
    text = column.type in ("text", "varchar", "char")
    return (
        secret
        and text
        and re.search(r"^(?:email|e mail|email address|username|user name|login)$", words_of(column.name)) is not None
    )


def _identifies(table: Table, column: Column) -> bool:
    words, name = words_of(column.name), words_of(table.name)
    if column.type not in ("text", "varchar", "char", "uuid", "other", "int", "bigint"):
        return False
    if column.type in ("int", "bigint") and not re.search(r"\b(?:number|no)$", words):
        return False
    if re.search(r"\b(?:email|e mail|email address|username|user name|login|handle)$", words):
        return bool(PEOPLE.search(name))
    if _IDENTIFYING.search(words):
        stem = words.rsplit(" ", 1)[0]
        owned = words in ("slug", "sku", "isbn", "barcode", "iban", "vin", "idempotency key", "external id", "external ref", "license plate", "national id", "tax id", "registration no", "serial number", "serial no", "imei", "iccid", "asset tag", "inventory no", "inventory number")  # fmt: skip
        own = owned and not PARTS.search(name) and _one_sku(words, name)
        return own or bool(stem and stem in name and stem != "serial") or "idempotency" in words
    if column.type in ("text", "varchar", "char") and not column.nullable and (_FROM_OUTSIDE.search(words) or (_BUSINESS_NO.match(words) and not PARTS.search(name))):  # fmt: skip
        return True
    if words in ("no", "number", "reference", "ref", "ref no", "reference no") and _NUMBERED_THING.search(name):
        return True
    return bool(_OWN_CODE.match(words)) and re.search(r"(?:coupon|voucher|promo|currenc|countr|discount|gift card|airport|warehouse)", name) is not None  # fmt: skip


def _one_sku(words: str, name: str) -> bool:
    return words != "sku" or re.search(r"(?:product|variant|item|article|sku)s?$", name) is not None


def pair_not_unique(subject: Subject) -> Iterable[Hit]:
    """A table that links two others, and lets the same pair in twice."""
    for table in subject.tables:
        foreign = [key for key in table.keys_of("foreign") if key.target != table.name]
        own = [c for key in foreign for c in key.columns if c not in subject.tenants]
        rest = [c for c in table.columns if c.name not in own and c.name not in table.primary_key and c.name not in subject.tenants]  # fmt: skip
        plain = all(subject.meaning(c) in ("instant", "date", "boolean") or re.search(r"role|position|sort|order|rank|level|status", c.name) for c in rest)  # fmt: skip
        linked = len(set(own)) == 2 and plain and len(rest) <= 3
        named = re.search(r"(?:like|follow|membership|enrol+ment|subscription|favou?rite|vote|registration|rsvp|bookmark|wishlist|attendance)s?$", words_of(table.name))  # fmt: skip
        pair = own[:2]
        happened = subject.is_append_only(table) or re.search(r"\b(?:views?|looks?|downloads?)$", subject.words(table))
        if happened or not (linked or (named and len(set(own)) >= 2)):
            continue
        covered = any({c for c in columns if c not in subject.tenants} and set(columns) - subject.tenants <= set(own) for columns in subject.uniques(table))  # fmt: skip
        if covered or _again_and_again(subject, table, own):
            continue
        yield Hit(
            subject.named(table),
            table.place,
            f"The same pair ({', '.join(pair)}) can be stored twice: add a unique constraint on it",
            "a surrogate key makes every row unique, so a double click or a retry links the two again and counts are wrong",
            create_index(subject, table, pair, unique=True),
        )


def _again_and_again(subject: Subject, table: Table, own: list[str]) -> bool:
    """Whether a key holds one of the two with a day, a moment or a place in a list: then the same pair may come again at another."""
    timed = {
        c.name for c in table.columns if subject.meaning(c) in ("instant", "date") or _PLACED.search(words_of(c.name))
    }
    return any(set(columns) & set(own) and set(columns) & timed for columns in subject.uniques(table))


def once_per_period(subject: Subject) -> Iterable[Hit]:
    """Money for a period of something, such as a charge for a day, that a repeated run would store again."""
    for table in subject.tables:
        period = next((c for c in table.columns if _PERIOD.search(words_of(c.name)) and c.type in (*_PERIODS, "int", "varchar", "char", "text")), None)  # fmt: skip
        owner = next((k.columns for k in table.keys_of("foreign") if not set(k.columns) & subject.tenants), None)
        money = any(subject.meaning(c) == "money" for c in table.columns)
        if period is None or owner is None or not money or any(period.name in u for u in subject.uniques(table)):
            continue
        names = (*owner, period.name)
        yield Hit(
            subject.named(table),
            table.place,
            f"Nothing keeps {table.name} from holding ({', '.join(names)}) twice; make it unique if there is one row for each",
            "a job that is repeated after a failure books the same period again",
            create_index(subject, table, names, unique=True),
        )


def nullable_unique(subject: Subject) -> Iterable[Hit]:
    for table in subject.tables:
        for key in table.keys_of("unique"):
            open_ones = [c for name in key.columns if (c := table.column(name)) and c.nullable]
            if not open_ones or _nulls_equal(subject, key):
                continue
            composite = len(key.columns) > 1
            name = open_ones[0].name
            t = table_sql(subject, table)
            fix = f"ALTER TABLE {t} ADD UNIQUE NULLS NOT DISTINCT ({columns_sql(subject, table, key.columns)});" if composite and subject.dialect == "postgresql" else ""  # fmt: skip
            yield Hit(
                subject.named(table, name),
                key.place,
                f"The unique key ({', '.join(key.columns)}) holds a nullable column, {name}; make it NOT NULL"
                + (", or the key NULLS NOT DISTINCT" if composite else " if every row has one"),
                "NULL counts as distinct from NULL, so any number of rows with the same values and a NULL get in"
                if subject.dialect != "sqlserver"
                else "this engine lets one NULL in and refuses the second row without a value",
                fix,
                "medium" if composite else "low",
            )


def _nulls_equal(subject: Subject, key: Key) -> bool:
    after = subject.sql[key.place.start : key.place.start + 400] if key.place else ""
    before = subject.sql[max(key.place.start - 60, 0) : key.place.start] if key.place else ""
    return "NULLS NOT DISTINCT" in f"{before}{after}"


def case_matters(subject: Subject) -> Iterable[Hit]:
    """Names that people type, unique by their exact letters."""
    for table, column in subject.columns() if subject.is_postgresql else ():
        typed = re.search(r"\b(?:email|username|user name|login|handle)$", words_of(column.name))
        alone = any(columns == (column.name,) for columns in subject.uniques(table))
        if not (typed and alone) or column.type not in ("text", "varchar", "char") or re.search(rf"lower\s*\(\s*\"?{re.escape(column.name)}\b|{re.escape(column.name)}\s*=\s*lower", subject.artefacts.text, re.IGNORECASE):  # fmt: skip
            continue
        c = column_sql(subject, table, column.name)
        yield Hit(
            subject.named(table, column.name),
            column.place,
            f"{column.name} is unique by its exact letters, so A@x and a@x (upper and lower case) are two; make lower({column.name}) unique, or use citext or a case-insensitive collation",
            "one person gets two accounts, or two people names that nobody can tell apart",
            f"CREATE UNIQUE INDEX CONCURRENTLY ON {table_sql(subject, table)} (lower({c}));"
            if subject.artefacts.framework is None
            else "",
        )


UNIQUENESS = (
    Rule("case-matters", "integrity", "low", "patterns/identifier-strategy#unique-and-null", case_matters),
    Rule("missing-unique", "integrity", "medium", f"{_RULES}#a-check-before-writing-races", missing_unique),
    Rule("pair-not-unique", "integrity", "medium", "patterns/normal-forms#a-surrogate-key-hides-the-duplicate", pair_not_unique),
    Rule("nullable-unique", "integrity", "medium", "patterns/identifier-strategy#unique-and-null", nullable_unique),
    Rule("once-per-period", "integrity", "low", f"{_RULES}#a-check-before-writing-races", once_per_period),
)  # fmt: skip
