"""What real schemas taught: what is meant so, what only looks wrong, and what was overlooked."""

from collections.abc import Callable

import pytest

from service.analysis.review.review import Review
from service.question.artefact.artefacts import Given, read_artefacts

Judge = Callable[..., Review]

HEAD = "from django.db import models\n"
USERS = HEAD + "class User(models.Model):\n    name = models.CharField(max_length=80, unique=True)\n"
TAGS = (
    USERS
    + "class Post(models.Model):\n    tags = models.ManyToManyField('Tag')\n    related = models.ManyToManyField('self')\n    fans = models.ManyToManyField(User, through='Fan')\nclass Tag(models.Model):\n    name = models.CharField(max_length=20, unique=True)\n"
)
T = "CREATE TABLE t (id bigint PRIMARY KEY, {});"

SPARED = (
    ("cascade-reach", USERS + "class Subscription(models.Model):\n    user = models.ForeignKey(User, on_delete=models.CASCADE)\n    page = models.ForeignKey('Page', on_delete=models.CASCADE)\n    loud = models.BooleanField()\n    class Meta:\n        unique_together = [('user', 'page')]\n"),
    ("nullable-vital", HEAD + "class Comment(models.Model):\n    page = models.ForeignKey('Page', on_delete=models.CASCADE)\n    revision = models.ForeignKey('Revision', on_delete=models.CASCADE, null=True)\n"),
    ("nullable-vital", HEAD + "class Attribute(models.Model):\n    value_text = models.TextField(null=True)\n    value_integer = models.IntegerField(null=True)\n    value_boolean = models.BooleanField(null=True)\n"),
    ("missing-foreign-key", USERS + "class AuditEntry(models.Model):\n    pass\nclass UserLog(models.Model):\n    user = models.ForeignKey(User, db_constraint=False, on_delete=models.DO_NOTHING)\n"),
    ("missing-unique", HEAD + "class Product(models.Model):\n    slug = models.SlugField(unique=False)\n"),
    ("pair-not-unique", USERS + "class UserPageView(models.Model):\n    user = models.ForeignKey(User, on_delete=models.CASCADE)\n    page = models.ForeignKey('Page', on_delete=models.CASCADE)\n"),
    ("pair-not-unique", "CREATE TABLE a (id bigint PRIMARY KEY); CREATE TABLE b (id bigint PRIMARY KEY); CREATE TABLE loans (a_id bigint NOT NULL REFERENCES a (id), lent_on date NOT NULL, b_id bigint NOT NULL REFERENCES b (id), PRIMARY KEY (a_id, lent_on));"),
    ("open-state", T.format("city text NOT NULL, state text NOT NULL")),
    ("numbered-columns", T.format("iso_a2 char(2), iso_a3 char(3)")),
    ("secret-in-clear", T.format("card_no char(10) NOT NULL")),
    ("secret-in-clear", HEAD + "class AbstractBaseUser(models.Model):\n    password = models.CharField(max_length=128)\n    def set_password(self, raw):\n        self.password = make_password(raw)\n"),
    ("promised-value", T.format("user_id bigint -- not always required\n")),
    ("promised-unique", T.format("most int -- limits the number of times per basket, only one per day\n")),
    ("race-in-code", HEAD + "class A(models.Model):\n    x = models.IntegerField()\n    def save(self):\n        old = A.objects.get(id=self.id)\n        if old.x != self.x:\n            self.y = 1\n        super().save()\n"),
)  # fmt: skip


@pytest.mark.parametrize(("rule", "text"), SPARED)
def test_what_is_meant_so_raises_no_alarm(judge: Judge, rule: str, text: str) -> None:
    assert rule not in {finding.rule for finding in judge(text).findings}


def test_a_relation_of_many_to_many_has_a_table_of_its_own(judge: Judge) -> None:
    tables = {table.name: [c.name for c in table.columns] for table in judge(TAGS).artefacts.schema.tables}
    assert tables["post_tags"] == ["id", "post_id", "tag_id"]
    assert tables["post_related"] == ["id", "from_post_id", "to_post_id"]
    assert "post_fans" not in tables


def test_an_abstract_model_that_nothing_inherits_is_read_as_the_table_that_it_becomes(judge: Judge) -> None:
    text = HEAD + "class AbstractOrder(models.Model):\n    total = models.FloatField()\n    class Meta:\n        abstract = True\n"  # fmt: skip
    assert [f.object for f in judge(text).findings if f.rule == "float-money"] == ["AbstractOrder.total (order.total)"]


def test_a_view_among_tables_is_none(judge: Judge) -> None:
    view = "class Sums(models.Model):\n    total = models.FloatField()\n    class Meta:\n        managed = False\n"
    assert [t.name for t in judge(USERS + view).artefacts.schema.tables] == ["user"]
    assert [t.name for t in judge(HEAD + view).artefacts.schema.tables] == ["sums"]


FOUND = (
    ("oversized-key", "postgresql", "CREATE TABLE p (a varchar(200), b int, PRIMARY KEY (a, b)); CREATE TABLE c (id bigint PRIMARY KEY, a varchar(200), b int, FOREIGN KEY (a, b) REFERENCES p (a, b));"),
    ("unindexable-key", "sqlserver", "CREATE TABLE t (id bigint PRIMARY KEY, barcode nvarchar(max) NOT NULL);"),
    ("identity-of-anyone", "sqlserver", "CREATE TABLE t (id bigint PRIMARY KEY); SELECT @@IDENTITY;"),
    ("once-per-period", "postgresql", "CREATE TABLE p (id bigint PRIMARY KEY); CREATE TABLE c (id bigint PRIMARY KEY, p_id bigint NOT NULL REFERENCES p (id), amount numeric(9,2) NOT NULL, for_day date NOT NULL);"),
    ("missing-unique", "postgresql", T.format("email text NOT NULL, password_hash text NOT NULL")),
    ("float-money", "postgresql", T.format("rate_per_hour float NOT NULL")),
    ("unpartitioned", "postgresql", T.format("at timestamptz NOT NULL") + "\nDELETE FROM t WHERE at < now() - interval '1 year';"),
    ("query-loop", "", HEAD + "def f(ids):\n    for i in ids:\n        print(Order.objects.get(pk=i))\n"),
)  # fmt: skip


@pytest.mark.parametrize(("rule", "dialect", "text"), FOUND)
def test_what_was_overlooked_is_found(judge: Judge, rule: str, dialect: str, text: str) -> None:
    assert rule in {finding.rule for finding in judge(text, dialect).findings}


def test_rows_that_came_from_elsewhere_may_have_been_loaded(judge: Judge) -> None:
    text = (
        HEAD
        + "class Order(models.Model):\n    pass\ndef f(orders):\n    for o in orders:\n        print(o.lines.all())\n"
    )
    (found,) = [f for f in judge(text).findings if f.rule == "lazy-loop"]
    assert found.severity == "medium"
    assert "unless the rows came with it" in found.say


def test_tables_of_one_name_in_two_texts_stay_apart() -> None:
    model = HEAD + "class Line(models.Model):\n    parent = models.ForeignKey('Line', on_delete=models.CASCADE)\n"
    found = read_artefacts([Given("basket/models.py", model), Given("order/models.py", model), Given("x", model)])
    names = [table.name for table in found.schema.tables]
    assert names[:2] == ["line", "order_line"]
    assert len(set(names)) == 3
    assert found.schema.tables[1].keys_of("foreign")[0].target == "order_line"


def test_an_index_that_a_framework_made_by_itself_is_told_low(judge: Judge) -> None:
    text = (
        USERS
        + "class Pair(models.Model):\n    user = models.ForeignKey(User, on_delete=models.PROTECT)\n    n = models.IntegerField()\n    class Meta:\n        unique_together = [('user', 'n')]\n"
    )
    assert [f.severity for f in judge(text).findings if f.rule == "redundant-index"] == ["low"]


def test_a_statement_of_a_dump_is_quoted_and_not_judged(judge: Judge) -> None:
    text = (
        T.format("name text NOT NULL") + "INSERT INTO t VALUES " + ", ".join(f"({n}, 'x')" for n in range(3000)) + ";"
    )
    found = judge(text, "postgresql").artefacts
    assert found.queries == ()
    assert found.unparsed[0].strip().startswith("INSERT INTO t")


def test_queries_beyond_the_most_that_are_read_are_quoted_with_their_line(judge: Judge) -> None:
    text = "SELECT a FROM t WHERE b = 1;\n" * 501 + T.format("b int") + "SELECT c FROM t;"
    found = judge(text, "postgresql").artefacts
    assert len(found.queries) == 500
    (rest,) = found.unparsed
    assert rest.startswith("queries from line 501 on, beyond the 500 that are read at once: SELECT a FROM t")
    assert [table.name for table in found.schema.tables] == ["t"]
