"""Queries and plans that stand in a question as they are, without a fence: where each begins and where prose goes on."""

import re
from collections.abc import Iterator

from kb.query import parse_query
from service.question.artefact.plan_text import is_plan
from service.question.clauses import Stretch

# Capitals are SQL wherever they stand; small letters only where what follows the table is SQL too.
_QUERY = re.compile(
    r"(?<![\w.])(?:(?:SELECT\b[^;]+?\bFROM|UPDATE\s+[\w.\"`]+\s+SET|DELETE\s+FROM|INSERT\s+INTO)\s+[\w.\"`(]"
    r"|select\s+(?:[^;.!?]|\.(?=\w)){1,400}?\sfrom\s+[\w.\"`]+(?:\s+(?:as\s+)?\w{1,3})?\s*(?:\bwhere\b|\b(?:left |inner |right )?join\b|\border by\b|\bgroup by\b|\blimit\b|;|$)"
    r"|update\s+[\w.\"`]+\s+set\s+\w+\s*=|delete\s+from\s+[\w.\"`]+\s+where\b|insert\s+into\s+[\w.\"`]+\s*\()"
)
# A line that goes on with a query; any other line is prose again.
_GOES_ON = (
    r"[ \t]|FROM\b|WHERE\b|JOIN\b|LEFT\b|INNER\b|RIGHT\b|FULL\b|CROSS\b|ON\b|AND\b|OR\b|GROUP\b|HAVING\b|ORDER\b|LIMIT\b"
    r"|OFFSET\b|UNION\b|SET\b|VALUES\b|RETURNING\b|FOR UPDATE\b|USING\b|\)"
)
_END = re.compile(rf";|\n[ \t]*\n|\n(?!{_GOES_ON})|\Z", re.IGNORECASE)
# A mark of the sentence that the query stands in; a question mark after an operator is a parameter.
_LAST_MARK, _PARAMETER = re.compile(r"(?:[,.:;]+|(?<=[\w')])\?)$"), re.compile(r"\?(?!\w)")
_MOST_TRIMMED = 40


def written_queries(text: str) -> Iterator[Stretch]:
    """Each query from its verb to its end; words after it that are none of it are left out."""
    at = 0
    while (begin := _QUERY.search(text, at)) is not None:
        found = _END.search(text, begin.end())
        stop = found.start() if found else len(text)
        yield Stretch(begin.start(), _trimmed(text, begin.start(), begin.end(), stop))
        at = max(stop, begin.end())


def _trimmed(text: str, start: int, least: int, stop: int) -> int:
    """Where the longest run of words that is a query ends; the whole stretch where none is."""
    words = [match.end() for match in re.finditer(r"\S+", text[start:stop])]
    for end in reversed(words[-_MOST_TRIMMED:]):
        if start + end < least:
            break
        said = _LAST_MARK.sub("", text[start : start + end])
        if parse_query(_PARAMETER.sub("1", said), 0, "postgresql") is not None:
            return start + len(said)
    return stop


def written_plan(text: str) -> Stretch | None:
    """A plan as EXPLAIN prints it, from its first node to the last line of details; None where there is none."""
    lines = list(re.finditer(r"[^\n]+", text))
    nodes = [number for number, line in enumerate(lines) if is_plan(line[0])]
    if not nodes:
        return None
    last = nodes[-1]
    while last + 1 < len(lines) and re.match(r"\s+\S|[A-Z][\w ]+: ", lines[last + 1][0]):
        last += 1
    return Stretch(lines[nodes[0]].start(), lines[last].end())
