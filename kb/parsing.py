"""Fences that can only be parsed here: each language by the strictest parser that there is."""

import json
import re
from collections.abc import Callable, Iterator, Mapping

import mmdr
import yaml
from sqlglot import exp

from kb.balance import balance_faults
from kb.calculation import check_block
from kb.ddl import parse_statement
from kb.definition import DIALECTS
from kb.entry import Fence
from kb.errors import Fault, SqlError
from kb.statements import split_statements, without_comments

# sqlglot takes what it does not know for a Command; these are SQL all the same.
_COMMANDS = re.compile(
    r"^\s*(?:GRANT|REVOKE|VACUUM|ANALYZE|OPTIMIZE|REINDEX|CALL|EXPLAIN|SHOW|SET|FLUSH|LOCK|UNLOCK|KILL|PRAGMA|COPY|LOAD\s+DATA|DELIMITER"
    r"|CHANGE\s+(?:MASTER|REPLICATION)|(?:START|STOP|RESET)\s+(?:SLAVE|REPLICA|GROUP_REPLICATION)|PURGE\s+BINARY"
    r"|(?:PREPARE|EXECUTE|DEALLOCATE|DECLARE|FETCH|CLOSE|REFRESH|CHECKPOINT|LISTEN|NOTIFY|DO|BACKUP|RESTORE|SYSTEM|ATTACH|DETACH)"
    r"|(?:CREATE|ALTER|DROP)\s+(?:OR\s+REPLACE\s+)?(?:EXTENSION|POLICY|ROLE|USER|SYSTEM|DATABASE|EVENT|TRIGGER|FUNCTION|PROCEDURE|PUBLICATION|SUBSCRIPTION|STATISTICS|SEQUENCE|SECURITY\s+POLICY|PARTITION\s+(?:FUNCTION|SCHEME)|SERVER|RESOURCE|AVAILABILITY|TABLESPACE|PLACEMENT|CHANGEFEED)"
    r"|ALTER\s+TABLE\s+\S+\s+(?:ENABLE|DISABLE|FORCE|ATTACH|DETACH|VALIDATE|SET|RESET|SPLIT|MERGE|EXCHANGE|REORGANIZE|COALESCE|TRUNCATE|SCATTER|LOCALITY|CONFIGURE|PARTITION|MODIFY|ORDER|ENGINE)"
    r"|ALTER\s+INDEX)\b",
    re.IGNORECASE,
)
# TimescaleDB's options in WITH (…), which no SQL parser knows: `tsdb.hypertable, tsdb.partition_column = 'at'`.
_OPTIONS = re.compile(r"\bWITH\s*\(\s*((?:tsdb|timescaledb)\.(?:[^()']|'[^']*')*)\)", re.IGNORECASE)
_OPTION = re.compile(r"\s*(?:tsdb|timescaledb)\.\w+(?:\s*=\s*(?:'[^']*'|[\w.]+))?\s*(?:,|$)", re.IGNORECASE)
# CockroachDB's historical reads, likewise.
_AS_OF = re.compile(r"\bAS\s+OF\s+SYSTEM\s+TIME\s+(?:'[^']*'|\w+\([^()]*\))", re.IGNORECASE)
_NO_DATA = re.compile(r"\bWITH\s+(?:NO\s+)?DATA\s*$", re.IGNORECASE)
_YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_JSON_LINE = re.compile(r"^\s*//.*$", re.MULTILINE)


def sql_faults(fence: Fence) -> Iterator[Fault]:
    """Every statement parses in its engine's dialect, as something that is a statement."""
    if fence.engine not in DIALECTS:
        yield Fault(0, f"engine {fence.engine!r} is not known: use one of {', '.join(sorted(DIALECTS))}")
        return
    for statement in split_statements(fence.code, fence.engine):
        text = _PLAIN.get(fence.engine, str)(statement.text)
        try:
            tree = parse_statement(text, fence.engine)
        except SqlError as error:
            if not _COMMANDS.match(without_comments(statement.text)):
                yield Fault(statement.line + _inner_line(str(error)), f"is not {fence.engine}: {error}")
            continue
        if isinstance(tree, exp.Command) and not _COMMANDS.match(without_comments(statement.text)):
            yield Fault(statement.line, f"is not SQL that can be checked: {statement.text.splitlines()[0]!r}")
        elif not isinstance(tree, exp.Query) and isinstance(tree, exp.Condition | exp.Alias | exp.Identifier):
            yield Fault(statement.line, f"is no statement: {statement.text.splitlines()[0]!r}")


def _inner_line(message: str) -> int:
    match = re.match(r"line (\d+):", message)
    return int(match.group(1)) - 1 if match else 0


def _plain(text: str) -> str:
    """The statement with well-formed TimescaleDB options blanked."""
    return _NO_DATA.sub("", _OPTIONS.sub(_blank_options, text))


def _blank_options(match: re.Match[str]) -> str:
    rest = _OPTION.sub("", match.group(1))
    return match.group() if rest.strip() else _blank(match)


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())


def _present(text: str) -> str:
    """The statement without CockroachDB's reading in the past."""
    return _AS_OF.sub(_blank, text)


# Well-formed syntax of an engine that its sqlglot dialect lacks, blanked before parsing.
_PLAIN: Mapping[str, Callable[[str], str]] = {"timescaledb": _plain, "cockroachdb": _present}


def _json_faults(fence: Fence) -> Iterator[Fault]:
    try:
        json.loads(_JSON_LINE.sub("", fence.code))
    except json.JSONDecodeError as error:
        yield Fault(error.lineno, f"is not JSON: {error.msg}")


def _yaml_faults(fence: Fence) -> Iterator[Fault]:
    try:
        list(yaml.load_all(fence.code, Loader=_YAML_LOADER))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        yield Fault(mark.line + 1 if mark else 1, f"is not YAML: {getattr(error, 'problem', None) or error}")


def _mermaid_faults(fence: Fence) -> Iterator[Fault]:
    try:
        mmdr.render(fence.code).svg()
    except (RuntimeError, ValueError) as error:
        yield Fault(1, f"is not a Mermaid diagram: {str(error).splitlines()[0]}")


def _calc_faults(fence: Fence) -> Iterator[Fault]:
    yield from (Fault(problem.line, problem.text) for problem in check_block(fence.code))


def _balance_faults(fence: Fence) -> Iterator[Fault]:
    yield from balance_faults(fence.code, fence.language)


def _python_faults(fence: Fence) -> Iterator[Fault]:
    """What needs a framework that is not here is compiled."""
    try:
        compile(fence.code, "<fence>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        yield Fault(getattr(error, "lineno", None) or 1, f"is not Python: {getattr(error, 'msg', None) or error}")


PARSERS: Mapping[str, Callable[[Fence], Iterator[Fault]]] = {
    "sql": sql_faults,
    "json": _json_faults,
    "yaml": _yaml_faults,
    "python": _python_faults,
    "mermaid": _mermaid_faults,
    "calc": _calc_faults,
    **dict.fromkeys(
        (
            "javascript",
            "typescript",
            "cql",
            "cypher",
            "java",
            "csharp",
            "go",
            "kotlin",
            "php",
            "prisma",
            "graphql",
            "ruby",
        ),
        _balance_faults,
    ),
}
# Nothing is claimed of these.
UNCHECKED = frozenset({"text", "bash", "sh", "console", "ini", ""})
