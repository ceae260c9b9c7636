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


def run_each(postgres: Cluster, pasted: str, fixes: Iterable[str]) -> None:
    """Each fix alone on top of what was pasted; rolled back, so concurrent builds run as plain ones."""
    with postgres.database() as name, postgres.connect(name) as connection:
        run(connection, pasted)
        for fix in sorted(fixes):
            with connection.transaction(force_rollback=True):
                run(connection, fix.replace(" CONCURRENTLY", ""))


def test_every_fix_of_a_schema_with_many_flaws_runs_on_it(postgres: Cluster, judge: Judge) -> None:
    fixes = {(f.rule, f.fix) for f in judge(FLAWED, "", "We insert 900 writes/s.").findings if f.fix}
    assert len({rule for rule, _ in fixes}) >= 25
    run_each(postgres, FLAWED, {fix for _, fix in fixes})


def test_an_index_is_built_concurrently_outside_a_transaction(postgres: Cluster, judge: Judge) -> None:
    pasted = "CREATE TABLE rooms (id bigint PRIMARY KEY); CREATE TABLE beds (id bigint PRIMARY KEY, room_id bigint REFERENCES rooms (id));"
    fix = next(f.fix for f in judge(pasted).findings if f.rule == "unindexed-foreign-key")
    assert "CONCURRENTLY" in fix
    with postgres.database() as name, postgres.connect(name) as connection:
        run(connection, pasted)
        run(connection, fix)


@pytest.mark.parametrize("case", PASTED)
def test_every_fix_of_a_review_case_runs_on_what_was_pasted(postgres: Cluster, judge: Judge, case: str) -> None:
    fixes = {finding.fix for finding in judge(PASTED[case], "postgresql").findings if finding.fix}
    run_each(postgres, PASTED[case], fixes)


@pytest.mark.parametrize("dialect", ["mysql", "sqlserver", "oracle", "sqlite"])
def test_fixes_for_other_engines_are_read_by_their_parser(judge: Judge, dialect: str) -> None:
    for case in load_review_cases():
        found = judge(case.artefact, case.dialect)
        for fix in {f.fix for f in found.findings if f.fix and found.artefacts.schema.dialect == dialect}:
            unread = parse_schema(fix, dialect).unparsed
            assert [text for text in unread if not any(words in text for words in UNMODELLED)] == []
