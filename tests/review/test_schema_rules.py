"""Rules over tables: each fires on the smallest flaw and spares the same thing done well."""

from collections.abc import Callable

import pytest

from service.analysis.review.review import Review

Judge = Callable[..., Review]

T = "CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, {})"
USERS = "CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, {});"
TENANTS = "CREATE TABLE projects (tenant_id bigint NOT NULL, id bigint NOT NULL, PRIMARY KEY (tenant_id, id));"
ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY);"

# rule, dialect, what fires, what is spared
CASES = (
    ("float-money", "postgresql", T.format("price float NOT NULL"), T.format("price numeric(12,2) NOT NULL, speed float")),
    ("scaleless-money", "mysql", "CREATE TABLE t (id BIGINT PRIMARY KEY, price DECIMAL NOT NULL)", "CREATE TABLE t (id BIGINT PRIMARY KEY, price DECIMAL(19,4) NOT NULL)"),
    ("number-as-text", "postgresql", T.format("amount text NOT NULL"), T.format("amount_currency text NOT NULL, tax_number text NOT NULL")),
    ("naive-timestamp", "postgresql", T.format("created_at timestamp NOT NULL"), T.format("created_at timestamptz NOT NULL, local_opening_at timestamp")),
    ("instant-as-text", "postgresql", T.format("created_at text NOT NULL"), T.format("created_at timestamptz NOT NULL")),
    ("flag-not-boolean", "postgresql", T.format("is_active char(1) NOT NULL"), T.format("is_active boolean NOT NULL")),
    ("open-state", "postgresql", T.format("status text NOT NULL"), T.format("status text NOT NULL CHECK (status IN ('a', 'b'))")),
    ("uuid-as-text", "postgresql", "CREATE TABLE t (id varchar(36) PRIMARY KEY)", "CREATE TABLE t (id uuid PRIMARY KEY)"),
    ("digits-as-number", "postgresql", T.format("phone bigint"), T.format("phone text")),
    ("money-type", "postgresql", T.format("price money NOT NULL"), T.format("price numeric(12,2) NOT NULL")),
    ("plain-json", "postgresql", T.format("doc json"), T.format("doc jsonb")),
    ("three-byte-utf8", "mysql", "CREATE TABLE t (id BIGINT PRIMARY KEY) DEFAULT CHARSET=utf8", "CREATE TABLE t (id BIGINT PRIMARY KEY) DEFAULT CHARSET=utf8mb4"),
    ("padded-char", "postgresql", T.format("name char(40)"), T.format("currency char(3)")),
    ("old-types", "sqlserver", "CREATE TABLE t (id BIGINT PRIMARY KEY, body NTEXT)", "CREATE TABLE t (id BIGINT PRIMARY KEY, body NVARCHAR(MAX))"),
    ("no-primary-key", "postgresql", "CREATE TABLE t (a int)", "CREATE TABLE t (a int PRIMARY KEY)"),
    ("narrow-key", "postgresql", "CREATE TABLE events (id serial PRIMARY KEY)", "CREATE TABLE events (id bigserial PRIMARY KEY)"),
    ("scattered-key", "postgresql", "CREATE TABLE events (id uuid PRIMARY KEY DEFAULT gen_random_uuid())", "CREATE TABLE events (id uuid PRIMARY KEY DEFAULT uuidv7())"),
    ("natural-key", "postgresql", "CREATE TABLE users (email text PRIMARY KEY)", "CREATE TABLE countries (code text PRIMARY KEY)"),
    ("mismatched-reference", "postgresql", ORDERS + T.format("order_id int REFERENCES orders (id)"), ORDERS + T.format("order_id bigint REFERENCES orders (id)")),
    ("unindexed-foreign-key", "postgresql", ORDERS + T.format("order_id bigint REFERENCES orders (id)"), ORDERS + T.format("order_id bigint UNIQUE REFERENCES orders (id)")),
    ("missing-foreign-key", "postgresql", ORDERS + T.format("order_id bigint NOT NULL"), ORDERS + T.format("order_id bigint NOT NULL REFERENCES orders (id)")),
    ("missing-unique", "postgresql", USERS.format("email text NOT NULL"), USERS.format("email text NOT NULL UNIQUE")),
    ("pair-not-unique", "postgresql", "CREATE TABLE likes (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id), post_id bigint REFERENCES posts (id))", "CREATE TABLE likes (user_id bigint REFERENCES users (id), post_id bigint REFERENCES posts (id), PRIMARY KEY (user_id, post_id))"),
    ("nullable-unique", "postgresql", T.format("a int NOT NULL, b int, UNIQUE (a, b)"), T.format("a int NOT NULL, b int, UNIQUE NULLS NOT DISTINCT (a, b)")),
    ("nullable-vital", "postgresql", T.format("quantity int"), T.format("quantity int NOT NULL")),
    ("unbounded-value", "postgresql", T.format("stock int NOT NULL"), T.format("stock int NOT NULL CHECK (stock >= 0)")),
    ("period-unchecked", "postgresql", T.format("starts_at timestamptz, ends_at timestamptz"), T.format("starts_at timestamptz, ends_at timestamptz, CHECK (ends_at > starts_at)")),
    ("overlap-possible", "postgresql", "CREATE TABLE bookings (id bigint PRIMARY KEY, room_id bigint NOT NULL, starts_at timestamptz, ends_at timestamptz)", "CREATE TABLE bookings (id bigint PRIMARY KEY, room_id bigint NOT NULL, starts_at timestamptz, ends_at timestamptz, EXCLUDE USING gist (room_id WITH =, tstzrange(starts_at, ends_at) WITH &&))"),
    ("soft-delete-unique", "postgresql", USERS.format("email text NOT NULL UNIQUE, deleted_at timestamptz"), USERS.format("email text NOT NULL, deleted_at timestamptz") + "CREATE UNIQUE INDEX u ON users (email) WHERE deleted_at IS NULL;"),
    ("polymorphic", "postgresql", T.format("owner_type text NOT NULL, owner_id bigint NOT NULL"), T.format("owner_id bigint NOT NULL")),
    ("entity-attribute-value", "postgresql", "CREATE TABLE product_attributes (product_id bigint REFERENCES products (id), name text, value text)", "CREATE TABLE settings (name text PRIMARY KEY, value text)"),
    ("list-in-string", "postgresql", T.format("tags text NOT NULL"), T.format("tags text[] NOT NULL")),
    ("numbered-columns", "postgresql", T.format("phone1 text, phone2 text, phone3 text"), T.format("address_line1 text, address_line2 text")),
    ("lookup-of-everything", "postgresql", "CREATE TABLE lookups (type text, code text, label text, PRIMARY KEY (type, code))", "CREATE TABLE countries (code text PRIMARY KEY, label text)"),
    ("cascade-reach", "postgresql", "CREATE TABLE invoices (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id) ON DELETE CASCADE)", "CREATE TABLE order_items (id bigint PRIMARY KEY, order_id bigint REFERENCES orders (id) ON DELETE CASCADE)"),
    ("price-not-kept", "postgresql", "CREATE TABLE order_items (id bigint PRIMARY KEY, product_id bigint, quantity int)", "CREATE TABLE order_items (id bigint PRIMARY KEY, product_id bigint, quantity int, unit_price numeric(12,2))"),
    ("redundant-index", "postgresql", T.format("a int, b int") + "; CREATE INDEX i ON t (a); CREATE INDEX j ON t (a, b);", T.format("a int, b int") + "; CREATE INDEX i ON t (b); CREATE INDEX j ON t (a, b);"),
    ("low-selectivity", "postgresql", T.format("is_open boolean NOT NULL") + "; CREATE INDEX i ON t (is_open);", T.format("is_open boolean NOT NULL") + "; CREATE INDEX i ON t (id) WHERE is_open;"),
    ("reference-without-tenant", "postgresql", TENANTS + "CREATE TABLE tasks (tenant_id bigint NOT NULL, id bigint PRIMARY KEY, project_id bigint REFERENCES projects (id))", TENANTS + "CREATE TABLE tasks (tenant_id bigint NOT NULL, id bigint PRIMARY KEY, project_id bigint, FOREIGN KEY (tenant_id, project_id) REFERENCES projects (tenant_id, id))"),
    ("unique-without-tenant", "postgresql", "CREATE TABLE projects (tenant_id bigint NOT NULL, id bigint PRIMARY KEY, code text UNIQUE)", "CREATE TABLE projects (tenant_id bigint NOT NULL, id bigint PRIMARY KEY, code text, UNIQUE (tenant_id, code))"),
    ("no-row-security", "postgresql", TENANTS, TENANTS + "ALTER TABLE projects ENABLE ROW LEVEL SECURITY; ALTER TABLE projects FORCE ROW LEVEL SECURITY; CREATE POLICY p ON projects USING (tenant_id = 1);"),
    ("policy-missing", "postgresql", TENANTS + "ALTER TABLE projects ENABLE ROW LEVEL SECURITY;", TENANTS + "ALTER TABLE projects ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON projects USING (tenant_id = 1);"),
    ("open-policy", "postgresql", TENANTS + "CREATE POLICY p ON projects USING (true);", TENANTS + "CREATE POLICY p ON projects USING (tenant_id = 1);"),
    ("secret-in-clear", "postgresql", USERS.format("password text NOT NULL"), USERS.format("password_hash text NOT NULL")),
    ("sensitive-in-clear", "postgresql", USERS.format("passport_number text"), USERS.format("passport_number_encrypted bytea")),
    ("wide-grant", "postgresql", ORDERS + "GRANT ALL ON orders TO PUBLIC;", ORDERS + "GRANT SELECT ON orders TO app;"),
    ("unbounded-json", "postgresql", T.format("history jsonb"), T.format("history jsonb CHECK (pg_column_size(history) < 8192)")),
    ("blob-in-row", "postgresql", T.format("image bytea"), T.format("image_hash bytea")),
    ("growing-array", "postgresql", T.format("follower_ids bigint[]"), T.format("scores int[]")),
    ("keys-not-enforced", "sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY, o INTEGER REFERENCES orders (id))", "PRAGMA foreign_keys = ON; CREATE TABLE t (id INTEGER PRIMARY KEY, o INTEGER REFERENCES orders (id))"),
    ("inline-reference", "mysql", "CREATE TABLE t (id BIGINT PRIMARY KEY, o BIGINT REFERENCES orders (id))", "CREATE TABLE t (id BIGINT PRIMARY KEY, o BIGINT, CONSTRAINT f FOREIGN KEY (o) REFERENCES orders (id))"),
    ("storage-engine", "mysql", "CREATE TABLE t (id BIGINT PRIMARY KEY) ENGINE=MyISAM", "CREATE TABLE t (id BIGINT PRIMARY KEY) ENGINE=InnoDB"),
    ("narrow-string", "sqlserver", "CREATE TABLE t (id BIGINT PRIMARY KEY, full_name VARCHAR(100))", "CREATE TABLE t (id BIGINT PRIMARY KEY, full_name NVARCHAR(100))"),
    ("promised-unique", "postgresql", "-- one vote per voter and motion\nCREATE TABLE ballots (id bigint PRIMARY KEY, voter_id bigint REFERENCES voters (id), motion_id bigint REFERENCES motions (id), choice text)", "-- one vote per voter and motion\nCREATE TABLE ballots (voter_id bigint REFERENCES voters (id), motion_id bigint REFERENCES motions (id), choice text, PRIMARY KEY (voter_id, motion_id))"),
    ("promised-range", "postgresql", "CREATE TABLE t (\n id bigint PRIMARY KEY,\n seats int NOT NULL -- never below zero\n)", "CREATE TABLE t (\n id bigint PRIMARY KEY,\n seats int NOT NULL CHECK (seats >= 0) -- never below zero\n)"),
    ("promised-value", "postgresql", "CREATE TABLE t (\n id bigint PRIMARY KEY,\n reason text -- always given\n)", "CREATE TABLE t (\n id bigint PRIMARY KEY,\n reason text NOT NULL -- always given\n)"),
    ("promised-list", "postgresql", "CREATE TABLE t (\n id bigint PRIMARY KEY,\n size text NOT NULL -- small, medium, large\n)", "CREATE TABLE t (\n id bigint PRIMARY KEY,\n size text NOT NULL CHECK (size IN ('small', 'medium')) -- small, medium, large\n)"),
    ("local-date", "sqlite", "CREATE TABLE t (\n id INTEGER PRIMARY KEY,\n day TEXT -- DD/MM/YYYY\n)", "CREATE TABLE t (\n id INTEGER PRIMARY KEY,\n day TEXT -- YYYY-MM-DD\n)"),
    ("promised-sequence", "postgresql", "CREATE TABLE invoices (number bigint PRIMARY KEY DEFAULT nextval('n'))", "CREATE TABLE invoices (number bigint PRIMARY KEY)"),
    ("fading-rows", "postgresql", "-- kept for 180 days\nCREATE TABLE calls (id bigint PRIMARY KEY, at timestamptz NOT NULL)", "-- kept for 180 days\nCREATE TABLE calls (id bigint, at timestamptz NOT NULL) PARTITION BY RANGE (at)"),
)  # fmt: skip


@pytest.mark.parametrize(("rule", "dialect", "flawed", "sound"), CASES, ids=[case[0] for case in CASES])
def test_a_rule_finds_its_flaw_and_spares_what_is_done_well(
    judge: Judge, rule: str, dialect: str, flawed: str, sound: str
) -> None:
    assert rule in {finding.rule for finding in judge(flawed, dialect).findings}
    assert rule not in {finding.rule for finding in judge(sound, dialect).findings}


def test_a_stated_rate_says_when_the_key_runs_out(judge: Judge) -> None:
    found = judge("CREATE TABLE events (id serial PRIMARY KEY, at timestamptz NOT NULL)", "", "We insert 400 writes/s.")
    key = next(finding for finding in found.findings if finding.rule == "narrow-key")
    assert key.severity == "high"
    assert "62 d" in key.because
    growth = next(finding for finding in found.findings if finding.rule == "unpartitioned")
    assert growth.severity == "high"
    assert "a year" in growth.because


def test_names_are_compared_without_case_as_engines_do(judge: Judge) -> None:
    text = "CREATE TABLE Users (Id bigint PRIMARY KEY); CREATE TABLE Posts (ID bigint PRIMARY KEY, user_id bigint REFERENCES users (id)); CREATE INDEX i ON posts (USER_ID);"
    assert {f.rule for f in judge(text).findings} & {"mismatched-reference", "unindexed-foreign-key"} == set()


def test_a_tenant_that_is_only_a_part_of_the_business_raises_no_alarm(judge: Judge) -> None:
    text = "CREATE TABLE rooms (id bigint PRIMARY KEY, clinic_id bigint NOT NULL); CREATE TABLE vets (id bigint PRIMARY KEY, clinic_id bigint NOT NULL);"
    assert {f.severity for f in judge(text).findings if f.family == "tenancy"} <= {"low"}
