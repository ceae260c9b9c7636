"""Configuration, models, documents and descriptions that stand unfenced in a question are taken as pasted; prose stays prose."""

import pytest

from kb.vocabulary import load_vocabulary
from service.question.pasted import pasted
from service.question.question import Question, understand
from service.question.request import AskRequest, Turn

DESCRIBED = """why is this slow?

                 Table "public.Orders"
   Column    |           Type           | Collation | Nullable | Default
-------------+--------------------------+-----------+----------+---------
 id          | bigint                   |           | not null | generated always as identity
 customer_id | bigint                   |           |          |
 status      | character varying(20)    |           | not null | 'new'::character varying
Indexes:
    "Orders_pkey" PRIMARY KEY, btree (id)
    "once" UNIQUE CONSTRAINT, btree (customer_id, status)
    "open_idx" UNIQUE, btree (status) WHERE status = 'open'::text
    "odd"
Check constraints:
    "short" CHECK (length(status) < 9)
Foreign-key constraints:
    "theirs" FOREIGN KEY (customer_id) REFERENCES customers(id) NOT VALID
Referenced by:
    TABLE "lines" CONSTRAINT "l" FOREIGN KEY (order_id) REFERENCES "Orders"(id)

it has 40 million rows"""
FIELDS = """+---------+--------------+------+-----+---------+----------------+
| Field   | Type         | Null | Key | Default | Extra          |
+---------+--------------+------+-----+---------+----------------+
| id      | int(11)      | NO   | PRI | NULL    | auto_increment |
| state   | varchar(255) | YES  |     | new     |                |
+---------+--------------+------+-----+---------+----------------+
2 rows in set (0.00 sec)
"""


def taken(question: str) -> tuple[str, list[str]]:
    read = pasted(AskRequest(question=question))
    assert len(read.prose) == len(question)
    return " ".join(read.prose.split()), [each.content.strip() for each in read.given]


def understood(question: str) -> Question:
    return understand(AskRequest(question=question), load_vocabulary())


CODE = [
    "max_connections = 1000\nfsync = off\n# comment\nwork_mem = 64MB",
    "[mysqld]\ninnodb_buffer_pool_size = 1G\nskip-name-resolve\n\n[client]\nport = 3306",
    "[databases]\nshop = host=10.0.0.5 dbname=shop\n\n[pgbouncer]\npool_mode = session",
    'maxmemory 4gb\nmaxmemory-policy allkeys-lru\nsave ""',
    "net:\n  port: 27017\n  bindIp: 0.0.0.0\nsecurity:\n  authorization: disabled",
    " name  | setting\n-------+---------\n fsync | off\n(1 row)",
    "class Ticket(models.Model):\n    seat = models.CharField(max_length=10)\n\n    class Meta:\n        ordering = ['seat']",
    "from sqlalchemy import Column\nimport os\n\nBase = declarative_base()\n\nclass A(Base):\n    __tablename__ = 'a'",
    "model User {\n  id Int @id\n}\n\nmodel Post {\n  id Int @id\n}",
    "@Entity()\nexport class Order {\n  @Column('float') total: number;\n}",
    'public class Invoice\n{\n    public string Name { get; set; } = "}";\n}',
    'const s = new mongoose.Schema({\n  likes: [{ by: String }],\n  say: "it\\"s"\n});'.removesuffix(";"),
    '{"_id": "p1", "reviews": [{"stars": 5}, {"stars": 3}]}',
    "db.orders.find({open: true}).sort({at: -1}).limit(20)",
]


@pytest.mark.parametrize("code", CODE)
def test_code_is_taken_from_its_first_line_to_its_end(code: str) -> None:
    prose, given = taken(f"We run this:\n\n{code}\n\nIs it right for 300 users?")
    assert prose == "We run this: Is it right for 300 users?"
    assert given == [code.strip()]


@pytest.mark.parametrize("code", CODE)
def test_numbers_of_code_are_no_numbers_of_the_question(code: str) -> None:
    assert [number.text for number in understood(f"{code}\n\nIs it right?").loose] == []


@pytest.mark.parametrize(
    "question",
    [
        "We run with max_connections = 500 and it is slow.",
        "Model: one database per tenant. Is it right?",
        "import data from S3 every night\ninto one table",
        "class A customers pay 5 EUR\nclass B customers pay 9",
        "our roles: admin, user\nand one guest",
        "save 900 rows\nand bind them to a job",
        "name = value pairs\na = b\nc = d",
        "a { that never closes\nmodel User {\n  id",
        "@home we use postgres\nand mysql",
        "timeout: is it a database matter?",
        "a map {like: this} is stored",
    ],
)
def test_prose_stays_prose(question: str) -> None:
    prose, given = taken(question)
    assert prose == " ".join(question.split())
    assert given == []


def test_a_heading_before_the_file_stays_in_the_question() -> None:
    assert taken("mongod.conf:\n\nnet:\n  bindIp: 0.0.0.0\n\nok?")[0] == "mongod.conf: ok?"


def test_code_of_an_earlier_turn_is_no_prose_either() -> None:
    request = AskRequest(question="And now?", history=(Turn(role="user", content=f"slow:\n{CODE[0]}\n{DESCRIBED}"),))
    assert "1000" not in understand(request, load_vocabulary()).context


@pytest.mark.parametrize(
    ("statement", "rest"),
    [
        ("CREATE TABLE [dbo].[T] (\n  [Id] int NOT NULL\n) ON [PRIMARY]\nGO", "what of it?"),
        ("CREATE TABLE t (\n  a text -- it's :)\n) WITH (fillfactor = 70)\n  TABLESPACE fast", "\nWhat of it?"),
        ("CREATE TABLE t (a int) PARTITION BY RANGE (a) (\n  PARTITION p VALUES LESS THAN (9)\n);", "with 9 of them"),
        ("create table t (a int, b varchar(3) default ')')", "and then 300 users come"),
        ("CREATE UNIQUE INDEX i ON t USING btree (lower(a)) WHERE b > 3", "\nwhere do we go?"),
        ("CREATE TABLE t (a int", ""),
        ("CREATE TABLE t AS SELECT 1;", "is it fine?"),
    ],
)
def test_a_table_ends_with_its_options(statement: str, rest: str) -> None:
    prose, given = taken(f"look: {statement} {rest}")
    assert prose == " ".join(f"look: {rest}".split())
    assert [each.removesuffix(";") for each in given] == [statement.removesuffix("\nGO").removesuffix(";")]


def test_a_described_table_is_read_as_the_statement_that_makes_it() -> None:
    asked = understood(DESCRIBED)
    (table,) = asked.artefacts.schema.tables
    assert (table.name, [c.name for c in table.columns]) == ("Orders", ["id", "customer_id", "status"])
    assert [(c.nullable, c.default) for c in table.columns][1:] == [(True, ""), (False, "'new'")]
    assert {key.kind for key in table.keys} == {"primary", "unique", "foreign"}
    assert [index.where for index in asked.artefacts.schema.indexes] == ["status = CAST('open' AS TEXT)"]
    assert asked.artefacts.where(table.columns[1].place) == ("question", 5)
    assert asked.text.split() == ["why", "is", "this", "slow?", "it", "has", "40", "million", "rows"]
    assert not asked.artefacts.unparsed


@pytest.mark.parametrize(
    ("above", "name"), [("mysql> DESCRIBE users;\n", "users"), ("", "described"), ("show columns from `t`;\n", "t")]
)
def test_a_table_described_by_mysql_is_read_with_the_name_that_was_asked_for(above: str, name: str) -> None:
    asked = understood(f"{above}{FIELDS}\nwhat is wrong?")
    (table,) = asked.artefacts.schema.tables
    assert (table.name, table.primary_key, asked.artefacts.schema.dialect) == (name, ("id",), "mysql")
    assert [c.default for c in table.columns] == ["", "'new'"]
    assert asked.text == "what is wrong?"


def test_a_border_or_a_command_alone_describes_nothing() -> None:
    assert taken("+----+----+\nDESCRIBE users;")[1] == []


@pytest.mark.parametrize(
    "report",
    [
        "ERROR:  deadlock detected\nDETAIL:  Process 4711 waits for ShareLock on transaction 88123; blocked by process 4712.",
        "ERROR 1213 (40001): Deadlock found when trying to get lock",
        'Traceback (most recent call last):\n  File "/app/w.py", line 142, in run\npsycopg2.errors.DeadlockDetected: deadlock detected',
        "ORA-00060: deadlock detected while waiting for resource",
        "Msg 1205, Level 13, State 51: was deadlocked on lock resources",
    ],
)
def test_numbers_of_an_error_message_are_no_figures_and_its_words_are_kept(report: str) -> None:
    asked = understood(f"{report}\n\nWe see that 20 times a day. How do we stop it?")
    assert [number.text for number in asked.loose] == ["20 times a day"]
    assert "deadlock" in asked.text.lower()


def test_how_many_met_in_one_place_is_no_figure() -> None:
    assert understood("two people bought the same seat yesterday").loose == ()


def test_what_only_one_product_has_names_the_engine() -> None:
    asked = understood("innodb_flush_log_at_trx_commit = 2\nsync_binlog = 0\n\nis that ok?")
    assert asked.facts.get("engine") == "mysql"
    assert understood("db.orders.find({a: 1}).limit(3) is slow").facts.get("engine") == "mongodb"
    assert understood('{"a": "1", "b": "2"}\n\nis that ok?').facts.get("engine") is None


def test_memory_beside_cores_or_of_a_machine_is_memory() -> None:
    for words in ("a 64GB / 16 core box", "a 64 GB machine", "64GB, 16 cores"):
        assert str(understood(f"Postgres on {words}, tuned by nobody").facts.get("memory")).startswith("64")
