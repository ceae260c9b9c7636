"""Comments with what they stand beside: a table, or a column of it."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from kb.schema import Column, Place, Schema, Table
from service.question.artefact.remarks import Comment, comments_of


@dataclass(frozen=True)
class Remark:
    """A comment and what it stands beside: a table, and a column of it where it is about one."""

    comment: Comment
    table: Table
    column: Column | None


_Target = tuple[int, Table, Column | None]


def remarks_in(text: str, schema: Schema) -> tuple[Remark, ...]:
    """Comments with the table or column on their line, or else the one that follows them closely, and those that the schema keeps."""
    targets = sorted(_targets(schema), key=lambda target: target[0])
    found = []
    for comment in comments_of(text):
        beside = _beside(text, comment, targets)
        if beside is not None:
            found.append(Remark(comment, *beside))
    return (*found, *_kept(schema))


def _kept(schema: Schema) -> Iterable[Remark]:
    """What COMMENT says of tables and columns."""
    for table in schema.tables:
        if table.comment and table.place:
            yield Remark(Comment(table.comment, table.place, True), table, None)
        for column in table.columns:
            if column.comment:
                yield Remark(Comment(column.comment, column.place or Place(0, 0, ""), False), table, column)


def _targets(schema: Schema) -> Iterable[_Target]:
    by_name = {table.name.lower(): table for table in schema.tables}
    for table in schema.tables:
        if table.place:
            yield table.place.start, table, None
        for column in table.columns:
            if column.place and (not table.place or column.place.start != table.place.start):
                yield column.place.start, table, column
    for index in schema.indexes:
        named = by_name.get(index.table.lower())
        if index.place and named and index.place.start not in {c.place.start for c in named.columns if c.place}:
            yield index.place.start, named, None


def _beside(text: str, comment: Comment, targets: list[_Target]) -> tuple[Table, Column | None] | None:
    start = comment.place.start
    if not comment.alone:
        begin = text.rfind("\n", 0, start) + 1
        first = bisect_left(targets, begin, key=_start)
        same = targets[first] if first < len(targets) and targets[first][0] < start else None
        return (same[1], same[2]) if same else None
    following = bisect_left(targets, comment.place.end, key=_start)
    after = targets[following] if following < len(targets) else None
    if (
        after is None
        or text.count("\n", comment.place.end, after[0]) > 3
        or "\n\n" in text[comment.place.end : after[0]]
    ):
        return None
    return after[1], after[2]


def _start(target: _Target) -> int:
    return target[0]
