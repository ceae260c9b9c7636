"""Every suggested fix for PostgreSQL runs on the pasted schema."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from evals.review import load_review_cases
from kb.ddl import parse_schema
from kb.postgres import Cluster, Connection
from kb.statements import split_statements
from service.analysis.review.review import Review

Judge = Callable[..., Review]
FLAWED = (Path(__file__).parent / "flawed.sql").read_text()
PASTED = {case.id: case.artefact for case in load_review_cases() if case.dialect == "postgresql"}


# What the parser does not model and the engine knows.
UNMODELLED = ("CONVERT TO CHARACTER SET", " MODIFY (")


def run(connection: Connection, script: str) -> None:
    for statement in split_statements(script):
        connection.execute(statement.text.encode())


def run_each(postgres: Cluster, pasted: str, fixes: Iterable[str]) -> int:
    """Each fix alone on top of what was pasted, and how many ran; rolled back, so concurrent builds run as plain ones."""
    ran = 0
    with postgres.database() as name, postgres.connect(name) as connection:
        run(connection, pasted)
        for fix in sorted(fixes):
            with connection.transaction(force_rollback=True):
                run(connection, fix.replace(" CONCURRENTLY", ""))
                ran += 1
    return ran


def test_every_fix_of_a_schema_with_many_flaws_runs_on_it(postgres: Cluster, judge: Judge) -> None:
    fixes = {(f.rule, f.fix) for f in judge(FLAWED, "", "We insert 900 writes/s.").findings if f.fix}
    assert len({rule for rule, _ in fixes}) >= 25
    statements = {fix for _, fix in fixes}
    assert run_each(postgres, FLAWED, statements) == len(statements)


def test_an_index_is_built_concurrently_outside_a_transaction(postgres: Cluster, judge: Judge) -> None:
    pasted = "CREATE TABLE rooms (id bigint PRIMARY KEY); CREATE TABLE beds (id bigint PRIMARY KEY, room_id bigint REFERENCES rooms (id));"
    fix = next(f.fix for f in judge(pasted).findings if f.rule == "unindexed-foreign-key")
    assert "CONCURRENTLY" in fix
    with postgres.database() as name, postgres.connect(name) as connection:
        run(connection, pasted)
        run(connection, fix)


def fixes_of(judge: Judge, case: str) -> set[str]:
    return {finding.fix for finding in judge(PASTED[case], "postgresql").findings if finding.fix}


@pytest.mark.parametrize("case", PASTED)
def test_every_fix_of_a_review_case_runs_on_what_was_pasted(postgres: Cluster, judge: Judge, case: str) -> None:
    fixes = fixes_of(judge, case)
    assert run_each(postgres, PASTED[case], fixes) == len(fixes)


def test_flawed_schemas_get_fixes_and_not_only_advice(judge: Judge) -> None:
    flawed = [case.id for case in load_review_cases() if case.id in PASTED and not case.clean]
    assert sum(bool(fixes_of(judge, case)) for case in flawed) >= len(flawed) - 1


@pytest.mark.parametrize("dialect", ["mysql", "sqlserver", "oracle", "sqlite"])
def test_fixes_for_other_engines_are_read_by_their_parser(judge: Judge, dialect: str) -> None:
    found = [judge(case.artefact, case.dialect) for case in load_review_cases()]
    fixes = {f.fix for each in found if each.artefacts.schema.dialect == dialect for f in each.findings if f.fix}
    assert fixes
    for fix in fixes:
        unread = parse_schema(fix, dialect).unparsed
        assert [text for text in unread if not any(words in text for words in UNMODELLED)] == []
