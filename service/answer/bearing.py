"""Bearing: the worked design or playbook that a question as a whole is about, whatever words it is asked in."""

from collections import Counter
from collections.abc import Mapping

from kb.entry import Entry, KnowledgeBase
from service.answer.fit import Fit, asks_a_detail, names_move
from service.question.question import Question
from service.retrieval.search import Retrieved

# A question about a whole case finds most of its nearest sections in one design; one about a detail finds one or two.
# On our questions in other words the first had 7 to 12 of the nearest twelve, the second up to 5.
_NEAREST, _MOST_OF_THEM, _SEVERAL = 12, 7, 4
# Of two questions that share their subject and little else .7 was the most.
_THE_VERY_QUESTION = 0.75
# A section this near is about the very case.
_CLEAR, _AS_NEAR = 0.55, 0.9
_WHOLE_WORDS = frozenset({"design", "migrate", "erd", "evolve"})
_CHOICES = frozenset({"choose", "choose_store", "compare", "license", "alternatives"})


def bearing(kb: KnowledgeBase, question: Question, retrieved: Retrieved, fits: Mapping[str, Fit]) -> Entry | None:
    """The design or playbook that carries the answer, None where the question is about something in particular."""
    # Who says that his version ends, and names the next one, wants to get there.
    choices = question.intent_ids & (_CHOICES - {"license"} if _upgrades(kb, question) else _CHOICES)
    if (choices and "design" not in question.intent_ids) or question.artefacts.given:
        return None
    counts = Counter(hit.entry for hit in retrieved.hits[:_NEAREST])
    # Where a design of the asker's own structure was found, one of another structure does not carry the answer.
    kin = any(
        fits.get(hit.entry) in ("near", "shape") and kb.entries[hit.entry].kind == "designs"
        for hit in retrieved.entries
    )
    candidates = [
        (-counts[hit.entry], -hit.score, hit.entry)
        for hit in retrieved.entries[:_NEAREST]
        if fits.get(hit.entry, "foreign") != "foreign"
        and not (kin and fits[hit.entry] == "subject" and kb.entries[hit.entry].kind == "designs")
    ]
    # Its name is enough: that other entries are nearer, or that it was not found at all, says nothing against it.
    named = (n for n, fit in fits.items() if fit != "foreign" and names_move(kb.entries[n], question))
    moving = [(-counts[name], name) for name in named]
    if moving:
        return kb.entries[min(moving)[1]]
    if not candidates or _is_put_elsewhere(kb, retrieved):
        return None
    count, _, name = min(candidates)
    if kb.entries[name].kind == "playbooks" and _on_his_product(question, retrieved):
        return None
    if kb.entries[name].kind == "designs" and asks_a_detail(question):
        return None
    needed = _SEVERAL if question.intent_ids & _WHOLE_WORDS else _MOST_OF_THEM
    return kb.entries[name] if -count >= needed else None


def _is_put_elsewhere(kb: KnowledgeBase, retrieved: Retrieved) -> bool:
    """Whether the author of a pattern or trade-off has put the very question: its section answers, and no plan around it."""
    first = next(iter(retrieved.hits), None)
    if first is None or first.route != "answer" or first.dense < _THE_VERY_QUESTION:
        return False
    return kb.entries[first.entry].kind in ("patterns", "tradeoffs", "references")


def _on_his_product(question: Question, retrieved: Retrieved) -> bool:
    """Whether a section of the profile of what the asker runs is about as near as anything, and no word says that he moves."""
    own = {f"technologies/{name.id}" for name in question.technologies if name.part in ("asked", "stack")}
    nearest = max((hit.score for hit in retrieved.hits if hit.entry in own), default=0.0)
    first = max((hit.score for hit in retrieved.hits[:1]), default=0.0)
    return nearest >= max(_CLEAR, _AS_NEAR * first) and not question.intent_ids & _WHOLE_WORDS


def _upgrades(kb: KnowledgeBase, question: Question) -> bool:
    return any(entry.kind == "playbooks" and names_move(entry, question) for entry in kb.entries.values())
