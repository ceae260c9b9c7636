"""The code fences of entries, each by the strongest proof there is: executed, or parsed; the lock says which."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import psycopg

from kb.counterproof import counterproof_faults
from kb.entry import Entry, Fence, FenceStatus
from kb.errors import Fault, Problem
from kb.parsing import PARSERS, UNCHECKED
from kb.postgres import Cluster
from kb.scripts import python_faults, revision_faults, sqlite_faults
from kb.stage import Stage

Verdict = tuple[Fence, FenceStatus | None, tuple[Fault, ...]]
Report = tuple[tuple[Problem, ...], Mapping[str, FenceStatus]]
SERVER_VERSION = 18


def verify(entries: Iterable[Entry], *servers: Cluster) -> Report:
    """Every problem of every fence, and the lock of those without one, by digest; one failure stops nothing.

    As many entries at a time as there are servers, each alone on its server: roles and settings are a server's. Threads
    are enough, since the servers do the work.
    """
    free: SimpleQueue[Cluster] = SimpleQueue()
    for server in servers:
        free.put(server)

    def one(entry: Entry) -> Report:
        server = free.get()
        try:
            return _report(entry, server)
        finally:
            free.put(server)

    # The longest first, so that none of them is left for the end.
    ordered = sorted(entries, key=lambda entry: -len(fences_of(entry)))
    with ThreadPoolExecutor(len(servers)) as pool:
        reports = list(pool.map(one, ordered))
    lock = {digest: status for _, found in reports for digest, status in found.items()}
    return tuple(sorted(problem for problems, _ in reports for problem in problems)), dict(sorted(lock.items()))


def _report(entry: Entry, server: Cluster) -> Report:
    problems: list[Problem] = []
    lock: dict[str, FenceStatus] = {}
    try:
        for fence, status, faults in verify_entry(fences_of(entry), server):
            problems += [Problem(entry.path, fence.line + fault.line, _told(fence, fault)) for fault in faults]
            if status and not faults:
                lock[fence.digest] = status
    except psycopg.Error as error:
        problems.append(Problem(entry.path, 1, f"its fences could not be run to the end: {error}"))
    return tuple(problems), lock


def fences_of(entry: Entry) -> tuple[Fence, ...]:
    """The fences of an entry in the order in which they stand."""
    return tuple(block.fence for section in entry.sections for block in section.blocks if block.fence)


def verify_entry(fences: Sequence[Fence], postgres: Cluster) -> Iterator[Verdict]:
    """The fences of one entry: those of PostgreSQL and of Python beside it in one database, in order."""
    run = [fence for fence in fences if _runs_on_postgres(fence)]
    yield from _on_postgres(run, postgres)
    lite = [fence for fence in fences if (fence.language, fence.engine) == ("sql", "sqlite")]
    yield from ((fence, "executed", faults) for fence, faults in sqlite_faults(lite))
    yield from (_parsed(fence) for fence in fences if fence not in run and fence not in lite)


def _runs_on_postgres(fence: Fence) -> bool:
    return (fence.language, fence.engine) in (("sql", "postgresql"), ("python", "sqlalchemy"), ("python", "alembic"))


def _on_postgres(fences: Sequence[Fence], postgres: Cluster) -> Iterator[Verdict]:
    if not fences:
        return
    verdicts: list[tuple[Fence, tuple[Fault, ...]]] = []
    with postgres.database() as database:
        stage = Stage(postgres, database)
        try:
            for fence in fences:
                verdicts.append((fence, _run(fence, stage)))
        finally:
            stage.close()
    # Afterwards: roles are the cluster's, and a replay creates them again.
    sql = [fence for fence in fences if fence.language == "sql"]
    for fence, faults in verdicts:
        proved = "without" in fence.attributes and not faults
        yield fence, "executed", counterproof_faults(postgres, sql, sql.index(fence)) if proved else faults


def _run(fence: Fence, stage: Stage) -> tuple[Fault, ...]:
    since = fence.attributes.get("since", "0")
    if not since.isdigit() or int(since) > SERVER_VERSION:
        return (Fault(0, f"since={since!r}: fences run on PostgreSQL {SERVER_VERSION}"),)
    if "without" in fence.attributes and "expect" not in fence.attributes:
        return (Fault(0, "'without' needs 'expect': say what no longer happens"),)
    if fence.language == "sql":
        return stage.run(fence)
    run = revision_faults if fence.engine == "alembic" else python_faults
    return run(fence.code, stage.cluster.url(stage.database))


def _parsed(fence: Fence) -> Verdict:
    if fence.language == "python" and fence.engine == "stdlib":
        return fence, "executed", python_faults(fence.code, None)
    if fence.language in UNCHECKED:
        return fence, None, ()
    parser = PARSERS.get(fence.language)
    if parser is None:
        return (
            fence,
            None,
            (Fault(0, f"language {fence.language!r} {fence.engine!r} is not known: it can be neither run nor parsed"),),
        )
    return fence, "executed" if fence.language == "calc" else "parsed", tuple(parser(fence))


def _told(fence: Fence, fault: Fault) -> str:
    return f"fence '{' '.join(part for part in (fence.language, fence.engine) if part)}': {fault.text}"
