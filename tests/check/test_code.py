"""Code of a model: parsed, tried on a real PostgreSQL, and nothing of it remains."""

import pytest

from kb.postgres import Cluster
from service.check.code import check_code
from service.check.rehearsal import Rehearsal

GOOD = "CREATE TABLE shop (id bigint PRIMARY KEY);\nCREATE INDEX shop_idx ON shop (id);"


@pytest.mark.parametrize(
    "code", ["CREATE TABEL shop (id int);", "CREATE TABLE shop (id int,,\n);", "SELECT FROM WHERE;", " "]
)
def test_what_does_not_parse_is_not_shown(code: str) -> None:
    assert check_code("sql", "postgresql", code).fault


@pytest.mark.parametrize(
    "code",
    [
        "UPDATE t SET at = at - INTERVAL 12 days WHERE id = 20;",
        "CREATE INDEX t_idx CONCURRENTLY ON t (id);",
        "GRANT SELECT, UPDATE reserved ON t TO shop;",
        "GRANT SELECT (id, fee) t TO shop;",
        "GRANT SELECT ON VIEW t TO shop;",
        "SELECT id FROM t FOR UPDATE SKIP LOCKED ORDER BY id;",
        "SELECT setval('t_id_seq', SELECT max(id) FROM t);",
        "BEGIN ISOLATION LEVEL REPEATABLE READ READONLY;",
        "ALTER TABLE t SET REPLICA IDENTITY FULL;",
        "CREATE FUNCTION one() RETURNS int LANGUAGE sql $$ SELECT 1 $$;",
        "CREATE POLICY own ON t WITH CHECK (id = 4) USING (id = 4);",
        "CREATE TRIGGER shut BEFORE INSERT, UPDATE ON t FOR EACH ROW EXECUTE FUNCTION one();",
    ],
)
def test_what_only_the_parser_reads_is_not_shown(code: str) -> None:
    assert check_code("sql", "postgresql", code).fault


@pytest.mark.parametrize(
    "code",
    [
        "UPDATE t SET at = at - INTERVAL '12 days' WHERE id = 20;",
        "CREATE INDEX CONCURRENTLY t_idx ON t (id);",
        "GRANT SELECT, UPDATE (reserved) ON t TO shop;",
        "SELECT id FROM t ORDER BY id FOR UPDATE SKIP LOCKED;",
        "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS\n  $$ SELECT 1 $$;",
        "CREATE POLICY own ON t USING (id = 4) WITH CHECK (id = 4);",
        "CREATE TRIGGER shut BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION one();",
    ],
)
def test_what_postgresql_reads_is_shown(code: str) -> None:
    assert check_code("sql", "pg", code).status == "parsed"
    assert not check_code("sql", "pg", code).fault


def test_what_nothing_can_parse_is_not_shown() -> None:
    assert check_code("bash", "sh", "rm -rf /").fault
    assert check_code("mermaid", "", "no diagram at all").fault


def test_definitions_run_and_are_rolled_back(postgres: Cluster) -> None:
    with postgres.database() as name:
        trial = Rehearsal(f"postgresql://postgres@/{name}?host={postgres.directory}")
        assert check_code("sql", "postgresql", GOOD, trial).status == "executed"
        assert check_code("sql", "postgresql", GOOD, trial).status == "executed"
        missing = check_code("sql", "postgresql", "CREATE INDEX i ON nowhere (id);", trial)
        assert "nowhere" in missing.fault
        assert check_code("sql", "postgresql", "CREATE INDEX i ON shop (id);", trial, [GOOD]).status == "executed"
        with postgres.connect(name) as connection:
            assert connection.execute("SELECT count(*) FROM pg_tables WHERE tablename = 'shop'").fetchone() == (0,)


def test_nothing_but_definitions_is_run(postgres: Cluster) -> None:
    with postgres.database() as name:
        trial = Rehearsal(f"postgresql://postgres@/{name}?host={postgres.directory}")
        for code in (
            "COMMIT;",
            "CREATE TABLE t AS SELECT pg_sleep(9);",
            "CREATE ROLE evil SUPERUSER;",
            "DROP TABLE x;",
        ):
            assert check_code("sql", "postgresql", code, trial).status == "parsed"


def test_where_nobody_answers_code_is_only_parsed() -> None:
    assert check_code("sql", "postgresql", GOOD, Rehearsal("postgresql://nobody@127.0.0.1:1/none")).status == "parsed"
