"""Classes of flaws that a blind set taught, in other words than its own, beside what only looks like them."""

from collections.abc import Callable

import pytest

from service.analysis.review.review import Review

Judge = Callable[..., Review]

VIEWS = "from django.db import models\nclass Firm(models.Model):\n    name = models.CharField(max_length=80, unique=True)\nclass Deal(models.Model):\n    firm = models.ForeignKey(Firm, on_delete=models.PROTECT)\n    code = models.CharField(max_length=9)\ndef mine(request):\n    return Deal.objects.filter(firm=request.user.firm)\n"
EF = "public class Mix {{ public int Id {{ get; set; }} {} }}\npublic class Ctx : DbContext {{ public DbSet<Mix> Mixes {{ get; set; }}\n{} }}"
PG_T = "CREATE TABLE t (id bigint PRIMARY KEY, {});"
TRIGGER = "CREATE TABLE shops (id bigint PRIMARY KEY, sold bigint NOT NULL);\nCREATE FUNCTION bump() RETURNS {} LANGUAGE plpgsql AS $$ BEGIN UPDATE shops SET sold = sold + 1 WHERE id = 3; RETURN NEW; END $$;"
POLICY = "CREATE TABLE a (id bigint PRIMARY KEY, region_nr int NOT NULL, tag_no text NOT NULL, UNIQUE ({}));\nALTER TABLE a ENABLE ROW LEVEL SECURITY;\nALTER TABLE a FORCE ROW LEVEL SECURITY;\nCREATE POLICY p ON a USING (region_nr = current_setting('{}')::int);"
STAY = "CREATE TABLE berths (id int PRIMARY KEY, n text NOT NULL UNIQUE);\nCREATE TABLE calls (id bigint PRIMARY KEY, berth_id int NOT NULL REFERENCES berths (id), held_from timestamptz NOT NULL, held_until timestamptz NOT NULL{});{}"
RECORDS = "CREATE TABLE herds (id bigint PRIMARY KEY);\nCREATE TABLE births (id bigint PRIMARY KEY, herd_id bigint NOT NULL REFERENCES herds (id) ON DELETE {}, born_on date NOT NULL, weight_kg numeric NOT NULL);"
NEST = "async function move(ds) {{\n  await ds.transaction(async (tx) => {{\n    await {}.save(a);\n    await tx.getRepository(B).insert(b);\n  }});\n}}\n@Entity() export class A {{ @PrimaryColumn() id: string; }}"
PRISMA = 'model A {{ id Int @id }}\ndatasource db {{ provider = "postgresql" }}\n{}'

FOUND = (
    ("float-money", "sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY, montant REAL NOT NULL);", ""),
    ("float-money", "mysql", "CREATE TABLE t (id BIGINT PRIMARY KEY, preis_netto DOUBLE NOT NULL);", ""),
    ("secret-in-clear", "postgresql", PG_T.format("mot_de_passe text NOT NULL"), ""),
    ("secret-in-clear", "postgresql", PG_T.format("wachtwoord varchar(40) NOT NULL"), ""),
    ("soft-delete-unique", "postgresql", PG_T.format("plate text UNIQUE, is_trashed boolean NOT NULL DEFAULT false"), ""),
    ("local-date", "sqlite", "CREATE TABLE t (\n  id INTEGER PRIMARY KEY,\n  jour TEXT NOT NULL  -- 24/12/1998\n);", ""),
    ("amount-as-text", "postgresql", "CREATE TABLE t (\n  id bigint PRIMARY KEY,\n  dose varchar(12) NOT NULL,  -- '0.5 ml', \"12\"\n  n int\n);", ""),
    ("zero-date", "mysql", "CREATE TABLE t (id BIGINT PRIMARY KEY, paid_on DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00');", ""),
    ("ends-in-2038", "mysql", "CREATE TABLE t (id BIGINT PRIMARY KEY, licence_expires TIMESTAMP NOT NULL);", ""),
    ("bytes-for-characters", "oracle", "CREATE TABLE t (id NUMBER(12) PRIMARY KEY, place VARCHAR2(40 BYTE) NOT NULL);", ""),
    ("untrusted-constraint", "oracle", "CREATE TABLE t (id NUMBER(12) PRIMARY KEY, a NUMBER(12));\nALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) ENABLE NOVALIDATE;", ""),
    ("untrusted-constraint", "sqlserver", "CREATE TABLE t (id bigint PRIMARY KEY, a int);\nALTER TABLE t WITH NOCHECK ADD CONSTRAINT c CHECK (a > 0);", ""),
    ("unindexable-key", "sqlserver", "CREATE TABLE t (id bigint PRIMARY KEY, LotNo varchar(max) NOT NULL);", ""),
    ("swallowed-error", "postgresql", "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM t WHERE a = 1; EXCEPTION WHEN OTHERS THEN RETURN; END $$;", ""),
    ("swallowed-error", "sqlserver", "CREATE PROCEDURE p AS BEGIN TRY DELETE FROM t WHERE a = 1 END TRY BEGIN CATCH END CATCH", ""),
    ("open-search-path", "postgresql", "CREATE FUNCTION pay(a int) RETURNS void LANGUAGE sql SECURITY DEFINER AS $$ UPDATE t SET b = 1 WHERE c = a $$;", ""),
    ("hot-counter", "postgresql", TRIGGER.format("trigger"), ""),
    ("unique-without-tenant", "postgresql", POLICY.format("tag_no", "app.region"), ""),
    ("backfill-at-once", "postgresql", "ALTER TABLE rides ADD COLUMN fare_minor bigint;\nUPDATE rides SET fare_minor = fare * 100;", ""),
    ("one-at-a-time", "postgresql", STAY.format("", ""), "In May two barges were moored at the same berth at once."),
    ("one-at-a-time", "postgresql", STAY.format("", "\n-- a berth is never booked twice\nCREATE INDEX i ON calls (berth_id, held_from);"), ""),
    ("cascade-over-records", "postgresql", RECORDS.format("CASCADE"), "The herd book must be kept for ever."),
    ("natural-key", "postgresql", "CREATE TABLE t (\n  plot_code text PRIMARY KEY,  -- renumbered after a survey\n  n int\n);", ""),
    ("between-days", "mysql", "SELECT a FROM t WHERE ended BETWEEN '2024-05-01' AND '2024-05-31';", "The column ended is a TIMESTAMP."),
    ("create-without-key", "", VIEWS + "def add(request, c):\n    return Deal.objects.update_or_create(code=c, defaults={'firm': request.user.firm})\n", ""),
    ("unscoped-lookup", "", VIEWS + "def show(request, id):\n    return get_object_or_404(Deal, id=id)\n", ""),
    ("client-per-call", "prisma", PRISMA.format("async function f(req) {{\n  const pool = new Pool();\n  return pool;\n}}".replace("{{", "{").replace("}}", "}")), ""),
    ("formatted-sql", "prisma", PRISMA.format("async function f(id) {\n  return db.query(`DELETE FROM \"A\" WHERE id = ${id}`);\n}"), ""),
    ("outside-transaction", "typeorm", NEST.format("this.repo"), ""),
    ("decimal-by-default", "entity_framework", EF.format("public decimal Ratio { get; set; }", ""), ""),
    ("unbounded-load", "entity_framework", EF.format("public int N { get; set; }", "var x = db.Mixes.AsEnumerable()\n  .Where(m => m.N > 3);"), ""),
    ("memory-of-all", "", "max_connections = 800\nshared_buffers = 4GB\nwork_mem = 128MB\n", ""),
)  # fmt: skip

SPARED = (
    ("float-money", "sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY, monture REAL NOT NULL);", ""),
    ("secret-in-clear", "postgresql", PG_T.format("mot_de_passe_hash text NOT NULL"), ""),
    ("soft-delete-unique", "postgresql", PG_T.format("plate text UNIQUE, removed_by bigint"), ""),
    ("local-date", "sqlite", "CREATE TABLE t (\n  id INTEGER PRIMARY KEY,\n  host TEXT NOT NULL  -- 10.20.0.5\n);", ""),
    ("amount-as-text", "postgresql", "CREATE TABLE t (\n  id bigint PRIMARY KEY,\n  code varchar(12) NOT NULL,  -- 'A12', '3B'\n  n int\n);", ""),
    ("zero-date", "mysql", "CREATE TABLE t (id BIGINT PRIMARY KEY, paid_on DATE NOT NULL DEFAULT '2000-01-01');", ""),
    ("ends-in-2038", "mysql", "CREATE TABLE t (id BIGINT PRIMARY KEY, licence_expires DATETIME NOT NULL, made TIMESTAMP NOT NULL);", ""),
    ("bytes-for-characters", "oracle", "CREATE TABLE t (id NUMBER(12) PRIMARY KEY, place VARCHAR2(40 CHAR) NOT NULL);", ""),
    ("untrusted-constraint", "sqlserver", "CREATE TABLE t (id bigint PRIMARY KEY, a int);\nALTER TABLE t WITH NOCHECK ADD CONSTRAINT c CHECK (a > 0);\nALTER TABLE t WITH CHECK CHECK CONSTRAINT c;", ""),
    ("unindexable-key", "sqlserver", "CREATE TABLE t (id bigint PRIMARY KEY, Remark varchar(max) NOT NULL);", ""),
    ("swallowed-error", "postgresql", "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM t WHERE a = 1; EXCEPTION WHEN unique_violation THEN NULL; END $$;", ""),
    ("swallowed-error", "sqlserver", "CREATE PROCEDURE p AS BEGIN TRY DELETE FROM t WHERE a = 1 END TRY BEGIN CATCH THROW; END CATCH", ""),
    ("open-search-path", "postgresql", "CREATE FUNCTION pay(a int) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$ SELECT 1 $$;", ""),
    ("open-search-path", "postgresql", "CREATE FUNCTION pay(a int) RETURNS void LANGUAGE sql SECURITY DEFINER AS $$ SELECT 1 $$;\nALTER FUNCTION pay(int) SET search_path = pg_catalog;", ""),
    ("hot-counter", "postgresql", TRIGGER.format("void"), ""),
    ("unique-without-tenant", "postgresql", POLICY.format("region_nr, tag_no", "app.region"), ""),
    ("backfill-at-once", "postgresql", "ALTER TABLE rides ADD COLUMN fare_minor bigint;\nUPDATE rides SET fare_minor = fare * 100 WHERE id BETWEEN 1 AND 5000;", ""),
    ("one-at-a-time", "postgresql", STAY.format("", ""), ""),
    ("one-at-a-time", "postgresql", STAY.format(", EXCLUDE USING gist (berth_id WITH =, tstzrange(held_from, held_until) WITH &&)", ""), "Never two at the same berth."),
    ("cascade-over-records", "postgresql", RECORDS.format("RESTRICT"), "The herd book must be kept for ever."),
    ("cascade-over-records", "postgresql", RECORDS.format("CASCADE"), ""),
    ("natural-key", "postgresql", "CREATE TABLE t (\n  plot_code text PRIMARY KEY,  -- given once by the state\n  n int\n);", ""),
    ("between-days", "mysql", "SELECT a FROM t WHERE ended BETWEEN '2024-05-01' AND '2024-05-31';", "The column ended is a DATE."),
    ("create-without-key", "", VIEWS + "def add(request, c):\n    return Firm.objects.get_or_create(name=c)\n", ""),
    ("unscoped-lookup", "", VIEWS + "def show(request, id):\n    return get_object_or_404(Deal, id=id, firm=request.user.firm)\n", ""),
    ("unscoped-lookup", "", VIEWS + "def show(request, id):\n    return Firm.objects.get(pk=id)\n", ""),
    ("client-per-call", "prisma", PRISMA.format("const pool = new Pool();\nasync function f(req) {\n  return pool.query('SELECT 1');\n}"), ""),
    ("client-per-call", "prisma", PRISMA.format("function f() {\n  globalThis.db ??= new PrismaClient();\n  return globalThis.db;\n}"), ""),
    ("formatted-sql", "prisma", PRISMA.format("async function f(id) {\n  return db.query('DELETE FROM \"A\" WHERE id = $1', [id]);\n}"), ""),
    ("outside-transaction", "typeorm", NEST.format("tx.getRepository(A)"), ""),
    ("decimal-by-default", "entity_framework", EF.format("[Precision(9, 6)] public decimal Ratio { get; set; }", ""), ""),
    ("decimal-by-default", "entity_framework", EF.format("public decimal Ratio { get; set; }", "b.Entity<Mix>().Property(m => m.Ratio).HasPrecision(9, 6);"), ""),
    ("unbounded-load", "entity_framework", EF.format("public int N { get; set; }", "var x = db.Mixes.Where(m => m.N > 3)\n  .ToList();"), ""),
    ("memory-of-all", "", "max_connections = 100\nshared_buffers = 8GB\nwork_mem = 16MB\n", ""),
    ("pair-not-unique", "", VIEWS + "class Line(models.Model):\n    deal = models.ForeignKey(Deal, on_delete=models.CASCADE)\n    firm = models.ForeignKey(Firm, on_delete=models.PROTECT)\n    rank = models.IntegerField()\n    class Meta:\n        unique_together = [('deal', 'rank')]\n", ""),
)  # fmt: skip


@pytest.mark.parametrize(("rule", "hint", "text", "question"), FOUND)
def test_a_flaw_of_the_class_is_found(judge: Judge, rule: str, hint: str, text: str, question: str) -> None:
    assert rule in {f.rule for f in judge(text, hint, question or "Please review this.").findings}


@pytest.mark.parametrize(("rule", "hint", "text", "question"), SPARED)
def test_what_only_looks_like_it_is_spared(judge: Judge, rule: str, hint: str, text: str, question: str) -> None:
    assert rule not in {f.rule for f in judge(text, hint, question or "Please review this.").findings}


def test_a_string_of_36_characters_may_be_another_identifier_than_a_uuid(judge: Judge) -> None:
    (found,) = [f for f in judge("CREATE TABLE t (id varchar(36) PRIMARY KEY);", "postgresql").findings if f.rule == "uuid-as-text"]  # fmt: skip
    assert (found.severity, found.fix) == ("low", "")
    assert found.say.startswith("If this is a UUID")
