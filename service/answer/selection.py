"""Selection: which one to three entries answer, and which of their sections, whole and in their authors' order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from kb.entry import Design, Entry, KnowledgeBase, Playbook, Section, SectionKind
from service.answer.plan import Plan
from service.answer.topics import section_kind
from service.question.clauses import find_cue
from service.question.question import Question
from service.retrieval.search import Retrieved

Fit = Literal["near", "shape", "subject"]

# Adjustments to the retrieval score of an entry (0 to 1): what retrieval cannot see because it knows no technology and no intent.
_PREFERRED_KIND = 0.10
_NAMED = 0.30
_UNNAMED_TECHNOLOGY = -0.20
_DOMAIN = 0.40
_FOREIGN_DESIGN = -0.20
_SAME_MOVE = 0.35
_OTHER_MOVE = -0.40
_COMPANION_SHARE = 0.72
_SECTION_SHARE = 0.62
_MOST_ENTRIES = 3


@dataclass(frozen=True)
class Chosen:
    """An entry that answers, how it fits the asker's case, and its sections in their order."""

    entry: Entry
    score: float
    fit: Fit
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Selection:
    """What answers, best first; `backbone` is a worked design or playbook that the whole answer is built around."""

    chosen: tuple[Chosen, ...]
    backbone: Chosen | None


def select(kb: KnowledgeBase, question: Question, retrieved: Retrieved, plan: Plan) -> Selection:
    """Entries by adjusted score, then their sections by plan and relevance within the plan's length."""
    ranked = _ranked(kb, question, retrieved, plan)
    if not ranked:
        return Selection((), None)
    best = ranked[0][0]
    kept = [(score, entry) for score, entry in ranked[:_MOST_ENTRIES] if score >= best * _COMPANION_SHARE]
    section_scores = {hit.section: hit.score for hit in retrieved.hits}
    fits = {entry.id: _fit(entry, question) for _, entry in kept}
    backbone = next((entry for _, entry in kept if plan.whole and entry.kind in ("designs", "playbooks") and fits[entry.id] == "near"), None)
    chosen = []
    for score, entry in sorted(kept, key=lambda item: (item[1] is not backbone, -item[0], item[1].id)):
        words = plan.words if entry is backbone or backbone is None else plan.words // 4
        sections = _whole(entry, plan, section_scores, words) if entry is backbone else _relevant(entry, plan, section_scores, words)
        if sections:
            chosen.append(Chosen(entry, score, fits[entry.id], sections))
    return Selection(tuple(chosen), next((c for c in chosen if c.entry is backbone), None))


def _ranked(kb: KnowledgeBase, question: Question, retrieved: Retrieved, plan: Plan) -> list[tuple[float, Entry]]:
    named = {f"technologies/{name.id}" for name in question.technologies if name.part not in ("excluded", "simile")}
    excluded = {f"technologies/{name.id}" for name in question.technologies if name.part == "excluded"}
    scored = []
    for hit in retrieved.entries:
        entry = kb.entries[hit.entry]
        if entry.id in excluded:
            continue
        score = hit.score + _adjustment(entry, question, plan, named)
        if score > 0:
            scored.append((round(score, 6), entry))
    return sorted(scored, key=lambda item: (-item[0], item[1].id))


def _adjustment(entry: Entry, question: Question, plan: Plan, named: set[str]) -> float:
    total = _PREFERRED_KIND if entry.kind in plan.prefers else 0.0
    if entry.id in named:
        total += _NAMED
    elif named and entry.kind == "technologies":
        total += _UNNAMED_TECHNOLOGY
    if isinstance(entry.meta, Design):
        total += _DOMAIN if _fit(entry, question) == "near" else _FOREIGN_DESIGN
    if isinstance(entry.meta, Playbook):
        total += _move(entry.meta, question)
    return total


def _move(meta: Playbook, question: Question) -> float:
    """A playbook from and to the named engines is the one; one between others is not."""
    origin, target = question.facts.get("migration.from"), question.facts.get("migration.to")
    if origin is None and target is None:
        return 0.0
    same = [str(asked) in f"{written} {written.replace(' ', '-')}".lower() for asked, written in ((origin, meta.origin), (target, meta.target)) if asked]
    return _SAME_MOVE if all(same) else _OTHER_MOVE


def _fit(entry: Entry, question: Question) -> Fit:
    """Near: the asker's domain, or for a playbook his move; shape: another domain of the same structure."""
    meta = entry.meta
    if isinstance(meta, Design):
        words = (meta.domain.name, *meta.domain.synonyms)
        if any(True for word in words for _ in find_cue(word, question.context)):
            return "near"
        return "shape" if question.facts.get("shape") == meta.shape.name else "subject"
    if isinstance(meta, Playbook):
        return "near" if _move(meta, question) > 0 else "subject"
    return "subject"


def _whole(entry: Entry, plan: Plan, scores: Mapping[str, float], words: int) -> tuple[Section, ...]:
    """Every planned kind with its leading section, then the rest by relevance while the length allows; in the author's order."""
    planned = [s for s in entry.sections if section_kind(entry, s) in plan.kinds]
    leading = _leading(entry, planned)
    room = words - sum(_length(s) for s in leading)
    picked = list(leading)
    rest = sorted((s for s in planned if s not in leading), key=lambda s: (-plan.weight(section_kind(entry, s)), -scores.get(s.id, 0.0), planned.index(s)))
    for section in rest:
        if _length(section) <= room:
            picked.append(section)
            room -= _length(section)
    return _ordered(entry, picked)


def _leading(entry: Entry, planned: Iterable[Section]) -> list[Section]:
    seen: set[str] = set()
    leading = []
    for section in planned:
        if section.path[0] not in seen:
            seen.add(section.path[0])
            leading.append(section)
    return leading


def _relevant(entry: Entry, plan: Plan, scores: Mapping[str, float], words: int) -> tuple[Section, ...]:
    """The sections that retrieval found, best first, cut where relevance or length ends."""
    found = sorted((s for s in entry.sections if s.id in scores), key=lambda s: (-_weighed(entry, s, plan, scores), s.line))
    picked: list[Section] = []
    room = words
    for section in found:
        far = picked and _weighed(entry, section, plan, scores) < _SECTION_SHARE * _weighed(entry, found[0], plan, scores)
        if far or (picked and _length(section) > room):
            continue
        picked.append(section)
        room -= _length(section)
    return _ordered(entry, picked)


def _weighed(entry: Entry, section: Section, plan: Plan, scores: Mapping[str, float]) -> float:
    wanted = section_kind(entry, section) in plan.kinds if plan.kinds else True
    return scores[section.id] * (1.0 if wanted else 0.7)


def _ordered(entry: Entry, picked: list[Section]) -> tuple[Section, ...]:
    chosen = {s.anchor for s in picked}
    return tuple(s for s in entry.sections if s.anchor in chosen)


def _length(section: Section) -> int:
    return len(section.prose.split())


def kinds_of(entry: Entry, sections: Iterable[Section]) -> tuple[SectionKind, ...]:
    return tuple(dict.fromkeys(section_kind(entry, section) for section in sections))
