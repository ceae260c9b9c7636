"""Composing: evidence in, advice out. The deterministic composer quotes, fills and computes; it writes nothing of its own."""

import hashlib
import json
import re
from typing import Protocol

from pydantic import BaseModel

from kb.kinds import Design
from service.analysis.conclusions import Conclusion
from service.analysis.review.review import Review, review
from service.answer.advice import Advice, AdviceSection, Alternative, Claim, Confidence, Filled, Part, Understanding
from service.answer.body import body
from service.answer.citations import CitationBook
from service.answer.claims import connective, quote
from service.answer.closing import clarifying, confidence, understanding
from service.answer.evidence import Evidence
from service.answer.lead import lead
from service.answer.reviewed import Wanted, reviewed
from service.answer.verdict import passed_over
from service.question.request import AskRequest
from service.question.wishes import decided, wants_contexts

# Part of every answer's id: raise it when the same edition would be answered differently.
CODE_VERSION = 4
# Beside an answer to a question, the worst are told and the rest is folded.
_MOST_FINDINGS = 6
_BRIEF_FINDING = "**{severity}**, {where}: {say}."
_ABOUT_WHAT_IS_PASTED = frozenset({"review", "index", "query", "define", "evolve"})
_SLOW = re.compile(r"\b(?:is|are|runs?|so|very|too|gets?|got|became) (?:so |very |too |really )?slow\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d\s*[A-Za-z]")
_WORTH_TELLING, _MOST_TOLD = ("**Critical**", "**High**", "**Medium**"), 2


class Composer(Protocol):
    """Anything that turns evidence into advice."""

    name: str

    def compose(self, evidence: Evidence) -> Advice: ...


class DeterministicComposer:
    """Says only what is quoted, filled or computed from the evidence."""

    name = "deterministic"

    def __init__(self, public_url: str = "") -> None:
        self._public_url = public_url

    def compose(self, evidence: Evidence) -> Advice:
        book = CitationBook(evidence.kb, self._public_url)
        judged = review(evidence.question.artefacts, evidence.question.facts)
        begun = self._worst_first(evidence, judged)
        summary, stated = begun if begun is not None else lead(evidence, book)
        said = frozenset(claim.text for claim in summary)
        plain = frozenset(_plain(evidence, summary)) | said
        found = _told(evidence, judged, book)
        if begun is not None:
            summary = (*_worst(found), *summary)
        told = body(evidence, book, stated, plain)
        # Who wants something added gets that before what is wrong with what is there.
        sections = (*told, *found) if evidence.changes else (*found, *told)
        alternatives = _alternatives(evidence, book)
        recorded = "record" in evidence.question.intent_ids and evidence.choice is not None
        return Advice(
            id=answer_id(evidence.request, evidence.edition, self.name),
            question=evidence.request.question,
            understanding=_without_used(understanding(evidence), judged),
            clarifying_questions=clarifying(evidence),
            summary=(
                *(_as_decided(evidence) if recorded else ()),
                *summary,
                *_undrawn(evidence, sections),
                *([connective("record")] if recorded else []),
            ),
            sections=sections,
            citations=book.all(),
            alternatives=alternatives,
            confidence=confidence(evidence),
            edition=evidence.edition,
            composer=self.name,
            form="record" if recorded else None,
        )

    def _worst_first(
        self, evidence: Evidence, judged: Review
    ) -> tuple[tuple[Claim, ...], tuple[Conclusion, ...]] | None:
        """What is left of the lead where the worst of what was pasted leads: who asks what is wrong or slow is told that
        before any passage. None where something else decides; tried in a book of its own, so that nothing is cited unsaid."""
        ids = evidence.question.intent_ids
        about = ids & _ABOUT_WHAT_IS_PASTED or _SLOW.search(evidence.question.text) or judged.answers
        other = evidence.choice is not None or evidence.plan.whole or bool(evidence.changes) or (ids and not about)
        scratch = CitationBook(evidence.kb, self._public_url)
        if evidence.question.artefacts.empty or other or not _worst(_told(evidence, judged, scratch)):
            return None
        summary, stated = lead(evidence, scratch)
        if stated:
            # What follows from the asker's own numbers stands beside the answer, or is the answer itself.
            return (summary, stated) if judged.answers else None
        return tuple(c for c in summary if c.support.kind == "connective"), stated


def decline(request: AskRequest, edition: str, composer: str) -> Advice:
    """Two lines and no sources: the question is about something else."""
    return Advice(
        id=answer_id(request, edition, composer),
        question=request.question,
        understanding=Understanding(intents=("out_of_scope",), facts=(), assumptions=(), not_taken_into_account=()),
        clarifying_questions=(),
        summary=(connective("out_of_scope"), connective("rephrase")),
        sections=(),
        citations=(),
        alternatives=(),
        confidence=Confidence(level="none", reason="nothing in the knowledge base is near the question"),
        edition=edition,
        composer=composer,
    )


def answer_id(request: BaseModel, edition: str, composer: str) -> str:
    """The same request, edition and code give the same id: 16 hexadecimal digits of a sha256."""
    key = json.dumps(
        [request.model_dump(mode="json"), edition, composer, CODE_VERSION], sort_keys=True, ensure_ascii=False
    )
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _without_used(understood: Understanding, judged: Review) -> Understanding:
    """What the review has used of the asker's numbers is taken into account."""
    said = "".join(finding.say for finding in judged.findings).replace(" ", "")
    idle = tuple(
        each
        for each in understood.not_taken_into_account
        if not (_NUMBER.search(each.text) and re.search(rf"(?<![\d.,]){re.escape(each.text.replace(' ', ''))}", said))
    )
    return understood.model_copy(update={"not_taken_into_account": idle})


def _told(evidence: Evidence, judged: Review, book: CitationBook) -> tuple[AdviceSection, ...]:
    """The review of what the question brought along; nothing where it brought nothing that could be judged."""
    if judged.artefacts.empty:
        return ()
    wanted = Wanted(evidence.plan.erd, wants_contexts(evidence.question.text), _MOST_FINDINGS, unread=False)
    return reviewed(judged, evidence.kb, book, wanted)


def _worst(found: tuple[AdviceSection, ...]) -> tuple[Claim, ...]:
    """What the worst findings say to do, their reasons left to the review; those of little weight lead nothing."""
    told = (c for section in found[:1] for block in section.blocks if block.kind == "paragraph" for c in block.claims)
    worst = [claim for claim in told if claim.text.startswith(_WORTH_TELLING)][:_MOST_TOLD]
    return tuple(_briefly(claim, claim.support) for claim in worst if isinstance(claim.support, Filled))


def _briefly(claim: Claim, support: Filled) -> Claim:
    text = _BRIEF_FINDING.format(**support.slots)
    return Claim(text=text, support=support.model_copy(update={"template": _BRIEF_FINDING}), citations=claim.citations)


def _as_decided(evidence: Evidence) -> tuple[Claim, ...]:
    """What the asker has decided, before what the knowledge base says to it."""
    pair = decided(evidence.question.subject, evidence.question.technologies)
    if pair is None:
        return ()
    taken, left = (evidence.vocabulary.technologies[named.id].name for named in pair)
    return (connective("decided", f"{taken} instead of {left}. The knowledge base weighs the two so:"),)


def _undrawn(evidence: Evidence, sections: tuple[AdviceSection, ...]) -> tuple[Claim, ...]:
    """Who asks for a diagram is told when there is none."""
    drawn = any(block.kind == "diagram" and not block.chart for section in sections for block in section.blocks)
    return () if drawn or not evidence.plan.erd else (connective("no_erd"),)


def _plain(evidence: Evidence, summary: tuple[Claim, ...]) -> list[str]:
    """The plain text of statements quoted in the summary, which is how the body recognises them."""
    texts = []
    for claim in summary:
        support: Part = claim.support
        start, end, section_id = (
            getattr(support, "start", 0),
            getattr(support, "end", 0),
            getattr(support, "section", ""),
        )
        section = evidence.kb.section(section_id) if section_id else None
        if section is not None and end:
            texts.append(section.text[start:end])
    return texts


def _alternatives(evidence: Evidence, book: CitationBook) -> tuple[Alternative, ...]:
    """What lost: the rejected alternatives of a backbone design, each row of its table, whose first cell is the name; else those that a choice passed over."""
    backbone = evidence.selection.backbone
    if backbone is None or not isinstance(backbone.entry.meta, Design):
        return passed_over(evidence, evidence.choice, book) if evidence.choice is not None else ()
    found = []
    for section in backbone.sections:
        if section.path[0].lower() != "alternatives considered":
            continue
        rows = [s for block in section.blocks if block.kind == "table" for s in block.statements]
        found += [Alternative(name=row.cells[0], claims=(quote(section, row, book),)) for row in rows if row.cells]
    return tuple(found)
