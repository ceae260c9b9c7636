"""Plans as JSON: MySQL's two forms and PostgreSQL's."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from kb.schema import Place
from service.question.artefact.mysql_plan import Step, Way, nodes_of, row_node
from service.question.artefact.plan_node import PlanNode

_OPENS = re.compile(r"\[\s*\{\s*\"Plan\"\s*:|\{\s*\"(?:query_block|query|query_plan|Plan|operation|inputs)\"\s*:")
_KNOWN = re.compile(r'"(?:query_block|query_plan|Node Type|operation)"\s*:')
_DETAILS = ("Filter", "Index Cond", "Rows Removed by Filter", "Sort Method")
_MOST_PLANS = 20


@lru_cache(maxsize=8)
def json_plans(text: str) -> tuple[tuple[PlanNode, ...], tuple[tuple[int, int], ...]]:
    """The nodes of the plans that the text holds as JSON, and the characters that each plan fills."""
    if _KNOWN.search(text) is None:
        return (), ()
    nodes: list[PlanNode] = []
    spans: list[tuple[int, int]] = []
    for match in _OPENS.finditer(text):
        if len(spans) >= _MOST_PLANS or (spans and match.start() < spans[-1][1]):
            continue
        try:
            value, end = json.JSONDecoder().raw_decode(text, match.start())
            nodes += _nodes(value, text, match.start())
        except (ValueError, RecursionError):
            continue
        spans.append((match.start(), end))
    return tuple(nodes), tuple(spans)


def _nodes(value: object, text: str, start: int) -> Iterator[PlanNode]:
    where = _Finder(text, start)
    steps: list[Step] = []
    for each, above in _objects(value, ""):
        if "Node Type" in each:
            yield _postgresql(each, where)
        elif "table_name" in each and "access_type" in each and "operation" not in each:
            yield _table(each, above, where)
        elif isinstance(each.get("operation"), str):
            steps.append(_step(each, where))
    yield from nodes_of(steps)


def _objects(value: object, above: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Every object in order, with the operations above it that sort or keep rows apart."""
    if isinstance(value, list):
        for each in value:
            yield from _objects(each, above)
    elif isinstance(value, dict):
        yield value, above
        told = [words for name, words in (("using_filesort", "Using filesort"), ("using_temporary_table", "Using temporary")) if value.get(name) is True]  # fmt: skip
        for each in value.values():
            yield from _objects(each, "; ".join(filter(None, (above, *told))))


class _Finder:
    """Finds where an object stands by a word of it, each time behind the one before."""

    def __init__(self, text: str, start: int) -> None:
        self._text, self._position = text, start

    def place(self, word: str) -> Place:
        at = self._text.find(json.dumps(word, ensure_ascii=False), self._position)
        at = at if at >= 0 else self._position
        self._position = at
        end = self._text.find("\n", at)
        return Place(at, at + len(word) + 2, self._text[at : end if end >= 0 else None].strip()[:200])


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return 0.0


def _table(each: Mapping[str, Any], above: str, where: _Finder) -> PlanNode:
    condition = str(each.get("attached_condition") or "").replace("`", "")
    extra = "; ".join(filter(None, ("Using where" if condition else "", above, "Using join buffer" if each.get("using_join_buffer") else "")))  # fmt: skip
    name, way = str(each["table_name"]), Way(str(each["access_type"]), str(each.get("key") or ""), extra)
    read, share = _number(each.get("rows_examined_per_scan")), _number(each.get("filtered", 100))
    node = row_node(name, way, read, share, where.place(name))
    if condition:
        node.details["Filter"] = condition
    return node


def _step(each: Mapping[str, Any], where: _Finder) -> Step:
    loops, actual = int(_number(each.get("actual_loops", 1))) or 1, each.get("actual_rows")
    # The operation names the alias; what the alias stands for is told beside it.
    named = str(each.get("table_name") or "")
    what = re.sub(r"(?<= on )[\w$.]+", lambda _: named, each["operation"], count=1) if named else each["operation"]
    return Step(
        what,
        _number(each.get("estimated_rows", 0)),
        _number(actual) if actual is not None else None,
        loops,
        where.place(each["operation"]),
        _number(each.get("actual_last_row_ms", 0)),
    )


def _postgresql(each: Mapping[str, Any], where: _Finder) -> PlanNode:
    actual = each.get("Actual Rows")
    return PlanNode(
        str(each["Node Type"]),
        str(each.get("Relation Name") or ""),
        str(each.get("Index Name") or ""),
        _number(each.get("Plan Rows", 0)),
        _number(actual) if actual is not None else None,
        int(_number(each.get("Actual Loops", 1))) or 1,
        where.place(str(each["Node Type"])),
        _number(each.get("Actual Total Time", 0)),
        {name: str(each[name]) for name in _DETAILS if name in each},
    )
