"""Code that a model wrote: parsed by the strictest parser there is, and PostgreSQL definitions tried where there is one to try them on."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from kb.entry import Fence
from kb.errors import SqlError
from kb.parsing import PARSERS
from kb.statements import without_comments

# What sqlglot reads over and no engine does.
_SLIP = re.compile(r",\s*[,)]")
# What sqlglot reads or passes over and PostgreSQL does not: an interval without quotes, words of an index, a lock, a function, a policy,
# a trigger or a replica identity out of their order, a query among arguments without brackets of its own, a mode written as one word, and rights
# whose columns stand outside of brackets, whose table stands before ON, or on what is granted as a table.
_WRONG = re.compile(
    r"\bINTERVAL\s+\d+\s+\w+"
    r"|\bCREATE\s+(?:UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY\b)(?!ON\b)\w+\s+CONCURRENTLY\b"
    r"|\b(?:GRANT|REVOKE)\b[^;]*\b(?:SELECT|INSERT|UPDATE|REFERENCES)\s+(?!ON\b)\w+\s+ON\b"
    r"|\b(?:GRANT|REVOKE)\b[^;]*\)\s*(?!ON\b)\w+\s+(?:TO|FROM)\b"
    r"|\b(?:GRANT|REVOKE)\b[^;]*\bON\s+(?:MATERIALIZED\s+)?(?:VIEW|INDEX|COLUMN)\s+\w+\s+(?:TO|FROM)\b"
    r"|\bFOR\s+(?:NO\s+KEY\s+)?(?:UPDATE|(?:KEY\s+)?SHARE)(?:\s+(?:OF\s+\w+|NOWAIT|SKIP\s+LOCKED))*\s+(?:ORDER|GROUP)\s+BY\b"
    r"|,\s*SELECT\b"
    r"|\bCREATE\s+POLICY\b[^;]*\bWITH\s+CHECK\b[^;]*\bUSING\b"
    r"|\b(?:BEFORE|AFTER)\s+(?:INSERT|UPDATE|DELETE|TRUNCATE)\s*,"
    r"|\bREAD(?:ONLY|WRITE)\b"
    r"|\bSET\s+REPLICA\s+IDENTITY\b"
    r"|\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:FUNCTION|PROCEDURE)\b[^$;]*(?<!\bAS)(?<!\s)\s+\$\w*\$",
    re.IGNORECASE,
)
Status = Literal["executed", "parsed"]
_TRIED = frozenset({"postgresql"})
# What is shown as SQL may be named by its engine.
_NAMES = {"postgres": "postgresql", "pg": "postgresql", "mssql": "sqlserver", "sql-server": "sqlserver"}


@dataclass(frozen=True)
class Tried:
    """What came of running code: whether all of it ran, or why it failed."""

    complete: bool
    fault: str = ""


class Trial(Protocol):
    """A scratch database: runs the definitions of a text after those of the texts before it, and keeps nothing."""

    def tried(self, code: str, before: Sequence[str]) -> Tried: ...


@dataclass(frozen=True)
class CodeVerdict:
    """How the code was verified, or why it may not be shown."""

    status: Status = "parsed"
    fault: str = ""


def check_code(
    language: str, engine: str, code: str, trial: Trial | None = None, before: Sequence[str] = ()
) -> CodeVerdict:
    """Parse, and for PostgreSQL run what `before` and this text define, in this order."""
    dialect = _NAMES.get(engine, engine)
    parse = PARSERS.get(language)
    if parse is None or language == "calc":
        return CodeVerdict(fault=f"{language!r} cannot be checked here")
    if not code.strip():
        return CodeVerdict(fault="there is no code")
    fence = Fence(language, dialect, {}, code, 1, hashlib.sha256(code.encode()).hexdigest())
    try:
        faults = [fault.text for fault in parse(fence)]
    except (SqlError, RecursionError) as error:
        faults = [str(error)]
    if faults:
        return CodeVerdict(fault=faults[0])
    if language == "sql" and (slip := _SLIP.search(without_comments(code))):
        return CodeVerdict(fault=f"a comma too many: {' '.join(slip.group().split())!r}")
    if language == "sql" and dialect in _TRIED and (wrong := _WRONG.search(without_comments(code))):
        return CodeVerdict(fault=f"PostgreSQL does not read {' '.join(wrong.group().split())!r}")
    if language != "sql" or dialect not in _TRIED or trial is None:
        return CodeVerdict()
    tried = trial.tried(code, before)
    return CodeVerdict("executed" if tried.complete else "parsed", tried.fault)
