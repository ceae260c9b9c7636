"""Plans of MySQL in all their forms, and JSON of both engines: read into nodes, judged with the query beside them."""

from collections.abc import Callable

import pytest

from service.analysis.review.review import Review
from service.question.artefact.plan_text import read_plan

Judge = Callable[..., Review]

QUERY = "EXPLAIN SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.state = 'paid' ORDER BY o.placed_at"
TABLE = f"""{QUERY};
+----+-------------+-------+------+---------+---------+----------+----------------------------------------------+
| id | select_type | table | type | key     | rows    | filtered | Extra                                        |
+----+-------------+-------+------+---------+---------+----------+----------------------------------------------+
|  1 | SIMPLE      | o     | ALL  | NULL    | 3871204 |     1.00 | Using where; Using temporary; Using filesort |
|  1 | SIMPLE      | c     | ref  | PRIMARY |       1 |   100.00 | NULL                                         |
|  1 | SIMPLE      | NULL  | NULL | NULL    |    NULL |     NULL | no matching row                              |
+----+-------------+-------+------+---------+---------+----------+----------------------------------------------+
2 rows in set"""
UPRIGHT = f"""{QUERY}\\G
*************************** 1. row ***************************
           id: 1
  select_type: SIMPLE
        table: o
         type: ALL
          key: NULL
         rows: 990000
     filtered: 1.00
        Extra: Using where; Using filesort
1 row in set"""
OLD_JSON = (
    QUERY
    + """;
{"query_block": {"ordering_operation": {"using_filesort": true, "using_temporary_table": true, "nested_loop": [
  {"table": {"table_name": "o", "access_type": "ALL", "rows_examined_per_scan": 3871204, "filtered": "1.00", "attached_condition": "(`shop`.`o`.`state` = 'paid')"}},
  {"table": {"table_name": "c", "access_type": "eq_ref", "key": "PRIMARY", "rows_examined_per_scan": 1, "filtered": "odd"}}]}}}"""
)
TREE = """EXPLAIN ANALYZE SELECT s.name FROM stations s JOIN readings r ON r.station_id = s.id WHERE s.region = 'north' AND r.at >= '2026-01-01' ORDER BY s.name;
-> Sort: s.name  (actual time=1..2 rows=9 loops=1)
    -> Nested loop inner join  (cost=912344 rows=811) (actual time=0.9..39871 rows=902113 loops=1)
        -> Covering index lookup on s using by_region (region='north')  (cost=4 rows=40) (actual time=0.1..1.2 rows=212 loops=1)
        -> Filter: (r.at >= TIMESTAMP'2026-01-01 00:00:00')  (cost=2211 rows=20) (actual time=21..187 rows=4255 loops=212)
            -> Table scan on r  (cost=2211 rows=8.123e+6) (actual time=0.2..133 rows=8123000 loops=212)
        -> Table scan on <temporary>  (never executed)"""
NEW_JSON = """{"query": "select 1", "query_plan": {"operation": "Filter: (o.state = 'paid')", "estimated_rows": 10, "actual_rows": 5, "actual_loops": 1,
 "inputs": [{"operation": "Table scan on o", "table_name": "orders", "access_type": "table", "estimated_rows": 2000000, "actual_rows": 2000000}]}}"""
POSTGRESQL_JSON = """[{"Plan": {"Node Type": "Seq Scan", "Relation Name": "orders", "Alias": "o", "Plan Rows": 5, "Actual Rows": 7, "Actual Loops": 1,
 "Filter": "(code = 'x')", "Rows Removed by Filter": 999993}}]"""


@pytest.mark.parametrize("plan", [TABLE, UPRIGHT, OLD_JSON, NEW_JSON], ids=["table", "upright", "old", "new"])
def test_a_table_that_mysql_reads_in_full_is_named_as_the_query_names_it(judge: Judge, plan: str) -> None:
    found = judge(plan)
    scan = next(f for f in found.findings if f.rule == "full-scan")
    assert scan.object == "orders"
    assert found.artefacts.schema.dialect == "mysql"
    assert found.artefacts.unparsed == ()


@pytest.mark.parametrize("plan", [TABLE, UPRIGHT, OLD_JSON], ids=["table", "upright", "json"])
def test_an_index_holds_what_is_compared_and_then_the_order(judge: Judge, plan: str) -> None:
    found = {f.rule: f for f in judge(plan).findings}
    assert "(state, placed_at)" in found["full-scan"].say
    assert found["full-scan"].fix == "CREATE INDEX orders_state_placed_at_idx ON orders (state, placed_at);"
    assert "filesort" in found["sorted-apart"].say


def test_a_filter_above_a_scan_is_one_node_with_it(judge: Judge) -> None:
    found = {f.rule: f for f in judge(TREE).findings}
    assert "8,118,745 rows" in found["full-scan"].say
    assert "(station_id, at)" in found["repeated-inner"].say
    assert "HISTOGRAM" in found["wrong-estimate"].say
    assert [node.what for node in read_plan(TREE)] == ["Sort", "Index lookup", "Table scan"]


def test_a_join_by_buffer_wants_an_index_on_its_column(judge: Judge) -> None:
    plan = TABLE.replace("Using where; Using temporary; Using filesort", "Using join buffer (hash join)               ")
    assert "customer_id" in next(f.say for f in judge(plan).findings if f.rule == "repeated-inner")


def test_an_index_of_mysql_that_finds_too_much_is_told(judge: Judge) -> None:
    plan = """EXPLAIN ANALYZE SELECT id FROM jobs WHERE depot_id = 3 AND state = 'new';
-> Filter: (jobs.state = 'new')  (cost=1 rows=9) (actual time=1..2 rows=4 loops=1)
    -> Index lookup on jobs using by_depot (depot_id=3)  (cost=1 rows=9) (actual time=1..2 rows=900000 loops=1)"""
    found = next(f for f in judge(plan).findings if f.rule == "filtered-index-scan")
    assert "by_depot" in found.object
    assert found.object.startswith("jobs.state")


def test_a_plan_of_postgresql_as_json_is_read(judge: Judge) -> None:
    scan = next(f for f in judge(POSTGRESQL_JSON).findings if f.rule == "full-scan")
    assert "999,993 rows" in scan.say


@pytest.mark.parametrize("text", ['{"query_block": {"a": ', '{"query_block": ' + '{"a":' * 5000, '"query_block": 1'])
def test_json_that_is_none_is_no_plan(text: str) -> None:
    assert read_plan(text) == ()
