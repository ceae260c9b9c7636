"""Growth: tables that only grow, documents without bounds, files inside rows."""

import re
from collections.abc import Iterable

from sqlglot import exp

from kb.entry import Severity
from kb.fact import Value
from kb.meaning import words_of
from kb.quantity import Quantity, show
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import add_check, column_sql, create_index
from service.analysis.review.subject import Subject

_DAY = 86400.0
_BUSY, _LARGE = 50.0, 5e7
_FILE = re.compile(r"\b(?:file|image|photo|picture|avatar|document|attachment|pdf|video|audio|thumbnail|blob|media|scan|data|content|contents|body|binary|payload|logo|icon)\b")  # fmt: skip
_SMALL = re.compile(r"hash|digest|salt|signature|key|token|cipher|encrypted|nonce|iv$|checksum|mac$|version|geom|address|fingerprint|wrapped|tag$")  # fmt: skip
_RATES = ("workload.writes_per_s", "workload.peak_writes_per_s", "source.writes_per_s")


def unpartitioned(subject: Subject) -> Iterable[Hit]:
    rate = next((v for name in _RATES if isinstance(v := subject.facts.get(name), Quantity)), None)
    rows = subject.facts.get("table.rows")
    purged = {
        q.tables[0].lower()
        for q in subject.access
        if isinstance(q.tree, exp.Delete) and q.tables and q.tree.find(exp.Interval)
    }
    for table in subject.tables:
        timed = [c for c in table.columns if c.type in ("timestamp", "timestamptz", "date")]
        if table.partitioned or not timed or not (subject.is_append_only(table) or table.name.lower() in purged):
            continue
        numbers = _numbers(rate, rows)
        column = next((c for c in timed if subject.meaning(c) == "instant"), timed[0])
        brin = create_index(subject, table, (column.name,)).replace(f"({column_sql(subject, table, column.name)})", f"USING brin ({column_sql(subject, table, column.name)})")  # fmt: skip
        indexed = any(i.columns[:1] == (column.name,) for i in subject.schema.indexes_of(table.name))
        yield Hit(
            subject.named(table),
            table.place,
            f"The table only grows and is not partitioned: partition it by range of {column.name}, and name its retention",
            f"{numbers}; deleting old rows one by one leaves dead rows and bloat, dropping a partition does not, and partitioning later means copying the table",
            f"-- until it is partitioned, a small index finds old rows by time\n{brin}"
            if subject.is_postgresql and not indexed
            else "",
            _urgency(rate, rows),
        )


def _numbers(rate: Quantity | None, rows: Value | None) -> str:
    if rate is not None:
        return f"at {rate} it gains about {show(rate.value * _DAY, 'count')} rows a day, {show(rate.value * _DAY * 365, 'count')} a year"  # fmt: skip
    return f"it holds {rows} rows" if isinstance(rows, Quantity) else "rows are added with traffic and never leave"


def _urgency(rate: Quantity | None, rows: Value | None) -> Severity:
    busy = (rate is not None and rate.value >= _BUSY) or (isinstance(rows, Quantity) and rows.value >= _LARGE)
    return "high" if busy else "low"


def unbounded_json(subject: Subject) -> Iterable[Hit]:
    for table, column in subject.columns():
        if column.type not in ("json", "jsonb") or subject.checked(table, column.name):
            continue
        c = column_sql(subject, table, column.name)
        condition = f"jsonb_typeof({c}) = 'object' AND pg_column_size({c}) < 8192"
        everything = len(table.columns) <= 4 and words_of(column.name) in ("data", "doc", "document", "payload", "attributes", "json", "body")  # fmt: skip
        lists = re.search(r"\b(?:history|items|events|log|logs|messages|entries|comments|versions|changes)\b", words_of(column.name))  # fmt: skip
        yield Hit(
            subject.named(table, column.name),
            column.place,
            f"The JSON document is unbounded{' and keeps growing as a list' if lists else ''}; {'move its elements into rows of a child table, or ' if lists else ''}bound its type and size with a CHECK, and keep fields that are filtered daily as columns",
            "one changed key rewrites the whole document and locks the row, and a document without a limit comes to dominate the table",
            add_check(subject, table, f"{column.name}_bounds", condition) if column.type == "jsonb" and subject.is_postgresql and not lists else "",
            "medium" if lists or (everything and not subject.is_append_only(table)) else "low",
        )  # fmt: skip


def blob_in_row(subject: Subject) -> Iterable[Hit]:
    for table, column in subject.columns():
        words = words_of(column.name)
        encoded = column.type in ("text", "varchar") and re.search(r"base64|\bb64\b", words)
        if not encoded and (column.type != "bytea" or _SMALL.search(words) or not _FILE.search(f"{words} {words_of(table.name)}")):  # fmt: skip
            continue
        yield Hit(
            subject.named(table, column.name),
            column.place,
            "Files are stored inside rows as a blob; keep them in object storage, with key, length and hash in the row",
            "they fill the cache, every backup, replica and dump carries them, and each update writes them again",
        )


def growing_array(subject: Subject) -> Iterable[Hit]:
    for table, column in subject.columns():
        if column.type == "array" and re.search(r"\bids$|\b(?:followers|members?|likes|users|events|history|messages|participants|readers|friends)\b", f"{column.name} {words_of(column.name)}"):  # fmt: skip
            yield Hit(
                subject.named(table, column.name),
                column.place,
                "An array of references grows without bound and has no foreign key; make its elements rows of a child table",
                "each append rewrites the whole array, two appends at once overwrite each other, and deleted targets stay in it",
            )


def wide_table(subject: Subject) -> Iterable[Hit]:
    """A table of many columns: the hot and the rarely read in one row."""
    for table in subject.tables:
        if len(table.columns) > 40:
            yield Hit(
                subject.named(table),
                table.place,
                f"The table has {len(table.columns)} columns; move what is rarely read into a one-to-one table",
                "an update of one flag writes the whole row anew",
                severity="low",
            )


GROWTH = (
    Rule("unpartitioned", "growth", "high", "patterns/range-partitioning#deletion-becomes-a-drop", unpartitioned),
    Rule("growing-array", "growth", "medium", "patterns/normal-forms#the-forms-as-questions", growing_array),
    Rule("blob-in-row", "growth", "medium", "patterns/physical-types-and-layout#files-and-large-objects", blob_in_row),
    Rule("unbounded-json", "growth", "medium", "patterns/jsonb-hybrid-modeling#constrain-what-is-inside", unbounded_json),
    Rule("wide-table", "growth", "low", "patterns/normal-forms#vertical-split", wide_table),
)  # fmt: skip
