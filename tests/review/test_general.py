"""Classes of flaws in somebody's own words: other languages, abbreviations, several engines and frameworks, and what only looks alike."""

from collections.abc import Callable

import pytest

from kb.gloss import ascii_letters
from kb.meaning import words_of
from service.analysis.review.review import Review

Judge = Callable[..., Review]

T = "CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, {});"
KUNDEN = "CREATE TABLE kunden (id bigint PRIMARY KEY, name text NOT NULL, ort text);"
AUFTRAG = (
    KUNDEN
    + "CREATE TABLE auftrag (id bigint PRIMARY KEY, kunde_id bigint NOT NULL REFERENCES kunden (id), offen boolean NOT NULL, summe numeric(9,2) NOT NULL);"
)
KONTO = "CREATE TABLE konto (id bigint PRIMARY KEY, saldo numeric(12,2) NOT NULL);"
FUNCTION = KONTO + "CREATE FUNCTION f({}) RETURNS {} LANGUAGE plpgsql AS $$ BEGIN {} END $$;"
GUARDED = "CREATE TABLE akten (id bigint PRIMARY KEY, tenant_id bigint NOT NULL); ALTER TABLE akten ENABLE ROW LEVEL SECURITY;"
MODELS = "from django.db import models\nclass Kurs(models.Model):\n    name = models.TextField()\n"
BASE = "from sqlalchemy import *\nfrom sqlalchemy.orm import *\nclass Base(DeclarativeBase):\n    pass\nclass Platz(Base):\n    __tablename__ = 'platz'\n    id = Column(BigInteger, primary_key=True)\n    gast = Column(Text)\n"
ENTITY = "import { Entity, Column, PrimaryGeneratedColumn } from 'typeorm';\n@Entity()\nexport class Offer {\n  @PrimaryGeneratedColumn('increment', { type: 'bigint' })\n  id: string;\n\n  @Column()\n  price: number;\n}\n"
CONTEXT = "using Microsoft.EntityFrameworkCore;\npublic class O\n{\n    public long Id { get; set; }\n}\npublic class Db : DbContext { public DbSet<O> Os { get; set; } }\n"
PRISMA = 'datasource db {\n  provider = "postgresql"\n}\nmodel Seat {\n  id BigInt @id @default(autoincrement())\n  taken Boolean @default(false)\n  coins Int\n}\n'
PROCEDURE = "CREATE TABLE r (id bigint PRIMARY KEY, nr varchar(9) NOT NULL, n int NOT NULL);\nGO\n"

FOUND = (
    ("float-money", "", T.format("kwota double precision NOT NULL")),
    ("float-money", "", T.format("\npobranie float NOT NULL -- PLN at the door\n")),
    ("scaleless-money", "oracle", "CREATE TABLE T (ID NUMBER(19) PRIMARY KEY, BETRAG NUMBER NOT NULL);"),
    ("whole-money", "", ENTITY),
    ("instant-as-text", "", T.format("geb_dat varchar(10) NOT NULL")),
    ("local-date", "mysql", "CREATE TABLE t (id int PRIMARY KEY, arrivo varchar(10) NOT NULL COMMENT 'gg/mm/aaaa');"),
    ("number-as-text", "", T.format("poids_kg text NOT NULL")),
    ("digits-as-number", "", T.format("code_postal int NOT NULL")),
    ("flag-not-boolean", "", T.format("gesperrt int NOT NULL DEFAULT 0")),
    ("open-state", "", T.format("lage text NOT NULL DEFAULT 'neu'")),
    ("coded-number", "", T.format("\nart smallint NOT NULL -- 1 = bar, 2 = Karte\n")),
    ("json-as-text", "", T.format("\nmeta text -- JSON\n")),
    ("time-as-text", "", T.format("\noffen_ab varchar(5) -- '08:30'\n")),
    ("epoch", "", T.format("\nts bigint NOT NULL -- ms since 1970\n")),
    ("natural-key", "", "CREATE TABLE wagen (kennzeichen varchar(12) PRIMARY KEY);"),
    ("key-without-rowid", "sqlite", "CREATE TABLE t (id INT PRIMARY KEY, a TEXT);"),
    ("sign-differs", "mysql", "CREATE TABLE a (id int unsigned PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL, KEY (a_id), FOREIGN KEY (a_id) REFERENCES a (id));"),
    ("null-where-required", "", KUNDEN + "CREATE TABLE b (id bigint PRIMARY KEY, k bigint NOT NULL REFERENCES kunden (id) ON DELETE SET NULL);"),
    ("closed-circle", "", "CREATE TABLE a (id bigint PRIMARY KEY, b_id bigint NOT NULL); CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint NOT NULL REFERENCES a (id)); ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b (id);"),
    ("missing-foreign-key", "", KUNDEN + "CREATE TABLE b (id bigint PRIMARY KEY, fk_kunde bigint NOT NULL);"),
    ("missing-foreign-key", "", "CREATE TABLE kunde (kundennr int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, kundennr int NOT NULL);"),
    ("missing-foreign-key", "", "CREATE TABLE ricambi (id int PRIMARY KEY); CREATE TABLE b (id bigint PRIMARY KEY, ricambio_id int NOT NULL);"),
    ("unindexed-foreign-key", "sqlserver", "CREATE TABLE a (id bigint PRIMARY KEY); CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint NOT NULL CONSTRAINT f FOREIGN KEY REFERENCES a (id));"),
    ("period-unchecked", "", T.format("von date NOT NULL, bis date NOT NULL")),
    ("missing-unique", "", "CREATE TABLE faktury (id bigint PRIMARY KEY, nr_listu text NOT NULL, provider_ref text NOT NULL);"),
    ("sentinel-date", "", T.format("ende date NOT NULL DEFAULT '9999-12-31'")),
    ("polymorphic", "", T.format("ziel_tabelle varchar(40) NOT NULL, ziel_id bigint NOT NULL")),
    ("price-not-kept", "", "CREATE TABLE pratos (id bigint PRIMARY KEY, preco numeric(9,2)); CREATE TABLE pedidos (id bigint PRIMARY KEY); CREATE TABLE l (pedido_id bigint REFERENCES pedidos (id), prato_id bigint REFERENCES pratos (id), qtd int, PRIMARY KEY (pedido_id, prato_id));"),
    ("cascade-reach", "", "CREATE TABLE mitglieder (id bigint PRIMARY KEY); CREATE TABLE b (id bigint PRIMARY KEY, m bigint REFERENCES mitglieder (id) ON DELETE CASCADE); CREATE TABLE c (id bigint PRIMARY KEY, b_id bigint REFERENCES b (id));"),
    ("prefix-without-pattern", "", KUNDEN + "CREATE INDEX n ON kunden (name); SELECT id FROM kunden WHERE name LIKE 'Ham%';"),
    ("missing-index", "", KUNDEN + "CREATE INDEX n ON kunden (ort) WHERE name = 'x'; SELECT id FROM kunden WHERE ort = 'a';"),
    ("counting-trigger", "", FUNCTION.format("", "trigger", "IF (SELECT count(*) FROM konto) > 5 THEN RAISE EXCEPTION 'voll'; END IF; RETURN NEW;")),
    ("opposite-locks", "", FUNCTION.format("a bigint, b bigint", "void", "UPDATE konto SET saldo = saldo - 1 WHERE id = a; UPDATE konto SET saldo = saldo + 1 WHERE id = b;")),
    ("built-statement", "", FUNCTION.format("p text", "void", "EXECUTE 'DELETE FROM konto WHERE id = ' || p;")),
    ("lent-past-policies", "", GUARDED + "CREATE FUNCTION f(p bigint) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$ DELETE FROM akten WHERE id = p $$;"),
    ("merge-without-lock", "sqlserver", PROCEDURE + "CREATE PROCEDURE p @id bigint AS\nBEGIN\n  MERGE r AS t USING (SELECT @id AS id) AS s ON s.id = t.id WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id);\nEND"),
    ("trigger-of-one-row", "sqlserver", PROCEDURE + "CREATE TRIGGER g ON r AFTER INSERT AS\nBEGIN\n  DECLARE @x int;\n  SELECT @x = n FROM inserted;\nEND"),
    ("wider-parameter", "sqlserver", PROCEDURE + "CREATE PROCEDURE p @nr nvarchar(9) AS\nBEGIN\n  SELECT id FROM r WHERE nr = @nr;\nEND"),
    ("fast-hash", "", T.format("pw_md5 text NOT NULL")),
    ("sensitive-in-clear", "", T.format("pesel varchar(11) NOT NULL")),
    ("secret-in-clear", "", T.format("clave varchar(40) NOT NULL")),
    ("secret-in-code", "", KUNDEN + "CREATE ROLE app LOGIN PASSWORD 'geheim123';"),
    ("unscoped-lookup", "prisma", PRISMA + "// a.ts\nexport async function one(session: Session, id: bigint) {\n  return prisma.seat.findFirst({ where: { id, roomId: session.roomId } });\n}\nexport async function two(id: bigint) {\n  return prisma.seat.findUnique({ where: { id } });\n}\n"),
    ("race-in-code", "prisma", PRISMA + "// a.ts\nexport async function book(id: bigint) {\n  const seat = await prisma.seat.findUnique({ where: { id } });\n  if (seat.taken) throw new Error('gone');\n  await prisma.seat.update({ where: { id }, data: { taken: true } });\n}\n"),
    ("race-in-code", "prisma", PRISMA + "// a.ts\nexport async function pay(id: bigint, n: number) {\n  const seat = await prisma.seat.findUnique({ where: { id } });\n  await prisma.seat.update({ where: { id }, data: { coins: seat.coins - n } });\n}\n"),
    ("race-in-code", "", BASE + "def buche(session, pid, name):\n    platz = session.get(Platz, pid)\n    if platz.gast is None:\n        platz.gast = name\n        session.commit()\n"),
    ("query-loop", "typeorm", ENTITY + "export class S {\n  async all(rows: Offer[]) {\n    for (const r of rows) {\n      const c = await this.customers.findOneBy({ id: r.id });\n      console.log(c);\n    }\n  }\n}\n"),
    ("query-loop", "typeorm", ENTITY + "export class S {\n  async all(rows: Offer[]) {\n    return rows.map(async (r) => await this.customers.findOneBy({ id: r.id }));\n  }\n}\n"),
    ("row-by-row-save", "typeorm", ENTITY + "export class S {\n  async all(rows: Offer[]) {\n    for (const r of rows) {\n      await this.offers.save(r);\n    }\n  }\n}\n"),
    ("row-by-row-save", "", MODELS + "def f(zeilen):\n    for z in zeilen:\n        Kurs.objects.create(name=z)\n"),
    ("unbounded-load", "", MODELS + "def f():\n    alle = list(Kurs.objects.all())\n    return [k for k in alle if k.name == 'A']\n"),
    ("unbounded-load", "", MODELS + "def f():\n    return len(Kurs.objects.all())\n"),
    ("create-all", "", BASE + "Base.metadata.create_all(engine)\n"),
    ("shared-session", "", CONTEXT + "b.Services.AddSingleton<Db>();\n"),
    ("synchronize", "", CONTEXT + "db.Database.EnsureCreated();\n"),
    ("locking-migration", "postgresql", "ALTER TABLE bestellung ADD CONSTRAINT u UNIQUE (nr);"),
    ("loose-or", "", KUNDEN + "SELECT id FROM kunden WHERE ort = 'a' OR ort = 'b' AND name = 'c';"),
    ("integer-division", "", AUFTRAG + "SELECT count(*) FILTER (WHERE offen) / count(*) FROM auftrag;"),
    ("integer-division", "", AUFTRAG + "SELECT kunde_id / id FROM auftrag;"),
    ("having-for-where", "", KUNDEN + "SELECT ort, count(*) FROM kunden GROUP BY ort HAVING ort = 'a';"),
    ("any-row-of-a-group", "mysql", KUNDEN + "SELECT ort, name, COUNT(*) FROM kunden GROUP BY ort;"),
    ("counted-gap", "", AUFTRAG + "SELECT k.id, count(*) FROM kunden k LEFT JOIN auftrag a ON a.kunde_id = k.id GROUP BY k.id;"),
    ("counted-for-existence", "", AUFTRAG + "SELECT k.id FROM kunden k WHERE (SELECT count(*) FROM auftrag a WHERE a.kunde_id = k.id) > 0;"),
    ("outer-turned-inner", "", AUFTRAG + "SELECT k.id FROM kunden k LEFT JOIN auftrag a ON a.kunde_id = k.id WHERE a.offen;"),
    ("repeated-sum", "", AUFTRAG + "CREATE TABLE mahnung (id bigint PRIMARY KEY, auftrag_id bigint NOT NULL REFERENCES auftrag (id)); SELECT sum(a.summe) FROM auftrag a JOIN mahnung m ON m.auftrag_id = a.id;"),
    ("newest-of-each", "", AUFTRAG + "SELECT DISTINCT ON (kunde_id) kunde_id, id FROM auftrag ORDER BY kunde_id, id DESC;"),
    ("natural-join", "", AUFTRAG + "SELECT k.id FROM kunden k NATURAL JOIN auftrag a;"),
    ("cut-before-order", "oracle", "CREATE TABLE T (ID NUMBER(19) PRIMARY KEY, SEIT DATE NOT NULL); SELECT ID FROM T WHERE ROWNUM <= 10 ORDER BY SEIT DESC;"),
    ("slow-trigger", "postgresql", "-- lines (order_id)\nDELETE FROM orders WHERE shop_id = 9;\nDelete on orders  (cost=0.56..5104.90 rows=0 width=0) (actual time=61.204..61.205 rows=0 loops=1)\nTrigger for constraint lines_order_id_fkey: time=7214022.118 calls=1800\n"),
)  # fmt: skip


@pytest.mark.parametrize(("rule", "dialect", "text"), FOUND)
def test_a_class_of_flaw_is_found_in_other_words(judge: Judge, rule: str, dialect: str, text: str) -> None:
    assert rule in {finding.rule for finding in judge(text, dialect).findings}


SPARED = (
    ("missing-foreign-key", "CREATE TABLE parties (id bigint PRIMARY KEY); CREATE TABLE b (id bigint PRIMARY KEY, part_id bigint NOT NULL);"),
    ("number-as-text", T.format("rating text, unit_kg_label text")),
    ("open-state", T.format("lang varchar(5) NOT NULL DEFAULT 'deu', colour text NOT NULL DEFAULT 'blue'")),
    ("list-in-string", T.format("dosis text NOT NULL -- '500 mg', '0,5 g', '1 comp'\n")),
    ("list-in-string", "CREATE TABLE tarife (code varchar(12) PRIMARY KEY); -- TAG, NACHT, WOCHE\n"),
    ("coded-number", T.format("art smallint NOT NULL CHECK (art IN (1, 2)) -- 1 = bar, 2 = Karte\n")),
    ("nullable-vital", "CREATE TABLE mitglieder (id bigint PRIMARY KEY, email text); -- \nCOMMENT ON COLUMN mitglieder.email IS 'some have none';"),
    ("soft-delete-unique", T.format("a timestamptz, removed_at timestamptz, email text UNIQUE, CHECK (removed_at > a)")),
    ("missing-unique", "CREATE TABLE k (id bigint PRIMARY KEY, email text NOT NULL, password_hash text, gone_at timestamptz, UNIQUE (email, (gone_at IS NULL)));"),
    ("sensitive-in-clear", "CREATE TABLE lieferanten (id bigint PRIMARY KEY, ust_id text NOT NULL);"),
    ("opposite-locks", FUNCTION.format("a bigint, b bigint", "void", "PERFORM 1 FROM konto WHERE id IN (a, b) ORDER BY id FOR UPDATE; UPDATE konto SET saldo = saldo - 1 WHERE id = a; UPDATE konto SET saldo = saldo + 1 WHERE id = b;")),
    ("built-statement", FUNCTION.format("p text", "void", "EXECUTE 'DELETE FROM konto WHERE id = $1' USING p;")),
    ("counting-trigger", FUNCTION.format("", "trigger", "IF extract(isodow FROM now()) > 5 THEN RAISE EXCEPTION 'zu'; END IF; RETURN NEW;")),
    ("missing-index", KUNDEN + "CREATE INDEX n ON kunden (name) WHERE ort IS NULL; SELECT id FROM kunden WHERE ort IS NULL ORDER BY name LIMIT 1;"),
    ("loose-or", KUNDEN + "SELECT id FROM kunden WHERE (ort = 'a' OR ort = 'b') AND name = 'c';"),
    ("wanted-index", "WITH c AS (SELECT j.id FROM kunden j WHERE j.ort = 'x' FOR UPDATE OF j SKIP LOCKED) UPDATE kunden SET name = 'y' FROM c WHERE kunden.id = c.id AND c.id = 5;" + KUNDEN),
    ("race-in-code", BASE + "def f(session, pid, name):\n    platz = session.get(Platz, pid, with_for_update=True)\n    if platz.gast is None:\n        platz.gast = name\n        session.commit()\n"),
)  # fmt: skip


@pytest.mark.parametrize(("rule", "text"), SPARED)
def test_what_only_looks_alike_raises_no_alarm(judge: Judge, rule: str, text: str) -> None:
    assert rule not in {finding.rule for finding in judge(text).findings}


def test_rows_of_those_who_share_a_database_are_kept_apart(judge: Judge) -> None:
    text = "CREATE TABLE praxen (id int PRIMARY KEY); CREATE TABLE patienten (id bigint PRIMARY KEY, praxis int NOT NULL); CREATE TABLE termine (id bigint PRIMARY KEY, praxis int NOT NULL);"
    told = {f.object for f in judge(text, "", "40 surgeries share this database.").findings if f.rule == "no-row-security"}  # fmt: skip
    assert told == {"patienten", "termine"}
    assert "no-row-security" not in {f.rule for f in judge(text).findings}


def test_words_of_other_languages_are_read_as_english() -> None:
    assert words_of("kundeNr") == "customer no"
    assert words_of("geloescht_am") == "deleted at"
    assert words_of("Monatsgehalt") == "month salary"
    assert words_of("date_naissance") == "birth date"
    assert words_of("Größe") == "groesse"
    assert ascii_letters("ilość") == "ilosc"
    assert words_of("art_style") == "art style"
