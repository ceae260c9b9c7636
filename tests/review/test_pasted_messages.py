"""Messages as people paste them: one finding and one index per table, statements that fit one another, what was asked first."""

from collections.abc import Callable

import pytest

from kb.postgres import Cluster
from kb.vocabulary import load_vocabulary
from service.analysis.review.review import Review, review
from service.question.question import understand
from service.question.request import AskRequest

Judge = Callable[..., Review]

QUERY = "SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.status = 'OPEN' AND o.created_at > now() - interval '7 days' AND lower(c.email) = lower($1) ORDER BY o.created_at DESC LIMIT 50;"
PLAN = """Hash Join  (cost=12345.00..223456.00 rows=50 width=60) (actual time=8900.1..9012.3 rows=42 loops=1)
  Hash Cond: (o.customer_id = c.id)
  ->  Seq Scan on orders o  (cost=0.00..200000.00 rows=90000 width=40) (actual time=0.1..7800.2 rows=88000 loops=1)
        Filter: ((status = 'OPEN'::text) AND (created_at > (now() - '7 days'::interval)))
        Rows Removed by Filter: 41000000
  ->  Hash  (cost=9000.00..9000.00 rows=1 width=30) (actual time=900.3..900.3 rows=1 loops=1)
        ->  {inner}
"""
SCANNED = "Seq Scan on customers c  (cost=0.00..9000.00 rows=1 width=30) (actual time=10.0..900.2 rows=1 loops=1)\n              Filter: (lower(email) = lower('a@b.c'::text))\n              Rows Removed by Filter: 4000000"
LOOKED_UP = "Index Scan using e on customers c  (cost=0.00..9.00 rows=1 width=30) (actual time=0.0..0.2 rows=1 loops=1)\n              Index Cond: (lower(email) = lower('a@b.c'::text))"
JOINED = "Index Scan using p on customers c  (cost=0.00..9.00 rows=1 width=30) (actual time=0.0..0.2 rows=1 loops=1)\n              Index Cond: (id = o.customer_id)"
TABLES = "CREATE TABLE customers (id bigint PRIMARY KEY, name text, email text); CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, status text, created_at timestamptz);"


def judged(question: str) -> Review:
    asked = understand(AskRequest(question=question), load_vocabulary())
    return review(asked.artefacts, asked.facts)


def indexes(found: Review) -> list[str]:
    return [f.fix for f in found.findings if "INDEX" in f.fix]


def test_a_query_and_its_plan_propose_one_index_for_each_table(postgres: Cluster) -> None:
    found = indexes(judged(f"slow, which index?\n\n{QUERY}\n\n{PLAN.format(inner=SCANNED)}"))
    assert found == [
        "CREATE INDEX CONCURRENTLY orders_customer_id_status_created_at_idx ON orders (customer_id, status, created_at);",
        "CREATE INDEX CONCURRENTLY customers_lower_email_idx ON customers (lower(email));",
    ]
    with postgres.database() as name, postgres.connect(name) as connection:
        connection.execute(TABLES.encode())
        for statement in found:
            connection.execute(statement.replace(" CONCURRENTLY", "").encode())


@pytest.mark.parametrize(
    ("inner", "columns"),
    [(LOOKED_UP, "(customer_id, status, created_at)"), (JOINED, "(status, created_at)")],
    ids=["led", "follows"],
)
def test_the_join_leads_only_from_a_table_that_is_found_by_its_own_values(inner: str, columns: str) -> None:
    (statement,) = indexes(judged(f"slow:\n{QUERY}\n\n{PLAN.format(inner=inner)}"))
    assert statement.endswith(f"ON orders {columns};")


def test_the_key_of_a_table_needs_no_second_index() -> None:
    plan = "Seq Scan on customers  (cost=0.00..9000.00 rows=1 width=30) (actual time=10.0..900.2 rows=1 loops=1)\n  Filter: (id = 5)\n  Rows Removed by Filter: 4000000"
    found = judged(f"slow:\nSELECT c.name FROM customers c WHERE c.id = 5;\n\n{plan}")
    assert [f.fix for f in found.findings if f.rule in ("wanted-index", "index-for-query")] == []


@pytest.mark.parametrize(
    ("filtered", "index"),
    [
        ("((status = 'OPEN'::text) AND (lower((email)::text) = 'x'::text))", "(lower(email), status)"),
        ("(created_at > now())", "(created_at)"),
        ("((a = 1) OR (b = 2))", ""),
    ],
)
def test_a_plan_alone_gets_the_index_of_its_filter(filtered: str, index: str) -> None:
    plan = f"Seq Scan on orders  (cost=0.00..2.00 rows=9 width=40) (actual time=0.1..7800.2 rows=88 loops=1)\n  Filter: {filtered}\n  Rows Removed by Filter: 41000000"
    found = indexes(judged(f"which index?\n\n{plan}"))
    assert [each.partition("ON orders ")[2] for each in found] == ([f"{index};"] if index else [])


@pytest.mark.parametrize(
    ("engine", "statement"),
    [
        ("MySQL", "CREATE INDEX t_lower_a_idx ON t ((lower(a)));"),
        ("SQL Server", ""),
        ("Postgres", "CREATE INDEX CONCURRENTLY t_lower_a_idx ON t (lower(a));"),
    ],
)
def test_an_index_on_an_expression_is_written_as_the_engine_has_it(engine: str, statement: str) -> None:
    found = judged(f"On {engine} this is slow:\nSELECT b FROM t WHERE lower(a) = 'x';")
    assert [f.fix for f in found.findings if f.rule == "index-for-query"] == [statement]


def test_a_name_that_has_to_be_quoted_gets_no_bare_statement() -> None:
    assert indexes(judged('slow:\nSELECT b FROM "Order" WHERE a = 5;')) == []


def test_changes_of_one_column_fit_one_another_in_mysql() -> None:
    found = judged(
        "MySQL, review:\nCREATE TABLE bills (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, total float DEFAULT 0, status varchar(9) DEFAULT 'new', note text);"
    )
    fixes = [f.fix for f in found.findings if " MODIFY " in f.fix]
    assert "ALTER TABLE bills MODIFY total DECIMAL(19,4) DEFAULT 0;" in fixes
    assert "ALTER TABLE bills MODIFY total DECIMAL(19,4) NOT NULL DEFAULT 0;" in fixes
    assert "ALTER TABLE bills MODIFY status VARCHAR(9) NOT NULL DEFAULT 'new';" in fixes
    assert "ALTER TABLE bills MODIFY id bigint NOT NULL AUTO_INCREMENT;" in fixes


def test_changes_of_one_column_fit_one_another_in_sql_server() -> None:
    found = judged("SQL Server, review:\nCREATE TABLE dbo.Bills (\n  Id int IDENTITY(1,1) PRIMARY KEY,\n  Total float NULL\n)\nGO")  # fmt: skip
    fixes = [f.fix for f in found.findings if "Total" in f.fix and "ALTER COLUMN" in f.fix]
    assert fixes == [
        "ALTER TABLE dbo.Bills ALTER COLUMN Total decimal(19,4);",
        "ALTER TABLE dbo.Bills ALTER COLUMN Total decimal(19,4) NOT NULL;",
    ]


DJANGO = "class Ticket(models.Model):\n    event = models.ForeignKey(Event, on_delete=models.CASCADE)\n    seat = models.CharField(max_length=10)\n    price = models.FloatField()\n    buyer = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)\n"
SEATS = "CREATE TABLE seats (id bigint PRIMARY KEY, event_id bigint NOT NULL, buyer_id bigint);"
TAKEN = [
    (f"{DJANGO}\ntwo people bought the same seat yesterday. How do I stop it?", "Ticket (ticket) (event, seat)", "UniqueConstraint(fields=['event', 'seat']"),
    (f"{SEATS}\ntwo users got the same seat, help", "seats", "UPDATE seats SET buyer_id = … WHERE id = … AND buyer_id IS NULL"),
    ("CREATE TABLE coupons (id bigint PRIMARY KEY, code text NOT NULL UNIQUE, redeemed_by bigint);\ncoupons got redeemed twice", "coupons", "redeemed_by IS NULL"),
    ("CREATE TABLE t (id bigint PRIMARY KEY, desk_no int NOT NULL);\nA double-booking of the desk happened", "t (desk_no)", "make (desk_no) unique"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "name", "said"), TAKEN)
def test_what_two_have_got_leads_the_review(question: str, name: str, said: str) -> None:
    found = judged(question)
    first = found.groups[0].first
    assert (first.rule, first.object) == ("taken-twice", name)
    assert said in first.say
    assert found.answers


@pytest.mark.parametrize(
    "question",
    [
        f"{SEATS}\ntwo users came at the same time",
        f"{SEATS}\nreview this, please",
        "CREATE TABLE t (id bigint PRIMARY KEY, event_id bigint NOT NULL, seat text NOT NULL, UNIQUE (event_id, seat));\ntwo people bought the same seat",
        "CREATE TABLE t (id bigint PRIMARY KEY, name text NOT NULL);\ntwo people bought the same seat",
        "CREATE TABLE seats (id bigint PRIMARY KEY, label text NOT NULL);\ntwo people bought the same seat",
        "CREATE TABLE t (id bigint PRIMARY KEY, room_id bigint NOT NULL, starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL);\ntwo people booked the same room",
    ],
)
def test_nothing_is_taken_twice_where_it_is_not_said_or_already_kept_apart(question: str) -> None:
    assert "taken-twice" not in {f.rule for f in judged(question).findings}


def test_who_asks_why_it_is_slow_hears_of_indexes_before_types() -> None:
    tables = "CREATE TABLE a (id bigint PRIMARY KEY, price float NOT NULL); CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint NOT NULL REFERENCES a (id));"
    assert judged(f"{tables}\nWhy is the join slow?").groups[0].first.rule == "unindexed-foreign-key"
    assert judged(f"{tables}\nReview this, please.").groups[0].first.family == "types"


DOCUMENT = '{"_id": "p1", "reviews": [{"stars": 5}], "tags": ["a"]}'
SCHEMA = "const p = new mongoose.Schema({\n  followers: [{ type: ObjectId }],\n})"


@pytest.mark.parametrize(
    ("text", "said", "name"),
    [(DOCUMENT, "some products have 40k reviews", "reviews"), (SCHEMA, "some have 2 million followers", "followers"), (DOCUMENT, "up to 1,200 user reviews", "reviews")],
)  # fmt: skip
def test_a_list_that_is_said_to_be_long_leaves_its_document(text: str, said: str, name: str) -> None:
    found = judged(f"Is embedding right on Mongo?\n\n{text}\n\n{said}")
    assert [(f.rule, f.object) for f in found.findings] == [("grown-array", name)]


@pytest.mark.parametrize("said", ["a product has 12 reviews", "40k products", ""])
def test_a_list_that_stays_short_stays(said: str) -> None:
    assert not judged(f"Is embedding right?\n\n{DOCUMENT}\n\n{said}").findings


@pytest.mark.parametrize(
    ("call", "fix"),
    [
        ('db.orders.find({status: "open", at: {$gt: 5}}).sort({at: -1}).limit(20)', "db.orders.createIndex({ status: 1, at: -1 });"),
        ('db.orders.findOne({"a.b": 5, c: {$in: [1]}, n: {$lt: 5}})', 'db.orders.createIndex({ "a.b": 1, c: 1, n: 1 });'),
        ("db.orders.find({_id: 5})", None),
        ("db.orders.find({$or: [{a: 1}, {b: 2}]})", None),
        ("db.orders.find({})", None),
    ],
)  # fmt: skip
def test_a_call_gets_the_index_of_its_filter_and_order(call: str, fix: str | None) -> None:
    found = judged(f"this takes long: {call}\n{call}\nwhat to do?")
    assert [f.fix for f in found.findings] == ([fix] if fix else [])
