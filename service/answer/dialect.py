"""Dialects: what is written for the asker's engine, and what for another."""

from collections.abc import Iterable, Mapping

from kb.entry import Entry, Section

# Engines whose SQL is not PostgreSQL's, with the dialect that code for them is written in.
_DIALECTS: Mapping[str, str] = {
    "mysql": "mysql", "mariadb": "mysql", "sql-server": "sqlserver", "oracle-database": "oracle", "sqlite": "sqlite",
    "clickhouse": "clickhouse",
}  # fmt: skip
_WITHOUT_SQL = frozenset(
    {"cassandra", "dynamodb", "elasticsearch", "mongodb", "neo4j", "opensearch", "redis", "scylladb", "valkey"}
)
_OTHER_DIALECT, _OWN_DIALECT = 0.75, 1.25


def of_engine(entries: Iterable[Entry], engine: str, scores: Mapping[str, float]) -> Mapping[str, float]:
    """What runs on the asker's engine comes before what runs on another: SQL of another dialect helps him little."""
    if not _differs(engine):
        return scores
    weighed = dict(scores)
    for section in (s for entry in entries for s in entry.sections if s.id in scores):
        if _foreign(section, engine):
            weighed[section.id] *= _OTHER_DIALECT
        elif is_written_for(section, engine):
            weighed[section.id] *= _OWN_DIALECT
    return weighed


def _foreign(section: Section, engine: str) -> bool:
    """Whether all SQL of the section is of another dialect than that of the asker's engine, which may have none."""
    dialects = _dialects(section)
    return _differs(engine) and bool(dialects) and _DIALECTS.get(engine) not in dialects


def _differs(engine: str) -> bool:
    """Whether the engine is known for a dialect of its own, or for having no SQL at all."""
    return engine in _DIALECTS or engine in _WITHOUT_SQL


def is_written_for(section: Section, engine: str) -> bool:
    """Whether the section is written for the asker's engine, where that is not the one that everything is written for."""
    return engine in _DIALECTS and (_DIALECTS[engine] in _dialects(section) or engine in section.heading.lower())


def readable(entry: Entry, engine: str) -> tuple[Section, ...]:
    """A playbook that says how it goes on the asker's engine is told without the code of another."""
    if entry.kind != "playbooks" or not any(is_written_for(s, engine) for s in entry.sections):
        return entry.sections
    return tuple(s for s in entry.sections if not _foreign(s, engine))


def _dialects(section: Section) -> set[str]:
    return {b.fence.engine for b in section.blocks if b.fence is not None and b.fence.language == "sql"}
