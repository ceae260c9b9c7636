"""Transactions that reach too far, in code of every language and in SQL."""

from collections.abc import Callable

import pytest

from service.analysis.review.review import Review

Judge = Callable[..., Review]

DJANGO = "from django.db import models, transaction\nimport requests\n"
SQLA = "import httpx\nfrom sqlalchemy.orm import Session\n"
TS = "import { DataSource } from 'typeorm';\nexport async function pay(ds: DataSource) {\n"
CS = "public class Pay : DbContext {\n  public async Task Charge() {\n"

CODE = (
    ("remote-in-transaction", DJANGO + "@transaction.atomic\ndef f(o):\n    o.save()\n    requests.post('https://x')\n", DJANGO + "@transaction.atomic\ndef f(o):\n    o.save()\n    transaction.on_commit(lambda: requests.post('https://x'))\n"),
    ("remote-in-transaction", DJANGO + "def f(o):\n    with transaction.atomic():\n        o.save()\n        send_mail('a', 'b')\n", DJANGO + "def f(o):\n    with transaction.atomic():\n        o.save()\n    send_mail('a', 'b')\n"),
    ("remote-in-transaction", SQLA + "def f(engine):\n    with Session(engine) as session:\n        job = session.get(Job, 1)\n        httpx.post('https://x')\n        session.commit()\n", SQLA + "def f(engine):\n    with Session(engine) as session:\n        job = session.get(Job, 1)\n        session.commit()\n        httpx.post('https://x')\n"),
    ("remote-in-transaction", SQLA + "def f(session):\n    with session.begin():\n        session.payment_client.charge(3)\n        time.sleep(2)\n", SQLA + "def f(session):\n    with session.begin():\n        session.add(3)\n"),
    ("batch-in-one-transaction", DJANGO + "def f():\n    with transaction.atomic():\n        for o in Order.objects.all():\n            o.save()\n", DJANGO + "def f(order):\n    with transaction.atomic():\n        for line in order.lines.all():\n            line.save()\n"),
    ("remote-in-transaction", TS + "  await ds.transaction(async (m) => {\n    await fetch('https://x');\n  });\n}\n", TS + "  await ds.transaction(async (m) => {\n    await m.save(1);\n  });\n  await fetch('https://x');\n}\n"),
    ("remote-in-transaction", CS + "    await using var tx = await db.Database.BeginTransactionAsync();\n    await http.PostAsync(url);\n    await tx.CommitAsync();\n  }\n}\n", CS + "    await using var tx = await db.Database.BeginTransactionAsync();\n    await tx.CommitAsync();\n    await http.PostAsync(url);\n  }\n}\n"),
    ("race-in-code", CS + "    var tool = await db.Tools.SingleAsync(t => t.Id == 1);\n    if (tool.HolderId != null) return;\n    tool.HolderId = 5;\n    await db.SaveChangesAsync();\n  }\n}\n", CS + "    var tool = await db.Tools.SingleAsync(t => t.Id == 1);\n    tool.HolderId = 5;\n    await db.SaveChangesAsync();\n  }\n}\n"),
)  # fmt: skip
JOBS = "CREATE TABLE jobs (id bigint PRIMARY KEY, at timestamptz NOT NULL);\n"
SQL = (
    ("waiting-transaction", "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM http_post('https://x', 'a', 'b'); END $$;", "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM net.http_post('https://x'); END $$;"),
    ("waiting-transaction", "BEGIN;\nUPDATE jobs SET at = now() WHERE id = 1;\nSELECT pg_sleep(5);\nCOMMIT;", "BEGIN;\nUPDATE jobs SET at = now() WHERE id = 1;\nCOMMIT;"),
    ("waiting-transaction", "BEGIN;\nUPDATE jobs SET at = now() WHERE id = 1;\n-- here the application calls the payment provider\nCOMMIT;", "-- the application calls the payment provider\nBEGIN;\nUPDATE jobs SET at = now() WHERE id = 1;\nCOMMIT;"),
    ("purge-at-once", "DELETE FROM jobs WHERE at < now() - interval '90 days';", "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE at < now() - interval '90 days' LIMIT 1000);"),
)  # fmt: skip


@pytest.mark.parametrize(("rule", "flawed", "sound"), CODE)
def test_a_transaction_in_code_ends_before_another_system_is_called(
    judge: Judge, rule: str, flawed: str, sound: str
) -> None:
    assert rule in {finding.rule for finding in judge(flawed).findings}
    assert rule not in {finding.rule for finding in judge(sound).findings}


@pytest.mark.parametrize(("rule", "flawed", "sound"), SQL)
def test_a_transaction_in_sql_neither_calls_nor_waits(judge: Judge, rule: str, flawed: str, sound: str) -> None:
    assert rule in {finding.rule for finding in judge(f"{JOBS}{flawed}", "postgresql").findings}
    assert rule not in {finding.rule for finding in judge(f"{JOBS}{sound}", "postgresql").findings}


def test_a_purge_inside_a_larger_transaction_is_worse(judge: Judge) -> None:
    text = f"{JOBS}BEGIN;\nDELETE FROM jobs WHERE at < now() - interval '1 year';\nCOMMIT;"
    assert next(f.severity for f in judge(text).findings if f.rule == "purge-at-once") == "medium"
