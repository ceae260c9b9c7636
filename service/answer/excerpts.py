"""Excerpts: which sections of the entries that answer are told, whole and in their authors' order."""

import re
from collections.abc import Iterable, Mapping

from kb.entry import Entry, Section, SectionKind
from service.answer.dialect import is_written_for, readable
from service.answer.fit import Fit
from service.answer.plan import Plan
from service.answer.topics import carries_over, section_kind, shows_code

# A section answers beside the best one when it reaches this share of its score.
_SECTION_SHARE, _CHOICE_SHARE = 0.75, 0.5
_UNPLANNED_KIND = 0.75
# What says what a thing is, in patterns and in technologies.
DEFINING = ("solution", "at a glance", "problem")
_DEFINES, _CODED = 0.3, 0.08
_LOOSE_SHARE, _FEW = 0.6, 3
_MOST_SECTIONS = 6
_CREATES = re.compile(r"\bCREATE (?:UNLOGGED )?TABLE\b", re.IGNORECASE)
_OF_ITS_CASE: frozenset[SectionKind] = frozenset({"requirements", "technology"})
_SHAPE_KINDS: frozenset[SectionKind] = frozenset(
    {"requirements", "technology", "schema", "indexes", "transactions", "tradeoffs"}
)


def whole(entry: Entry, plan: Plan, scores: Mapping[str, float], fit: Fit, engine: str) -> tuple[Section, ...]:
    """Every planned kind with its leading section, then the rest by relevance while the length allows; in the author's order."""
    planned = [s for s in readable(entry, engine) if _belongs(entry, s, section_kind(entry, s), plan, fit)]
    room = plan.words if fit == "near" or entry.kind == "playbooks" else plan.words // 2
    picked: list[Section] = []
    # The decision stands in the summary; what belongs to it stays with it.
    leading = [s for s in planned if s in _leading(planned) or _indispensable(entry, s) or is_written_for(s, engine)]
    rest = [s for s in planned if s not in leading]
    rest.sort(key=lambda s: (-plan.weight(section_kind(entry, s)), -scores.get(s.id, 0.0), s.line))
    for section in (*leading, *rest):
        if _length(section) <= room:
            picked.append(section)
            room -= _length(section)
    return ordered(entry, picked)


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


def relevant(
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
    return {name: ordered(by_id[name], sections) for name, sections in picked.items()}


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


def tables(entry: Entry) -> list[Section]:
    """Sections of the schema that create tables."""
    return [s for s in entry.sections if section_kind(entry, s) == "schema" and _creates(s)]


def _creates(section: Section) -> bool:
    """Whether the section shows SQL that creates a table."""
    fences = (block.fence for block in section.blocks)
    return any(fence is not None and not fence.hidden and _CREATES.search(fence.code) for fence in fences)


def ordered(entry: Entry, picked: list[Section]) -> tuple[Section, ...]:
    chosen = {s.anchor for s in picked}
    return tuple(s for s in entry.sections if s.anchor in chosen)


def _length(section: Section) -> int:
    return len(section.prose.split())
