"""Elsewhere: what a schema that is written for one engine becomes on the one that the asker has, and why it is not the first."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from kb.entry import Entry, KnowledgeBase, Section, Statement
from kb.fact import FactSet
from kb.kinds import Design, Technology
from kb.wording import pour
from service.analysis.demands import Exclusion, exclusions
from service.analysis.structure import Structure
from service.answer.advice import AdviceSection, BlockUnion, Claim, Filled
from service.answer.citations import CitationBook
from service.answer.claims import quoted_block
from service.answer.selection import Selection

_WRITTEN_FOR = "technologies/postgresql"
_MAP = "references/postgresql-schema-elsewhere"
# The part of the map that speaks of each engine.
_PARTS = {
    "mysql": "mysql-and-mariadb",
    "mariadb": "mysql-and-mariadb",
    "sql-server": "sql-server",
    "oracle-database": "oracle",
    "sqlite": "sqlite",
}
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
# What the asker himself says about where it runs; how much it takes is for the rules of a design to say.
_HIS_WORDS = frozenset({"excluded", "cloud", "managed_only", "engine"})
_NAMED = "Take {engine:words}, which is given: the schema below is written and run on {store:words}, its tables, keys and checks carry over, and “{title:words}” lists what it uses that {engine:words} does otherwise."
_OUT = "{store:words} does not meet {phrase:words}: {found:words}. So take {engine:words}: the schema below is written and run on {store:words}, and “{title:words}” lists what it uses that {engine:words} does otherwise."
_STILL = "{store:words}, for which the nearest worked design is written, does not meet {phrase:words}: {found:words}; its tables and rules carry over, its technology does not."


@dataclass(frozen=True)
class Elsewhere:
    """The store that the schema of the answer is written for, the engine that the asker has instead, and what excludes the first."""

    store: Entry
    engine: Entry | None
    because: Exclusion | None
    part: Section | None

    @property
    def title(self) -> str:
        """The heading of the map."""
        return f"From {self.store.title} to {self.engine.title if self.engine else 'another store'}"


def elsewhere(kb: KnowledgeBase, facts: FactSet, selection: Selection, own: Structure | None) -> Elsewhere | None:
    """None where the schema is for the asker's engine, nothing says which he has, or he leaves it."""
    store = None if facts.get("migration.to") else _store(kb, selection, own)
    if store is None or not isinstance(store.meta, Technology):
        return None
    engine = _engine(kb, facts, store)
    found = [e for e in exclusions(store.id, store.meta, facts) if e.attribute in _HIS_WORDS]
    if engine is None and not found:
        return None
    part = kb.section(f"{_MAP}#{_PARTS[engine.id.partition('/')[2]]}") if engine else None
    return Elsewhere(store, engine, found[0] if found else None, part)


def _store(kb: KnowledgeBase, selection: Selection, own: Structure | None) -> Entry | None:
    """What the schema is written for: the store of the worked design; the asker's own tables are written for PostgreSQL."""
    backbone = selection.backbone
    if backbone is not None and isinstance(backbone.entry.meta, Design):
        return kb.entries.get(backbone.entry.meta.store)
    return kb.entries[_WRITTEN_FOR] if own is not None else None


def _engine(kb: KnowledgeBase, facts: FactSet, store: Entry) -> Entry | None:
    """The relational engine that the asker has or names, where the map has a part on it."""
    fact = next((f for f in facts.facts if f.attribute == "engine" and f.origin == "stated"), None)
    name = str(fact.value) if fact is not None else ""
    if store.id != _WRITTEN_FOR or name not in _PARTS:
        return None
    return kb.entries.get(f"technologies/{name}")


def announced(found: Elsewhere, book: CitationBook) -> Claim:
    """The decision: the asker's engine instead of the one that the schema is written for, and where to read what differs."""
    slots = {"store:words": found.store.title, "title:words": found.title}
    if found.engine is not None:
        slots["engine:words"] = found.engine.title
    if found.because is not None:
        slots |= {"phrase:words": found.because.phrase, "found:words": found.because.found}
    template = _STILL if found.engine is None else _NAMED if found.because is None else _OUT
    section = found.part or found.store.anchors.get("at-a-glance") or found.store.sections[0]
    support = Filled(template=template, slots=slots, origin=section.id)
    return Claim(text=pour(template, slots), support=support, citations=book.cite_section(section))


def differences(found: Elsewhere, sections: tuple[AdviceSection, ...], book: CitationBook) -> tuple[BlockUnion, ...]:
    """The rows of the map whose feature stands in the SQL that the answer shows; none where it shows none."""
    if found.part is None:
        return ()
    shown = _plain(
        claim.text
        for section in sections
        for block in section.blocks
        if block.kind == "code" and block.dialect == "postgresql"
        for claim in block.claims
    )
    blocks = (
        replace(block, statements=tuple(row for row in block.statements if _used(row, shown)))
        for block in found.part.blocks
        if block.kind == "table"
    )
    tables = (quoted_block(found.part, block, book, {}) for block in blocks)
    return tuple(table for table in tables if table is not None)


def _plain(codes: Iterable[str]) -> str:
    """SQL in lower case and on one line, without its comments, which are prose."""
    return " ".join(_COMMENT.sub("", "\n".join(codes)).lower().split())


def _used(row: Statement, shown: str) -> bool:
    """Whether what the first cell names as code stands in the SQL."""
    names = row.cells[0].lower().split("`")[1::2] if row.cells else []
    return any(name in shown for name in names)
