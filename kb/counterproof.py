"""`without=NAME`: the same fences on a fresh database without that constraint, index or lock clause must not do what they did."""

import re
from collections.abc import Sequence
from dataclasses import replace

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from kb.entry import Fence
from kb.errors import Fault
from kb.postgres import Cluster, Connection
from kb.stage import Stage
from kb.statements import split_statements

_OPENS = frozenset({"BEGIN", "START"})
_CLOSES = frozenset({"COMMIT", "END", "ROLLBACK"})
_SAVEPOINT = re.compile(r"^ROLLBACK\s+(?:WORK\s+|TRANSACTION\s+)?TO\b", re.IGNORECASE)
# What stands between a table and a mistake; the first kind that has the name is dropped.
_DROPS: tuple[tuple[str, str], ...] = (
    ("SELECT conrelid::regclass::text FROM pg_constraint WHERE conname = %s AND conparentid = 0 AND conrelid <> 0", "ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE"),
    ("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = %s AND tgparentid = 0", "DROP TRIGGER {name} ON {table} CASCADE"),
    ("SELECT polrelid::regclass::text FROM pg_policy WHERE polname = %s", "DROP POLICY {name} ON {table}"),
    ("SELECT oid::regclass::text FROM pg_class WHERE relname = %s AND relkind IN ('i', 'I')", "DROP INDEX {table} CASCADE"),
)  # fmt: skip


def counterproof_faults(cluster: Cluster, fences: Sequence[Fence], position: int) -> tuple[Fault, ...]:
    """Replay the fences up to this one without what it names; a fault when its expectation still holds.

    Replayed rather than copied: a template database needs every session closed, and they hold the scene.
    """
    fence = fences[position]
    name = fence.attributes["without"]
    start = scene_start(fences, position)
    with cluster.database() as database:
        stage = Stage(cluster, database)
        try:
            for each in fences[:start]:
                if "plan" not in each.attributes:
                    stage.run(each)
            scene = fences[start : position + 1]
            try:
                dropped = _drop(stage.superuser, name)
            except psycopg.Error as error:
                return (Fault(0, f"without={name!r}: it cannot be dropped: {error}"),)
            if not dropped:
                scene = _without_clause(scene, name)
                if not scene:
                    return (Fault(0, f"without={name!r} names no constraint, index, trigger, policy or lock clause"),)
            for each in scene[:-1]:
                stage.run(each)
            if stage.run(scene[-1]):
                return ()
        finally:
            stage.close()
    return (Fault(0, f"without={name!r} it behaves the same: what it shows does not come from {name}"),)


def scene_start(fences: Sequence[Fence], position: int) -> int:
    """The first fence of the scene: the last one up to here before which no session was in a transaction."""
    opened: set[str] = set()
    start = position
    for number, fence in enumerate(fences[: position + 1]):
        if not opened:
            start = number
        session = fence.attributes.get("session", "")
        for statement in split_statements(fence.code):
            if statement.verb in _OPENS:
                opened.add(session)
            elif statement.verb in _CLOSES and not _SAVEPOINT.match(statement.text):
                opened.discard(session)
        opened.discard(fence.attributes.get("expect", "").removeprefix("blocks:"))
    return start


def _drop(connection: Connection, name: str) -> bool:
    for query, command in _DROPS:
        row = connection.execute(query.encode(), [name]).fetchone()
        if row is not None:
            connection.execute(_command(command, str(row[0]), name))
            return True
    return False


def _command(command: str, table: str, name: str) -> Composed:
    # `table` is quoted already: it comes out of the catalogue as regclass text.
    return SQL("").join([SQL(command.replace("{table}", table)).format(name=Identifier(name))])


def _without_clause(scene: Sequence[Fence], name: str) -> Sequence[Fence]:
    """The scene without a clause (`for_update`, `skip_locked`) or without what a function of that name does; empty when it has neither."""
    call = re.compile(rf"\b{re.escape(name)}\s*\((?:[^()]|\([^()]*\))*\)", re.IGNORECASE)
    clause = re.compile(r"\s+" + r"\s+".join(map(re.escape, name.split("_"))) + r"\b", re.IGNORECASE)
    for pattern, instead in ((call, "NULL"), (clause, "")):
        if any(pattern.search(fence.code) for fence in scene):
            return [replace(fence, code=pattern.sub(instead, fence.code)) for fence in scene]
    return ()
