"""The body of an entry: Markdown to sections, each with blocks of statements that keep their place in its plain text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from markdown_it.token import Token

from kb.entry import Block, Fence, Section, Statement, StatementKind
from kb.errors import Fault
from kb.fence import read_fence
from kb.inline import Inline, join, parser, read_inline

_DROPPED = re.compile(r"[^\w\- ]")
_DEFINITION = re.compile(r"^\[\^[^\]]+\]:")
_LEVELS = ("h2", "h3", "h4")


@dataclass(frozen=True)
class Sections:
    """A body as read: its H1, its sections in order, and what may not stand in an entry, with lines."""

    title: str
    title_line: int
    sections: tuple[Section, ...]
    faults: tuple[Fault, ...]


@dataclass
class _Draft:
    """A section while its text grows."""

    heading: str
    level: int
    line: int
    path: tuple[str, ...]
    anchor: str
    text: str = ""
    blocks: list[Block] = field(default_factory=list)

    def state(self, kind: StatementKind, line: int, inline: Inline, cells: tuple[str, ...] = ()) -> Statement:
        start = len(self.text) + 1 if self.text else 0
        self.text = f"{self.text}\n{inline.text}" if self.text else inline.text
        return Statement(
            kind, inline.text, inline.markdown, start, len(self.text), line, inline.sources, inline.links, cells
        )


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading, before a number is added to a repeated one."""
    return _DROPPED.sub("", heading.strip().lower()).replace(" ", "-")


def parse_sections(entry_id: str, body: str, first_line: int) -> Sections:
    """The sections of a body whose first line is line `first_line` of its file; faults are reported, never raised."""
    return _Reader(entry_id, first_line).read(body)


class _Reader:
    """One pass over the tokens of one body."""

    def __init__(self, entry_id: str, first_line: int) -> None:
        self._entry = entry_id
        self._first = first_line
        self._drafts: list[_Draft] = []
        self._faults: list[Fault] = []
        self._title: tuple[str, int] | None = None
        self._anchors: dict[str, int] = {}
        self._loose = False

    def read(self, body: str) -> Sections:
        tokens = parser().parse(body)
        position = 0
        while position < len(tokens):
            end = _closing(tokens, position)
            self._block(tokens[position : end + 1])
            position = end + 1
        if self._title is None:
            self._fault(self._first, "no H1: begin the body with '# ' and the title")
        title, line = self._title or ("", self._first)
        sections = tuple(
            Section(self._entry, d.anchor, d.heading, d.path, d.level, d.line, d.text, tuple(d.blocks))
            for d in self._drafts
        )
        return Sections(title, line, sections, tuple(self._faults))

    def _block(self, tokens: Sequence[Token]) -> None:
        first = tokens[0]
        if first.type == "heading_open":
            self._heading(first, read_inline(self._entry, tokens[1]))
        elif not self._drafts:
            self._before_sections(first)
        elif first.type == "paragraph_open":
            self._paragraph(tokens[1])
        elif first.type in ("bullet_list_open", "ordered_list_open"):
            self._list(tokens, first.type == "ordered_list_open")
        elif first.type == "table_open":
            self._table(tokens)
        elif first.type == "fence":
            self._code(first)
        elif first.type == "blockquote_open":
            self._nested(tokens[1:-1])
        else:
            self._refuse(first)

    def _nested(self, tokens: Sequence[Token]) -> None:
        position = 0
        while position < len(tokens):
            end = _closing(tokens, position)
            if tokens[position].type == "heading_open":
                self._fault(
                    self._line(tokens[position]), "a heading stands inside a list or a quotation: move it to the margin"
                )
            else:
                self._block(tokens[position : end + 1])
            position = end + 1

    def _before_sections(self, token: Token) -> None:
        if not self._loose:
            self._loose = True
            self._fault(self._line(token), "text stands before the first '## ' heading: move it under a heading")

    def _heading(self, token: Token, inline: Inline) -> None:
        line = self._line(token)
        self._watch(inline, line)
        if token.tag == "h1":
            if self._title is not None:
                self._fault(line, "a second H1: use '## ' or '### '")
            else:
                self._title = (inline.text, line)
            return
        if token.tag not in _LEVELS:
            self._fault(line, f"heading {inline.text!r} is too deep: use '## ', '### ' or '#### '")
        if inline.sources:
            self._fault(line, f"heading {inline.text!r} carries a footnote: put it behind a sentence")
        level = int(token.tag[1])
        above = next((draft for draft in reversed(self._drafts) if draft.level < level), None)
        path = (*(above.path if above else ()), inline.text)
        self._drafts.append(_Draft(inline.text, level, line, path, self._anchor(inline.text)))

    def _anchor(self, heading: str) -> str:
        base = slug(heading)
        anchor = base
        while anchor in self._anchors:
            self._anchors[base] += 1
            anchor = f"{base}-{self._anchors[base]}"
        self._anchors[anchor] = 0
        return anchor

    def _paragraph(self, token: Token) -> None:
        line = self._line(token)
        if _DEFINITION.match(token.content):
            self._fault(
                line,
                "a footnote is defined in the body: define its source in the front matter under 'sources' and delete this line",
            )
            return
        inline = self._read(token, line)
        if inline.text:
            statement = self._drafts[-1].state("paragraph", line, inline)
            self._drafts[-1].blocks.append(Block("paragraph", (statement,)))

    def _list(self, tokens: Sequence[Token], ordered: bool) -> None:
        statements: list[Statement] = []
        for item in _children(tokens, "list_item_open"):
            self._item(item, statements, ordered)
        self._flush(statements, ordered)

    def _item(self, tokens: Sequence[Token], statements: list[Statement], ordered: bool) -> None:
        """The item's own paragraphs are one statement, items nested in it follow, anything else ends the run."""
        own: list[Inline] = []
        line = self._line(tokens[0])
        position = 1
        while position < len(tokens) - 1:
            end = _closing(tokens, position)
            first = tokens[position]
            if first.type == "paragraph_open":
                own.append(self._read(tokens[position + 1], self._line(tokens[position + 1])))
            else:
                self._state_item(own, line, statements)
                if first.type in ("bullet_list_open", "ordered_list_open"):
                    for item in _children(tokens[position : end + 1], "list_item_open"):
                        self._item(item, statements, ordered)
                else:
                    self._flush(statements, ordered)
                    self._nested(tokens[position : end + 1])
            position = end + 1
        self._state_item(own, line, statements)

    def _state_item(self, own: list[Inline], line: int, statements: list[Statement]) -> None:
        inline = join([part for part in own if part.text], " ")
        if inline.text:
            statements.append(self._drafts[-1].state("item", line, inline))
        own.clear()

    def _flush(self, statements: list[Statement], ordered: bool) -> None:
        if statements:
            self._drafts[-1].blocks.append(Block("list", tuple(statements), ordered=ordered))
            statements.clear()

    def _table(self, tokens: Sequence[Token]) -> None:
        rows = [
            (self._line(row[0]), [self._read(cell, self._line(row[0])) for cell in row if cell.type == "inline"])
            for row in _children(tokens, "tr_open")
        ]
        header = join(rows[0][1], " | ")
        statements = tuple(self._row(line, cells, header.sources) for line, cells in rows[1:])
        self._drafts[-1].blocks.append(Block("table", statements, header=tuple(cell.text for cell in rows[0][1])))

    def _row(self, line: int, cells: Sequence[Inline], shared: tuple[str, ...]) -> Statement:
        row = _sourced(join(cells, " | "), shared)
        return self._drafts[-1].state("row", line, row, tuple(cell.markdown for cell in cells))

    def _code(self, token: Token) -> None:
        fence: Fence = read_fence(token.info, token.content, self._line(token))
        plain = Inline(fence.code, fence.code, (), ())
        statement = self._drafts[-1].state("code", fence.line, plain)
        self._drafts[-1].blocks.append(Block("code", (statement,), fence=fence))

    def _refuse(self, token: Token) -> None:
        reasons = {
            "html_block": "raw HTML: write Markdown, or put it into a code fence",
            "code_block": "code by indentation: use a fence that names its language",
            "hr": "a horizontal rule: use a heading",
        }
        self._fault(self._line(token), reasons.get(token.type, f"a {token.type}, which entries do not use"))

    def _read(self, token: Token, line: int) -> Inline:
        inline = read_inline(self._entry, token)
        self._watch(inline, line)
        return inline

    def _watch(self, inline: Inline, line: int) -> None:
        if inline.html:
            self._fault(line, "raw HTML: write Markdown, or put it between backticks")
        if inline.images:
            self._fault(line, "an image: draw it as a mermaid fence, or say it in words")
        if inline.broken:
            self._fault(
                line,
                "a link or footnote that cannot be read: write [text](../kind/slug.md#anchor) and [^source], footnotes outside the brackets",
            )

    def _line(self, token: Token) -> int:
        return self._first + (token.map[0] if token.map else 0)

    def _fault(self, line: int, text: str) -> None:
        self._faults.append(Fault(line, text))


def _closing(tokens: Sequence[Token], position: int) -> int:
    """Where the block that opens at this position ends."""
    depth: int = tokens[position].nesting
    while depth:
        position += 1
        depth += tokens[position].nesting
    return position


def _children(tokens: Sequence[Token], kind: str) -> Iterator[Sequence[Token]]:
    """The outermost blocks of this kind among the tokens of one block."""
    position = 1
    while position < len(tokens):
        if tokens[position].type == kind:
            end = _closing(tokens, position)
            yield tokens[position : end + 1]
            position = end + 1
        else:
            position += 1


def _sourced(row: Inline, shared: tuple[str, ...]) -> Inline:
    """A footnote in the header of a table holds for every row that has neither footnote nor link of its own."""
    return row if row.sources or row.links else replace(row, sources=shared)
