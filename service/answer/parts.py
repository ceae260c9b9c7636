"""Answers to each part of a question: a part that the selection does not touch brings in the section that answers it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ingest.lexical import tokenize
from kb.entry import KnowledgeBase
from service.answer.selection import Chosen, Selection
from service.answer.topics import section_kind
from service.retrieval.search import Retrieved

# Nearer than this, a section answers its part; where nothing is, the part is named as unanswered.
_ANSWERS = 0.42
_TOUCHED, _SUBJECT = 3, 3


@dataclass(frozen=True)
class Part:
    """One thing asked, and what was found on it alone."""

    text: str
    retrieved: Retrieved


def with_parts(
    kb: KnowledgeBase, selection: Selection, parts: Iterable[Part], named: frozenset[str] = frozenset()
) -> tuple[Selection, tuple[str, ...]]:
    """The selection with a section for each part that it leaves out, and the parts that nothing answers.

    Where products are `named` (entry ids), no other's profile answers a part.
    """
    unanswered = []
    for part in parts:
        if len(set(tokenize(part.text))) < _SUBJECT:
            # "How do we get under an hour?" has no subject of its own: what the whole question finds answers it.
            continue
        hits = [
            hit
            for hit in part.retrieved.hits
            if not hit.section.partition("#")[2].startswith(("rule-", "scores", "typed-facts"))
        ]
        shown = {section.id for chosen in selection.chosen for section in chosen.sections}
        if any(hit.section in shown for hit in hits[:_TOUCHED]):
            continue
        best = next((hit for hit in hits if _fits(kb, hit.section, named)), None)
        if best is None or best.score < _ANSWERS:
            unanswered.append(part.text)
            continue
        selection = _extended(kb, selection, best.section, best.score)
    return selection, tuple(unanswered)


def _fits(kb: KnowledgeBase, section_id: str, named: frozenset[str]) -> bool:
    section = kb.section(section_id)
    entry = kb.entries[section_id.partition("#")[0]]
    if named and entry.kind == "technologies" and entry.id not in named:
        return False
    return section is not None and section in entry.sections and section_kind(entry, section) != "erd"


def _extended(kb: KnowledgeBase, selection: Selection, section_id: str, score: float) -> Selection:
    """The section among its entry's others, in the author's order; a new entry comes last."""
    entry_id = section_id.partition("#")[0]
    entry = kb.entries[entry_id]
    found = next((c for c in selection.chosen if c.entry.id == entry_id), None)
    anchors = {section_id, *(s.id for s in found.sections)} if found else {section_id}
    sections = tuple(section for section in entry.sections if section.id in anchors)
    if found is None:
        return replace(selection, chosen=(*selection.chosen, Chosen(entry, score, "subject", sections)))
    grown = replace(found, sections=sections)
    chosen = tuple(grown if c is found else c for c in selection.chosen)
    return Selection(chosen, grown if selection.backbone is found else selection.backbone)
