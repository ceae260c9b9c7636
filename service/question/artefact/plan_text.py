"""Plans as EXPLAIN prints them: PostgreSQL's text here, MySQL's forms and JSON beside it."""

import re

from service.question.artefact.lines import Line, lines_of
from service.question.artefact.mysql_plan import is_cell, is_row, is_step, read_rows, read_steps
from service.question.artefact.plan_json import json_plans
from service.question.artefact.plan_node import PlanNode

_NODE = re.compile(
    r"(?:->\s*)?(?P<what>[A-Z][\w ]*?)(?: using (?P<index>[\w.\"]+))?(?: on (?P<table>[\w.\"]+)(?: (?P<alias>\w+))?)?\s+\(cost=[\d.]+\.\.(?P<cost>[\d.]+) rows=(?P<rows>\d+) width=\d+\)(?:\s*\(actual (?:time=[\d.]+\.\.(?P<time>[\d.]+) )?rows=(?P<actual>[\d.]+) loops=(?P<loops>\d+)\))?"
)
_DETAIL = re.compile(r"^([A-Z][\w ]+?):\s*(.+)$")

_LABEL = re.compile(r"^(?:(?:SubPlan|InitPlan) \d+|CTE \w+$|Trigger \S+.*\btime=)")
# MySQL's client ends a statement by \\G to print its rows upright.
_ENDED = re.compile(r"\\G")
_DRAWN = re.compile(r"\+-|\| |\|-|\*{5}|\d+ rows? in set|\(\d+ rows?\)")


def is_plan(text: str) -> bool:
    """Whether a line is a node of a plan."""
    return (
        any(_is_node(line.text) for line in lines_of(text))
        or is_row(text)
        or is_step(text)
        or bool(json_plans(text)[0])
    )


def _is_node(line: str) -> bool:
    """Without its cost no line is tried: a long one in capitals would be searched from each of them to its end."""
    return "(cost=" in line and _NODE.search(line) is not None


def is_mysql_plan(text: str) -> bool:
    """Whether the text holds a plan in a form that only MySQL prints."""
    return is_row(text) or is_step(text) or '"query_block"' in text or '"query_plan"' in text


def read_plan(text: str) -> tuple[PlanNode, ...]:
    """The nodes of every plan in the text, in its order."""
    found: list[PlanNode] = []
    for line in lines_of(text):
        if match := _NODE.search(line.text):
            found.append(_node(match, line))
        elif found and (detail := _DETAIL.match(line.text)):
            found[-1].details[detail.group(1)] = detail.group(2)
    return (*found, *read_rows(text), *read_steps(text), *json_plans(text)[0])


def without_plan(text: str) -> str:
    """The text with plans blanked out, so that a statement right above one is read and places stay."""
    lines, inside, upright = [], False, is_row(text)
    for line in _ENDED.sub("; ", _without_json(text)).splitlines(keepends=True):
        bare = line.strip()
        node = (
            _is_node(bare[:2_000]) or _LABEL.match(bare) is not None or is_step(bare) or _DRAWN.match(bare) is not None
        )
        inside = node or (inside and _DETAIL.match(bare) is not None) or (upright and is_cell(bare))
        lines.append(re.sub(r"[^\n]", " ", line) if inside else line)
    return "".join(lines)


def _without_json(text: str) -> str:
    for start, end in reversed(json_plans(text)[1]):
        text = text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]
    return text


def _node(match: re.Match[str], line: Line) -> PlanNode:
    return PlanNode(
        match["what"].strip(),
        (match["table"] or "").strip('"').rpartition(".")[2],
        match["index"] or "",
        float(match["rows"]),
        float(match["actual"]) if match["actual"] else None,
        int(match["loops"] or 1),
        line.place,
        float(match["time"] or 0),
    )
