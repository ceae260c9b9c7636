"""What every new data layer needs, whatever its tables are: shown where no worked design of the case says it better."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kb.entry import Entry, KnowledgeBase, Section, SectionKind
from kb.kinds import Design
from service.answer.plan import Plan
from service.answer.selection import Chosen, Selection
from service.answer.topics import section_kind
from service.retrieval.search import Retrieved

STORE = "technologies/postgresql"
# By the kind of section that each stands for, in working order; a kind that the answer has anyway is left alone.
STANDING: Mapping[SectionKind, tuple[str, ...]] = {
    "technology": ("technologies/postgresql#at-a-glance",),
    "indexes": ("patterns/index-selection#solution",),
    "caching": ("patterns/cache-aside#keys-and-ttl", "patterns/cache-aside#when-not-to-use"),
    "scaling": ("technologies/postgresql#what-to-do-at-which-number",),
    "migration": ("patterns/expand-contract#the-phases",),
    "availability": (
        "patterns/backup-strategies#a-schedule-that-bounds-replay",
        "patterns/backup-strategies#rehearse-the-restore",
    ),
    "monitoring": ("patterns/database-metrics#ten-signals-with-thresholds",),
    "tradeoffs": ("technologies/postgresql#alternatives",),
}
# Under this a passage of another subject stands beside the asker's tables by its tone only; what he asks for by name may be farther.
_NEAR, _ASKED_NEAR = 0.5, 0.42
# Of an engine that nobody named, only what is about the very case.
_ENGINES, _VERY_NEAR = frozenset({"technologies", "tradeoffs"}), 0.6


@dataclass(frozen=True)
class Ground:
    """What standing sections are chosen by: the plan, what was found, the technologies named, and the store of the tables (an entry id)."""

    plan: Plan
    retrieved: Retrieved
    named: frozenset[str]
    store: str = STORE


def with_standing(kb: KnowledgeBase, selection: Selection, ground: Ground) -> Selection:
    """Beside the asker's own tables: what is near, and the standing sections of the kinds that nothing chosen speaks of."""
    plan = ground.plan
    if selection.backbone is None:
        selection = _near(selection, ground)
    elif not _on_the_store(selection.backbone.entry):
        return selection
    had = {section_kind(c.entry, s) for c in selection.chosen for s in c.sections}
    wanted = [
        section
        for kind, ids in STANDING.items()
        if kind not in had and kind in plan.kinds
        for section in (kb.section(each.replace(STORE, ground.store)) for each in ids)
        if section is not None
    ]
    return replace(selection, chosen=joined(kb, selection.chosen, wanted))


def _on_the_store(entry: Entry) -> bool:
    return isinstance(entry.meta, Design) and entry.meta.store == STORE


def _near(selection: Selection, ground: Ground) -> Selection:
    scores = {hit.section: hit.score for hit in ground.retrieved.hits}

    def near(entry: Entry, section: Section) -> bool:
        least = _ASKED_NEAR if section_kind(entry, section) in ground.plan.asked else _NEAR
        if entry.kind in _ENGINES and entry.id not in ground.named:
            least = _VERY_NEAR
        return scores.get(section.id, 0.0) >= least

    kept = (replace(c, sections=tuple(s for s in c.sections if near(c.entry, s))) for c in selection.chosen)
    return replace(selection, chosen=tuple(c for c in kept if c.sections))


def joined(kb: KnowledgeBase, chosen: tuple[Chosen, ...], wanted: list[Section]) -> tuple[Chosen, ...]:
    """The sections among those of their entries in the author's order; entries that are new come last."""
    grown = list(chosen)
    for section in wanted:
        name = section.id.partition("#")[0]
        entry = kb.entries[name]
        at = next((i for i, c in enumerate(grown) if c.entry.id == name), None)
        anchors = {section.id, *(s.id for s in (grown[at].sections if at is not None else ()))}
        sections = tuple(s for s in entry.sections if s.id in anchors)
        if at is None:
            grown.append(Chosen(entry, 0.0, "subject", sections))
        else:
            grown[at] = replace(grown[at], sections=sections)
    return tuple(grown)
