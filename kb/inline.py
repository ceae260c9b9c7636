"""Inline Markdown: its plain text, its Markdown without footnote marks, and the footnotes and links that it carries."""

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_FOOTNOTE = re.compile(r"\[\^([^\]\s\[]+)\]")
# What is left of a link or footnote that Markdown did not take for one.
_BROKEN = re.compile(r"\]\(|\[\^")
_BLANK = re.compile(r"\s+")
_EXTERNAL = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True)
class Inline:
    """One run of inline Markdown; `html`, `images` and `broken` links are what entries may not hold."""

    text: str
    markdown: str
    sources: tuple[str, ...]
    links: tuple[str, ...]
    html: bool = False
    images: bool = False
    broken: bool = False


def parser() -> MarkdownIt:
    """CommonMark with tables and our footnotes; reference definitions are off, so that a footnote defined in the body is seen."""
    markdown = MarkdownIt("commonmark").enable("table").disable("reference")
    markdown.inline.ruler.before("link", "footnote", _footnote)
    return markdown


def _footnote(state: StateInline, silent: bool) -> bool:
    match = _FOOTNOTE.match(state.src, state.pos)
    if not match:
        return False
    if not silent:
        token = state.push("footnote", "", 0)
        token.content = match.group(1)
        token.meta = {"start": match.start(), "end": match.end()}
    state.pos = match.end()
    return True


def read_inline(entry_id: str, token: Token) -> Inline:
    """The inline token of a paragraph, heading or cell."""
    children = token.children or []
    notes = [child for child in children if child.type == "footnote"]
    targets = [str(child.attrs.get("href", "")) for child in children if child.type == "link_open"]
    return Inline(
        text=_tidy("".join(_plain(children))),
        markdown=_without(token.content, [(note.meta["start"], note.meta["end"]) for note in notes]),
        sources=tuple(dict.fromkeys(note.content for note in notes)),
        links=tuple(dict.fromkeys(resolve_link(entry_id, target) for target in targets)),
        html=any(child.type == "html_inline" for child in children),
        images=any(child.type == "image" for child in children),
        broken=any(_BROKEN.search(child.content) for child in children if child.type == "text"),
    )


def join(parts: Sequence[Inline], separator: str) -> Inline:
    """Several runs as one: the paragraphs of a list item, the cells of a row."""
    return Inline(
        text=separator.join(part.text for part in parts),
        markdown=separator.join(part.markdown for part in parts),
        sources=tuple(dict.fromkeys(source for part in parts for source in part.sources)),
        links=tuple(dict.fromkeys(link for part in parts for link in part.links)),
        html=any(part.html for part in parts),
        images=any(part.images for part in parts),
        broken=any(part.broken for part in parts),
    )


def resolve_link(entry_id: str, target: str) -> str:
    """`../patterns/cache-aside.md#pitfalls` as `patterns/cache-aside#pitfalls`; anything that names no entry stays as it is."""
    if _EXTERNAL.match(target) or target.startswith("/"):
        return target
    path, mark, anchor = target.partition("#")
    if not path:
        return f"{entry_id}{mark}{anchor}"
    resolved = posixpath.normpath(posixpath.join(posixpath.dirname(entry_id), path))
    if not resolved.endswith(".md") or resolved.count("/") != 1 or resolved.startswith("."):
        return target
    return f"{resolved.removesuffix('.md')}{mark}{anchor}"


def _plain(children: Sequence[Token]) -> Iterator[str]:
    for child in children:
        if child.type in ("text", "code_inline"):
            yield child.content
        elif child.type in ("softbreak", "hardbreak"):
            yield " "
        elif child.type == "image":
            yield child.content


def _without(content: str, spans: Sequence[tuple[int, int]]) -> str:
    kept, position = [], 0
    for start, end in spans:
        kept.append(content[position:start])
        position = end
    return _tidy("".join([*kept, content[position:]]))


def _tidy(text: str) -> str:
    return _BLANK.sub(" ", text).strip()
