"""Plans: what EXPLAIN shows of PostgreSQL and MySQL, and the index that the query beside it asks for."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import exp

from kb.schema import Place
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import index_on
from service.analysis.review.statement import sought
from service.analysis.review.subject import Subject
from service.question.artefact.plan_node import PlanNode

_MANY_REMOVED, _FACTOR, _MANY_LOOPS = 10_000, 10, 100


@dataclass(frozen=True)
class _Asked:
    """A table of a query that stands beside the plan, and the columns that it asks for, in the order of an index."""

    table: str
    columns: tuple[str, ...]

    @property
    def advice(self) -> str:
        return f"an index on ({', '.join(self.columns)}), equality and join columns first" if self.columns else ""


def _asked(subject: Subject, name: str, inner: bool, kept: float = 0) -> _Asked:
    """MySQL's plans call a table by its alias, PostgreSQL's by its name; without a query beside it there is only that.

    `inner` is whether another table leads to it, so that its join columns narrow what is read; `kept` is how many of its
    rows its own filter leaves, against which another table of few rows leads better.
    """
    low = name.lower()
    for query in subject.artefacts.queries:
        named = list(query.tree.find_all(exp.Table))
        node = next((t for t in named if t.alias_or_name.lower() == low), None)
        node = node or next((t for t in named if t.name.lower() == low), None)
        if node is not None:
            led = kept > 0 and _led(subject, query.tree, node, kept)
            found = sought(query.tree, node.alias_or_name, inner, led)
            # The key of a table has its index already.
            keys = ("id", f"{node.name.lower().removesuffix('s')}_id")
            wanted = found if found[:1] and found[0].lower() not in keys else []
            return _Asked(node.name, tuple(dict.fromkeys(wanted)))
    return _Asked(name, ())


def _led(subject: Subject, tree: exp.Expr, node: exp.Table, kept: float) -> bool:
    """Whether a table that it is joined with has so few rows that going from them to this one reads less than its filter."""
    names = {t.alias_or_name.lower(): t.name.lower() for t in tree.find_all(exp.Table)}
    few = {p.table.lower() for p in subject.artefacts.plans if _by_itself(p) and _kept(p) * _FACTOR**2 <= kept and _kept(p) <= _MANY_LOOPS}  # fmt: skip
    own = node.alias_or_name.lower()
    for pair in tree.find_all(exp.EQ):
        sides = [s.table.lower() for s in (pair.this, pair.expression) if isinstance(s, exp.Column)]
        other = next((s for s in sides if s != own), "")
        if len(sides) == 2 and own in sides and {other, names.get(other, "")} & few:
            return True
    return False


def _by_itself(node: PlanNode) -> bool:
    """Whether a node finds its rows by values and not by the rows of another table."""
    looked_up = "Index" in node.what and "Scan" in node.what and re.search(r"[a-z_]\w*\.\w", re.sub(r"'[^']*'", "", node.details.get("Index Cond", ""))) is None  # fmt: skip
    return node.loops == 1 and ((node.reads_all and "Filter" in node.details) or looked_up)


def _kept(node: PlanNode) -> float:
    return node.actual if node.actual is not None else node.rows


def full_scan(subject: Subject) -> Iterable[Hit]:
    for node in subject.artefacts.plans:
        removed, kept = node.number("Rows Removed by Filter"), _kept(node)
        wasteful = removed >= max(_MANY_REMOVED, _FACTOR * (kept or 1))
        if not node.reads_all or not (wasteful or (removed == 0 and "Filter" in node.details and node.actual is None)):
            continue
        asked = _asked(subject, node.table, node.loops > 1, kept)
        condition = node.details.get("Filter", "")
        if not asked.columns and " OR " not in condition:
            asked = _Asked(asked.table, tuple(_columns(condition)))
        mend = f"create {asked.advice}" if asked.columns else f"index the columns of its filter {condition[:80]}".rstrip()  # fmt: skip
        yield Hit(
            asked.table,
            node.place,
            f"The plan reads {asked.table} in full and throws {removed:,.0f} rows away; {mend}",
            f"it keeps {kept:,.0f} rows" + (f" in each of {node.loops:,} loops" if node.loops > 1 else ""),
            _index(subject, asked),
        )


def scan_of_most(subject: Subject) -> Iterable[Hit]:
    """A scan that keeps most of what it reads: no index on its filter is cheaper, whatever exists."""
    for node in subject.artefacts.plans:
        removed, kept = node.number("Rows Removed by Filter"), node.actual or 0
        if "Seq Scan" not in node.what or kept < _MANY_REMOVED or kept <= removed or "Filter" not in node.details:
            continue
        yield Hit(
            node.table,
            node.place,
            f"The scan of {node.table} is right: its filter {node.details['Filter'][:80]} keeps {kept / (kept + removed):.0%} of the rows, and no index on it is cheaper; ask for fewer rows by a second condition, sum them up beforehand, or read fewer columns from an index that has them all",
            f"fetching {kept:,.0f} rows one by one through an index costs more than reading all {kept + removed:,.0f} in their order",
        )


def _index(subject: Subject, asked: _Asked) -> str:
    """Only for the table as the query names it, which may stand in no schema that was pasted."""
    return "" if subject.artefacts.framework is not None else index_on(subject, asked.table, asked.columns)


def filtered_index_scan(subject: Subject) -> Iterable[Hit]:
    """An index that finds too much: most of what it finds is thrown away by a filter on other columns."""
    for node in subject.artefacts.plans:
        removed, kept = node.number("Rows Removed by Filter"), node.actual or 0
        if not node.index or node.reads_all or removed * node.loops < _MANY_REMOVED or removed < kept:
            continue
        condition, rest = node.details.get("Index Cond", ""), node.details.get("Filter", "")
        asked = _asked(subject, node.table, node.loops > 1)
        columns = list(dict.fromkeys([*_columns(rest), *_columns(condition)])) or list(asked.columns)
        yield Hit(
            f"{asked.table}.{columns[0]} (index {node.index})" if columns else asked.table,
            node.place,
            f"The index {node.index} on {asked.table} finds {removed + kept:,.0f} rows per loop and the filter {rest[:60]} throws {removed:,.0f} of them away; create a composite index ({', '.join(columns)}) with the column compared by = first, so that both conditions are in the index",
            f"this happens {node.loops:,} times, so {removed * node.loops:,.0f} rows are read for nothing",
        )


def _columns(condition: str) -> list[str]:
    """What a plan's condition compares with =, columns or their lower(), then the others."""
    bare = re.sub(r"'[^']*'(?:::[\w ]+)?", "", condition)
    folded = [f"{word.lower()}({column})" for word, column in _FOLDED.findall(bare)]
    rest = _FOLDED.sub("", bare)
    equal = [*folded, *re.findall(r"(\w+)\)?(?:::\w+)?\s*=(?!=)", rest)]
    return list(dict.fromkeys([*equal, *(c for c in re.findall(r"(\w+)\)?(?:::\w+)?\s*(?:[<>]=?|~~)", rest) if c not in equal)]))  # fmt: skip


_FOLDED = re.compile(r"\b(lower|upper)\(\(?(?:\w+\.)?(\w+)\)?(?:::\w+)?\)\s*=", re.IGNORECASE)


def wrong_estimate(subject: Subject) -> Iterable[Hit]:
    for node in subject.artefacts.plans:
        if node.actual is None or not node.table:
            continue
        low, high = sorted((max(node.rows, 1), max(node.actual, 1)))
        if high / low >= _FACTOR and high >= 1000:
            table = _asked(subject, node.table, False).table
            mend = (
                f"run ANALYZE TABLE {table}, and keep a histogram of the filtered column (ANALYZE TABLE … UPDATE HISTOGRAM ON …)"
                if subject.is_mysql
                else "run ANALYZE, and create extended statistics where columns belong together"
            )
            yield Hit(
                table,
                node.place,
                f"{node.what} on {table} expects {node.rows:,.0f} rows and gets {node.actual:,.0f}: the statistics mislead; {mend}",
                "a wrong estimate picks the wrong join and ignores the right index",
            )


def spilled(subject: Subject) -> Iterable[Hit]:
    for node in subject.artefacts.plans:
        method = node.details.get("Sort Method", "")
        batches = re.search(r"Batches:\s*(\d+)", " ".join(f"{k}: {v}" for k, v in node.details.items()))
        if "external" in method or (batches and int(batches.group(1)) > 1):
            yield Hit(
                node.table or node.what,
                node.place,
                f"{node.what} spills to disk ({(method or (batches.group(0) if batches else '')).strip()}); deliver the order from an index, return fewer columns, or raise work_mem for this statement",
                "sorting on disk takes several times as long as in memory",
                severity="medium",
            )


def sorted_apart(subject: Subject) -> Iterable[Hit]:
    """MySQL says in the row of a table that its rows are sorted or grouped apart."""
    for node in subject.artefacts.plans:
        told = node.details.get("Extra", "")
        if not re.search(r"Using filesort|Using temporary", told) or node.number("Rows Read") < _MANY_REMOVED:
            continue
        asked = _asked(subject, node.table, False)
        why = "sorts all rows that it finds before it returns the first (Using filesort)" if "filesort" in told else "collects its rows in a temporary table (Using temporary)"  # fmt: skip
        yield Hit(
            asked.table,
            node.place,
            f"The query {why}; deliver the order from {asked.advice or 'an index that holds the filtered columns and then those of ORDER BY or GROUP BY'}",
            f"{node.number('Rows Read'):,.0f} rows are read for it, and a LIMIT saves nothing",
        )


def repeated_inner(subject: Subject) -> Iterable[Hit]:
    for node in subject.artefacts.plans:
        buffered = "join buffer" in node.details.get("Extra", "") and node.number("Rows Read") >= _MANY_REMOVED
        if not node.reads_all or not (node.loops > _MANY_LOOPS or buffered):
            continue
        asked = _asked(subject, node.table, True)
        often = "for a join by buffer or hash" if buffered else f"{node.loops:,} times inside a nested loop"
        yield Hit(
            asked.table,
            node.place,
            f"{asked.table} is read in full {often}; create {asked.advice or 'an index on its join column'}",
            "no index leads from the other side of the join to its rows" if buffered else "the time is the product of both sides",
            _index(subject, asked),
        )  # fmt: skip


_TRIGGER = re.compile(r"\bTrigger for constraint (\w+?)(?:_fkey)?: time=([\d.]+) calls=(\d+)")
_SLOW_TRIGGER_MS = 1_000.0


def slow_trigger(subject: Subject) -> Iterable[Hit]:
    """The time that a plan says its foreign keys took: the referencing column has no index."""
    for match in _TRIGGER.finditer(subject.artefacts.text):
        name, milliseconds, calls = match.group(1), float(match.group(2)), int(match.group(3))
        if milliseconds < _SLOW_TRIGGER_MS:
            continue
        parts = name.split("_")
        splits = [("_".join(parts[:n]), "_".join(parts[n:])) for n in range(len(parts) - 1, 0, -1)]
        table, column = next((s for s in splits if re.search(rf"\b{re.escape(s[0])}\b", subject.artefacts.text) and re.search(rf"\b{re.escape(s[1])}\b", subject.artefacts.text)), (name, ""))  # fmt: skip
        yield Hit(
            f"{table}.{column}" if column else table,
            Place(match.start(), match.end(), match.group()),
            f"The check of the foreign key took {milliseconds / 1000:,.0f} s in {calls:,} calls, so {table} is searched without an index; create one on {column or 'its referencing column'}",
            "each deleted row looks for the rows that point at it, and reads the whole table for it",
            f"CREATE INDEX {'CONCURRENTLY ' if subject.is_postgresql else ''}{table}_{column}_idx ON {table} ({column});"
            if column
            else "",
        )


PLAN = (
    Rule("slow-trigger", "indexes", "high", "checklists/schema-review#foreign-keys-without-an-index", slow_trigger),
    Rule("full-scan", "query", "high", "checklists/index-review#tables-that-are-read-in-full", full_scan, apart=True),
    Rule("scan-of-most", "query", "medium", "patterns/index-selection#selectivity-and-correlation-decide", scan_of_most),
    Rule("filtered-index-scan", "indexes", "high", "patterns/composite-index-ordering#read-four-lines-of-the-plan", filtered_index_scan, apart=True),
    Rule("repeated-inner", "query", "high", "patterns/join-strategies#three-algorithms", repeated_inner, apart=True),
    Rule("wrong-estimate", "query", "medium", "patterns/join-strategies#a-wrong-estimate-picks-the-wrong-join", wrong_estimate),
    Rule("sorted-apart", "query", "medium", "patterns/composite-index-ordering#read-four-lines-of-the-plan", sorted_apart),
    Rule("spilled", "query", "medium", "patterns/composite-index-ordering#read-four-lines-of-the-plan", spilled),
)  # fmt: skip
