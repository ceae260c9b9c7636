"""Follow-ups that say the name of a part of the plan or design at hand: "and the rollback?"."""

import re
from collections.abc import Mapping
from dataclasses import replace

from kb.entry import KnowledgeBase
from service.answer.fit import Fit
from service.question.question import Question
from service.retrieval.hits import Hit
from service.retrieval.search import Retrieved

# By so much the part that is named comes before whatever is nearest.
_AHEAD = 0.05
# "Monitoring" is meant by "monitor" too.
_FEWEST_LETTERS, _STEM = 6, 7
_LETTERS = re.compile(r"[^a-z]")


def called_for(kb: KnowledgeBase, question: Question, retrieved: Retrieved, fits: Mapping[str, Fit]) -> Retrieved:
    """Who goes on asking about a plan or a design and names one of its parts means that part: it comes first."""
    if not question.goes_on or not retrieved.hits:
        return retrieved
    said = _squeezed(question.text)
    near = (kb.entries[name] for name, fit in sorted(fits.items()) if fit == "near")
    parts = [(entry, s) for entry in near for s in entry.sections if _is_said(s.path[0], said)]
    known = {hit.section: hit for hit in retrieved.hits}
    ahead = round(retrieved.hits[0].score + _AHEAD, 6)
    named = [
        replace(known[s.id], score=ahead)
        if s.id in known
        else Hit(s.id, entry.id, ahead, 0.0, 0.0, "section", s.heading)
        for entry, s in parts
    ]
    rest = (hit for hit in retrieved.hits if hit.section not in {hit.section for hit in named})
    return replace(retrieved, hits=(*named, *rest))


def _is_said(heading: str, said: str) -> bool:
    name = _squeezed(heading)
    return len(name) >= _FEWEST_LETTERS and name[:_STEM] in said


def _squeezed(text: str) -> str:
    return _LETTERS.sub("", text.lower())
