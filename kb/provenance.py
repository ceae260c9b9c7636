"""Checks of where statements come from: sources that are used, statements that have one, links that resolve, judgement that may need one."""

import re
from collections.abc import Iterator

from kb.entry import JUDGEMENT, MEASURED, OWN_WORD, Section, Statement
from kb.errors import Fault
from kb.shelf import LoadedEntry, Shelf, statements_of
from kb.sources import named_sources

_EXTERNAL = re.compile(r"^[a-z][a-z0-9+.-]*:|^//", re.IGNORECASE)
_PRICE_OR_DATE = re.compile(r"[$€£]\s?\d|\b(?:19|20)\d\d-\d\d-\d\d\b")
_QUANTITY = re.compile(
    r"\b\d[\d,.]*\s?(?:%|ms|s|min|h|[kMGTP]i?B|kB|B|bytes?|seconds?|minutes?|hours?|days?|months?|years?|rows?|connections?|k|M|million|billion)\b"
)
# Words that make a quantity a property of a product rather than a threshold of ours.
_HARD = re.compile(
    r"\b(?:defaults?|limits?|limited to|maximum|hard cap|prices?|priced|licen[cs]e|guarantees?|guaranteed|SLA|end of life|deprecated)\b",
    re.IGNORECASE,
)
_RUNNING = frozenset({"postgresql", "sqlite", "sqlalchemy", "alembic", "stdlib"})
_SENTENCE = re.compile(r"(?<=[.!?;:])\s+")


def check_sources(loaded: LoadedEntry, _: Shelf) -> Iterator[Fault]:
    """Every source is used, and none is called judgement."""
    used = {source for _section, _block, statement in statements_of(loaded) for source in statement.sources}
    used |= {source for _, source in named_sources(loaded.entry.meta)}
    for name in loaded.entry.meta.sources:
        line = loaded.front.line("sources", name)
        if name in OWN_WORD:
            yield Fault(line, f"a source is called {name!r}, which stands for our own word: rename it")
        elif name not in used:
            yield Fault(line, f"source {name!r} is not used: cite it with [^{name}] or remove it")


def check_measured(loaded: LoadedEntry, _: Shelf) -> Iterator[Fault]:
    """What is called measured is shown by a fence of the entry that runs."""
    runs = any(block.fence and block.fence.engine in _RUNNING for _section, block, _statement in statements_of(loaded))
    for _section, _block, statement in statements_of(loaded):
        if MEASURED in statement.sources and not runs:
            yield Fault(
                statement.line,
                f"[^{MEASURED}] stands for what a fence here shows, and none here runs: show it in SQL or Python, or cite a source",
            )


def check_reading(loaded: LoadedEntry, _: Shelf) -> Iterator[Fault]:
    """One warning an entry for the sources that nobody has read for what they are cited for."""
    unread = [name for name, source in loaded.entry.meta.sources.items() if source.checked is None]
    if unread:
        text = f"not read back: {', '.join(unread)}; open each page, compare what it is cited for, then write 'checked'"
        yield Fault(loaded.front.line("sources", unread[0]), text, warning=True)


def check_support(loaded: LoadedEntry, _: Shelf) -> Iterator[Fault]:
    """Every paragraph, item and row carries a footnote or a link; one that leads to what follows (ends in a colon) may stand bare."""
    for section, _block, statement in statements_of(loaded):
        if statement.kind == "code" or statement.sources or _entry_links(statement) or statement.text.endswith(":"):
            continue
        shown = statement.text if len(statement.text) <= 60 else f"{statement.text[:60]}…"
        yield Fault(
            statement.line,
            f"{statement.kind} {shown!r} in {section.heading!r} has neither footnote nor link: cite a source, or [^judgement] if it is our own view",
        )


def check_links(loaded: LoadedEntry, shelf: Shelf) -> Iterator[Fault]:
    """Links lead to entries and headings that exist; other pages are cited as sources."""
    for _section, _block, statement in statements_of(loaded):
        for link in statement.links:
            yield from (Fault(statement.line, text) for text in _broken(link, shelf))


def check_hops(loaded: LoadedEntry, shelf: Shelf) -> Iterator[Fault]:
    """A statement that rests on a link alone finds a source behind it: one hop, no chains."""
    for _section, _block, statement in statements_of(loaded):
        links = _entry_links(statement)
        if statement.sources or not links or statement.kind == "code":
            continue
        sections = [section for link in links for section in _behind(link, shelf)]
        if sections and not any(
            s.sources for section in sections for block in section.blocks for s in block.statements
        ):
            yield Fault(
                statement.line,
                f"the link to {links[0]!r} is all that supports this {statement.kind}, and nothing there has a footnote: link to the section that carries the source, or cite it here",
            )


def check_judged_numbers(loaded: LoadedEntry, _: Shelf) -> Iterator[Fault]:
    """A price, a date, or a quantity called a limit or default that rests on judgement alone.

    A warning: whether such a number is a vendor's or a threshold of ours cannot be seen from the words.
    """
    for _section, _block, statement in statements_of(loaded):
        if statement.kind == "code" or set(statement.sources) != {JUDGEMENT} or statement.links:
            continue
        number = next((found for sentence in _SENTENCE.split(statement.text) if (found := _hard_number(sentence))), "")
        if number:
            yield Fault(
                statement.line,
                f"{number!r} rests on judgement: a limit, default, price, licence or date needs a source; a threshold of ours may stay",
                warning=True,
            )


def _hard_number(sentence: str) -> str:
    found = _PRICE_OR_DATE.search(sentence) or (_QUANTITY.search(sentence) if _HARD.search(sentence) else None)
    return found.group() if found else ""


def _broken(link: str, shelf: Shelf) -> Iterator[str]:
    entry_id, _, anchor = link.partition("#")
    if _EXTERNAL.match(link):
        yield f"link {link!r} leaves the knowledge base: make it a source and cite it with a footnote"
    elif entry_id not in shelf.kb.entries:
        yield f"link {link!r} leads to no entry: write ../<kind>/<slug>.md of one that exists"
    elif anchor and anchor not in shelf.kb.entries[entry_id].anchors:
        yield f"link {link!r} names no heading of {entry_id!r}: use one of its anchors"


def _behind(link: str, shelf: Shelf) -> tuple[Section, ...]:
    entry_id, _, anchor = link.partition("#")
    entry = shelf.kb.entries.get(entry_id)
    if entry is None:
        return ()
    section = entry.anchors.get(anchor)
    return (section,) if section else entry.sections


def _entry_links(statement: Statement) -> tuple[str, ...]:
    return tuple(link for link in statement.links if not _EXTERNAL.match(link))
