"""The body: whole sections of the chosen entries under the kinds of the plan, with what follows from the asker's facts before them."""

from collections.abc import Iterable
from dataclasses import dataclass

from kb.entry import Entry, Section, SectionKind, Statement
from kb.guidance import offer
from service.analysis.conclusions import Conclusion
from service.answer import elsewhere, instance, own_change, own_index
from service.answer.advice import AdviceSection, BlockUnion, ListBlock, Paragraph
from service.answer.citations import CitationBook
from service.answer.claims import calculated, connective, offered, quoted_block, ruled
from service.answer.estimates import computed, given
from service.answer.evidence import Evidence
from service.answer.repetition import distinct
from service.answer.selection import Chosen
from service.answer.topics import TITLES, WORKING_ORDER, section_kind
from service.answer.verdict import comparison

_MOST_OFFERS = 4
_VERY_NEAR = 0.6


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
        *_instance(evidence, book),
        *_quoted(evidence, book, said),
        *_offered(evidence, book, said),
    ]
    order = _order(evidence)
    ordered = sorted(pieces, key=lambda piece: order.index(piece.kind))
    sections = tuple(AdviceSection(kind=p.kind, title=p.title, blocks=p.blocks) for p in ordered if p.blocks)
    return (*computed(evidence, book, said), *_with_differences(evidence, sections, book))


def _with_differences(
    evidence: Evidence, sections: tuple[AdviceSection, ...], book: CitationBook
) -> tuple[AdviceSection, ...]:
    """After the schema what it becomes on the asker's engine, where it is written for another."""
    found = evidence.elsewhere
    blocks = elsewhere.differences(found, sections, book) if found is not None else ()
    if found is None or not blocks:
        return sections
    at = max((i for i, s in enumerate(sections) if s.kind in ("schema", "erd")), default=-1) + 1
    return (*sections[:at], AdviceSection(kind="schema", title=found.title, blocks=blocks), *sections[at:])


def _order(evidence: Evidence) -> list[SectionKind]:
    """Working order for designs, migrations and choices; a focused answer begins with the kind of the section that answers."""
    if evidence.plan.whole or evidence.choice is not None:
        return list(WORKING_ORDER)
    scores = evidence.section_scores
    best: dict[SectionKind, float] = {}
    for chosen in evidence.selection.chosen:
        for section in chosen.sections:
            kind = section_kind(chosen.entry, section)
            best[kind] = max(best.get(kind, 0.0), scores.get(section.id, 0.0))
    if evidence.reads:
        best["indexes"] = 1.0
    if evidence.changes:
        best["schema"] = 1.0
    return sorted(
        WORKING_ORDER, key=lambda kind: (kind == "next_steps", -best.get(kind, 0.0), WORKING_ORDER.index(kind))
    )


def _concluded(evidence: Evidence, book: CitationBook, stated: tuple[Conclusion, ...]) -> list[_Piece]:
    """Rules that hold, by the kind they belong to, each group with the calculations it rests on."""
    by_kind: dict[SectionKind, list[Conclusion]] = {}
    for conclusion in evidence.fired:
        if evidence.changes and not conclusion.firing.calculations:
            # Rules of other subjects than what is to be added.
            continue
        by_kind.setdefault(conclusion.rule.into, []).append(conclusion)
    pieces = []
    for kind, conclusions in by_kind.items():
        told = [c for c in conclusions if c not in stated and c.firing.say and "ask" not in c.rule.effect]
        fresh = distinct(told, stated)
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
    if evidence.choice is None:
        return []
    return [_Piece("technology", "The choice, criterion by criterion", comparison(evidence, evidence.choice, book))]


def _instance(evidence: Evidence, book: CitationBook) -> list[_Piece]:
    """The schema in the asker's nouns before the worked design that shows the rest."""
    built = evidence.structure
    if evidence.changes:
        wanted = ((own_change.heading(each), own_change.blocks(evidence.kb, each, book)) for each in evidence.changes)
        return [_Piece("schema", title, shown) for title, shown in wanted]
    if evidence.reads:
        shown = own_index.blocks(evidence.kb, evidence.question, evidence.reads, book)
        return [_Piece("indexes", own_index.TITLE, shown)]
    if built is None:
        return []
    heading = instance.title(built)
    drawn = [_Piece("erd", heading, instance.diagram(built, book))] if evidence.plan.erd else []
    return [_Piece("schema", heading, instance.schema(evidence, built, book)), *drawn]


def _quoted(evidence: Evidence, book: CitationBook, said: frozenset[str]) -> list[_Piece]:
    pieces = []
    chosen = evidence.selection.chosen
    for picked in chosen:
        for section in picked.sections:
            kind = section_kind(picked.entry, section)
            if (
                (kind == "erd" and not evidence.plan.erd)
                or _drawn_anew(evidence, picked, kind)
                or _of_another_store(evidence, picked, kind)
                or _told_by_rows(evidence, section)
                or _sums_of_others(evidence, picked.entry, section)
                or _beside_the_change(evidence, section)
            ):
                continue
            pieces.append(_Piece(kind, _title(picked.entry, section), tuple(_blocks(evidence, section, book, said))))
    return pieces


def _drawn_anew(evidence: Evidence, picked: Chosen, kind: SectionKind) -> bool:
    """Beside the schema in the asker's nouns, the tables of another domain and templates of other shapes only confuse."""
    if evidence.structure is not None and picked.entry.id == evidence.structure.section.entry:
        return True
    return evidence.redrawn and picked.entry.kind in ("designs", "checklists") and kind in ("schema", "indexes", "erd")


def _of_another_store(evidence: Evidence, picked: Chosen, kind: SectionKind) -> bool:
    """Why a design takes its store is no answer to somebody who has another."""
    return evidence.elsewhere is not None and kind == "technology" and picked is evidence.selection.backbone


def _told_by_rows(evidence: Evidence, section: Section) -> bool:
    """Of the map of dialects a schema is followed by the rows that it needs: not by all of them, nor by those of other engines."""
    part = evidence.elsewhere.part if evidence.elsewhere is not None else None
    if part is None or section.entry != part.entry or not (evidence.plan.whole or evidence.structure is not None):
        return False
    return section.id == part.id or section.path[0] != part.path[0]


def _beside_the_change(evidence: Evidence, section: Section) -> bool:
    """Beside the change to the asker's own tables only what is very near is read on; its templates are in it already."""
    if not evidence.changes:
        return False
    own = any(section.id == change.section.id for change in evidence.changes)
    return own or evidence.section_scores.get(section.id, 0.0) < _VERY_NEAR


def _sums_of_others(evidence: Evidence, entry: Entry, section: Section) -> bool:
    """A reference's worked example beside the asker's own results only confuses."""
    calculates = any(block.fence and block.fence.language == "calc" for block in section.blocks)
    return entry.kind == "references" and calculates and bool(evidence.conclusions.estimates)


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
        # An example's diagram is of somebody else's case.
        drawn = evidence.plan.erd and not evidence.redrawn and section.path[0].lower() != "example"
        if shown is not None and (shown.kind != "diagram" or drawn):
            yield shown


def _is_said(statement: Statement, said: frozenset[str]) -> bool:
    return statement.kind in ("paragraph", "item") and statement.text in said


def _title(entry: Entry, section: Section) -> str:
    return section.heading if entry.kind in ("designs", "playbooks") else f"{entry.title}: {section.heading}"


def _offered(evidence: Evidence, book: CitationBook, said: frozenset[str]) -> list[_Piece]:
    """Relevant and undecided: few, nearest first, as "If …" lines."""
    offers = [(entry, rule) for entry, rule in evidence.offers(_MOST_OFFERS) if offer(rule) not in said]
    if not offers or evidence.changes:
        return []
    claims = tuple(offered(rule, offer(rule), evidence.rule_section((entry, rule.id)), book) for entry, rule in offers)
    return [
        _Piece(
            "next_steps",
            "What would change this advice",
            (Paragraph(claims=(connective("if"),)), ListBlock(claims=claims)),
        )
    ]
