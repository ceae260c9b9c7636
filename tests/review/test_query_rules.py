"""Rules over queries, plans and settings."""

from collections.abc import Callable

import pytest

from service.analysis.review.review import Review

Judge = Callable[..., Review]

SHOP = """CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, code text NOT NULL, placed_at timestamptz NOT NULL, note text);
CREATE TABLE lines (id bigint PRIMARY KEY, order_id bigint NOT NULL REFERENCES orders (id), price numeric(12,2) NOT NULL);
CREATE TABLE payments (id bigint PRIMARY KEY, order_id bigint NOT NULL REFERENCES orders (id), amount numeric(12,2) NOT NULL);
CREATE TABLE blocked (customer_id bigint);
CREATE INDEX by_time ON orders (placed_at, customer_id);
"""
PLAN = "Seq Scan on orders  (cost=0.00..1834.00 rows=5 width=20) (actual time=0.1..90.0 rows=7 loops=1)\n  Filter: (code = 'x'::text)\n  Rows Removed by Filter: 99993\n"
FILTERED = "Index Scan using t_at on orders o  (cost=0.4..8.4 rows=1 width=8) (actual time=0.1..900.0 rows=48 loops=1)\n  Index Cond: (placed_at > '2026-01-01'::date)\n  Filter: (customer_id = 9)\n  Rows Removed by Filter: 1204558\n"

MOST = "Seq Scan on events  (cost=0.00..18.00 rows=41023344 width=96) (actual time=0.02..38211.40 rows=39877120 loops=1)\n  Filter: (tenant_id = 7)\n  Rows Removed by Filter: 2311023\n"

CASES = (
    ("scan-of-most", MOST, PLAN),
    ("wanted-index", "SELECT id FROM tickets t WHERE t.state = 'open' AND t.at > now()", "SELECT id FROM orders WHERE id = 1"),
    ("null-comparison", "SELECT id FROM orders WHERE note = NULL", "SELECT id FROM orders WHERE note IS NULL"),
    ("not-in-subquery", "SELECT id FROM orders WHERE customer_id NOT IN (SELECT customer_id FROM blocked)", "SELECT id FROM orders WHERE NOT EXISTS (SELECT 1 FROM blocked b WHERE b.customer_id = orders.customer_id)"),
    ("deep-offset", "SELECT id FROM orders ORDER BY id LIMIT 20 OFFSET 40000", "SELECT id FROM orders WHERE id > 40000 ORDER BY id LIMIT 20"),
    ("wrapped-column", "SELECT id FROM orders WHERE date(placed_at) = '2026-01-01'", "SELECT id FROM orders WHERE placed_at >= '2026-01-01'"),
    ("or-of-columns", "SELECT id FROM orders WHERE customer_id = 7 OR code = 'x' ORDER BY placed_at DESC LIMIT 5", "SELECT id FROM orders WHERE customer_id = 7 OR customer_id = 8 ORDER BY placed_at DESC LIMIT 5"),
    ("leading-wildcard", "SELECT id FROM orders WHERE code LIKE '%abc'", "SELECT id FROM orders WHERE code LIKE 'abc%'"),
    ("select-star", "SELECT * FROM orders WHERE id = 1", "SELECT id FROM orders WHERE id = 1"),
    ("unbounded-write", "DELETE FROM orders", "DELETE FROM orders WHERE id = 1"),
    ("missing-join-condition", "SELECT o.id FROM orders o, lines l", "SELECT o.id FROM orders o, lines l WHERE l.order_id = o.id"),
    ("outer-turned-inner", "SELECT o.id FROM orders o LEFT JOIN lines l ON l.order_id = o.id WHERE l.price > 5", "SELECT o.id FROM orders o LEFT JOIN lines l ON l.order_id = o.id AND l.price > 5"),
    ("between-days", "SELECT id FROM orders WHERE placed_at BETWEEN '2026-01-01' AND '2026-01-31'", "SELECT id FROM orders WHERE placed_at >= '2026-01-01' AND placed_at < '2026-02-01'"),
    ("implicit-cast", "SELECT id FROM orders WHERE code = 4711", "SELECT id FROM orders WHERE code = '4711'"),
    ("unstable-limit", "SELECT id FROM orders WHERE customer_id = 1 LIMIT 5", "SELECT id FROM orders WHERE customer_id = 1 ORDER BY id LIMIT 5"),
    ("random-order", "SELECT id FROM orders ORDER BY random() LIMIT 5", "SELECT id FROM orders ORDER BY id LIMIT 5"),
    ("multiplied-sum", "SELECT o.id, sum(l.price), sum(p.amount) FROM orders o JOIN lines l ON l.order_id = o.id JOIN payments p ON p.order_id = o.id GROUP BY o.id", "SELECT o.id, sum(l.price) FROM orders o JOIN lines l ON l.order_id = o.id GROUP BY o.id"),
    ("subquery-per-row", "SELECT o.id, (SELECT count(*) FROM lines l WHERE l.order_id = o.id) FROM orders o", "SELECT o.id FROM orders o"),
    ("distinct-after-join", "SELECT DISTINCT o.id FROM orders o JOIN lines l ON l.order_id = o.id", "SELECT o.id FROM orders o WHERE EXISTS (SELECT 1 FROM lines l WHERE l.order_id = o.id)"),
    ("union-sorts", "SELECT id FROM orders UNION SELECT id FROM lines", "SELECT id FROM orders UNION ALL SELECT id FROM lines"),
    ("missing-index", "SELECT id FROM orders WHERE code = 'x'", "SELECT id FROM orders WHERE id = 1"),
    ("wrong-order", "SELECT id FROM orders WHERE customer_id = 1 AND placed_at > now()", "SELECT id FROM orders WHERE placed_at > now()"),
    ("lost-update", "SELECT price FROM lines WHERE id = 1; UPDATE lines SET price = 7 WHERE id = 1;", "UPDATE lines SET price = price + 1 WHERE id = 1;"),
    ("check-then-act", "SELECT count(*) FROM blocked WHERE customer_id = 1; INSERT INTO blocked (customer_id) VALUES (1);", "INSERT INTO blocked (customer_id) VALUES (1) ON CONFLICT DO NOTHING;"),
    ("next-number", "INSERT INTO orders (id) SELECT max(id) + 1 FROM orders", "SELECT max(id) FROM orders WHERE customer_id = 1"),
    ("last-inserted", "INSERT INTO orders (id) VALUES (1); SELECT max(id) FROM orders;", "INSERT INTO orders (id) VALUES (1) RETURNING id;"),
    ("queue-without-skip", "SELECT id FROM jobs WHERE status = 'new' ORDER BY id LIMIT 1 FOR UPDATE", "SELECT id FROM jobs WHERE status = 'new' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"),
    ("conflict-without-key", "INSERT INTO orders (id, code) VALUES (1, 'x') ON CONFLICT (code) DO NOTHING", "INSERT INTO orders (id, code) VALUES (1, 'x') ON CONFLICT (id) DO NOTHING"),
    ("table-lock", "LOCK TABLE orders; SELECT id FROM orders WHERE id = 1", "SELECT id FROM orders WHERE id = 1 FOR UPDATE"),
    ("row-by-row", "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM orders LOOP UPDATE orders SET note = 'x' WHERE id = r.id; END LOOP; END $$", "UPDATE orders SET note = 'x' WHERE id < 100"),
    ("unequal-to-null", "SELECT id FROM orders WHERE note <> 'x'", "SELECT id FROM orders WHERE note <> 'x' OR note IS NULL"),
    ("index-for-query", "SELECT id FROM elsewhere WHERE code = 'x' ORDER BY at", "SELECT id FROM elsewhere WHERE id = 1"),
    ("full-scan", PLAN, "Index Scan using x on orders  (cost=0.4..8.4 rows=1 width=20) (actual time=0.1..0.2 rows=1 loops=1)\n"),
)  # fmt: skip


@pytest.mark.parametrize(("rule", "flawed", "sound"), CASES, ids=[case[0] for case in CASES])
def test_a_query_rule_finds_its_flaw_and_spares_what_is_done_well(
    judge: Judge, rule: str, flawed: str, sound: str
) -> None:
    assert rule in {finding.rule for finding in judge(f"{SHOP}{flawed}", "postgresql").findings}
    assert rule not in {finding.rule for finding in judge(f"{SHOP}{sound}", "postgresql").findings}


def test_statements_inside_procedures_are_judged_where_they_stand(judge: Judge) -> None:
    text = f"{SHOP}CREATE FUNCTION pay(o bigint) RETURNS void LANGUAGE plpgsql AS $$\nDECLARE have numeric;\nBEGIN\n SELECT price INTO have FROM lines WHERE id = o;\n UPDATE lines SET price = have + 1 WHERE id = o;\nEND $$;"
    found = next(f for f in judge(text).findings if f.rule == "lost-update")
    assert found.object == "pay: lines.price"
    assert found.line == text[: text.index("UPDATE lines")].count("\n") + 1


def test_a_query_in_a_comment_counts_as_asked(judge: Judge) -> None:
    text = "CREATE TABLE seen (id bigint PRIMARY KEY, car_id bigint NOT NULL, at timestamptz NOT NULL);\n-- WHERE car_id = $1 AND at > $2\nCREATE INDEX seen_at ON seen (at, car_id);"
    assert "wrong-order" in {f.rule for f in judge(text).findings}


def test_a_plan_tells_what_a_composite_index_would_hold(judge: Judge) -> None:
    found = next(f for f in judge(FILTERED).findings if f.rule == "filtered-index-scan")
    assert "(customer_id, placed_at)" in found.say


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("fsync = off", "fsync"),
        ("shared_buffers = 8GB\nmax_connections = 3000", "max_connections"),
        ("[mysqld]\ninnodb_flush_log_at_trx_commit = 2", "innodb_flush_log_at_trx_commit"),
        ("[pgbouncer]\nauth_type = any", "auth_type"),
        ("ssl = on\nhost all all 0.0.0.0/0 trust", "pg_hba.conf"),
    ],
)
def test_a_dangerous_setting_is_named(judge: Judge, text: str, setting: str) -> None:
    assert setting in {finding.object for finding in judge(text).findings}


def test_sound_settings_raise_nothing(judge: Judge) -> None:
    text = "fsync = on\nmax_connections = 200\nshared_buffers = 8GB\nwork_mem = 32MB\nssl = on\narchive_mode = on"
    assert judge(text).findings == ()


def test_session_state_behind_transaction_pooling_is_told(judge: Judge) -> None:
    found = judge("[pgbouncer]\npool_mode = transaction", "", "Our workers use advisory locks and LISTEN.")
    assert "session-state" in {finding.rule for finding in found.findings}


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("SELECT id FROM t WHERE a = 1 AND b > 2 ORDER BY c DESC, d LIMIT 5", "(a, c DESC, d)"),
        ("SELECT id FROM t WHERE a = 1 AND b > 2", "(a, b)"),
        ("SELECT id FROM t WHERE name LIKE 'foo%' AND a = 1", "(a, name)"),
        ("SELECT x.id FROM t x JOIN u ON u.t_id = x.id WHERE x.a = 1 AND u.b = 2 ORDER BY x.c, u.d", "(a)"),
        ("SELECT id FROM t WHERE a = 1 ORDER BY lower(b)", "(a)"),
    ],
)
def test_a_query_of_tables_that_were_not_pasted_is_told_the_index_that_it_asks_for(
    judge: Judge, query: str, index: str
) -> None:
    found = [finding for finding in judge(query, "postgresql").findings if finding.rule == "wanted-index"]
    assert found[0].object == f"t {index}"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT id FROM t WHERE name LIKE '%foo'",
        "SELECT id FROM t WHERE a = 1 OR b = 2",
        "SELECT x.id FROM t x JOIN u ON u.t_id = x.id WHERE a = 1",
        "SELECT id FROM t",
        "INSERT INTO t (a) VALUES (1)",
    ],
)
def test_no_index_is_proposed_for_what_none_serves(judge: Judge, query: str) -> None:
    assert "wanted-index" not in {finding.rule for finding in judge(query, "postgresql").findings}
