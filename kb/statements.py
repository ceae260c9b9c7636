"""Cutting SQL text into statements without understanding them: quotes, dollar quotes, comments and compound bodies stay whole."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

Dialect = str

_TOKEN = re.compile(
    r"""
    (?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))
  | (?P<quoted>[eE]'(?:[^'\\]|\\.|'')*(?:'|\Z)|'(?:[^']|'')*(?:'|\Z)|"(?:[^"]|"")*(?:"|\Z)|`[^`]*(?:`|\Z))
  | (?P<dollar>\$(?P<tag>[A-Za-z_]\w*|)\$.*?(?:\$(?P=tag)\$|\Z))
  | (?P<ending>;)
  | (?P<word>[A-Za-z_][\w$]*)
  | (?P<space>\s+)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_MYSQL_STRING = re.compile(r"""'(?:[^'\\]|\\.|'')*'?|"(?:[^"\\]|\\.|"")*"?""", re.DOTALL)
_MYSQL_COMMENT = re.compile(r"#[^\n]*")
_DELIMITER = re.compile(r"^[ \t]*DELIMITER[ \t]+(\S+)[ \t]*$", re.IGNORECASE | re.MULTILINE)
_BATCH = re.compile(r"^[ \t]*(?:GO|/)[ \t]*$", re.IGNORECASE | re.MULTILINE)
_COMPOUND = re.compile(
    r"^\s*CREATE\b.*\b(?:TRIGGER|PROCEDURE|FUNCTION|EVENT|PACKAGE)\b|^\s*(?:DECLARE|BEGIN)\b(?!\s*(?:;|TRAN|WORK|$))",
    re.IGNORECASE | re.DOTALL,
)
_NESTING = frozenset({"BEGIN", "CASE", "END"})


@dataclass(frozen=True)
class Statement:
    """One statement without its semicolon; `start` and `end` are its characters in the text, `line` counts from 1."""

    text: str
    start: int
    end: int
    line: int

    @property
    def verb(self) -> str:
        """Its first word, upper case."""
        match = re.search(r"[A-Za-z]+", without_comments(self.text))
        return match.group().upper() if match else ""


def split_statements(sql: str, dialect: Dialect = "postgresql") -> tuple[Statement, ...]:
    """The statements of a text in order; empty ones and ones of comments only are left out."""
    found: list[Statement] = []
    line, counted = 1, 0
    for begin, end in _regions(sql, dialect):
        for start, stop in _in_region(sql, begin, end, dialect):
            # Counted on from the statement before: from the top, many small ones would each read the whole text.
            line, counted = line + sql.count("\n", counted, start), start
            found.append(Statement(sql[start:stop], start, stop, line))
    return tuple(found)


def without_comments(sql: str) -> str:
    """The text with its comments blanked, every other character in its place."""
    parts = (re.sub(r"[^\n]", " ", m.group()) if m.lastgroup == "comment" else m.group() for m in _TOKEN.finditer(sql))
    return "".join(parts)


def _regions(sql: str, dialect: Dialect) -> Iterator[tuple[int, int]]:
    """What stands between client commands: `GO` and `/` on a line of their own, `DELIMITER` of the mysql client."""
    if dialect in ("sqlserver", "oracle"):
        yield from _between(sql, _BATCH)
    elif dialect in ("mysql", "mariadb") and _DELIMITER.search(sql):
        yield from _delimited(sql)
    else:
        yield 0, len(sql)


def _between(sql: str, separator: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    start = 0
    for match in separator.finditer(sql):
        yield start, match.start()
        start = match.end()
    yield start, len(sql)


def _delimited(sql: str) -> Iterator[tuple[int, int]]:
    start, delimiter = 0, ";"
    for match in [*_DELIMITER.finditer(sql), None]:
        end = match.start() if match else len(sql)
        if delimiter == ";":
            yield start, end
        else:
            yield from ((start + a, start + b) for a, b in _between(sql[start:end], re.compile(re.escape(delimiter))))
        if match:
            start, delimiter = match.end(), match.group(1)


def _in_region(sql: str, start: int, end: int, dialect: Dialect) -> Iterator[tuple[int, int]]:
    begun, position, depth, compound = start, start, 0, False
    while position < end:
        kind, after = _token(sql, position, end, dialect)
        if kind == "ending" and depth == 0:
            yield from _statement(sql, begun, position)
            begun, compound = after, False
        elif kind == "word" and sql[position:after].upper() in _NESTING:
            # What has begun as a compound stays one, so its head is read once.
            compound = compound or _COMPOUND.match(without_comments(sql[begun:after])) is not None
            depth = max(0, depth + _nesting(sql, position, after, dialect)) if compound else depth
        position = after
    yield from _statement(sql, begun, end)


def _token(sql: str, position: int, end: int, dialect: Dialect) -> tuple[str, int]:
    if dialect in ("mysql", "mariadb"):
        for kind, pattern in (("quoted", _MYSQL_STRING), ("comment", _MYSQL_COMMENT)):
            if match := pattern.match(sql, position, end):
                return kind, match.end()
    match = _TOKEN.match(sql, position, end)
    # The last alternative takes any character: there is always a match.
    return (match.lastgroup or "other", match.end()) if match else ("other", position + 1)


def _nesting(sql: str, position: int, after: int, dialect: Dialect) -> int:
    """How a word changes the depth of a compound body: BEGIN and CASE open, END closes."""
    word = sql[position:after].upper()
    following = sql[after : after + 20].split()
    if dialect in ("postgresql", "timescaledb") and word == "BEGIN":
        return 1 if " ".join(following[:1]).upper() == "ATOMIC" else 0
    if word == "END":
        return 0 if following and following[0].upper().rstrip(";") in ("IF", "LOOP", "WHILE", "REPEAT") else -1
    return 0 if sql[max(position - 20, 0) : position].rstrip().upper().endswith("END") else 1


def _statement(sql: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Its first and last character, where there is more than comments: the line of an error is that of its first word."""
    bare = without_comments(sql[start:end])
    if bare.strip():
        first = start + len(bare) - len(bare.lstrip())
        yield first, first + len(sql[first:end].rstrip())
