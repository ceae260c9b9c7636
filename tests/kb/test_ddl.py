import mmdr
import pytest

from kb.column_type import canonical_type, length
from kb.ddl import diagram_entities, erd, parse_schema, parse_statement, pasted_objects
from kb.errors import SqlError
from kb.fact import PastedObject
from kb.schema import Schema

ORDERS = """
CREATE TABLE tenant (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE app.orders (
  tenant_id bigint NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
  id uuid DEFAULT gen_random_uuid(),
  total double precision CHECK (total > 0),
  labels text[],
  placed_at timestamp,
  state order_state,
  code varchar(20),
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT code_once UNIQUE (tenant_id, code),
  CONSTRAINT to_shop FOREIGN KEY (tenant_id, code) REFERENCES shop ON DELETE SET NULL (code) ON UPDATE CASCADE,
  EXCLUDE USING gist (id WITH =),
  CHECK (code <> '' AND total < 9)
) PARTITION BY RANGE (placed_at);
CREATE TYPE order_state AS ENUM ('open', 'paid');
CREATE UNIQUE INDEX CONCURRENTLY ON app.orders (lower(code)) NULLS NOT DISTINCT;
CREATE INDEX placed ON app.orders (tenant_id, placed_at DESC) INCLUDE (total) WHERE total > 5;
CREATE INDEX labels_gin ON app.orders USING gin (labels array_ops);
CREATE TABLE orders_2026 PARTITION OF app.orders FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE orders_old (LIKE app.orders);
ALTER TABLE app.orders ATTACH PARTITION orders_old DEFAULT;
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE ONLY orders FORCE ROW LEVEL SECURITY;
ALTER TABLE orders ADD COLUMN note text, ADD CONSTRAINT note_short CHECK (length(note) < 9);
ALTER TABLE orders ALTER COLUMN note SET NOT NULL;
ALTER TABLE nowhere ADD COLUMN note text;
COMMENT ON COLUMN orders.total IS 'in cents';
COMMENT ON TABLE orders IS 'what was bought';
CREATE POLICY p ON orders USING (tenant_id = 1);
SELECT 1; GRANT SELECT ON orders TO bob; CREATE VIEW v AS SELECT 1;
"""


def schema(sql: str, dialect: str = "postgresql") -> Schema:
    return parse_schema(sql, dialect)


def found(sql: str, name: str, dialect: str = "postgresql") -> PastedObject:
    return next(each for each in pasted_objects(schema(sql, dialect)) if each.name == name)


def test_postgresql_is_read_with_keys_checks_indexes_partitions_and_row_security() -> None:
    read = schema(ORDERS)
    orders = read.by_name["orders"]
    assert read.unparsed == ()
    assert [(c.name, c.type, c.nullable) for c in orders.columns] == [
        ("tenant_id", "bigint", False), ("id", "uuid", False), ("total", "float", True), ("labels", "array", True), ("placed_at", "timestamp", True), ("state", "enum", True), ("code", "varchar", True), ("note", "text", False),
    ]  # fmt: skip
    assert [(k.kind, k.columns, k.target, k.on_delete, k.on_update) for k in orders.keys] == [
        ("foreign", ("tenant_id",), "tenant", "cascade", "no action"),
        ("primary", ("tenant_id", "id"), "", "", ""),
        ("unique", ("tenant_id", "code"), "", "", ""),
        ("foreign", ("tenant_id", "code"), "shop", "set null", "cascade"),
    ]
    assert [check.columns for check in orders.checks] == [("total",), ("code", "total"), ("note",)]
    assert orders.checks[2].name == "note_short"
    assert (orders.row_security, orders.forced, orders.partitioned, orders.comment) == (
        True,
        True,
        True,
        "what was bought",
    )
    assert (read.by_name["orders_2026"].partition_of, read.by_name["orders_old"].partition_of) == ("orders", "orders")
    total, code = orders.column("total"), orders.column("code")
    assert total is not None
    assert total.comment == "in cents"
    assert code is not None
    assert code.length == 20
    assert orders.column("nothing") is None
    assert [(i.columns, i.unique, i.method, i.where, i.include) for i in read.indexes] == [
        (("LOWER(code)",), True, "btree", "", ()),
        (("tenant_id", "placed_at"), False, "btree", "total > 5", ("total",)),
        (("labels",), False, "gin", "", ()),
    ]
    assert read.by_name["tenant"].columns[0].generated


def test_what_is_read_knows_its_place_in_the_text() -> None:
    total = found(ORDERS, "orders.total")
    assert total.span is not None
    assert ORDERS[total.span.start : total.span.end] == total.span.text == "total"


def test_mysql_is_read_with_its_own_types_and_inline_indexes() -> None:
    sql = "CREATE TABLE `o` (`id` int unsigned NOT NULL AUTO_INCREMENT, `is_open` tinyint(1) DEFAULT '0', `at` datetime(6), `ts` timestamp, s enum('a','b') COMMENT 'x', c int, PRIMARY KEY (`id`), UNIQUE KEY `u` (`s`), KEY `k` (`at`,`id`), CONSTRAINT `f` FOREIGN KEY (`c`) REFERENCES `b` (`id`)) ENGINE=InnoDB COMMENT='hey'"
    read = schema(sql, "mysql")
    (table,) = read.tables
    assert [c.type for c in table.columns] == ["int", "boolean", "timestamp", "timestamptz", "enum", "int"]
    assert [(k.kind, k.name) for k in table.keys] == [("primary", ""), ("unique", "u"), ("foreign", "f")]
    assert [(i.name, i.columns) for i in read.indexes] == [("k", ("at", "id"))]
    assert (table.comment, table.columns[4].comment) == ("hey", "x")
    # InnoDB indexes foreign keys by itself.
    assert found(sql, "o.c", "mysql").attributes["column.indexed"] is True


def test_sql_server_oracle_and_sqlite_are_read() -> None:
    server = schema("CREATE TABLE [dbo].[Orders] ([Id] INT IDENTITY(1,1) PRIMARY KEY CLUSTERED, Total MONEY, F BIT, At DATETIME2, G UNIQUEIDENTIFIER, V ROWVERSION)\nGO\nCREATE NONCLUSTERED INDEX ix ON dbo.Orders (At DESC) INCLUDE (Total) WHERE F = 1", "sqlserver")  # fmt: skip
    assert [c.type for c in server.tables[0].columns] == ["int", "numeric", "boolean", "timestamp", "uuid", "bytea"]
    assert server.tables[0].primary_key == ("Id",)
    assert server.indexes[0].include == ("Total",)
    oracle = schema("CREATE TABLE o (id NUMBER(10), n VARCHAR2(100 CHAR), d DATE, c CLOB, CONSTRAINT pk PRIMARY KEY (id))\n/", "oracle")  # fmt: skip
    assert [(c.type, c.length) for c in oracle.tables[0].columns] == [("numeric", None), ("varchar", 100), ("date", None), ("text", None)]  # fmt: skip
    lite = schema("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT UNIQUE, c) STRICT", "sqlite")
    assert [c.type for c in lite.tables[0].columns] == ["int", "text", "other"]


def test_what_cannot_be_parsed_is_quoted_and_stops_nothing() -> None:
    read = schema("CREATE TABLE a (b int); CREATE TABLE (c; SELECTED nonsense here; ALTER TABLE a FROBNICATE b;")
    assert [table.name for table in read.tables] == ["a"]
    assert read.unparsed == ("CREATE TABLE (c", "SELECTED nonsense here", "ALTER TABLE a FROBNICATE b")


def test_row_security_is_switched_off_again() -> None:
    sql = "CREATE TABLE a (b int); ALTER TABLE a ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; ALTER TABLE a NO FORCE ROW LEVEL SECURITY;"
    assert (schema(sql).tables[0].row_security, schema(sql).tables[0].forced) == (True, False)
    assert not schema(f"{sql} ALTER TABLE a DISABLE ROW LEVEL SECURITY;").tables[0].row_security


def test_one_statement_is_parsed_or_its_fault_told() -> None:
    assert parse_statement("SELECT 1", "postgresql").sql() == "SELECT 1"
    with pytest.raises(SqlError, match="line 2: "):
        parse_statement("SELECT 1\nFROM WHERE", "postgresql")
    with pytest.raises(SqlError, match="dialect 'cobol' is not known"):
        parse_statement("SELECT 1", "cobol")
    with pytest.raises(SqlError, match="2 statements"):
        parse_statement("SELECT 1; SELECT 2", "postgresql")
    with pytest.raises(SqlError):
        parse_statement("SELECT 'open", "postgresql")


MEANINGS = [
    ("password_hash text", "secret"), ("email citext", "email"), ("email_sent boolean", "boolean"), ("tags text", "list"), ("colours text COMMENT", "list"),
    ("price numeric(9,2)", "money"), ("total_count int", "quantity"), ("is_active char(1)", "boolean"), ("isActive smallint", "boolean"), ("created_at timestamp", "instant"),
    ("opening_local timestamp", "other"), ("created_at varchar(30)", "instant"), ("birthday date", "date"), ("due_date text", "date"), ("order_status text", "state"),
    ("phone text", "personal"), ("id bigint", "identifier"), ("weight_g int", "quantity"), ("tenant_id int", "tenant"), ("title text", "other"), ("ids int[]", "list"),
]  # fmt: skip


@pytest.mark.parametrize(("definition", "meaning"), MEANINGS)
def test_a_column_means_what_its_name_and_type_say(definition: str, meaning: str) -> None:
    name = definition.split(maxsplit=1)[0]
    sql = f"CREATE TABLE t ({definition.removesuffix(' COMMENT')});"
    assert found(sql, f"t.{name}").attributes["column.meaning"] == meaning


def test_a_comment_tells_of_a_list_and_a_type_of_money() -> None:
    sql = "CREATE TABLE t (n text); COMMENT ON COLUMN t.n IS 'comma separated';"
    assert found(sql, "t.n").attributes["column.meaning"] == "list"
    assert found("CREATE TABLE t (x MONEY)", "t.x", "sqlserver").attributes["column.meaning"] == "money"


def test_an_account_scopes_rows_only_where_most_tables_carry_it() -> None:
    two = "CREATE TABLE a (shop_id int, UNIQUE (shop_id)); CREATE TABLE b (shop_id int REFERENCES a (shop_id));"
    assert found(two, "a").attributes["table.has_tenant_column"] is True
    one = "CREATE TABLE a (shop_id int); CREATE TABLE b (x int); CREATE TABLE c (x int)"
    assert found(one, "a").attributes["table.has_tenant_column"] is False
    assert found(one, "schema").attributes["schema.has_tenant_column"] is False
    assert pasted_objects(schema("SELECT 1")) == ()


KEYED = """
CREATE TABLE project (tenant_id int, id int, PRIMARY KEY (tenant_id, id));
CREATE TABLE task (
  tenant_id int, id int PRIMARY KEY, project_id int, owner_id int REFERENCES person (id), email text UNIQUE, x int,
  FOREIGN KEY (tenant_id, project_id) REFERENCES project ON DELETE CASCADE, FOREIGN KEY (x) REFERENCES plain (id));
CREATE TABLE plain (id int PRIMARY KEY);
CREATE INDEX task_project ON task (project_id, tenant_id);
CREATE INDEX task_owner ON task (owner_id) WHERE owner_id IS NOT NULL;
CREATE INDEX task_x ON task (x) WHERE email = 'a';
"""


def test_a_foreign_key_is_indexed_when_an_index_starts_with_its_columns() -> None:
    indexed = {name: found(KEYED, f"task.{name}").attributes["column.indexed"] for name in ("tenant_id", "project_id", "owner_id", "x", "email")}  # fmt: skip
    assert indexed == {"tenant_id": True, "project_id": True, "owner_id": True, "x": False, "email": True}


def test_keys_tell_whether_they_and_their_target_include_the_tenant() -> None:
    keys = {each.name: each.attributes for each in pasted_objects(schema(KEYED)) if each.kind == "key"}
    assert keys["task (email)"]["key.includes_tenant"] is False
    assert keys["task (tenant_id, project_id)"]["key.includes_tenant"] is True
    assert keys["task (tenant_id, project_id)"]["key.target_has_tenant"] is True
    assert keys["task (tenant_id, project_id)"]["key.on_delete"] == "cascade"
    assert keys["task (x)"]["key.target_has_tenant"] is False
    assert "key.target_has_tenant" not in keys["task (owner_id)"]


INDEXED = """
CREATE TABLE t (a int, b int, c int, d int PRIMARY KEY);
CREATE INDEX short ON t (a);
CREATE INDEX long ON t (a, b);
CREATE INDEX same ON t (a, b);
CREATE UNIQUE INDEX once ON t (c);
CREATE INDEX c_again ON t (c);
CREATE INDEX some_a ON t (a) WHERE b > 1;
CREATE INDEX with_c ON t (a) INCLUDE (c);
CREATE INDEX key_again ON t (d);
CREATE INDEX hashed ON t USING hash (a);
"""


@pytest.mark.parametrize(
    ("name", "covered"),
    [("short", True), ("long", False), ("same", True), ("once", False), ("c_again", True), ("some_a", False), ("with_c", False), ("key_again", True), ("hashed", False)],
)  # fmt: skip
def test_an_index_that_another_answers_for_is_found(name: str, covered: bool) -> None:
    assert found(INDEXED, name).attributes["index.is_prefix_of_another"] is covered


def test_an_erd_is_drawn_that_mermaid_accepts_and_its_entities_are_read_back() -> None:
    text = erd(schema(ORDERS))
    assert '  tenant ||--o{ orders : "tenant_id"' in text
    assert '  shop |o--o| orders : "tenant_id, code"' in text
    assert "    bigint tenant_id PK, FK" in text
    assert "orders_2026" not in text
    assert mmdr.render(text).svg()
    assert diagram_entities(text) == ("tenant", "orders", "shop")


def test_the_entities_of_a_diagram_by_hand_are_read() -> None:
    text = 'erDiagram\n  direction LR\n  %% people\n  person {\n    int id\n  }\n  "line item" }o--|| order : has\n  a 1 to zero or more b : x\n  alone\n  p[Person]\n  1 + 1'
    assert diagram_entities(text) == ("person", "line item", "order", "a", "b", "alone", "p")


def test_a_type_without_a_canonical_name_is_drawn_as_declared() -> None:
    text = erd(schema('CREATE TABLE "Odd Name" (p tstzrange, "a b" int)'))
    assert "  Odd_Name {\n    tstzrange p\n    int a_b\n  }" in text
    assert mmdr.render(text).svg()


def test_a_column_without_a_type_has_none_and_no_length() -> None:
    assert canonical_type(None, "sqlserver") == "other"
    assert length(None) is None
    computed = schema("CREATE TABLE t (a int, b AS (a + 1))", "sqlserver")
    assert computed.tables[0].columns[1].type == "other"
