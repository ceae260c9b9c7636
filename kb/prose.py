"""Checks of what is written: length, openings that lean on another section, padding, paths of one machine."""

import re
from collections.abc import Iterator, Mapping

from kb.entry import Entry, Section
from kb.errors import Fault
from kb.shelf import Check, LoadedEntry, Shelf, statements_of
from kb.tokens import TokenCounter

MOST_WORDS = 110
MOST_TOKENS = 180
MOST_EMBEDDED = 240
_TOTALS: Mapping[str, tuple[int, int]] = {"designs": (400, 3000), "playbooks": (400, 3000)}
_OTHER_TOTAL = (400, 1500)

_LEANING = re.compile(r"^(?:It|Its|They|Them|Their|Theirs|This|These|That|Those|He|She|His|Her|Hers|Such)\b(?!-)")
_PADDING = re.compile(
    r"\b(?:simply|basically|very|leverag(?:e|es|ed|ing)|seamless(?:ly)?|robust(?:ly|ness)?|powerful|cutting[- ]edge|state[- ]of[- ]the[- ]art"
    r"|in order to|it is (?:important|worth) (?:to note|noting)|it should be noted|best[- ]in[- ]class|world[- ]class|blazing(?:ly)?[- ]fast|game[- ]chang(?:er|ing)"
    r"|utili[sz](?:e|es|ed|ing)|needless to say|obviously|effortless(?:ly)?|next[- ]generation|a wide range of|a plethora of|enterprise[- ]grade)\b",
    re.IGNORECASE,
)
_MACHINE = re.compile(r"(?<![\w/.])(?:/work/|/home/\w|/root/|/Users/|[A-Z]:\\Users)[\w./\\-]*")


def embedded_text(entry: Entry, section: Section) -> str:
    """What is embedded of a section: title and aliases, heading path, prose."""
    aliases = f" ({', '.join(entry.meta.aliases)})" if entry.meta.aliases else ""
    return f"{entry.title}{aliases}\n{' > '.join(section.path)}\n{section.prose}"


def length_check(count_tokens: TokenCounter) -> Check:
    """The check that sections are short enough to be embedded whole, by this count of tokens."""
    return lambda loaded, _: _check_length(loaded, count_tokens)


def _check_length(loaded: LoadedEntry, count_tokens: TokenCounter) -> Iterator[Fault]:
    sections = [section for section in loaded.entry.sections if section.prose]
    tokens = count_tokens([section.prose for section in sections])
    embedded = count_tokens([embedded_text(loaded.entry, section) for section in sections])
    for section, own, whole in zip(sections, tokens, embedded, strict=True):
        words = len(section.prose.split())
        if words > MOST_WORDS and own > MOST_TOKENS:
            yield Fault(
                section.line,
                f"section {section.heading!r} has {words} words and {own} tokens of prose; at most {MOST_WORDS} words or {MOST_TOKENS} tokens: shorten it, or cut it with '###' headings that stand alone",
            )
        elif whole > MOST_EMBEDDED:
            yield Fault(
                section.line,
                f"section {section.heading!r} makes {whole} tokens with title, aliases and headings, at most {MOST_EMBEDDED} can be embedded: shorten the section, the aliases or the headings",
            )


def check_empty(loaded: LoadedEntry, _: Shelf) -> Iterator[Fault]:
    """A heading has a text or a heading below it."""
    sections = loaded.entry.sections
    for section, following in zip(sections, (*sections[1:], None), strict=True):
        if not section.blocks and (following is None or following.level <= section.level):
            yield Fault(section.line, f"section {section.heading!r} is empty: write it or remove the heading")


def check_total(loaded: LoadedEntry, _: Shelf) -> Iterator[Fault]:
    """The length of the whole entry, as a warning: the right length is a matter of judgement."""
    low, high = _TOTALS.get(loaded.entry.kind, _OTHER_TOTAL)
    words = sum(len(section.prose.split()) for section in loaded.entry.sections)
    if not low <= words <= high:
        yield Fault(
            1, f"the entry has {words} words of prose, {low} to {high} are usual for {loaded.entry.kind}", warning=True
        )


def check_openings(loaded: LoadedEntry, _: Shelf) -> Iterator[Fault]:
    """Any section may be shown alone, so none begins with a word for something named elsewhere."""
    for section in loaded.entry.sections:
        first = next((s for b in section.blocks if b.kind in ("paragraph", "list") for s in b.statements), None)
        match = _LEANING.match(first.text) if first else None
        if first and match:
            yield Fault(
                first.line,
                f"section {section.heading!r} begins with {match.group()!r}: name the subject, since the section may be shown alone",
            )


def check_words(loaded: LoadedEntry, _: Shelf) -> Iterator[Fault]:
    """No padding, and no path of somebody's machine."""
    for line, text, code in _texts(loaded):
        padding = None if code else _PADDING.search(text)
        if padding:
            yield Fault(line, f"{padding.group()!r} is padding: delete it, or put the number or the fact in its place")
        path = _MACHINE.search(text)
        if path:
            yield Fault(line, f"{path.group()!r} is a path of one machine: use a neutral one")


def _texts(loaded: LoadedEntry) -> Iterator[tuple[int, str, bool]]:
    front, meta = loaded.front, loaded.entry.meta
    yield front.line("summary"), meta.summary, False
    for number, rule in enumerate(meta.guidance):
        for key, texts in (
            ("if", (rule.condition,)),
            ("say", rule.say),
            ("because", (rule.because,)),
            ("unless", (rule.unless,)),
        ):
            yield from ((front.line("guidance", number, key), text, False) for text in texts)
    for section in loaded.entry.sections:
        yield section.line, section.heading, False
    for _section, block, statement in statements_of(loaded):
        yield statement.line, statement.text, block.kind == "code"
