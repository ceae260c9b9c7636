"""Rows of a table and items of a list: what is said of one of them is not said of its neighbour."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from kb.entry import Block
from service.check.figures import figures, names
from service.check.words import AND, clauses, plain, signed, words

Marks = frozenset[str]
# What stands in such a column is what is not to be done.
_NOT = re.compile(r"^(?:not|never|instead of|avoid|rejected|wrong)$", re.IGNORECASE)
_NAMED = re.compile(r"(?<=[a-z,;)] )[A-Z]\w+|\b[a-z]+_\w+")
_ORDER = signed("first last before after")
# Opposites that stand side by side: who speaks of rows may speak of columns.
_COUNTERPARTS = frozenset(
    sign
    for word in (
        "row",
        "read",
        "reader",
        "one",
        "first",
        "before",
        "parent",
        "leader",
        "client",
        "source",
        "producer",
        "local",
    )
    for stem in signed(word)
    for sign in (stem, f"un-{stem}")
)
_NONE = re.compile(r"^(?:no|none|never|not)\b", re.IGNORECASE)
_SPOKEN_OF = 0.5
_FEWEST, _MANY = 2, 3


def marks(text: str) -> Marks:
    """Stems, figures and names of a text: what it shares with another."""
    return signed(text) | {f"#{f.value:g}{f.unit}" for f in figures(text)} | names(text)


@dataclass(frozen=True)
class Row:
    """What a row or an item is about, and what it says of it by the heading of the column, which a list has not."""

    key: str
    cells: tuple[tuple[str, str], ...]
    text: str = ""

    @cached_property
    def about(self) -> Marks:
        return marks(self.key)

    @cached_property
    def columns(self) -> tuple[tuple[Marks, Marks], ...]:
        """By column its heading without what brackets add to it, and its cell."""
        return tuple((marks(header.partition(" (")[0]), marks(cell)) for header, cell in self.cells)

    @cached_property
    def said(self) -> Marks:
        return frozenset(mark for _, cell in self.columns for mark in cell)

    @cached_property
    def all(self) -> Marks:
        return self.about | self.said


def rows(block: Block) -> tuple[Row, ...]:
    """The rows of a table, or the items of a list that name what they are about before a colon."""
    if block.kind == "table":
        return tuple(
            each
            for s, text in zip(block.statements, told(block), strict=True)
            if s.cells
            for each in parallel(
                tuple(zip(block.header[1:], map(plain, s.cells[1:]), strict=False)), plain(s.cells[0]), text
            )
        )
    if block.kind != "list":
        return ()
    parted = [(plain(s.text), *plain(s.text).partition(": ")) for s in block.statements]
    return tuple(Row(head, (("", rest),), text) for text, head, _, rest in parted if rest)


def parallel(cells: tuple[tuple[str, str], ...], key: str, text: str) -> tuple[Row, ...]:
    """One row, or one for each of three things and more that it names and tells of in the same order."""
    keys = key.split(", ")
    lists = [cell.split("; ") for _, cell in cells]
    if len(keys) < _MANY or any(len(each) != len(keys) for each in lists):
        return (Row(key, cells, text),)
    return tuple(
        Row(one, tuple((header, items[n]) for (header, _), items in zip(cells, lists, strict=True)), text)
        for n, one in enumerate(keys)
    )


def told(block: Block) -> Iterator[str]:
    """Each row as a sentence; what a column rules out is denied."""
    for statement in block.statements:
        padded = (*block.header, *[""] * (len(statement.cells) - len(block.header)))
        yield "; ".join(_cell(plain(h), plain(c)) for h, c in zip(padded, statement.cells, strict=False))


def _cell(header: str, cell: str) -> str:
    if not header:
        return cell
    return f"{header} {cell}" if _NOT.match(header) else f"{header}: {cell}"


def misplaced(sentence: str, table: Sequence[Row], elsewhere: Marks) -> str:
    """Why the sentence says of one row what the table says of another, or under one heading what stands under another."""
    if len(table) < 2:
        return ""
    said, parts = marks(sentence), [sentence]
    if key := _other_key(said, table):
        return f"{sentence!r} says of another figure what stands of {key!r}"
    if len(_spoken_of(said, table)) > 1:
        parts = [part for clause in clauses(sentence) for part in AND.split(clause)]
    for part in parts:
        if reason := _misplaced(part, table, elsewhere):
            return reason
    return ""


def _misplaced(part: str, table: Sequence[Row], elsewhere: Marks) -> str:
    said = marks(part)
    spoken_of = _spoken_of(said, table)
    if len(spoken_of) != 1:
        return ""
    row = spoken_of[0]
    if any(
        len(said & other.all) > len(said & row.all) + 1 and 2 * len(said & other.about) >= len(other.about)
        for other in table
    ):
        # Named in passing: the sentence is about another row.
        return ""
    headers = frozenset(mark for other in table for header, _ in other.columns for mark in header)
    strange = said - row.all - headers - elsewhere - _ORDER
    foreign = frozenset(mark for other in table for mark in strange & other.all)
    own = said & row.said - row.about
    numbers = {mark for mark in said if mark.startswith("#")}
    its_own = bool(numbers) and numbers <= own
    if turned := sorted(
        m for m in said - _COUNTERPARTS if _opposite(m) in row.said and m not in row.all and _opposite(m) not in said
    ):
        return f"{part!r} says of {row.key!r} the opposite of what stands of it: {turned[0]}"
    if not own and (column := _other_cell(said, row, table)):
        return f"{part!r} says of {row.key!r} what stands of another: {', '.join(sorted(column))}"
    strays = len(foreign) > len(own) or any(mark.startswith("#") for mark in foreign) or foreign & _named(part)
    if strays and not its_own:
        return f"{part!r} says of {row.key!r} what stands of another: {', '.join(sorted(foreign))}"
    pieces = [(piece, said) for piece in clauses(part)]
    named = sum(bool(header) and header <= said for header, _ in row.columns)
    if named > 1:
        # Two columns are told apart: each piece is held against its own.
        pieces = [(piece, marks(piece)) for clause in clauses(part) for piece in AND.split(clause)]
    return next(filter(None, (_under(piece, own, row) for piece, own in pieces)), "")


def _opposite(mark: str) -> str:
    return mark.removeprefix("un-") if mark.startswith("un-") else f"un-{mark}"


def _other_cell(said: Marks, row: Row, table: Sequence[Row]) -> Marks:
    """What another row says, all of it, in a column in which this one says something else, whether or not prose has the words."""
    for number, (header, mine) in enumerate(row.columns):
        for other in table:
            cell = other.columns[number][1] - header if number < len(other.columns) else frozenset()
            theirs, ours = cell - mine - row.about, mine - cell - header - row.about
            if theirs and theirs <= said and not ours & said:
                return theirs
    return frozenset()


def _spoken_of(said: Marks, table: Sequence[Row]) -> tuple[Row, ...]:
    """The rows whose subject is named best, at least by half."""
    known = [(len(said & row.about) / len(row.about), row) for row in table if row.about]
    most = max((share for share, _ in known), default=0.0)
    return tuple(row for share, row in known if share == most and share >= _SPOKEN_OF)


def _other_key(said: Marks, table: Sequence[Row]) -> str:
    """The row of which a cell is said, all of it, of the figure that another row is about."""
    keys = frozenset(mark for row in table for mark in row.about if mark.startswith("#")) & said
    meant = [row for row in table if any(len(cell) >= _FEWEST and cell <= said for _, cell in row.columns)]
    return meant[0].key if keys and len(meant) == 1 and not keys & meant[0].all else ""


def _named(text: str) -> Marks:
    """Names: words with a capital that does not open the sentence, and identifiers."""
    return frozenset(mark for word in _NAMED.findall(text) for mark in signed(word))


def _under(text: str, said: Marks, row: Row) -> str:
    piece = marks(text)
    named = [n for n, (header, _) in enumerate(row.columns) if header and header <= piece]
    if len(named) != 1:
        return ""
    header, cell = row.columns[named[0]]
    if _NONE.match(row.cells[named[0]][1]) and not words(text).denies:
        return f"{text!r} says of {row.key!r} what the table denies"
    others = frozenset(m for n, (_, other) in enumerate(row.columns) if n != named[0] for m in other)
    own, foreign = said & cell - header - row.about, piece & others - cell - header - row.about
    if foreign and not own:
        return f"what is said of {row.key!r} under {row.cells[named[0]][0]!r} stands under another heading"
    return ""
