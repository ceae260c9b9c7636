"""Changes to pasted tables: every statement runs on the tables that it was made for, and so does its way back."""

import pytest

from kb.ddl import parse_schema
from kb.entry import KnowledgeBase
from kb.postgres import Cluster
from kb.statements import split_statements
from service.analysis.extension import Extension, extensions, poured
from service.question.changes import changes

SHOP = """
CREATE TABLE customers (
  customer_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE, street text, city text NOT NULL, phone text
);
CREATE TABLE "Order" (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), customer_id bigint NOT NULL REFERENCES customers (customer_id),
  status text NOT NULL DEFAULT 'new', total numeric(12,2) NOT NULL, CONSTRAINT order_total UNIQUE (customer_id, total)
);
CREATE TABLE order_line (
  id bigserial PRIMARY KEY, order_id uuid NOT NULL REFERENCES "Order" (id), price numeric(10,2) NOT NULL
);
CREATE TABLE staff (id serial PRIMARY KEY, name varchar(80) NOT NULL);
INSERT INTO customers (name, street, city) VALUES ('a', 'x', 'y');
INSERT INTO "Order" (customer_id, total) VALUES (1, 9);
"""
BOOKS = """
CREATE TABLE authors (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE books (id int PRIMARY KEY, title text NOT NULL, author_id int REFERENCES authors (id));
INSERT INTO authors VALUES (1, 'a'); INSERT INTO books VALUES (1, 't', 1);
"""
ROOMS = """
CREATE TABLE room (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE booking (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, room_id int NOT NULL REFERENCES room (id), booked_by text,
  starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL, created_at timestamptz NOT NULL DEFAULT now()
);
"""
FEES = "CREATE TABLE members (member_no int PRIMARY KEY, last_name text NOT NULL, category text NOT NULL);"
LIFTS = """
CREATE TABLE lifts (lift_id int PRIMARY KEY, address text NOT NULL);
CREATE TABLE inspections (inspection_id bigint PRIMARY KEY, lift_id int NOT NULL REFERENCES lifts, inspected_on date NOT NULL);
"""
MYSQL = """
CREATE TABLE `articles` (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, phone VARCHAR(40), price DECIMAL(8,2) NOT NULL
) ENGINE=InnoDB;
"""


def built(kb: KnowledgeBase, ddl: str, asked: str, dialect: str = "postgresql") -> tuple[Extension, ...]:
    schema = parse_schema(ddl, dialect)
    return extensions(kb, schema, changes(asked, schema))


def sql(found: tuple[Extension, ...]) -> str:
    return "\n".join(step.sql for each in found for step in each.steps)


def steps(found: tuple[Extension, ...]) -> list[str]:
    return [step.name for each in found for step in each.steps]


@pytest.mark.parametrize(
    ("ddl", "asked", "expected"),
    [
        (SHOP, "add several addresses per customer, one is the default", ["several", "several_one", "several_moved", "several_moved_one", "several_back"]),
        (SHOP, "add several phone numbers per customer", ["several", "several_moved", "several_back"]),
        (SHOP, "add notes to orders", ["several", "several_back"]),
        (SHOP, "add photos to customers", ["several", "several_back"]),
        (SHOP, "add tags to customers", ["many_new", "many", "many_back"]),
        (SHOP, "an order may now have several staff", []),
        (BOOKS, "A book can have several authors now, what do I change?", ["many", "many_moved", "many_back"]),
        (SHOP, "keep a history of every status change, and who did it", ["history", "history_who", "history_moved", "history_back"]),
        (SHOP, "keep a history of every status change", ["history", "history_moved", "history_back"]),
        (SHOP, "add soft delete", ["soft", "soft", "soft", "soft", "soft_unique", "soft_unique", "soft_unique_back", "soft_unique_back", "soft_back", "soft_back", "soft_back", "soft_back"]),
        (SHOP, "add soft delete to customers", ["soft", "soft_unique", "soft_unique_back", "soft_back"]),
        (SHOP, "how do we support a second currency?", ["currency", "currency_required", "currency_rate", "currency_back"]),
        (SHOP, "We need a history of prices", ["valued", "valued_moved", "valued_set", "valued_today", "valued_back"]),
        (SHOP, "The rates per customer change every year, we need that", ["valued", "valued_set", "valued_today", "valued_back"]),
        (ROOMS, "add recurring bookings", ["series", "series_fill", "series_back"]),
        (FEES, "Fees depend on the category and are set new every year, extend this", ["valued_by", "valued_set", "valued_today", "valued_back"]),
        (FEES, "Members change category, we need the history", ["valued", "valued_moved", "valued_set", "valued_today", "valued_back"]),
        (LIFTS, "add which employee did the inspection", ["reference_new", "reference", "reference_required", "reference_back"]),
        (SHOP, "add which staff has made the order", ["reference", "reference_required", "reference_back"]),
    ],
)  # fmt: skip
def test_a_change_runs_on_the_tables_that_it_was_made_for_and_can_be_taken_back(
    real_kb: KnowledgeBase, postgres: Cluster, ddl: str, asked: str, expected: list[str]
) -> None:
    found = built(real_kb, ddl, asked)
    assert [name for name in steps(found) if not name.endswith("_drop")] == expected
    with postgres.database() as name, postgres.connect(name) as connection:
        for statement in (*split_statements(ddl), *(s for step in _kept(found) for s in split_statements(step))):
            connection.execute(statement.text)


def _kept(found: tuple[Extension, ...]) -> list[str]:
    """Without the removal of what is old, after which there is no way back."""
    return [step.sql for each in found for step in each.steps if not step.name.endswith("_drop")]


def test_tenants_come_into_every_key_and_reference(real_kb: KnowledgeBase, postgres: Cluster) -> None:
    found = built(real_kb, SHOP, "make this multi-tenant")
    assert steps(found).count("tenant_column") == 4
    assert steps(found).count("tenant_reference") == 2
    with postgres.database() as name, postgres.connect(name) as connection:
        for statement in (*split_statements(SHOP), *split_statements(sql(found))):
            connection.execute(statement.text)


def test_the_old_column_goes_last_and_what_uses_it_before(real_kb: KnowledgeBase, postgres: Cluster) -> None:
    found = built(real_kb, BOOKS, "A book can have several authors now, what do I change?")
    forward = [s.sql for each in found for s in each.steps if not s.name.endswith("_back")]
    assert forward[-1] == "ALTER TABLE books DROP COLUMN author_id;"
    with postgres.database() as name, postgres.connect(name) as connection:
        for statement in (*split_statements(BOOKS), *(s for step in forward for s in split_statements(step))):
            connection.execute(statement.text)
        rows = connection.execute("SELECT book_id, author_id FROM book_author").fetchall()
    assert rows == [(1, 1)]


def test_a_value_entered_ahead_ends_the_one_before_it(real_kb: KnowledgeBase, postgres: Cluster) -> None:
    ddl = "CREATE TABLE product (sku varchar(40) PRIMARY KEY, price numeric(10,2) NOT NULL);"
    found = built(real_kb, ddl, "we need a history of prices")
    forward = [s.sql for each in found for s in each.steps if not s.name.endswith(("_back", "_drop"))]
    with postgres.database() as name, postgres.connect(name) as connection:
        for text in (ddl, "INSERT INTO product VALUES ('a', 9);", *forward):
            for statement in split_statements(text):
                connection.execute(statement.text)
        for day, price in (("2027-01-01", 10), ("2026-06-01", 8), ("2027-01-01", 11)):
            connection.execute("SELECT set_product_price('a', %s, %s::date)", (price, day))
        rows = connection.execute("SELECT price::int, lower(valid)::text FROM product_price ORDER BY valid").fetchall()
    assert rows == [(9, None), (8, "2026-06-01"), (11, "2027-01-01")]


def test_names_stay_as_they_were_written(real_kb: KnowledgeBase) -> None:
    ddl = 'CREATE TABLE "Ticket" ("ticketId" uuid PRIMARY KEY, title text NOT NULL);'
    found = sql(built(real_kb, ddl, "add comments to tickets"))
    assert '"ticketId" uuid NOT NULL REFERENCES "Ticket" ("ticketId")' in found
    assert "CREATE INDEX ticket_comment_ticketId_idx" not in found
    assert "content " in found


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("add tags to articles", "article_id int unsigned NOT NULL"),
        ("add several phones per article, one is the default", "ADD UNIQUE KEY article_phone_default_idx (default_of)"),
        ("we need a history of prices", "price      numeric(8,2) NOT NULL"),
    ],
)
def test_mysql_gets_its_own_statements(real_kb: KnowledgeBase, asked: str, expected: str) -> None:
    found = built(real_kb, MYSQL, asked, "mysql")
    assert expected in sql(found)
    assert "REFERENCES `articles` (id)" in sql(found)
    assert not parse_schema(sql(found), "mysql").unparsed
    assert "_type" not in sql(found)


def test_what_mysql_has_no_template_for_is_left_to_the_rest_of_the_answer(real_kb: KnowledgeBase) -> None:
    assert built(real_kb, MYSQL, "add soft delete", "mysql") == ()


@pytest.mark.parametrize(
    "asked",
    [
        "add several addresses per customer",
        "add tags to customers",
        "we need a history of prices",
        "keep a history of every status change",
        "add recurring bookings",
    ],
)
def test_a_table_without_a_key_of_one_column_is_left_alone(real_kb: KnowledgeBase, asked: str) -> None:
    ddl = "CREATE TABLE customers (a int, b int, price numeric, status text, starts_at timestamptz, ends_at timestamptz, PRIMARY KEY (a, b));"
    assert built(real_kb, ddl, asked) == ()


def test_money_that_nobody_keeps_needs_no_currency_and_keyless_tables_no_tenant(real_kb: KnowledgeBase) -> None:
    assert built(real_kb, "CREATE TABLE a (b text);", "support a second currency") == ()
    assert built(real_kb, "CREATE TABLE a (b text);", "make this multi-tenant") == ()


def test_a_name_that_is_taken_gets_another(real_kb: KnowledgeBase) -> None:
    ddl = "CREATE TABLE customer (id int PRIMARY KEY); CREATE TABLE customer_note (id int PRIMARY KEY);"
    assert "CREATE TABLE customer_note_of (" in sql(built(real_kb, ddl, "add several remarks per customer")).replace(
        "customer_remark", "customer_note_of"
    )
    assert "CREATE TABLE customer_tags_of" not in sql(built(real_kb, ddl, "add tags to customers"))


def test_a_line_that_stands_for_several_is_written_for_each_or_not_at_all() -> None:
    assert poured("(\n  moved,\n  x\n)", {"moved": "a | b"}) == "(\n  a,\n  b,\n  x\n)"
    assert poured("(\n  kept,\n  x\n)", {"kept": ""}) == "(\n  x\n)"
    assert poured("SELECT 1", {}) == "SELECT 1"


def test_a_model_gives_the_canonical_types_of_its_keys(real_kb: KnowledgeBase) -> None:
    ddl = "CREATE TABLE crate (id smallserial PRIMARY KEY);"
    assert "crate_id smallint NOT NULL REFERENCES crate (id)" in sql(
        built(real_kb, ddl, "add notes to crates")
    ).replace("crate_id   ", "crate_id ")


def test_what_stands_there_already_is_not_added_again(real_kb: KnowledgeBase) -> None:
    ddl = "CREATE TABLE bill (id int PRIMARY KEY, currency char(3), total numeric);"
    assert steps(built(real_kb, ddl, "support a second currency")) == ["currency_rate"]


def test_what_has_a_key_of_two_columns_cannot_be_pointed_at(real_kb: KnowledgeBase) -> None:
    ddl = "CREATE TABLE crate (id int PRIMARY KEY); CREATE TABLE clerk (a int, b int, PRIMARY KEY (a, b));"
    assert built(real_kb, ddl, "a crate can have several clerks now") == ()
    assert built(real_kb, ddl, "add which clerk packed the crate") == ()


def test_dates_of_a_table_whose_keys_nobody_makes_are_left_to_its_code(real_kb: KnowledgeBase) -> None:
    ddl = "CREATE TABLE slot (id int PRIMARY KEY, starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL);"
    assert steps(built(real_kb, ddl, "add recurring slots")) == ["series", "series_back"]
