"""Ranking: how near each entry is to the question, with what retrieval cannot see because it knows no technology and no intent."""

from collections.abc import Mapping

from kb.entry import Entry, KnowledgeBase
from kb.kinds import Design, Playbook
from service.answer.fit import Fit
from service.answer.plan import Plan
from service.question.question import Question
from service.retrieval.search import Retrieved

# Adjustments to the retrieval score of an entry (0 to 1).
_PREFERRED_KIND = 0.10
_NAMED, _NAMED_IN_PASSING = 0.30, 0.04
_UNNAMED_TECHNOLOGY, _ANYBODYS = -0.20, -0.10
# What is said of these is said of most databases that are asked about.
COMMON_GROUND = frozenset({"technologies/postgresql"})
_FITTING_DESIGN: Mapping[Fit, float] = {"near": 0.40, "shape": 0.20, "subject": -0.20, "foreign": -0.40}
# A focused question may be answered by a section of any design.
_DESIGN_IN_PASSING: Mapping[Fit, float] = {"near": 0.10, "shape": 0.0, "subject": -0.04, "foreign": -0.40}
_FITTING_MOVE: Mapping[Fit, float] = {"near": 0.35, "shape": 0.0, "subject": 0.0, "foreign": -0.40}
_PLAYBOOK_IN_PASSING, _OTHERS_TABLES = -0.15, -0.12
_ON_THE_LAW = 0.1


def ranked(
    kb: KnowledgeBase, question: Question, retrieved: Retrieved, plan: Plan, fits: Mapping[str, Fit]
) -> list[tuple[float, Entry]]:
    """The entries that have something to say, best first, ties by id, each with its score."""
    named = {f"technologies/{name.id}" for name in question.technologies if name.part not in ("excluded", "simile")}
    excluded = {f"technologies/{name.id}" for name in question.technologies if name.part == "excluded"}
    # An entry that no found section stands in has nothing to say here; it must not keep others out by its name.
    speaking = {hit.entry for hit in retrieved.hits}
    scored = []
    for hit in retrieved.entries:
        entry = kb.entries[hit.entry]
        if entry.id in excluded or entry.id not in speaking:
            continue
        score = hit.score + _adjustment(entry, plan, named, fits.get(entry.id))
        score += _ON_THE_LAW if not plan.whole and _is_on_the_law(entry, question) else 0.0
        if score > 0:
            scored.append((round(score, 6), entry))
    return sorted(scored, key=lambda item: (-item[0], item[1].id))


def _is_on_the_law(entry: Entry, question: Question) -> bool:
    """Whether the entry is about the regulation that the question is under, where that is what is asked about."""
    laws = question.facts.get("compliance")
    named = laws if isinstance(laws, frozenset) else frozenset()
    return "security" in question.intent_ids and any(law in entry.id for law in named)


def _adjustment(entry: Entry, plan: Plan, named: set[str], fit: Fit | None) -> float:
    total = _PREFERRED_KIND if entry.kind in plan.prefers else 0.0
    if entry.id in named:
        total += _NAMED if plan.choosing else _NAMED_IN_PASSING
    elif entry.kind == "technologies" and not (entry.id in COMMON_GROUND and not named):
        # Who names no product is not answered with the ways of one, unless he looks for one.
        total += _UNNAMED_TECHNOLOGY if named else 0.0 if plan.choosing or plan.defining else _ANYBODYS
    if fit and isinstance(entry.meta, Design):
        total += (_FITTING_DESIGN if plan.whole else _DESIGN_IN_PASSING)[fit]
        # Who changes a schema has one: another's tables are no answer.
        total += _OTHERS_TABLES if "migration" in plan.asked and not plan.whole and fit != "near" else 0.0
    if fit and isinstance(entry.meta, Playbook):
        total += _FITTING_MOVE[fit] if "migration" in plan.kinds else _PLAYBOOK_IN_PASSING
    return total
