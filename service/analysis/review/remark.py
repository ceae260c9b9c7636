"""Comments with what they stand beside: a table, or a column of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from kb.schema import Column, Table
from service.analysis.review.subject import Subject
from service.question.artefact.remarks import Comment, comments_of


@dataclass(frozen=True)
class Remark:
    """A comment and what it stands beside: a table, and a column of it where it is about one."""

    comment: Comment
    table: Table
    column: Column | None


def remarks(subject: Subject) -> tuple[Remark, ...]:
    """Comments with the table or column on their line, or else the one that follows them closely."""
    targets = sorted(_targets(subject), key=lambda target: target[0])
    found = []
    for comment in comments_of(subject.artefacts.text):
        beside = _beside(subject, comment, targets)
        if beside is not None:
            found.append(Remark(comment, *beside))
    return tuple(found)


def _targets(subject: Subject) -> Iterable[tuple[int, Table, Column | None]]:
    for table in subject.tables:
        if table.place:
            yield table.place.start, table, None
        for column in table.columns:
            if column.place and (not table.place or column.place.start != table.place.start):
                yield column.place.start, table, column
    for index in subject.schema.indexes:
        named = subject.table(index.table)
        if index.place and named and index.place.start not in {c.place.start for c in named.columns if c.place}:
            yield index.place.start, named, None


def _beside(
    subject: Subject, comment: Comment, targets: list[tuple[int, Table, Column | None]]
) -> tuple[Table, Column | None] | None:
    text, start = subject.artefacts.text, comment.place.start
    if not comment.alone:
        begin = text.rfind("\n", 0, start) + 1
        same = [target for target in targets if begin <= target[0] < start]
        return (same[0][1], same[0][2]) if same else None
    after = next((target for target in targets if target[0] >= comment.place.end), None)
    if (
        after is None
        or text.count("\n", comment.place.end, after[0]) > 3
        or "\n\n" in text[comment.place.end : after[0]]
    ):
        return None
    return after[1], after[2]
