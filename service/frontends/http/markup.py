"""Markdown to HTML that is safe to show: parsed without raw HTML, then cleaned to a short list of tags."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass

import mmdr
import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_INLINE = MarkdownIt("commonmark", {"html": False}).enable("strikethrough")
_TAGS = {"a", "code", "em", "strong", "s", "br"}
_ENTRY_FILE = re.compile(r"^(?:\.\./)+(?P<entry>[a-z]+/[a-z0-9-]+)\.md(?P<anchor>#[\w-]+)?$")
_SAME_KIND = re.compile(r"^(?:\./)?(?P<slug>[a-z0-9-]+)\.md(?P<anchor>#[\w-]+)?$")
_LOCAL = re.compile(r"^(?:/kb(?:/[a-z0-9-]+)*)?(?:#[\w-]+)?$")
_WEB = re.compile(r"^https?://", re.IGNORECASE)
COLUMN_PIXELS = 700
_VIEW_BOX = re.compile(r'width="100%"(?P<rest>[^>]*viewBox="[-\d.]+ [-\d.]+ (?P<width>[\d.]+) (?P<height>[\d.]+)")')
_FOOTNOTE = re.compile(r"\s*\[\^[\w-]+\]")


def inline(markdown: str, kind: str = "") -> Markup:
    """A statement as HTML; links between entries lead to their pages, others stay only if they are web addresses."""

    def attribute(tag: str, name: str, value: str) -> str | None:
        return target(value, kind) if (tag, name) == ("a", "href") else None

    html = _INLINE.renderInline(_FOOTNOTE.sub("", markdown))
    return Markup(
        nh3.clean(
            html, tags=_TAGS, attributes={"a": {"href"}}, attribute_filter=attribute, url_schemes={"http", "https"}
        )
    )


def plain(markdown: str) -> str:
    """The words of a statement without its marks, for titles."""
    return Markup(inline(markdown)).striptags()


def target(href: str, kind: str = "") -> str | None:
    """Where a link in an entry of `kind` leads on our pages; None for anything that is neither ours nor the web's."""
    if match := _ENTRY_FILE.match(href):
        return f"/kb/{match['entry']}{match['anchor'] or ''}"
    if kind and (match := _SAME_KIND.match(href)):
        return f"/kb/{kind}/{match['slug']}{match['anchor'] or ''}"
    return href if _LOCAL.match(href) or _WEB.match(href) else None


@dataclass(frozen=True)
class Drawing:
    """A diagram as a data URI for an img element, where nothing in it can run; a wide one scrolls rather than shrinks out of sight."""

    uri: str
    wide: bool


def diagram(source: str) -> Drawing | None:
    """Mermaid text drawn; None if it does not parse."""
    try:
        svg = mmdr.render(source).svg()
    except ValueError:
        return None
    view_box = _VIEW_BOX.search(svg)
    wide = view_box is not None and float(view_box["width"]) > COLUMN_PIXELS
    return Drawing(f"data:image/svg+xml;base64,{base64.b64encode(_sized(svg).encode()).decode('ascii')}", wide)


def _sized(svg: str) -> str:
    """In an img element "100%" has nothing to refer to: the size is taken from the view box."""
    return _VIEW_BOX.sub(lambda m: f'width="{m["width"]}" height="{m["height"]}"{m["rest"]}', svg, count=1)


LANGUAGES: Mapping[str, str] = {
    "sql": "SQL", "javascript": "JavaScript", "python": "Python", "yaml": "YAML", "bash": "Shell", "json": "JSON", "text": "Text", "calc": "Calculation",
    "postgresql": "PostgreSQL", "mysql": "MySQL", "mongodb": "MongoDB", "timescaledb": "TimescaleDB", "sqlalchemy": "SQLAlchemy", "mermaid": "Mermaid",
}  # fmt: skip

STATUSES: Mapping[str, tuple[str, str]] = {
    "executed": ("executed", "This code has run on the real engine."),
    "instance": ("executed", "An instance of this template has run on the real engine."),
    "parsed": ("parsed only", "This code has been parsed, not run."),
}


def code_label(language: str, dialect: str) -> str:
    """`PostgreSQL` rather than `sql postgresql`."""
    name = dialect or language
    return LANGUAGES.get(name, name)
