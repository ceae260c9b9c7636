"""Writing with a model: its prompt, and its sections held against the check; only what passes becomes part of an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kb.entry import SectionKind
from service.answer.advice import (
    AdviceSection,
    BlockUnion,
    Claim,
    Code,
    Diagram,
    ListBlock,
    Modelled,
    Paragraph,
)
from service.answer.citations import CitationBook
from service.answer.evidence import Evidence
from service.answer.topics import TITLES
from service.check.claim import Verdict, check_claim, typed
from service.check.code import Trial, check_code
from service.check.ground import Ground
from service.model.items import Item
from service.model.reply import Draft, Line, Listing, Piece, Show

OWN = "own knowledge"


@dataclass
class Tally:
    """Claims by what became of them, and why those that were dropped were."""

    supported: int = 0
    own: int = 0
    dropped: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Checked:
    """A section of which only what passed is left; `faults` say what did not."""

    kind: SectionKind | None
    title: str
    blocks: tuple[BlockUnion, ...]
    faults: tuple[str, ...]
    supported: int

    @property
    def claims(self) -> tuple[Claim, ...]:
        return tuple(claim for block in self.blocks for claim in block.claims)

    @property
    def sections(self) -> tuple[AdviceSection, ...]:
        """The section, if anything of it is left; the summary is none."""
        if self.kind is None or not self.blocks:
            return ()
        return (AdviceSection(kind=self.kind, title=self.title, blocks=self.blocks),)


@dataclass
class Desk:
    """What a draft is checked with; the book, the tally and the code that has run grow as sections pass."""

    evidence: Evidence
    ground: Ground
    items: Sequence[Item]
    book: CitationBook
    trial: Trial | None = None
    marks: bool = True
    tally: Tally = field(default_factory=Tally)
    ran: list[str] = field(default_factory=list)

    @property
    def numbered(self) -> Mapping[int, Item]:
        return {item.number: item for item in self.items}

    def checked(self, draft: Draft) -> Checked:
        """The section with what passes."""
        blocks: list[BlockUnion] = []
        faults = [f"{line[:80]!r} is of no known form" for line in draft.strange]
        before = self.tally.supported
        for piece in draft.pieces:
            try:
                blocks += self._passed(piece)
            except _DroppedError as dropped:
                faults.append(str(dropped))
                self.tally.dropped.append(str(dropped))
        # A title of the model's would be said unchecked.
        title = TITLES[draft.kind] if draft.kind else ""
        return Checked(draft.kind, title, _joined(blocks), tuple(faults), self.tally.supported - before)

    def _passed(self, piece: Piece) -> tuple[BlockUnion, ...]:
        unknown = sorted(set(_numbers(piece)) - self.numbered.keys())
        if unknown:
            raise _DroppedError(f"{_excerpt(piece)} cites {unknown[0]}, and there is no such item")
        if isinstance(piece, Show):
            return self._shown(self.numbered[piece.number])
        if isinstance(piece, Listing):
            return (self._listing(piece),)
        claim = self._claim(piece)
        if claim is None:
            return ()
        return (ListBlock(claims=(claim,)),) if piece.item else (Paragraph(claims=(claim,)),)

    def _shown(self, item: Item) -> tuple[BlockUnion, ...]:
        blocks = item.shown(self.evidence, self.book)
        self.tally.supported += len(blocks)
        return blocks

    def _claim(self, line: Line) -> Claim | None:
        if fault := typed(line.text):
            raise _DroppedError(f"{line.text[:160]!r} {fault}")
        cited = [self.numbered[number] for number in line.numbers]
        verdict = check_claim(line.text, tuple(item.passage for item in cited), self.ground)
        if verdict.finding in ("contradicts", "unsound"):
            raise _DroppedError(verdict.reason)
        if verdict.finding == "supported":
            return self._cited(line.text, cited or self._found(verdict), verdict)
        if not self.marks:
            raise _DroppedError(f"{line.text[:160]!r} goes beyond the evidence, and DBARCH_LLM_UNSOURCED is drop")
        self.tally.own += 1
        return Claim(text=line.text, support=Modelled(rests_on=(), verdict=OWN))

    def _found(self, verdict: Verdict) -> list[Item]:
        """The items of an uncited claim that stands in the evidence all the same."""
        return [item for item in self.items if item.passage.id in verdict.rests_on[:1]][:1]

    def _cited(self, text: str, cited: Sequence[Item], verdict: Verdict) -> Claim | None:
        if not cited:
            return None
        self.tally.supported += 1
        numbers = tuple(dict.fromkeys(item.cite(text, self.book) for item in cited))
        return Claim(text=text, support=Modelled(rests_on=verdict.rests_on, verdict="supported"), citations=numbers)

    def _listing(self, piece: Listing) -> BlockUnion:
        if piece.language == "mermaid" and not self.evidence.plan.erd:
            raise _DroppedError("a diagram that nobody asked for")
        verdict = check_code(piece.language, piece.engine, piece.code, self.trial, self.ran)
        if verdict.fault:
            raise _DroppedError(f"{_excerpt(piece)}: {verdict.fault}")
        cited = [item for number in piece.numbers if (item := self.numbered[number]).passage.code.strip()]
        numbers = tuple(dict.fromkeys(item.cite(piece.code, self.book) for item in cited))
        if not cited and not self.marks:
            raise _DroppedError(f"{_excerpt(piece)} rests on nothing, and DBARCH_LLM_UNSOURCED is drop")
        rests = tuple(item.passage.id for item in cited)
        said = f"adapted, {verdict.status}" if cited else OWN
        claim = Claim(text=piece.code, support=Modelled(rests_on=rests, verdict=said), citations=numbers)
        if cited:
            self.tally.supported += 1
        else:
            self.tally.own += 1
        if piece.language == "mermaid":
            return Diagram(claims=(claim,))
        if piece.engine in ("postgresql", "postgres", "pg"):
            self.ran.append(piece.code)
        return Code(language=piece.language, dialect=piece.engine, status=verdict.status, claims=(claim,))


class _DroppedError(Exception):
    """Why a piece is not said; never leaves this module."""


def _numbers(piece: Piece) -> tuple[int, ...]:
    return (piece.number,) if isinstance(piece, Show) else piece.numbers


def _excerpt(piece: Piece) -> str:
    if isinstance(piece, Show):
        return "SHOW"
    text = piece.text if isinstance(piece, Line) else " ".join(piece.code.split())
    return repr(text[:120])


def _joined(blocks: Sequence[BlockUnion]) -> tuple[BlockUnion, ...]:
    """Sentences one after the other are a paragraph, items a list."""
    joined: list[BlockUnion] = []
    for block in blocks:
        last = joined[-1] if joined else None
        if isinstance(block, Paragraph) and isinstance(last, Paragraph):
            joined[-1] = Paragraph(claims=(*last.claims, *block.claims))
        elif isinstance(block, ListBlock) and isinstance(last, ListBlock):
            joined[-1] = ListBlock(claims=(*last.claims, *block.claims))
        else:
            joined.append(block)
    return tuple(joined)
