"""Claim units: every claim of an answer as plain text with the headings over it, the grain at which propositions are matched."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.answer.advice import Advice, BlockUnion, Claim, Table

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKUP = re.compile(r"[*`]|(?<!\w)_|_(?!\w)")
_SENTENCE = re.compile(r"(?<=[.;!?])\s+|\n")


@dataclass(frozen=True)
class Unit:
    """One claim: its plain text, the heading that it stands under, its kind of block, and where it is from."""

    text: str
    heading: str
    block: str
    claim: Claim
    place: str

    @property
    def sentences(self) -> tuple[str, ...]:
        """Code is one sentence: the name of a table and its constraint stand lines apart."""
        if self.block in ("code", "diagram"):
            return (self.text,)
        return tuple(part for part in _SENTENCE.split(self.text) if part.strip())


def plain(markdown: str) -> str:
    """Inline Markdown as a person reads it."""
    return _MARKUP.sub("", _LINK.sub(r"\1", markdown)).strip()


def units(advice: Advice) -> tuple[Unit, ...]:
    """Every claim of the answer, summary first."""
    return tuple(_units(advice))


def _units(advice: Advice) -> Iterator[Unit]:
    for claim in advice.summary:
        yield Unit(plain(claim.text), "", "summary", claim, "summary")
    for section in advice.sections:
        for block in section.blocks:
            yield from _of_block(block, section.title, section.kind)
    for alternative in advice.alternatives:
        for claim in alternative.claims:
            yield Unit(plain(claim.text), alternative.name, "alternative", claim, "alternatives")


def _of_block(block: BlockUnion, heading: str, place: str) -> Iterator[Unit]:
    if isinstance(block, Table):
        for claim, row in zip(block.claims, block.rows, strict=True):
            cells = (f"{head}: {cell}" if head else cell for head, cell in _paired(block.header, row))
            yield Unit(plain("; ".join(cells)), heading, "table", claim, place)
        return
    for claim in block.claims:
        text = claim.text if block.kind in ("code", "diagram") else plain(claim.text)
        yield Unit(text, heading, block.kind, claim, place)


def _paired(header: tuple[str, ...], row: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    padded = (*header, *[""] * (len(row) - len(header)))
    yield from zip(padded, row, strict=False)


def words(text: str) -> int:
    return len(text.split())


def prose_words(advice: Advice) -> int:
    """Words of prose: code, diagrams, tables and calculations do not count."""
    return sum(words(unit.text) for unit in units(advice) if unit.block in ("summary", "paragraph", "list"))
