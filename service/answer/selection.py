"""Selection: which one to three entries answer, and which of their sections, whole and in their authors' order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kb.entry import Entry, KnowledgeBase, Section
from kb.kinds import Playbook
from service.analysis.conclusions import Conclusion
from service.answer.dialect import of_engine
from service.answer.excerpts import ordered, relevant, tables, whole
from service.answer.fit import Fit, close_entries
from service.answer.plan import Plan
from service.answer.ranking import COMMON_GROUND, ranked
from service.question.question import Question
from service.retrieval.search import Retrieved

# An entry answers beside the best one when it reaches this share of its score.
_COMPANION_SHARE = 0.72
_EXPLAINS, _RULE_NEAR = 0.2, 0.4
# A section this near, and by so much nearer than every other.
_CLEAR, _CLEARLY = 0.6, 0.04
_MOST_ENTRIES, _WITHOUT_BACKBONE = 3, 600


@dataclass(frozen=True)
class Chosen:
    """An entry that answers, how it fits the asker's case, and its sections in their order."""

    entry: Entry
    score: float
    fit: Fit
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Found:
    """What selection starts from: the fit of each design and playbook, the one that bears the whole question if any does,
    and the sections that explain a rule which certainly holds: they answer before their neighbours do."""

    fits: Mapping[str, Fit]
    bearing: Entry | None = None
    explaining: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Selection:
    """What answers, best first; `backbone` is a worked design or playbook that the whole answer is built around."""

    chosen: tuple[Chosen, ...]
    backbone: Chosen | None


def select(kb: KnowledgeBase, question: Question, retrieved: Retrieved, plan: Plan, found: Found) -> Selection:
    """Entries by adjusted score, then their sections by plan and relevance within the plan's length."""
    fits, explaining = found.fits, found.explaining
    engine = str(question.facts.get("engine") or "")
    order = ranked(kb, question, retrieved, plan, fits)
    if not order:
        return Selection((), None)
    best = order[0][0]
    kept = {entry.id: (score, entry) for score, entry in order[:_MOST_ENTRIES] if score >= best * _COMPANION_SHARE}
    nearest = None if plan.whole else _nearest(order, retrieved)
    if nearest is not None and not _is_a_strangers(nearest, question, plan):
        # One section that says it best is the answer, however little else its entry has on it.
        kept.setdefault(nearest.id, (best * _COMPANION_SHARE, nearest))
    # Of another's move nothing is carried out.
    kept = {name: each for name, each in kept.items() if each[1].kind != "playbooks" or fits.get(name) != "foreign"}
    if found.bearing is not None:
        kept.setdefault(found.bearing.id, (best, found.bearing))
    scores = {hit.section: hit.score + (_EXPLAINS if hit.section in explaining else 0.0) for hit in retrieved.hits}
    # Where the subject itself has no entry, only a design or playbook that is close all the same may carry the answer.
    unwritten = any(not gap.subject.startswith("technologies/") for gap in retrieved.gaps)
    close = close_entries(retrieved)
    bearers = {name: found for name, found in kept.items() if name in close or not unwritten}
    backbone = (found.bearing or _backbone(bearers, fits)) if plan.whole else None
    picked: dict[str, tuple[Section, ...]] = {}
    room = min(plan.words, _WITHOUT_BACKBONE)
    if backbone is not None:
        fits = {**fits, backbone.id: _worn(backbone, fits[backbone.id])}
        picked[backbone.id] = whole(backbone, plan, scores, fits[backbone.id], engine)
        room = plan.words // 8
    others = [entry for _, entry in kept.values() if entry is not backbone and not _rivals(kb, backbone, entry)]
    picked |= relevant(others, plan, of_engine(others, engine, scores), room)
    if backbone is not None and backbone.kind == "playbooks":
        # A playbook says how to get there; a design of the case has the tables to arrive at.
        near = (entry for entry in others if entry.kind == "designs" and fits.get(entry.id) == "near")
        picked |= {entry.id: ordered(entry, [*picked.get(entry.id, ()), *tables(entry)]) for entry in near}
    chosen = tuple(
        Chosen(kept[name][1], kept[name][0], fits.get(name, "subject"), picked[name]) for name in picked if picked[name]
    )
    return Selection(chosen, next((c for c in chosen if c.entry is backbone), None))


def _nearest(order: list[tuple[float, Entry]], retrieved: Retrieved) -> Entry | None:
    """The entry of the section that is clearly nearest of all, unless it is ruled out."""
    hits = retrieved.hits[:2]
    clear = len(hits) > 1 and hits[0].score >= max(_CLEAR, hits[1].score + _CLEARLY)
    return next((entry for _, entry in order if clear and entry.id == hits[0].entry), None)


def _is_a_strangers(entry: Entry, question: Question, plan: Plan) -> bool:
    """Whether it is the profile of a product where nobody looks for one, or where others are spoken of."""
    if entry.kind != "technologies" or entry.id in COMMON_GROUND or plan.looking:
        return False
    return entry.id not in spoken(question)


def spoken(question: Question) -> frozenset[str]:
    """Entries of the products that the question is about, named in it or before it."""
    names = {name.id for name in question.technologies if name.part != "excluded"}
    return frozenset(f"technologies/{name}" for name in (*names, str(question.facts.get("engine") or "")) if name)


def _rivals(kb: KnowledgeBase, backbone: Entry | None, entry: Entry) -> bool:
    """Whether beside the plan that is followed the entry is the plan of another move, from an engine or to one."""
    if backbone is None or backbone.kind != "playbooks" or not isinstance(entry.meta, Playbook):
        return False
    ends = (entry.meta.origin, entry.meta.target)
    return any(f"technologies/{end.lower().replace(' ', '-')}" in kb.entries for end in ends)


def _worn(backbone: Entry, fit: Fit) -> Fit:
    """What bears an answer is the case itself or its shape; a playbook has no domain to differ in."""
    if fit != "subject":
        return fit
    return "near" if backbone.kind == "playbooks" else "shape"


def explaining(fired: Iterable[Conclusion], retrieved: Retrieved) -> frozenset[str]:
    """Sections that explain rules which hold and whose own words are near the question."""
    near = {(hit.entry, hit.rule) for hit in retrieved.rules if hit.score >= _RULE_NEAR}
    return frozenset(f"{c.entry}#{c.rule.explained}" for c in fired if c.key in near)


def _backbone(kept: Mapping[str, tuple[float, Entry]], fits: Mapping[str, Fit]) -> Entry | None:
    """A worked design or playbook of the asker's case, or of its shape."""
    ranked = [
        (fits[name] != "near", -score, name) for name, (score, _) in kept.items() if fits.get(name) in ("near", "shape")
    ]
    return kept[min(ranked)[2]][1] if ranked else None
