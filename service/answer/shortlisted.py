"""What an open choice makes of the selection: the recommended technology speaks, those that lost do not."""

from collections.abc import Mapping
from dataclasses import replace

from kb.entry import Entry, KnowledgeBase, Section
from kb.fact import Fact
from kb.kinds import Technology
from service.analysis.choice import Choice
from service.analysis.demands import family
from service.answer.selection import Chosen, Selection
from service.question.question import Question
from service.retrieval.search import Retrieved

# Which workload the profiles that answer were written for, by their family; others say nothing of it.
_WORKLOAD_OF: Mapping[str, str] = {
    "time_series": "time_series", "columnar": "realtime_analytics", "search": "search", "graph": "graph", "key_value": "key_value",
}  # fmt: skip
_NEAREST, _SHARE = 12, 0.5
_COMPANIONS, _MOST_SECTIONS = 2, 4
_INTRODUCING = ("at-a-glance", "best-fit", "design-rules", "common-mistakes")


def assumed_workload(kb: KnowledgeBase, question: Question, retrieved: Retrieved) -> tuple[Fact, ...]:
    """The workload that the nearest profiles are for, where no word names one and most of them agree."""
    if question.facts.get("workload"):
        return ()
    if all(question.facts.get(name) for name in ("workload.devices", "workload.interval")):
        # Sources that report at an interval send measurements, whatever they are called.
        return (Fact("workload", frozenset({"time_series"}), "assumed"),)
    weights: dict[str, float] = {}
    for hit in retrieved.hits[:_NEAREST]:
        meta = kb.entries[hit.entry].meta
        if isinstance(meta, Technology) and meta.scores:
            weights[family(meta)] = weights.get(family(meta), 0.0) + hit.score
    if "design" in question.intent_ids:
        # Who wants a design and names no load has records that people enter and look up, whatever profiles are near.
        return (Fact("workload", frozenset({"oltp"}), "assumed"),)
    best = max(sorted(weights), key=lambda name: weights[name], default="")
    if best not in _WORKLOAD_OF or weights[best] < _SHARE * sum(weights.values()):
        return ()
    return (Fact("workload", frozenset({_WORKLOAD_OF[best]}), "assumed"),)


def shortlisted(kb: KnowledgeBase, selection: Selection, choice: Choice, retrieved: Retrieved) -> Selection:
    """Profiles of the first ones stay and the winner's is there; what was found of others stays out."""
    wanted = choice.ranking[: _COMPANIONS + 1]
    kept = [c for c in selection.chosen if c.entry.kind != "technologies" or c.entry.id in wanted]
    winner = kb.entries[choice.ranking[0]]
    if not any(c.entry is winner for c in kept):
        kept.insert(0, Chosen(winner, choice.means[0] / 5, "subject", _sections(winner, retrieved)))
    return replace(selection, chosen=tuple(kept))


def _sections(entry: Entry, retrieved: Retrieved) -> tuple[Section, ...]:
    """Of the winner what is nearest to the question, and what introduces it."""
    near = [hit.section.partition("#")[2] for hit in retrieved.hits if hit.entry == entry.id]
    wanted = list(dict.fromkeys((*_INTRODUCING[:2], *near, *_INTRODUCING[2:])))
    anchors = [name for name in wanted if any(s.anchor == name for s in entry.sections)][:_MOST_SECTIONS]
    return tuple(section for section in entry.sections if section.anchor in anchors)
