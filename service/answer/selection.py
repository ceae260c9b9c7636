"""Selection: which one to three entries answer, and which of their sections, whole and in their authors' order."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kb.entry import Entry, KnowledgeBase, Section, SectionKind
from kb.kinds import Design, Playbook
from service.analysis.conclusions import Conclusion
from service.answer.fit import Fit, close_entries
from service.answer.plan import Plan
from service.answer.topics import carries_over, section_kind, shows_code
from service.question.question import Question
from service.retrieval.search import Retrieved

# Adjustments to the retrieval score of an entry (0 to 1): what retrieval cannot see because it knows no technology and no intent.
_PREFERRED_KIND = 0.10
_NAMED, _NAMED_IN_PASSING = 0.30, 0.04
_UNNAMED_TECHNOLOGY, _ANYBODYS = -0.20, -0.10
# What is said of these is said of most databases that are asked about.
_COMMON_GROUND = frozenset({"technologies/postgresql"})
_FITTING_DESIGN: Mapping[Fit, float] = {"near": 0.40, "shape": 0.20, "subject": -0.20, "foreign": -0.40}
# A focused question may be answered by a section of any design.
_DESIGN_IN_PASSING: Mapping[Fit, float] = {"near": 0.10, "shape": 0.0, "subject": -0.04, "foreign": -0.40}
_FITTING_MOVE: Mapping[Fit, float] = {"near": 0.35, "shape": 0.0, "subject": 0.0, "foreign": -0.40}
_PLAYBOOK_IN_PASSING, _OTHERS_TABLES = -0.15, -0.12
_ON_THE_LAW = 0.1
# An entry or a section answers beside the best one when it reaches this share of its score.
_COMPANION_SHARE, _SECTION_SHARE, _CHOICE_SHARE = 0.72, 0.75, 0.5
_UNPLANNED_KIND = 0.75
_EXPLAINS, _RULE_NEAR = 0.2, 0.4
# What says what a thing is, in patterns and in technologies.
DEFINING = ("solution", "at a glance", "problem")
_DEFINES, _CODED = 0.3, 0.08
# Engines whose SQL is not PostgreSQL's, with the dialect that code for them is written in.
_DIALECTS: Mapping[str, str] = {
    "mysql": "mysql", "mariadb": "mysql", "sql-server": "sqlserver", "oracle-database": "oracle", "sqlite": "sqlite",
    "clickhouse": "clickhouse",
}  # fmt: skip
_OTHER_DIALECT, _OWN_DIALECT = 0.75, 1.25
_LOOSE_SHARE, _FEW = 0.6, 3
# A section this near, and by so much nearer than every other.
_CLEAR, _CLEARLY = 0.6, 0.04
_MOST_ENTRIES, _MOST_SECTIONS, _WITHOUT_BACKBONE = 3, 6, 600
_CREATES = re.compile(r"\bCREATE (?:UNLOGGED )?TABLE\b", re.IGNORECASE)
_OF_ITS_CASE: frozenset[SectionKind] = frozenset({"requirements", "technology"})
_SHAPE_KINDS: frozenset[SectionKind] = frozenset(
    {"requirements", "technology", "schema", "indexes", "transactions", "tradeoffs"}
)


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
    ranked = _ranked(kb, question, retrieved, plan, fits)
    if not ranked:
        return Selection((), None)
    best = ranked[0][0]
    kept = {entry.id: (score, entry) for score, entry in ranked[:_MOST_ENTRIES] if score >= best * _COMPANION_SHARE}
    nearest = None if plan.whole else _nearest(ranked, retrieved)
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
        picked[backbone.id] = _whole(backbone, plan, scores, fits[backbone.id], engine)
        room = plan.words // 8
    others = [entry for _, entry in kept.values() if entry is not backbone and not _rivals(kb, backbone, entry)]
    picked |= _relevant(others, plan, _of_engine(others, engine, scores), room)
    if backbone is not None and backbone.kind == "playbooks":
        # A playbook says how to get there; a design of the case has the tables to arrive at.
        near = (entry for entry in others if entry.kind == "designs" and fits.get(entry.id) == "near")
        picked |= {entry.id: _ordered(entry, [*picked.get(entry.id, ()), *_tables(entry)]) for entry in near}
    chosen = tuple(
        Chosen(kept[name][1], kept[name][0], fits.get(name, "subject"), picked[name]) for name in picked if picked[name]
    )
    return Selection(chosen, next((c for c in chosen if c.entry is backbone), None))


def _nearest(ranked: list[tuple[float, Entry]], retrieved: Retrieved) -> Entry | None:
    """The entry of the section that is clearly nearest of all, unless it is ruled out."""
    hits = retrieved.hits[:2]
    clear = len(hits) > 1 and hits[0].score >= max(_CLEAR, hits[1].score + _CLEARLY)
    return next((entry for _, entry in ranked if clear and entry.id == hits[0].entry), None)


def _is_a_strangers(entry: Entry, question: Question, plan: Plan) -> bool:
    """Whether it is the profile of a product where nobody looks for one, or where others are spoken of."""
    if entry.kind != "technologies" or entry.id in _COMMON_GROUND or plan.looking:
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


def _tables(entry: Entry) -> list[Section]:
    """Sections of the schema that create tables."""
    return [s for s in entry.sections if section_kind(entry, s) == "schema" and _creates(s)]


def _creates(section: Section) -> bool:
    """Whether the section shows SQL that creates a table."""
    fences = (block.fence for block in section.blocks)
    return any(fence is not None and not fence.hidden and _CREATES.search(fence.code) for fence in fences)


def _of_engine(entries: Iterable[Entry], engine: str, scores: Mapping[str, float]) -> Mapping[str, float]:
    """What runs on the asker's engine comes before what runs on another: SQL of another dialect helps him little."""
    if engine not in _DIALECTS:
        return scores
    weighed = dict(scores)
    for section in (s for entry in entries for s in entry.sections if s.id in scores):
        if _foreign(section, engine):
            weighed[section.id] *= _OTHER_DIALECT
        elif _names(section, engine):
            weighed[section.id] *= _OWN_DIALECT
    return weighed


def _dialects(section: Section) -> set[str]:
    return {b.fence.engine for b in section.blocks if b.fence is not None and b.fence.language == "sql"}


def _foreign(section: Section, engine: str) -> bool:
    """Whether all SQL of the section is of another dialect than that of the asker's engine."""
    dialects = _dialects(section)
    return engine in _DIALECTS and bool(dialects) and _DIALECTS[engine] not in dialects


def _names(section: Section, engine: str) -> bool:
    """Whether the section is written for the asker's engine, where that is not the one that everything is written for."""
    return engine in _DIALECTS and (_DIALECTS[engine] in _dialects(section) or engine in section.heading.lower())


def _readable(entry: Entry, engine: str) -> tuple[Section, ...]:
    """A playbook that says how it goes on the asker's engine is told without the code of another."""
    if entry.kind != "playbooks" or not any(_names(s, engine) for s in entry.sections):
        return entry.sections
    return tuple(s for s in entry.sections if not _foreign(s, engine))


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


def _ranked(
    kb: KnowledgeBase, question: Question, retrieved: Retrieved, plan: Plan, fits: Mapping[str, Fit]
) -> list[tuple[float, Entry]]:
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
    elif entry.kind == "technologies" and not (entry.id in _COMMON_GROUND and not named):
        # Who names no product is not answered with the ways of one, unless he looks for one.
        total += _UNNAMED_TECHNOLOGY if named else 0.0 if plan.choosing or plan.defining else _ANYBODYS
    if fit and isinstance(entry.meta, Design):
        total += (_FITTING_DESIGN if plan.whole else _DESIGN_IN_PASSING)[fit]
        # Who changes a schema has one: another's tables are no answer.
        total += _OTHERS_TABLES if "migration" in plan.asked and not plan.whole and fit != "near" else 0.0
    if fit and isinstance(entry.meta, Playbook):
        total += _FITTING_MOVE[fit] if "migration" in plan.kinds else _PLAYBOOK_IN_PASSING
    return total


def _whole(entry: Entry, plan: Plan, scores: Mapping[str, float], fit: Fit, engine: str) -> tuple[Section, ...]:
    """Every planned kind with its leading section, then the rest by relevance while the length allows; in the author's order."""
    planned = [s for s in _readable(entry, engine) if _belongs(entry, s, section_kind(entry, s), plan, fit)]
    room = plan.words if fit == "near" or entry.kind == "playbooks" else plan.words // 2
    picked: list[Section] = []
    # The decision stands in the summary; what belongs to it stays with it.
    leading = [s for s in planned if s in _leading(planned) or _indispensable(entry, s) or _names(s, engine)]
    rest = [s for s in planned if s not in leading]
    rest.sort(key=lambda s: (-plan.weight(section_kind(entry, s)), -scores.get(s.id, 0.0), s.line))
    for section in (*leading, *rest):
        if _length(section) <= room:
            picked.append(section)
            room -= _length(section)
    return _ordered(entry, picked)


def _indispensable(entry: Entry, section: Section) -> bool:
    """The decision, what carries over, every phase of a plan and every table of a design: half of either is none."""
    kind = section_kind(entry, section)
    phase = entry.kind == "playbooks" and section.path[0].lower() == "phases"
    table = entry.kind == "designs" and kind == "schema" and _creates(section)
    return phase or table or kind == "technology" or carries_over(section)


def _belongs(entry: Entry, section: Section, kind: SectionKind, plan: Plan, fit: Fit) -> bool:
    """Of a design from another domain: what carries over instead of its own requirements and sums, and its structure."""
    if fit == "near":
        return kind in plan.kinds and not carries_over(section)
    if entry.kind == "playbooks":
        # A move between kindred engines has the same phases; what it presupposes of the other engine stays out.
        return kind in plan.kinds and kind != "requirements"
    if kind == "requirements":
        return carries_over(section)
    return kind in plan.kinds and (kind in _SHAPE_KINDS or kind in plan.asked)


def _leading(planned: Iterable[Section]) -> list[Section]:
    seen: set[str] = set()
    leading = []
    for section in planned:
        if section.path[0] not in seen:
            seen.add(section.path[0])
            leading.append(section)
    return leading


def _relevant(
    entries: list[Entry], plan: Plan, scores: Mapping[str, float], words: int
) -> dict[str, tuple[Section, ...]]:
    """The sections that retrieval found, best first over all entries, cut where relevance or length ends; a heading whose
    text stands under others' headings says nothing itself."""
    pool = [
        (_weighed(entry, s, plan, scores), entry, s)
        for entry in entries
        for s in entry.sections
        if s.id in scores and s.blocks and _stands_alone(entry, s)
    ]
    pool.sort(key=lambda item: (-item[0], item[1].id, item[2].line))
    picked: dict[str, list[Section]] = {}
    share = _CHOICE_SHARE if plan.choosing else _SECTION_SHARE
    taken = 0
    for score, entry, section in pool:
        if taken == _MOST_SECTIONS or score < (share if taken >= _FEW else _LOOSE_SHARE) * pool[0][0]:
            break
        if taken and _length(section) > words:
            continue
        picked.setdefault(entry.id, []).append(section)
        words -= _length(section)
        taken += 1
    by_id = {entry.id: entry for entry in entries}
    return {name: _ordered(by_id[name], sections) for name, sections in picked.items()}


def _stands_alone(entry: Entry, section: Section) -> bool:
    """Whether a section answers without its entry: what a design requires, sums up and decides is about its own case only."""
    kind = section_kind(entry, section)
    return kind != "erd" and not (entry.kind == "designs" and kind in _OF_ITS_CASE and not carries_over(section))


def _weighed(entry: Entry, section: Section, plan: Plan, scores: Mapping[str, float]) -> float:
    if plan.defining and section.path[0].lower() in DEFINING:
        return scores[section.id] + _DEFINES
    coded = "code" in plan.asked and shows_code(section)
    wanted = coded or not plan.kinds or section_kind(entry, section) in plan.kinds
    return scores[section.id] * (1.0 if wanted else _UNPLANNED_KIND) + (_CODED if coded else 0.0)


def _ordered(entry: Entry, picked: list[Section]) -> tuple[Section, ...]:
    chosen = {s.anchor for s in picked}
    return tuple(s for s in entry.sections if s.anchor in chosen)


def _length(section: Section) -> int:
    return len(section.prose.split())
