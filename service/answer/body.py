"""The body: whole sections of the chosen entries under the kinds of the plan, with what follows from the asker's facts before them."""

from collections.abc import Iterable
from dataclasses import dataclass

from kb.entry import Entry, Section, SectionKind, Statement
from kb.guidance import offer
from service.analysis.conclusions import Conclusion
from service.answer.advice import AdviceSection, BlockUnion, Claim, Computed, ListBlock, Paragraph, Table
from service.answer.citations import CitationBook
from service.answer.claims import calculated, connective, offered, quoted_block, ruled
from service.answer.estimates import computed, given
from service.answer.evidence import Evidence
from service.answer.topics import TITLES, WORKING_ORDER, section_kind

_MOST_OFFERS = 4


@dataclass(frozen=True)
class _Piece:
    """A titled run of blocks, to be placed under its kind; pieces of conclusions come before pieces of entries."""

    kind: SectionKind
    title: str
    blocks: tuple[BlockUnion, ...]


def body(
    evidence: Evidence, book: CitationBook, stated: tuple[Conclusion, ...], said: frozenset[str]
) -> tuple[AdviceSection, ...]:
    """Sections in working order; `stated` conclusions and `said` texts stand in the summary and are not said again."""
    pieces = [
        *_concluded(evidence, book, stated),
        *_chosen_technology(evidence, book),
        *_quoted(evidence, book, said),
        *_offered(evidence, book),
    ]
    ordered = sorted(pieces, key=lambda piece: WORKING_ORDER.index(piece.kind))
    sections = tuple(AdviceSection(kind=p.kind, title=p.title, blocks=p.blocks) for p in ordered if p.blocks)
    return (*computed(evidence, book), *sections)


def _concluded(evidence: Evidence, book: CitationBook, stated: tuple[Conclusion, ...]) -> list[_Piece]:
    """Rules that hold, by the kind they belong to, each group with the calculations it rests on."""
    by_kind: dict[SectionKind, list[Conclusion]] = {}
    for conclusion in evidence.fired():
        by_kind.setdefault(conclusion.rule.into, []).append(conclusion)
    pieces = []
    for kind, conclusions in by_kind.items():
        fresh = [c for c in conclusions if c not in stated and c.firing.say and "ask" not in c.rule.effect]
        claims = tuple(ruled(c, evidence.rule_section(c.key), book) for c in fresh)
        blocks: list[BlockUnion] = [ListBlock(claims=claims)] if claims else []
        blocks += [block for c in conclusions if (block := _calculation(evidence, c, book))]
        pieces.append(_Piece(kind, f"{TITLES[kind]}: from your numbers and constraints", tuple(blocks)))
    return pieces


def _calculation(evidence: Evidence, conclusion: Conclusion, book: CitationBook) -> BlockUnion | None:
    firing = conclusion.firing
    if not firing.calculations:
        return None
    shown = given(evidence)
    results = [
        (evidence.vocabulary.attributes[fact.attribute].phrase, result)
        for fact, result in zip(firing.derived, firing.calculations, strict=True)
        if fact.attribute not in shown
    ]
    return calculated(results, "Computed from your numbers", book.cite_section(evidence.rule_section(conclusion.key)))


def _chosen_technology(evidence: Evidence, book: CitationBook) -> list[_Piece]:
    """The scores criterion by criterion, who leads on which, and what would turn the choice."""
    choice = evidence.choice
    if choice is None:
        return []
    names = tuple(evidence.kb.entries[c].title for c in choice.ranking)
    cited = tuple(n for c in choice.ranking for n in book.cite_section(evidence.kb.entries[c].anchors["scores"]))
    criteria = evidence.vocabulary.criteria
    rows = tuple(
        (criteria[row.criterion].title, f"{row.weight:g}", *(str(s) for s in row.scores)) for row in choice.rows
    )
    claims = tuple(
        Claim(
            text=" | ".join(row),
            support=Computed(formula="score", inputs=dict(zip(names, row[2:], strict=True)), result=row[1]),
            citations=cited,
        )
        for row in rows
    )
    blocks: list[BlockUnion] = [Table(header=("Criterion", "Weight", *names), rows=rows, claims=claims)]
    if choice.flips:
        leads = ", ".join(criteria[c].title.lower() for c in choice.flips[:3])
        text = (
            f"{names[1]} leads on {leads}: where these count more for you than the weights above say, the choice turns."
        )
        blocks.append(
            Paragraph(
                claims=(Claim(text=text, support=Computed(formula="flip", inputs={}, result=leads), citations=cited),)
            )
        )
    return [_Piece("technology", "The choice, criterion by criterion", tuple(blocks))]


def _quoted(evidence: Evidence, book: CitationBook, said: frozenset[str]) -> list[_Piece]:
    pieces = []
    chosen = evidence.selection.chosen
    for picked in chosen:
        for section in picked.sections:
            kind = section_kind(picked.entry, section)
            if kind == "erd" and not evidence.plan.erd:
                continue
            pieces.append(_Piece(kind, _title(picked.entry, section), tuple(_blocks(evidence, section, book, said))))
    return pieces


def _blocks(evidence: Evidence, section: Section, book: CitationBook, said: frozenset[str]) -> Iterable[BlockUnion]:
    for block in section.blocks:
        kept = tuple(s for s in block.statements if not _is_said(s, said))
        if not kept:
            continue
        trimmed = (
            block
            if len(kept) == len(block.statements)
            else type(block)(block.kind, kept, block.ordered, block.header, block.fence)
        )
        shown = quoted_block(section, trimmed, book, evidence.kb.fences)
        if shown is not None and (evidence.plan.erd or shown.kind != "diagram"):
            yield shown


def _is_said(statement: Statement, said: frozenset[str]) -> bool:
    return statement.kind in ("paragraph", "item") and statement.text in said


def _title(entry: Entry, section: Section) -> str:
    return section.heading if entry.kind in ("designs", "playbooks") else f"{entry.title}: {section.heading}"


def _offered(evidence: Evidence, book: CitationBook) -> list[_Piece]:
    """Relevant and undecided: few, nearest first, as "If …" lines."""
    offers = evidence.offers(_MOST_OFFERS)
    if not offers:
        return []
    claims = tuple(offered(rule, offer(rule), evidence.rule_section((entry, rule.id)), book) for entry, rule in offers)
    return [
        _Piece(
            "next_steps",
            "What would change this advice",
            (Paragraph(claims=(connective("if"),)), ListBlock(claims=claims)),
        )
    ]
