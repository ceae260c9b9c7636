"""Scope: whether a question is ours, which of its subjects nobody has written on, and what is assumed of it."""

from collections.abc import Sequence

from kb.entry import Design, KnowledgeBase
from kb.fact import Fact
from kb.vocabulary import Vocabulary
from service.analysis.estimates import Estimated
from service.answer.evidence import Gap
from service.answer.fit import has_playbook
from service.answer.plan import CHOOSING
from service.answer.selection import Selection
from service.question.intents import speaks_of_data
from service.question.question import Question
from service.retrieval.search import Retrieved

# Under this, not even words of our subject make a question ours ("a database of French wines").
_FAINT = 0.25


def is_ours(question: Question, retrieved: Retrieved, estimates: Sequence[Estimated] = ()) -> bool:
    """Near to what we have, or pasted, or a domain that no entry knows asked about in words or figures of our subject."""
    ours_by_words = bool(question.intents) and speaks_of_data(question.text) and retrieved.relevance >= _FAINT
    ours_by_figures = any(each.asked for each in estimates) and retrieved.relevance >= _FAINT
    return retrieved.relevant or bool(question.pasted) or ours_by_words or ours_by_figures


def gaps(
    kb: KnowledgeBase, vocabulary: Vocabulary, question: Question, retrieved: Retrieved, selection: Selection
) -> tuple[Gap, ...]:
    """Unwritten subjects nearer than any entry, unless a design or playbook of the case carries the answer.

    A technology is one only where it is named, and always where it is to be chosen.
    """
    named = {
        f"technologies/{name.id}": name.id for name in question.technologies if name.part not in ("excluded", "simile")
    }
    borne = selection.backbone is not None and selection.backbone.fit == "near"
    found = [
        Gap(gap.subject, gap.title)
        for gap in retrieved.gaps
        if gap.subject in named or not (borne or gap.subject.startswith("technologies/"))
    ]
    known = {gap.subject for gap in found}
    missing = [entry for entry in sorted(named) if entry not in kb.entries and entry not in known]
    if "migrate" in question.intent_ids and not has_playbook(kb, question):
        origin, target = (
            vocabulary.technologies[str(question.facts.get(f"migration.{end}"))].name for end in ("from", "to")
        )
        found.append(Gap("playbooks", f"A migration from {origin} to {target}"))
    chosen_among = [
        Gap(entry, vocabulary.technologies[named[entry]].name) for entry in missing if question.intent_ids & CHOOSING
    ]
    return (*found, *chosen_among)


def assumed(question: Question, selection: Selection) -> tuple[Fact, ...]:
    """Where no engine is named, rules of an engine run under the one that the answer is built on, and the answer says so."""
    if any(question.facts.get(name) for name in ("engine", "migration.to", "compared")) or selection.backbone is None:
        return ()
    meta = selection.backbone.entry.meta
    return (Fact("engine", meta.store.removeprefix("technologies/"), "assumed"),) if isinstance(meta, Design) else ()
