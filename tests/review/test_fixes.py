"""Every suggested fix for PostgreSQL runs on the pasted schema."""

import inspect
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from evals.review import load_review_cases
from kb.ddl import parse_schema
from kb.postgres import Cluster, Connection
from kb.statements import split_statements, without_comments
from service.analysis.review.review import Review
from service.analysis.review.rules import RULES

Judge = Callable[..., Review]
FLAWED = (Path(__file__).parent / "flawed.sql").read_text()
WIDENED = (Path(__file__).parent / "widened.sql").read_text()
# What the asker says of it.
TOLD = (
    "Every ward has exactly one visit per day. A scan belongs either to a visit or to a transfer. Visits came in twice."
)
CASES = [
    case
    for case in load_review_cases()
    if case.dialect == "postgresql" and re.search(r"^\s*CREATE TABLE", case.artefact, re.MULTILINE)
]
PASTED = {case.id: case.artefact for case in CASES}
# What stands beside tables and does not run itself: an upsert without its key, a plan.
PLANNED = """
CREATE TABLE shops (id bigint PRIMARY KEY, code text NOT NULL);
CREATE TABLE tills (id bigint PRIMARY KEY, shop_id integer NOT NULL REFERENCES shops (id));
CREATE TABLE sales (id bigint PRIMARY KEY, till_id bigint NOT NULL, state text NOT NULL, sold_at timestamptz NOT NULL, receipt_uuid varchar(36));
INSERT INTO shops (id, code) VALUES (1, 'x') ON CONFLICT (code) DO NOTHING;
EXPLAIN ANALYZE SELECT t.id, s.id FROM tills t JOIN sales s ON s.till_id = t.id WHERE s.state = 'open' ORDER BY s.sold_at;
Nested Loop  (cost=0.00..99.00 rows=5 width=16) (actual time=0.1..900.0 rows=700 loops=1)
  ->  Seq Scan on tills t  (cost=0.00..9.00 rows=700 width=8) (actual time=0.1..1.0 rows=700 loops=1)
  ->  Seq Scan on sales s  (cost=0.00..90.00 rows=1 width=16) (actual time=0.1..1.0 rows=1 loops=700)
        Filter: (state = 'open'::text)
        Rows Removed by Filter: 99999
"""
# What a rule calls or writes where it suggests SQL.
SUGGESTS = re.compile(
    r"\b(?:create_index|add_check|alter_type|set_not_null|add_foreign_key|drop_index|_key_for|_composite|_exclusion|_closing|_audit_table|_index)\(|ALTER TABLE|COMMENT ON"
)
# Rules of other engines, for which nothing runs here.
ELSEWHERE = {
    "bytes-for-characters",
    "ends-in-2038",
    "inline-reference",
    "narrow-string",
    "scaleless-money",
    "storage-engine",
    "three-byte-utf8",
    "zero-date",
}


# What the parser does not model and the engine knows.
UNMODELLED = ("CONVERT TO CHARACTER SET", " MODIFY (")


def run(connection: Connection, script: str) -> None:
    for statement in split_statements(script):
        connection.execute(statement.text.encode())


def tables_of(text: str) -> str:
    """The statements that make tables, without those that read or change rows."""
    return "".join(
        f"{statement.text};\n"
        for statement in split_statements(text)
        if without_comments(statement.text).lstrip().upper().startswith(("CREATE", "ALTER"))
        and " OWNER TO " not in statement.text
    )


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


def test_fixes_of_what_a_case_says_run_on_the_tables_beside_it(postgres: Cluster, judge: Judge) -> None:
    fixes = {(f.rule, f.fix) for f in judge(WIDENED, "postgresql", TOLD).findings if f.fix}
    assert {"all-or-none", "chosen-twice", "entered-twice", "stated-once", "unused-gin", "view-past-policies"} <= {
        rule for rule, _ in fixes
    }
    statements = {fix for _, fix in fixes}
    assert run_each(postgres, tables_of(WIDENED), statements) == len(statements)


def test_fixes_of_statements_and_plans_run_on_the_tables_beside_them(postgres: Cluster, judge: Judge) -> None:
    fixes = {(f.rule, f.fix) for f in judge(PLANNED, "postgresql").findings if f.fix}
    assert {"conflict-without-key", "repeated-inner", "full-scan", "mismatched-reference"} <= {
        rule for rule, _ in fixes
    }
    statements = {fix for _, fix in fixes}
    assert run_each(postgres, tables_of(PLANNED), statements) == len(statements)


def test_every_rule_that_suggests_sql_has_a_fix_among_those_that_run(judge: Judge) -> None:
    suggesting = {rule.id for rule in RULES if SUGGESTS.search(inspect.getsource(rule.find))}
    reviews = [
        judge(FLAWED, "", "We insert 900 writes/s."),
        judge(PLANNED, "postgresql"),
        judge(WIDENED, "postgresql", TOLD),
    ]
    reviews += [judge(text, "postgresql") for text in PASTED.values()]
    assert suggesting - ELSEWHERE <= {f.rule for each in reviews for f in each.findings if f.fix}


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
    assert run_each(postgres, tables_of(PASTED[case]), fixes) == len(fixes)


def test_flawed_schemas_get_fixes_and_not_only_advice(judge: Judge) -> None:
    flawed = [case.id for case in CASES if not case.clean]
    assert sum(bool(fixes_of(judge, case)) for case in flawed) >= len(flawed) - 1


@pytest.mark.parametrize("dialect", ["mysql", "sqlserver", "oracle", "sqlite"])
def test_fixes_for_other_engines_are_read_by_their_parser(judge: Judge, dialect: str) -> None:
    found = [judge(case.artefact, case.dialect) for case in load_review_cases()]
    fixes = {f.fix for each in found if each.artefacts.schema.dialect == dialect for f in each.findings if f.fix}
    assert fixes
    for fix in fixes:
        unread = parse_schema(fix, dialect).unparsed
        assert [text for text in unread if not any(words in text for words in UNMODELLED)] == []
