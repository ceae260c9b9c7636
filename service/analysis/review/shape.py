"""Integrity of the whole: relations that no key can hold, lists in strings, cascades that reach too far, facts that are overwritten."""

import re
from collections.abc import Iterable, Mapping

from kb.entry import Severity
from kb.meaning import words_of
from kb.schema import Column, Key, Table
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import add_foreign_key, column_sql, quoted, table_sql
from service.analysis.review.subject import Subject

_OWN_LIFE = re.compile(r"(?:order|invoice|payment|transaction|ledger|audit|log|booking|reservation|contract|entr|refund|purchase|sale|charge|subscription|medical|prescription|transfer|statement|claim|polic|shipment|payslip|salar|wage|vote|ballot|grade|exam|result|certificate|donation|pledge|treatment|visit|message|review|loan|fine|deliver|post\b|topic|thread|article|mark)", re.IGNORECASE)  # fmt: skip
_PART_OF = re.compile(
    r"(?:item|line|detail|token|session|tag|image|photo|preference|setting|address)s?$", re.IGNORECASE
)
_NUMBERED = re.compile(r"^(.*[a-z])_?([1-9])(?:_.*)?$", re.IGNORECASE)
_NUMBERED_FINE = re.compile(r"(?:address|addr|line|street|address line|sha|md|utf|iso|ean|ipv|base|p|v|h|oauth|x|y|level|hash)_?$", re.IGNORECASE)  # fmt: skip
_NAME = re.compile(r"^(?:attribute|attr|attribute name|attr name|attribute id|field|field name|field id|key|name|property|property name|meta key|param|parameter|option name|custom field id|attribute key|attribute code)$")  # fmt: skip
_VALUE = re.compile(r"^(?:value|val|attr value|attribute value|field value|meta value|property value|value text|value string|string value|text value|option value)$")  # fmt: skip


def polymorphic(subject: Subject) -> Iterable[Hit]:
    generic = {t.name.split(".")[0] for t in subject.artefacts.traits if t.kind == "generic_relation"}
    for table in subject.tables:
        names = {c.name.lower(): c for c in table.columns}
        django = subject.artefacts.names.get(table.name) in generic
        for low, column in names.items():
            partner = _partner(names, low, column, django)
            if (
                partner is None
                or partner.name in table.primary_key
                or (subject.references(table, partner.name) and not django)
            ):
                continue
            yield Hit(
                f"{subject.named(table, partner.name)}{''.join(f' ({name})' for name in _generic(subject, table))}",
                partner.place,
                f"{column.name} and {partner.name} form a polymorphic association, which no foreign key can hold; use one nullable foreign key per target with a CHECK that exactly one is set, or a table per target",
                "deleted targets leave orphans, a join has to know the type, and a misspelt type points nowhere",
            )


def _partner(names: Mapping[str, Column], name: str, column: Column, django: bool) -> Column | None:
    """The column of the other half: `object_id` beside Django's content type, `owner_id` beside `owner_type`."""
    if django and name.startswith("content_type"):
        return names.get("object_id") or column
    kind = re.match(r"^(.+?)_?type$", name)
    found = (names.get(f"{kind[1]}_id") or names.get(f"{kind[1]}id")) if kind else None
    said = re.match(r"^(.+) (?:type|kind|class|table|model)$", words_of(name))
    return found or next((c for low, c in names.items() if said and words_of(low) == f"{said[1]} id"), None)


def _generic(subject: Subject, table: Table) -> list[str]:
    """The generic relations of a Django model by their own names."""
    model = f"{subject.artefacts.names.get(table.name, '')}."
    return [t.name for t in subject.artefacts.traits if t.kind == "generic_relation" and t.name.startswith(model)]


def entity_attribute_value(subject: Subject) -> Iterable[Hit]:
    for table in subject.tables:
        words = {c.name: words_of(c.name) for c in table.columns}
        names = [c for c, w in words.items() if _NAME.match(w)]
        values = [
            c for c, w in words.items() if _VALUE.match(w) or re.match(r"^value (?:int|text|date|number|string)", w)
        ]
        owner = [c.name for c in table.columns if (c.name.lower().endswith("id") and c.name not in names and c.name not in table.primary_key[:1]) or (subject.references(table, c.name) and c.name not in names)]  # fmt: skip
        owner += [
            c for c in table.primary_key if len(table.primary_key) > 1 and c not in names and words[c].endswith("id")
        ]
        texts = [c for c in values if (column := table.column(c)) and column.type in ("text", "varchar", "char", "json", "jsonb", "other")]  # fmt: skip
        if names and texts and owner and len(table.columns) <= 9:
            yield Hit(
                subject.named(table),
                table.place,
                f"The table is entity-attribute-value (EAV): {names[0]} names what {values[0]} holds; give known attributes columns of their own, and put the open rest into one jsonb column of the entity",
                "types, NOT NULL, foreign keys and statistics are lost, and each attribute of a filter costs one more self-join",
                _jsonb_home(subject, table),
                _eav_severity(table),
            )


def _eav_severity(table: Table) -> Severity:
    """Free labels beside a typed table are a choice; attributes of the business as rows are the flaw."""
    if re.search(
        r"tag|label|param|setting|config|preference|translation|header|option|metadata",
        f"{table.name} {words_of(table.name)}",
        re.IGNORECASE,
    ):
        return "low"
    return (
        "high"
        if re.search(
            r"attribut|propert|custom(?!er)|eav|meta|field|spec|value",
            f"{table.name} {words_of(table.name)}",
            re.IGNORECASE,
        )
        else "medium"
    )


def _jsonb_home(subject: Subject, table: Table) -> str:
    key = next(iter(table.keys_of("foreign")), None)
    target = subject.table(key.target) if key else None
    if target is None or not subject.is_postgresql:
        return ""
    return f"ALTER TABLE {table_sql(subject, target)} ADD COLUMN attributes jsonb NOT NULL DEFAULT '{{}}' CHECK (jsonb_typeof(attributes) = 'object');"


def list_in_string(subject: Subject) -> Iterable[Hit]:
    for table, column in subject.columns():
        listed = subject.meaning(column) == "list" or re.search(r"\b(?:ids|csv|comma)\b", words_of(column.name)) or _said(subject, column)  # fmt: skip
        alone = column.name in table.primary_key or subject.references(table, column.name) or (column.length or 99) < 16
        if column.type in ("text", "varchar", "char") and listed and not alone:
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"{column.name} holds a list in one string (comma separated); move the elements into a child table with a foreign key",
                "an element inside a string cannot be constrained, joined or indexed, and LIKE '%1%' also finds 10",
                _child(subject, table, column),
            )


def _said(subject: Subject, column: Column) -> bool:
    """A comment on the column's line that speaks of a list."""
    if column.place is None:
        return False
    end = subject.artefacts.text.find("\n", column.place.end)
    line = subject.artefacts.text[column.place.end : end if end >= 0 else None]
    said = re.search(r"(?:--|#|//|/\*)(.*)$", line)
    quoted_ones = re.findall(r"'[^']*'", said.group(1)) if said else []
    if len(quoted_ones) > 1:
        # Several examples side by side: one of them has to be a list itself.
        return any(re.search(r"[a-z]\w*[,;|]\s?\w+", each, re.IGNORECASE) for each in quoted_ones)
    return bool(
        said
        and re.search(
            r"comma|separated|delimited|csv|'\w+,\w+|\b\w+,\s?\w+,\s?\w+|[\w ]+;[\w ]+;[\w ]+|\w+\|\w+\|\w+",
            said.group(1),
            re.IGNORECASE,
        )
    )


def _child(subject: Subject, table: Table, column: Column) -> str:
    key = table.column(table.primary_key[0]) if len(table.primary_key) == 1 else None
    if key is None or not subject.is_postgresql or subject.artefacts.framework is not None:
        return ""
    kind = {"SERIAL": "int", "BIGSERIAL": "bigint"}.get(key.declared.upper(), key.declared)
    singular = re.sub(r"(?:_?ids|_?list|s)$", "", column.name) or "element"
    name = quoted(f"{table.name}_{singular}".lower(), subject)
    owner = column_sql(subject, table, key.name)
    return f"CREATE TABLE {name} (\n  owner_id {kind} NOT NULL REFERENCES {table_sql(subject, table)} ({owner}) ON DELETE CASCADE,\n  {quoted(singular, subject)} text NOT NULL,\n  PRIMARY KEY (owner_id, {quoted(singular, subject)})\n);"


def numbered_columns(subject: Subject) -> Iterable[Hit]:
    for table in subject.tables:
        groups: dict[str, list[Column]] = {}
        for column in table.columns:
            match = _NUMBERED.match(column.name)
            if match and not _NUMBERED_FINE.search(match.group(1)):
                groups.setdefault(match.group(1).rstrip("_").lower(), []).append(column)
        for stem, columns in groups.items():
            # Numbers that do not begin are part of a name: iso_3166_1_a2 and a3.
            begins = any(re.search(r"(?<!\d)0*[01]$", c.name) for c in columns)
            if len(columns) >= 2 and begins:
                yield Hit(
                    subject.named(table, columns[0].name),
                    columns[0].place,
                    f"A repeating group: {', '.join(c.name for c in columns)} are numbered columns for one thing; make them rows of a child table",
                    f"one more {stem} needs a migration, and every search has to look into {len(columns)} columns",
                )


def lookup_of_everything(subject: Subject) -> Iterable[Hit]:
    for table in subject.tables:
        words = {words_of(c.name) for c in table.columns}
        if re.search(r"^(?:lookup|lookups|codes|reference_data|code_table|enum_values|master_data|common_codes)$", table.name, re.IGNORECASE) and words & {"type", "category", "lookup type", "code type", "kind", "group", "domain"}:  # fmt: skip
            yield Hit(
                subject.named(table),
                table.place,
                "One look-up table holds every enumeration; use a small table or a CHECK list per enumeration",
                "a foreign key into it accepts codes of any kind, a country where a currency belongs",
            )


def cascade_reach(subject: Subject) -> Iterable[Hit]:
    for table, key in subject.foreign_keys():
        if key.on_delete != "cascade" or key.target == table.name:
            continue
        own = f"{table.name} {subject.words(table)}"
        # What others point at has a life of its own, whatever it is called.
        reach = (
            (_OWN_LIFE.search(own) or any(k.target == table.name and t is not table for t, k in subject.foreign_keys()))
            and not _PART_OF.search(table.name)
            and not _PART_OF.search(own)
        )
        entity = re.search(r"(?:user|customer|account|product|compan|driver|student|backer|donor|teacher|candidate|guest|bidder|player|organi|tenant|employee|categor|supplier|client|patient|member|person|owner|store|vendor)", f"{key.target} {words_of(key.target)}", re.IGNORECASE)  # fmt: skip
        if not reach or not entity or _is_link(subject, table):
            continue
        target = subject.table(key.target)
        yield Hit(
            subject.reference(table, key),
            key.place,
            f"Deleting a row of {key.target} cascades into {table.name}, which has a life of its own; use ON DELETE RESTRICT",
            "one deleted account takes its invoices, payments or history with it, without a word and without a way back",
            _restrict(subject, table, key, target) if target else "",
        )


def _is_link(subject: Subject, table: Table) -> bool:
    """Whether the row says no more than that two belong together: one pair of keys, unique, and flags, votes or moments beside it."""
    own = {c for key in table.keys_of("foreign") for c in key.columns}
    rest = [c for c in table.columns if c.name not in own and c.name not in table.primary_key]
    paired = any(len(columns) > 1 and set(columns) <= own for columns in subject.uniques(table))
    return paired and all(c.type in ("boolean", "smallint") or subject.meaning(c) == "instant" for c in rest)


def _restrict(subject: Subject, table: Table, key: Key, target: Table) -> str:
    if not subject.is_postgresql or subject.artefacts.framework is not None:
        return ""
    old = quoted(key.name or f"{table.name}_{'_'.join(key.columns)}_fkey".lower(), subject)
    pointed = key.target_columns or target.primary_key
    added = add_foreign_key(subject, table, key.columns, target, pointed).split(" NOT VALID")[0]
    return f"ALTER TABLE {table_sql(subject, table)} DROP CONSTRAINT IF EXISTS {old};\n{added} ON DELETE RESTRICT;"


def price_not_kept(subject: Subject) -> Iterable[Hit]:
    """A line of an order that reads today's price: what was agreed is a fact of that moment."""
    for table in subject.tables:
        words = " ".join(words_of(c.name) for c in table.columns)
        if not _is_line(subject, table) or "cart" in table.name.lower():
            continue
        has_product = re.search(r"product|sku|article|variant|item id|book|dish|ticket type", words) or _priced(
            subject, table
        )
        priced = any(re.search(r"price|amount|cost|cents|total", w) for w in words.split())
        if has_product and not priced and re.search(r"quantity|qty|count", words):
            yield Hit(
                subject.named(table),
                table.place,
                "The line keeps no price of its own; copy the agreed unit price (and currency) into it",
                "a change of the catalogue price would change every order of the past",
            )


def _is_line(subject: Subject, table: Table) -> bool:
    """By its name, or because it points at an order and at something else that has a price."""
    if re.search(r"(?:order|invoice|cart|sale|purchase)_?(?:item|line|detail|product)s?$", words_of(table.name).replace(" ", "_")):  # fmt: skip
        return True
    ordered = any(re.search(r"\b(?:order|invoice|sale|purchase|quote|receipt)s?$", words_of(key.target)) for key in table.keys_of("foreign"))  # fmt: skip
    return ordered and _priced(subject, table)


def _priced(subject: Subject, table: Table) -> bool:
    """Whether it points at something that has a price today."""
    targets = [t for key in table.keys_of("foreign") if (t := subject.table(key.target)) is not None]
    return any(re.search(r"\b(?:price|cost|fee)\b", words_of(c.name)) for t in targets for c in t.columns)


SHAPE = (
    Rule("polymorphic", "integrity", "medium", "technologies/django-orm#generic-foreign-keys-for-integrity", polymorphic),
    Rule("entity-attribute-value", "integrity", "high", "patterns/jsonb-hybrid-modeling#jsonb-instead-of-entity-attribute-value", entity_attribute_value),
    Rule("list-in-string", "integrity", "medium", "checklists/schema-review#types-that-lose-information", list_in_string),
    Rule("numbered-columns", "integrity", "medium", "patterns/normal-forms#the-forms-as-questions", numbered_columns),
    Rule("lookup-of-everything", "integrity", "medium", "patterns/normal-forms#one-lookup-table-for-everything", lookup_of_everything),
    Rule("cascade-reach", "integrity", "high", "patterns/integrity-constraints-and-validation#an-action-for-every-foreign-key", cascade_reach),
    Rule("price-not-kept", "integrity", "medium", "patterns/er-and-domain-modeling#facts-and-references", price_not_kept),
)  # fmt: skip
