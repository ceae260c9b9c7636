"""MySQL's plans: the table of EXPLAIN, upright by \\G too, and the tree of FORMAT=TREE and EXPLAIN ANALYZE."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from kb.schema import Place
from service.question.artefact.lines import lines_of
from service.question.artefact.plan_node import PlanNode

_HEADING = re.compile(r"^\|\s*id\s*\|\s*select_type\s*\|", re.IGNORECASE)
_UPRIGHT = re.compile(r"^(id|select_type|table|partitions|type|possible_keys|key|key_len|ref|rows|filtered|Extra):\s?(.*)$")  # fmt: skip
_NUMBER = r"[\d.]+(?:e[+-]?\d+)?"
_STEP = re.compile(
    rf"^->\s*(?P<what>.+?)(?:\s+\(cost={_NUMBER}(?:\.\.{_NUMBER})?\s+rows=(?P<rows>{_NUMBER})\))?(?:\s*\(actual time={_NUMBER}\.\.(?P<time>{_NUMBER}) rows=(?P<actual>{_NUMBER}) loops=(?P<loops>\d+)\)|\s*\(never executed\))?$"
)
_READS = re.compile(
    r"^(?P<how>Table scan|(?:Covering )?[Ii]ndex (?:skip )?scan|[\w -]*?[Ii]ndex (?:lookup|range scan))(?: on (?P<table>[\w$.]+))(?: using (?P<index>\w+))?"
)
_TOLD = re.compile(r"^(?:Table scan on|Filter:|Nested loop|Index |Covering index|Single-row|Sort:|Limit:|Aggregate|Group|Inner hash join|Left hash join|Stream results|Hash|Rows fetched|Materialize)")  # fmt: skip
_WAYS = {"ALL": "Table scan", "index": "Full index scan"}


@dataclass(frozen=True)
class Way:
    """How a table is read, in MySQL's words: ALL, ref, range, …; by which key; and the notes beside it."""

    access: str
    key: str
    extra: str


@dataclass(frozen=True)
class Step:
    """One step of a tree as it is written; numbers are None where the plan does not tell them."""

    what: str
    rows: float | None
    actual: float | None
    loops: int
    place: Place
    milliseconds: float = 0.0


def is_row(text: str) -> bool:
    """Whether the table that EXPLAIN prints is in the text, lying or upright."""
    return any(_HEADING.match(line.text) for line in lines_of(text)) or len(set(_upright_names(text))) >= 6


def is_cell(line: str) -> bool:
    """Whether a line is one value of a row that is printed upright."""
    return _UPRIGHT.match(line) is not None


def _upright_names(text: str) -> Iterator[str]:
    return (match.group(1) for line in lines_of(text) if (match := _UPRIGHT.match(line.text)))


def is_step(text: str) -> bool:
    """Whether a line is a step of MySQL's tree; PostgreSQL's lines tell a width."""
    return any(_step_of(line.text) for line in lines_of(text))


def _step_of(line: str) -> re.Match[str] | None:
    match = _STEP.match(line) if line.startswith("->") and "width=" not in line else None
    return match if match and _TOLD.match(match["what"]) else None


def read_rows(text: str) -> tuple[PlanNode, ...]:
    """A node for each row of the table."""
    names: list[str] = []
    found: list[PlanNode] = []
    upright: dict[str, str] = {}
    for line in lines_of(text):
        cells = [cell.strip() for cell in line.text.strip("|").split("|")]
        if _HEADING.match(line.text):
            names = [name.lower() for name in cells]
        elif names and line.text.startswith("|") and len(cells) >= len(names):
            found += _of_row(dict(zip(names, cells, strict=False)), line.place)
        elif match := _UPRIGHT.match(line.text):
            upright[match.group(1).lower()] = match.group(2).strip()
            if match.group(1) == "Extra":
                found += _of_row(upright, line.place)
                upright = {}
    return tuple(found)


def _of_row(row: Mapping[str, str], place: Place) -> Iterable[PlanNode]:
    if not re.fullmatch(r"[\d.]+", row.get("rows", "")) or not row.get("table"):
        return
    share = float(row["filtered"]) if re.fullmatch(r"[\d.]+", row.get("filtered", "")) else 100.0
    way = Way(row.get("type", ""), row.get("key", ""), row.get("extra", ""))
    yield row_node(row["table"], way, float(row["rows"]), share, place)


def row_node(table: str, way: Way, read: float, share: float, place: Place) -> PlanNode:
    """A table that is read: `read` are its rows and `share` those of them that are kept, in percent, both estimated."""
    kept = read * share / 100
    details = {"Extra": way.extra, "Rows Read": f"{read:.0f}"}
    if "where" in way.extra.lower() and read - kept >= 1:
        details["Rows Removed by Filter"] = f"{read - kept:.0f}"
    index = "" if way.key in ("NULL", "") else way.key
    return PlanNode(_WAYS.get(way.access, f"{way.access} access"), table, index, kept, None, 1, place, details=details)


def read_steps(text: str) -> tuple[PlanNode, ...]:
    """A node for each step of the trees in the text."""
    steps = []
    for line in lines_of(text):
        match = _step_of(line.text)
        if match is not None:
            rows, actual = (float(match[name]) if match[name] else None for name in ("rows", "actual"))
            steps.append(
                Step(match["what"], rows, actual, int(match["loops"] or 1), line.place, float(match["time"] or 0))
            )
    return tuple(nodes_of(steps))


def nodes_of(steps: Iterable[Step]) -> Iterator[PlanNode]:
    """A filter right above what reads a table is one node with it, as PostgreSQL shows it: its rows are those kept."""
    kept: Step | None = None
    for step in steps:
        match = _READS.match(step.what)
        if match and not match["table"].startswith("<"):
            yield _reading(step, match, kept)
        elif step.what.startswith(("Sort", "Aggregate using temporary")):
            yield PlanNode(step.what.partition(":")[0], "", "", step.rows or 0, step.actual, step.loops, step.place, step.milliseconds)  # fmt: skip
        kept = step if step.what.startswith("Filter:") else None


def _reading(step: Step, match: re.Match[str], kept: Step | None) -> PlanNode:
    how = match["how"].replace("Covering index", "Index")
    what = "Full index scan" if how == "Index scan" else how
    read = step.actual if step.actual is not None else (step.rows or 0)
    node = PlanNode(
        what, match["table"], match["index"] or "", step.rows or 0, step.actual, step.loops, step.place, step.milliseconds, {"Rows Read": f"{read:.0f}"}
    )  # fmt: skip
    if kept is None:
        return node
    left = kept.actual if kept.actual is not None else (kept.rows or 0)
    details = {**node.details, "Filter": kept.what.removeprefix("Filter:").strip(), "Rows Removed by Filter": f"{max(read - left, 0):.0f}"}  # fmt: skip
    return replace(node, rows=kept.rows or 0, actual=kept.actual, details=details)
