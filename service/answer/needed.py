"""What a design has to meet beside its tables: each need that is stated and that nothing chosen meets brings in what says how."""

import re
from collections.abc import Iterable
from dataclasses import replace

from ingest.embeddings import DECIMALS
from kb.entry import KnowledgeBase
from kb.vocabulary import NeedTerm, Vocabulary
from service.answer.selection import Selection
from service.answer.standing import joined
from service.question.clauses import negated
from service.question.forms import places
from service.question.intents import intents, speaks_of_tables
from service.question.question import Question
from service.retrieval.hits import EntryHit, Hit
from service.retrieval.search import Retrieved

# So many needs are met beside a whole design, and so many of somebody who goes on asking.
_MOST, _MOST_ASKED = 3, 2
# By so much what meets a need that is asked for comes before whatever is nearest, and each before the next.
_AHEAD, _STEP = 0.05, 0.001
_DRAWING = frozenset({"design", "erd"})


def needs(vocabulary: Vocabulary, text: str) -> tuple[NeedTerm, ...]:
    """The needs that the text states, those that matter most to the tables first."""
    return tuple(need for need in vocabulary.needs.values() if _stands(need, text))


def stated(vocabulary: Vocabulary, question: Question) -> tuple[NeedTerm, ...]:
    """The needs of the question, and of what was said before where that is to be drawn."""
    return needs(vocabulary, f"{question.subject}\n{question.text}")


def with_needs(kb: KnowledgeBase, wanted: Iterable[NeedTerm], selection: Selection, written: str = "") -> Selection:
    """The selection with the sections that meet needs which neither it nor the SQL `written` for the asker meets."""
    shown = frozenset(section.id for chosen in selection.chosen for section in chosen.sections)
    missing = [need for need in wanted if not _met(need, selection, shown, written)][:_MOST]
    sections = [kb.section(name) for need in missing for name in need.sections]
    return replace(selection, chosen=joined(kb, selection.chosen, [s for s in sections if s is not None]))


def ahead(kb: KnowledgeBase, vocabulary: Vocabulary, question: Question, retrieved: Retrieved) -> Retrieved:
    """Who goes on about a design and states a need means that: what says how to meet it comes before whatever is nearest."""
    if not question.goes_on or question.artefacts.given or not _designed(question.context):
        return retrieved
    names = [name for need in needs(vocabulary, question.text)[:_MOST_ASKED] for name in need.sections]
    sections = [section for name in names if (section := kb.section(name)) is not None]
    if not sections:
        return retrieved
    top = max((hit.score for hit in retrieved.hits), default=0.0) + _AHEAD
    hits = [
        Hit(s.id, s.entry, round(top - n * _STEP, DECIMALS), 0.0, 0.0, "section", s.heading)
        for n, s in enumerate(sections)
    ]
    best = max((hit.score for hit in retrieved.entries), default=0.0) + _AHEAD
    entries = [
        EntryHit(name, round(best - n * _STEP, DECIMALS))
        for n, name in enumerate(dict.fromkeys(s.entry for s in sections))
    ]
    first, of = {hit.section for hit in hits}, {hit.entry for hit in entries}
    return replace(
        retrieved,
        hits=(*hits, *(hit for hit in retrieved.hits if hit.section not in first)),
        entries=(*entries, *(hit for hit in retrieved.entries if hit.entry not in of)),
        relevant=True,
    )


def _designed(text: str) -> bool:
    """Whether tables were asked for in what was said."""
    return speaks_of_tables(text) or bool(_DRAWING & {intent.id for intent in intents(text, 0)})


def _stands(need: NeedTerm, text: str) -> bool:
    """Whether a form stands in the text undenied: a negation that is part of it ("without signal") denies nothing."""
    found = (place for form in need.forms for place in places(form, text))
    return any(not negated(text, place.start, place.end) for place in found)


def _met(need: NeedTerm, selection: Selection, shown: frozenset[str], written: str) -> bool:
    """Whether a section of those is shown anyway, the asker's own SQL keeps it, or a worked design of his case speaks of it."""
    if shown & set(need.sections):
        return True
    if need.kept and re.search(need.kept, written):
        return True
    backbone = selection.backbone
    if backbone is None or backbone.fit != "near":
        return False
    return any(
        any(True for form in need.forms for _ in places(form, text)) or (need.kept and re.search(need.kept, text))
        for section in backbone.sections
        for text in (section.prose, *(block.fence.code for block in section.blocks if block.fence is not None))
    )
