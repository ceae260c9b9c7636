"""A query that is told and not written: "we filter by account_id and status and sort by updated_at desc" as the statement it is."""

import re

_NAME = r"[`\"]?[a-z][a-z0-9_]*[`\"]?"
_LIST = rf"{_NAME}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*\+\s*){_NAME})*"
_FILTERED = re.compile(
    rf"\b(?:filter(?:s|ed|ing)?|search(?:es|ed|ing)?|quer(?:y|ies|ied)|select(?:s|ed|ing)?|look(?:s|ed|ing)? up|restrict(?:s|ed)?)\s+(?:\w+\s+)?(?:by|on)\s+(?P<columns>{_LIST})",
    re.IGNORECASE,
)
_SORTED = re.compile(
    rf"\b(?:sort(?:s|ed|ing)?|order(?:s|ed|ing)?)\s+(?:\w+\s+)?by\s+(?P<column>{_NAME})(?:\s+(?P<way>desc|asc|descending|ascending|newest first|latest first))?",
    re.IGNORECASE,
)
_TABLES = (
    re.compile(r"\btable\s+(?:called\s+|named\s+)?[`\"](?P<name>[a-z][a-z0-9_]*)[`\"]", re.IGNORECASE),
    re.compile(r"(?<![\w`\"])[`\"]?(?P<name>[a-z][a-z0-9_]*)[`\"]?\s+table\b", re.IGNORECASE),
)
_LIMIT = re.compile(r"\blimit\s+(\d{1,6})\b", re.IGNORECASE)
_NO_TABLES = frozenset(["a", "an", "the", "our", "my", "your", "this", "that", "one", "each", "every", "big", "large", "huge", "same", "single", "whole", "second", "new", "old", "which", "what", "main"])  # fmt: skip
_NO_COLUMNS = frozenset(["and", "or", "then", "by", "on", "sort", "sorts", "sorted", "order", "orders", "ordered", "the", "a", "an", "date", "time", "user", "it", "them"])  # fmt: skip


def told_query(text: str) -> str:
    """The statement that the words describe; empty unless they name a table, columns to filter by and one by its very name."""
    filtered, table = _FILTERED.search(text), _table(text)
    if filtered is None or not table:
        return ""
    columns = [name for name in _names(filtered["columns"]) if name not in _NO_COLUMNS]
    ordered = _SORTED.search(text, filtered.start())
    by = _bare(ordered["column"]) if ordered else ""
    # Words of English are columns only beside a name that is none.
    if not columns or not any("_" in name for name in (*columns, by)):
        return ""
    where = " AND ".join(f"{name} = ${number}" for number, name in enumerate(columns, 1))
    way = " DESC" if ordered and ordered["way"] and not ordered["way"].lower().startswith("asc") else ""
    limit = _LIMIT.search(text)
    order = f" ORDER BY {by}{way}" if by else ""
    return f"SELECT id FROM {table} WHERE {where}{order}{f' LIMIT {limit[1]}' if limit else ''};"


def _table(text: str) -> str:
    named = (_bare(match["name"]) for form in _TABLES for match in form.finditer(text))
    return next((name for name in named if name not in _NO_TABLES), "")


def _names(listed: str) -> list[str]:
    return [_bare(name) for name in re.findall(_NAME, listed, re.IGNORECASE)]


def _bare(name: str) -> str:
    return name.strip('`"').lower()
