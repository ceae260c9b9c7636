"""Strangers: sections found by a question or a rule of another product, or another error, than the asker's."""

import re
from dataclasses import replace

from kb.entry import KnowledgeBase
from kb.kinds import Technology
from kb.vocabulary import Vocabulary
from service.question.entities import named_in
from service.question.question import Question
from service.retrieval.fusion import by_entry, damped
from service.retrieval.hits import Hit, Retrieved

# What is asked of a rival in the same words answers the asker less than what is written on his own.
_OF_ANOTHER, _OF_ANOTHER_ERROR = 0.8, 0.6
# Errors go by their number: who pastes one does not ask about another, however alike the sentences are.
_ERROR = re.compile(r"\b(?:ORA-\d{3,5}|ERROR \d{4}|Msg \d{3,5}|SQLSTATE \w{5}|SQL\d{4}N)\b", re.IGNORECASE)
# Who looks for a product welcomes those that he has not named.
_LOOKING = frozenset({"choose_store", "compare", "alternatives", "license", "migrate"})
# What is said of it is said of most databases.
_COMMON_GROUND = "postgresql"


def behind(kb: KnowledgeBase, vocabulary: Vocabulary, question: Question, retrieved: Retrieved) -> Retrieved:
    """The sections with those behind that only a rival's question or rule led to; entries follow their sections."""
    spoken = frozenset({name.id for name in question.technologies} | {str(question.facts.get("engine") or "")}) - {""}
    spoken = frozenset() if question.intent_ids & _LOOKING else spoken
    pasted = _errors(question.text)

    def share(hit: Hit) -> float:
        if hit.route == "section":
            return 1.0
        errors = _errors(hit.matched)
        if pasted and errors and not pasted & errors:
            return _OF_ANOTHER_ERROR
        if not spoken:
            return 1.0
        named = named_in(hit.matched, vocabulary)
        rival = named and not named & (spoken | {_COMMON_GROUND}) and all(_is_a_store(kb, name) for name in named)
        return _OF_ANOTHER if rival else 1.0

    moved = {hit.section: kept for hit in retrieved.hits if (kept := share(hit)) < 1}
    put = (replace(hit, score=round(moved.get(hit.section, 1.0) * hit.score, 6)) for hit in retrieved.hits)
    hits = tuple(sorted(put, key=lambda hit: (-hit.score, hit.section)))
    scores = by_entry((hit.entry, hit.score) for hit in hits)
    touched = {hit.entry for hit in hits if hit.section in moved}
    entries = (
        replace(each, score=damped(scores[each.entry])) if each.entry in touched else each for each in retrieved.entries
    )
    return replace(retrieved, hits=hits, entries=tuple(sorted(entries, key=lambda each: (-each.score, each.entry))))


def _errors(text: str) -> frozenset[str]:
    return frozenset(match.group().upper() for match in _ERROR.finditer(text))


def _is_a_store(kb: KnowledgeBase, name: str) -> bool:
    entry = kb.entries.get(f"technologies/{name}")
    return entry is not None and isinstance(entry.meta, Technology) and bool(entry.meta.scores)
