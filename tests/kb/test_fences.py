import datetime as dt
from itertools import count
from pathlib import Path

import pytest

from kb.entry import Block, Entry, Fence, Section, Source
from kb.errors import Problem
from kb.fence import read_fence
from kb.fences import verify
from kb.kinds import Reference
from kb.postgres import Cluster, running_postgres

META = Reference(title="T", summary="A reference with fences, long enough to be a summary.", sources={"s": Source(title="S", url="https://example.org", publisher="E", checked=dt.date(2026, 11, 24))})  # fmt: skip


def entry(*fences: Fence, name: str = "references/fences") -> Entry:
    section = Section(
        name, "code", "Code", ("Code",), 2, 9, "", tuple(Block("code", (), fence=each) for each in fences)
    )
    return Entry(name, "references", f"{name}.md", META, (section,))


def pg(code: str, attributes: str = "", line: int = 100) -> Fence:
    return read_fence(f"sql postgresql {attributes}", code, line)


def found(postgres: Cluster, *fences: Fence) -> list[Problem]:
    return list(verify([entry(*fences)], postgres)[0])


def texts(postgres: Cluster, *fences: Fence) -> list[str]:
    return [problem.text for problem in found(postgres, *fences)]


BOOKINGS = pg("""
CREATE EXTENSION btree_gist;
CREATE TABLE booking (
  room int NOT NULL,
  during tstzrange NOT NULL,
  CONSTRAINT booking_no_overlap EXCLUDE USING gist (room WITH =, during WITH &&)
);
""")
FIRST = pg("BEGIN;\nINSERT INTO booking VALUES (1, '[2026-01-01, 2026-01-03)');", "session=A")
SECOND = "INSERT INTO booking VALUES (1, '[2026-01-02, 2026-01-04)');"
ROWS = pg("CREATE TABLE item (id int PRIMARY KEY, kind int NOT NULL, at timestamptz);\nCREATE INDEX item_kind_idx ON item (kind, id);")  # fmt: skip
SEED = pg("INSERT INTO item SELECT n, n % 500, now() FROM generate_series(1, 20000) AS n;", "seed hidden")


def test_an_exclusion_constraint_refuses_a_double_booking_and_nothing_else_does(postgres: Cluster) -> None:
    refused = pg(SECOND, "session=B expect=blocks:A then=error:23P01 without=booking_no_overlap")
    problems, lock = verify([entry(BOOKINGS, FIRST, refused)], postgres)
    assert problems == ()
    assert lock == {each.digest: "executed" for each in (BOOKINGS, FIRST, refused)}


def test_a_double_booking_passes_without_the_constraint(postgres: Cluster) -> None:
    unguarded = pg("CREATE TABLE booking (room int NOT NULL, during tstzrange NOT NULL);")
    refused = pg(SECOND, "session=B expect=blocks:A then=error:23P01", line=120)
    problems = found(postgres, unguarded, FIRST, refused)
    assert {problem.line for problem in problems} == {121}
    assert [problem.text.partition(": ")[2] for problem in problems] == [
        "error 23P01 was expected, it succeeded",
        "session 'A' was expected to block this, it did not",
    ]


def test_a_counterproof_that_proves_nothing_is_a_problem(postgres: Cluster) -> None:
    table = pg("CREATE TABLE t (a int CONSTRAINT positive CHECK (a > 0), b int CONSTRAINT small CHECK (b < 9));")
    wrong = pg("INSERT INTO t VALUES (0, 1);", "expect=error:23514 without=small")
    right = pg("INSERT INTO t VALUES (0, 1);", "expect=error:23514 without=positive")
    (text,) = texts(postgres, table, wrong, right)
    assert "without='small' it behaves the same" in text


@pytest.mark.parametrize(
    ("guard", "name", "code", "expect"),
    [
        ("CREATE UNIQUE INDEX once ON t (a)", "once", "INSERT INTO t VALUES (1)", "error:23505"),
        ("CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$; CREATE TRIGGER guard BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION no()", "guard", "DELETE FROM t", "error:P0001"),
        ("CREATE ROLE fence_reader; GRANT SELECT ON t TO fence_reader; ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON t USING (a = 1)", "few", "BEGIN; SET LOCAL ROLE fence_reader; SELECT * FROM t; COMMIT", "rows:1"),
    ],
)  # fmt: skip
def test_an_index_a_trigger_and_a_policy_can_be_left_out(postgres: Cluster, guard: str, name: str, code: str, expect: str) -> None:  # fmt: skip
    table = pg(f"CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2); {guard};")
    assert texts(postgres, table, pg(code, f"expect={expect} without={name}")) == []


def test_a_lock_clause_and_a_lock_function_can_be_left_out(postgres: Cluster) -> None:
    table = pg("CREATE TABLE t (a int); INSERT INTO t VALUES (1);")
    first = pg("BEGIN; SELECT a FROM t FOR UPDATE;", "session=A")
    second = pg("SELECT a FROM t FOR UPDATE", "session=B expect=blocks:A then=ok without=for_update")
    advisory = pg("BEGIN; SELECT pg_advisory_xact_lock(hashtext('x'));", "session=A")
    waiting = pg(
        "SELECT pg_advisory_xact_lock(hashtext('x'))", "session=B expect=blocks:A without=pg_advisory_xact_lock"
    )
    assert texts(postgres, table, first, second, advisory, waiting) == []


def test_without_names_something_and_something_is_expected(postgres: Cluster) -> None:
    table = pg("CREATE TABLE t (a int PRIMARY KEY REFERENCES t); CREATE TABLE u (a int REFERENCES t);")
    nothing = pg("SELECT 1", "expect=rows:1 without=nobody")
    silent = pg("SELECT 1", "without=t_pkey")
    assert [text.partition(": ")[2] for text in texts(postgres, table, nothing, silent)] == [
        "'without' needs 'expect': say what no longer happens",
        "without='nobody' names no constraint, index, trigger, policy or lock clause",
    ]


def test_a_guard_that_cannot_be_dropped_is_a_problem(postgres: Cluster) -> None:
    table = pg("CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE INDEX p_a ON p (a); CREATE TABLE q PARTITION OF p DEFAULT;")  # fmt: skip
    (text,) = texts(postgres, table, pg("SELECT 1", "expect=rows:1 without=q_a_idx"))
    assert "without='q_a_idx': it cannot be dropped" in text


def test_a_plan_shows_the_index_and_needs_no_sort(postgres: Cluster) -> None:
    query = pg("SELECT id FROM item WHERE kind = 7 ORDER BY id LIMIT 5;", "plan=item_kind_idx nosort expect=rows:5")
    again = pg("UPDATE item SET at = now() WHERE kind = 7;", "plan=item_kind_idx")
    assert texts(postgres, ROWS, SEED, query, again, query) == []


def test_a_plan_that_does_not_show_the_index_is_a_problem_with_its_line(postgres: Cluster) -> None:
    query = pg("-- all of them\nSELECT count(*)\nFROM item WHERE at > '2000-01-01';", "plan=item_kind_idx", line=50)
    (problem,) = found(postgres, ROWS, SEED, query)
    assert problem.line == 52
    assert "plan='item_kind_idx': the plan does not use it; nodes: Aggregate, Seq Scan; indexes: none" in problem.text


@pytest.mark.parametrize(
    ("query", "attributes", "text"),
    [
        ("SELECT id FROM item WHERE kind = 7 ORDER BY at;", "plan=item_kind_idx nosort", "the plan sorts"),
        ("SELECT id FROM item WHERE kind = 7;", "plan=item_gone_idx", "no index of that name"),
        ("SELECT id FROM small WHERE id = 7;", "plan=small_pkey", "small has 0 rows, seed at least 5,000"),
        ("SELECT id FROM item WHERE at = now();", "plan=item_at_brin", "item has 20000 rows, seed at least 50,000"),
        ("SET LOCAL enable_seqscan = off; SELECT id FROM item WHERE kind = 7;", "plan=item_kind_idx", "forces plans"),
        ("SELECT set_config('enable_seqscan', 'off', false);", "", "forces plans"),
        ("ANALYZE item;", "plan=item_kind_idx", "needs a SELECT"),
        ("SELECT nothing FROM item;", "plan=item_kind_idx", "its plan cannot be read: column \"nothing\""),
    ],
)  # fmt: skip
def test_a_plan_that_proves_nothing_is_a_problem(postgres: Cluster, query: str, attributes: str, text: str) -> None:
    more = pg("CREATE TABLE small (id int PRIMARY KEY); CREATE INDEX item_at_brin ON item USING brin (at);")
    found_texts = texts(postgres, ROWS, SEED, more, pg(query, attributes))
    assert any(text in each for each in found_texts), found_texts


def test_the_children_of_a_partitioned_index_count_and_the_role_of_the_session_plans(postgres: Cluster) -> None:
    table = pg("CREATE TABLE p (id int, k int) PARTITION BY HASH (k); CREATE TABLE p0 PARTITION OF p FOR VALUES WITH (MODULUS 1, REMAINDER 0); CREATE INDEX p_id ON p (id); CREATE ROLE fence_planner; GRANT SELECT ON p TO fence_planner;")  # fmt: skip
    seed = pg("INSERT INTO p SELECT n, n FROM generate_series(1, 9000) AS n;", "seed")
    query = pg("BEGIN; SET LOCAL ROLE fence_planner; SELECT k FROM p WHERE id = 5; COMMIT;", "plan=p_id")
    inside = [pg("BEGIN;", "session=A"), pg("SELECT k FROM p WHERE id = 5;", "session=A plan=p_id"), pg("COMMIT;", "session=A")]  # fmt: skip
    assert texts(postgres, table, seed, query, *inside) == []


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ("expect=rows:2", "2 rows were expected, 1 came"),
        ("expect=error:23505", "error 23505 was expected, it succeeded"),
        ("expect=few", "expect='few' is not known"),
        ("then=ok", "'then' needs 'expect=blocks:SESSION'"),
        ("expect=rows:1 then=ok", "'then' needs 'expect=blocks:SESSION'"),
        ("expect=blocks:A then=maybe", "then='maybe' is not known"),
        ("since=19", "fences run on PostgreSQL 18"),
        ("since=new", "fences run on PostgreSQL 18"),
    ],
)
def test_an_expectation_that_is_not_met_or_not_readable_is_a_problem(postgres: Cluster, attributes: str, text: str) -> None:  # fmt: skip
    (problem,) = texts(postgres, pg("SELECT 1", attributes))
    assert text in problem


def test_a_failure_is_told_with_its_line_and_stops_nothing(postgres: Cluster) -> None:
    broken = pg("SELECT 1;\n\nSELECT 1,\n  2 FROM nowhere;", line=10)
    left_open = pg("BEGIN; SELECT 1 / 0;", line=20)
    fine = pg("SELECT 1;", "expect=rows:1 since=18", line=30)
    problems, lock = verify([entry(broken, left_open, fine), entry(fine, name="references/more")], postgres)
    assert [(problem.path, problem.line) for problem in problems] == [("references/fences.md", 14), ("references/fences.md", 21)]  # fmt: skip
    assert 'failed with 42P01: relation "nowhere" does not exist' in problems[0].text
    assert lock == {fine.digest: "executed"}


def test_another_error_or_an_early_one_is_a_problem(postgres: Cluster) -> None:
    other = pg("SELECT 1 / 0", "expect=error:23505")
    early = pg("SELECT 1 / 0; SELECT 2;", "expect=error:22012")
    closed = pg("BEGIN; SELECT 1 / 0; ROLLBACK;", "expect=error:22012")
    got = [text.partition(": ")[2] for text in texts(postgres, other, early, closed)]
    assert got == [
        "error 22012 came before the last statement: division by zero",
        "error 23505 was expected, it failed with 22012: division by zero",
    ]


def test_a_session_that_should_block_and_never_yields_is_bounded(postgres: Cluster) -> None:
    idle = pg("SELECT 1;", "session=A")
    sleeping = pg("SELECT pg_sleep(30);", "session=B expect=blocks:A then=ok")
    (first, second) = texts(postgres, idle, sleeping)
    assert "it failed with" in first or "failed with 57014" in first
    assert "expected to block this, it did not" in second


def test_a_commit_that_fails_while_another_waits_ends_the_transaction(postgres: Cluster) -> None:
    table = pg("CREATE TABLE t (a int PRIMARY KEY, b int CONSTRAINT later REFERENCES t DEFERRABLE INITIALLY DEFERRED);")
    first = pg("BEGIN; INSERT INTO t VALUES (1, 7);", "session=A")
    second = pg("INSERT INTO t VALUES (1, NULL);", "session=B expect=blocks:A then=ok")
    assert texts(postgres, table, first, second) == []


def test_a_session_that_was_ended_begins_anew(postgres: Cluster) -> None:
    ended = pg("SELECT pg_terminate_backend(pg_backend_pid());", "expect=error:57P01")
    assert texts(postgres, ended, pg("SELECT 1;", "expect=rows:1")) == []


def test_nothing_of_an_entry_remains(postgres: Cluster) -> None:
    leaving = pg(
        "CREATE ROLE fence_ghost; GRANT SET ON PARAMETER work_mem TO fence_ghost; ALTER SYSTEM SET work_mem = '9MB';"
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1);"
        "SELECT pg_create_logical_replication_slot('fence_slot', 'test_decoding');"
        "CREATE SUBSCRIPTION fence_sub CONNECTION 'dbname=none' PUBLICATION p WITH (connect = false);"
        "BEGIN; DELETE FROM t; PREPARE TRANSACTION 'fence_prepared';"
    )
    assert texts(postgres, leaving, leaving)[0].endswith('role "fence_ghost" already exists')
    assert texts(postgres, leaving) == []
    with postgres.connect() as connection:
        row = connection.execute("SELECT (SELECT count(*) FROM pg_roles WHERE rolname = 'fence_ghost'), (SELECT count(*) FROM pg_replication_slots), (SELECT count(*) FROM pg_prepared_xacts), (SELECT count(*) FROM pg_database WHERE datname LIKE 'fences%')").fetchone()  # fmt: skip
    assert row == (0, 0, 0, 0)


def test_a_server_that_is_gone_is_one_problem_of_each_entry(tmp_path: Path) -> None:
    gone = Cluster(tmp_path, count(1))
    problems, lock = verify([entry(pg("SELECT 1")), entry(pg("SELECT 1"), name="references/more")], gone)
    assert [problem.line for problem in problems] == [1, 1]
    assert "its fences could not be run to the end" in problems[0].text
    assert lock == {}


def test_two_servers_tell_the_same_as_one(postgres: Cluster) -> None:
    broken, ghost = pg("SELECT 1/0"), pg("CREATE ROLE fence_twin")
    entries = [entry(ROWS, broken, ghost, pg(f"SELECT {n}"), name=f"references/e{n}") for n in range(4)]
    with running_postgres() as second:
        assert verify(entries, postgres, second) == verify(entries, postgres)


def test_python_runs_beside_the_database(postgres: Cluster) -> None:
    table = pg("CREATE TABLE t (a int); INSERT INTO t VALUES (1);")
    code = "from sqlalchemy import text\nwith engine.begin() as connection:\n    assert connection.scalar(text('SELECT a FROM t')) == {}"
    good = read_fence("python sqlalchemy", code.format(1), 40)
    bad = read_fence("python sqlalchemy", code.format(2), 60)
    problems, lock = verify([entry(table, good, bad)], postgres)
    assert [(problem.line, problem.text) for problem in problems] == [(63, "fence 'python sqlalchemy': failed: AssertionError")]  # fmt: skip
    assert lock[good.digest] == "executed"


BROKEN = [
    ("sql mysql", "SELECT 1;\nSELECT FROM WHERE;", 2),
    ("sql mysql", "hello", 1),
    ("sql mysql", "CREATE TABLE t (\n  a int,\n  b", 3),
    ("sql sqlite", "CREATE TABLE t (a int);\nSELECT b FROM t;", 2),
    ("sql sqlite expect=rows:2", "SELECT 1", 1),
    ("sql sqlite expect=two", "SELECT 1", 0),
    ("sql clickhouse", "CREATE TABLE t (a UInt32) ENGINE = MergeTree ORDER BY a;\nCREATE TABLE (", 2),
    ("sql duckdb", "SELECT * FROM t GROUP BY;;)", 1),
    ("sql sqlserver", "CREATE TABLE a (b int)\nGO\nSELEC 1", 3),
    ("sql oracle", "SELECT 1 FROM dual\n/\nCREATE TABLE x (", 3),
    ("sql timescaledb", "CREATE TABLE t (a int) WITH (tsdb.hypertable, 'what');", 1),
    ("sql timescaledb", "CREATE FROBNICATION x;", 1),
    ("sql fortran", "SELECT 1", 0),
    ("javascript mongodb", "db.a.find({\n  b: [1, 2}\n)", 2),
    ("javascript mongodb", "db.a.find('open)", 1),
    ("javascript mongodb", "db.a.find()) ", 1),
    ("javascript mongodb", "f(1); /* open", 1),
    ("cql", "CREATE TABLE t (a int", 1),
    ("json dynamodb op=CreateTable", '{\n  "a": 1,\n}', 3),
    ("yaml", "a: [1,\nb: 2", 3),
    ("yaml", "a: \x07", 1),
    ("mermaid", "erDiagram\n  a ||--o{ b", 1),
    ("calc", "votes: quorum(nodes=3) = 2\nvotes_5: quorum(nodes=5) = 4", 2),
    ("python stdlib", "a = 1\nassert a == 2", 2),
    ("python stdlib", "def (", 1),
    ("python django", "x = 1\ny = (", 2),
    ("python alembic", "from alembic import op\n\ndef upgrade():\n    op.drop_table('absent')", 4),
    ("ruby rails", "x = 1 # (\ny = [1", 2),
    ("cobol", "MOVE A TO B", 0),
]  # fmt: skip


@pytest.mark.parametrize(("info", "code", "line"), BROKEN, ids=[f"{info} {n}" for n, (info, *_) in enumerate(BROKEN)])
def test_broken_code_in_each_language_is_a_problem_with_its_line(postgres: Cluster, info: str, code: str, line: int) -> None:  # fmt: skip
    problems = found(postgres, read_fence(info, code, 100))
    assert [problem.line for problem in problems][:1] == [100 + line], problems
    assert verify([entry(read_fence(info, code, 100))], postgres)[1] == {}


SOUND = [
    ("sql mysql", "GRANT SELECT ON a.* TO 'b'@'%';\nCHANGE REPLICATION SOURCE TO SOURCE_HOST = 'x';\nSELECT @@GLOBAL.gtid_mode;\n(SELECT 1) UNION (SELECT 2);", "parsed"),
    ("sql sqlite", "CREATE TABLE t (a int UNIQUE); INSERT INTO t VALUES (1);", "executed"),
    ("sql sqlite expect=error:SQLITE_CONSTRAINT_PRIMARYKEY", "CREATE TABLE t (a text PRIMARY KEY); INSERT INTO t VALUES ('1'), ('1')", "executed"),
    ("sql timescaledb", "CREATE TABLE r (at timestamptz) WITH (\n  tsdb.hypertable,\n  tsdb.orderby = 'a, b(c) DESC', tsdb.n = 5\n);\nCALL add_columnstore_policy('r', after => INTERVAL '2 days');\nCREATE MATERIALIZED VIEW m WITH (timescaledb.continuous) AS SELECT 1 WITH NO DATA;", "parsed"),
    ("sql cockroachdb", "SELECT a FROM t AS OF SYSTEM TIME follower_read_timestamp() WHERE a = 1", "parsed"),
    ("javascript mongodb", "// it's a comment\ndb.a.find({ b: /[)/]\\//i, c: `x ${1}` }) /* and ' this */\nx = 4 / 2 / 1;\n", "parsed"),
    ("cql", "-- it's\nCREATE TABLE t (a int, PRIMARY KEY ((a)));", "parsed"),
    ("json dynamodb op=CreateTable", '// table\n{"a": [1]}', "parsed"),
    ("yaml", "a: [1]\n---\nb: 2", "parsed"),
    ("mermaid", "erDiagram\n  a ||--o{ b : has", "parsed"),
    ("calc", "votes: quorum(nodes=3) = 2", "executed"),
    ("python stdlib", "assert __name__ == '__main__'", "executed"),
    ("python alembic", "from alembic import op\nimport sqlalchemy as sa\n\ndef upgrade():\n    op.create_table('a', sa.Column('b', sa.Integer))\n    with op.get_context().autocommit_block():\n        op.create_index('a_b', 'a', ['b'], postgresql_concurrently=True)", "executed"),
    ("python django", "from django.db import models\n\nclass A(models.Model): ...", "parsed"),
    ("ruby rails", "# it's a comment (\nUser.where(name: \"#{first}'s\").each { |user| puts user.id }", "parsed"),
    ("text", "anything ( at all", None),
    ("bash shell", "ls (", None),
]  # fmt: skip


@pytest.mark.parametrize(("info", "code", "status"), SOUND, ids=[info for info, *_ in SOUND])
def test_sound_code_is_locked_with_how_it_was_verified(postgres: Cluster, info: str, code: str, status: str | None) -> None:  # fmt: skip
    fence = read_fence(info, code, 100)
    problems, lock = verify([entry(fence)], postgres)
    assert problems == ()
    assert lock == ({fence.digest: status} if status else {})
