"""Markdown of claims to Slack's mrkdwn, and texts cut so that neither a link nor a code span is torn. Pure."""

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

_INLINE = MarkdownIt("commonmark", {"html": False}).enable("strikethrough")
_MARKS = {"strong_open": "*", "strong_close": "*", "em_open": "_", "em_close": "_", "s_open": "~", "s_close": "~"}
_WEB = re.compile(r"^https?://", re.IGNORECASE)
# What must not be cut through: a link, a code span, an escaped sign; then words and the space between them.
_ATOM = re.compile(r"<[^>\n]*>|`[^`\n]*`|\n|[ \t]+|(?:&\w+;|[^\s<`&])+|.", re.DOTALL)
_PIECE = re.compile(r"&\w+;|.", re.DOTALL)


def escape(text: str) -> str:
    """The three signs that Slack reads as its own; everything else is shown as it is."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def mrkdwn(markdown: str, public_url: str = "") -> str:
    """Inline Markdown as mrkdwn; links that lead nowhere outside the service are only their words."""
    return "".join(_written(_tokens(markdown), public_url)).strip()


def plain(markdown: str) -> str:
    """The words alone, on one line and unescaped: for headers, buttons and alt texts."""
    words = (token.content if token.content else " " * token.type.endswith("break") for token in _tokens(markdown))
    return " ".join("".join(words).split())


def link(url: str, words: str, public_url: str = "") -> str:
    """`<url|words>` on one line, or the words where the address is not absolute; `words` is escaped already."""
    address = f"{public_url.rstrip('/')}{url}" if url.startswith("/") and public_url else url
    if not _WEB.match(address):
        return words
    safe = address.replace("|", "%7C").replace("<", "%3C").replace(">", "%3E").replace(" ", "%20")
    return f"<{escape(safe)}|{' '.join(words.split())}>"


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters of plain text, cut at a word where there is one near."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    return f"{cut[: cut.rfind(' ')] if cut.rfind(' ') > limit // 2 else cut}…"


def pieces(text: str, limit: int) -> Iterator[str]:
    """The text in pieces of at most `limit` characters, cut between paragraphs, then lines, then words."""
    yield from _packed([text], limit, ("\n\n", "\n"))


def lines_of(code: str, limit: int) -> Iterator[str]:
    """Code in pieces of at most `limit` characters, cut between lines; only a line that is too long is cut itself."""
    parts = [line[at : at + limit] for line in code.splitlines() for at in range(0, len(line) or 1, limit)]
    yield from _joined(parts, limit, "\n")


def _packed(parts: Sequence[str], limit: int, separators: tuple[str, ...]) -> Iterator[str]:
    for part in parts:
        if len(part) <= limit:
            yield part
        elif separators:
            inner = list(_packed(part.split(separators[0]), limit, separators[1:]))
            yield from _joined(inner, limit, separators[0])
        else:
            yield from _joined(list(_atoms(part, limit)), limit, "")


def _joined(parts: Sequence[str], limit: int, separator: str) -> Iterator[str]:
    held: list[str] = []
    length = 0
    for part in parts:
        if held and length + len(separator) + len(part) > limit:
            yield separator.join(held)
            held, length = [], 0
        length += len(part) + (len(separator) if held else 0)
        held.append(part)
    if held:
        yield separator.join(held)


def _atoms(text: str, limit: int) -> Iterator[str]:
    for atom in _ATOM.findall(text):
        yield from (atom,) if len(atom) <= limit else _PIECE.findall(atom)


def _tokens(markdown: str) -> Sequence[Token]:
    return _INLINE.parseInline(markdown)[0].children or ()


def _written(tokens: Sequence[Token], public_url: str) -> Iterator[str]:
    address: str | None = None
    words: list[str] = []
    for token in tokens:
        if token.type == "link_open":
            address, words = str(token.attrs.get("href", "")), []
        elif token.type == "link_close":
            yield link(address or "", "".join(words), public_url)
            address = None
        elif address is not None:
            words.append(_word(token))
        else:
            yield _word(token)


def _word(token: Token) -> str:
    if token.type in _MARKS:
        return _MARKS[token.type]
    if token.type == "code_inline":
        return f"`{escape(token.content)}`"
    return "\n" if token.type.endswith("break") else escape(token.content)
