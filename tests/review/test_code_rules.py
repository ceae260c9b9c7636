"""Rules over models and the code around them."""

from collections.abc import Callable

import pytest

from service.analysis.review.review import Review

Judge = Callable[..., Review]
HEAD = "from django.db import models\n"

CASES = (
    ("lazy-loop", HEAD + "def page():\n    for o in Order.objects.all():\n        print(o.customer.name)\n", HEAD + "def page():\n    for o in Order.objects.select_related('customer'):\n        print(o.customer.name)\n"),
    ("lazy-loop", "from sqlalchemy import select\ndef page(session):\n    rows = session.scalars(select(Order)).all()\n    return [o.customer.name for o in rows]\n", "from sqlalchemy import select\ndef page(session):\n    rows = session.scalars(select(Order).options(joinedload(Order.customer))).all()\n    return [o.customer.name for o in rows]\n"),
    ("row-by-row-save", HEAD + "def f():\n    for o in Order.objects.all():\n        o.x = 1\n        o.save()\n", HEAD + "def f():\n    Order.objects.update(x=1)\n"),
    ("race-in-code", HEAD + "def f(pk):\n    a = Account.objects.get(pk=pk)\n    a.balance -= 5\n    a.save()\n", HEAD + "def f(pk):\n    a = Account.objects.select_for_update().get(pk=pk)\n    a.balance -= 5\n    a.save()\n"),
    ("race-in-code", HEAD + "def f(e):\n    if not User.objects.filter(email=e).exists():\n        User.objects.create(email=e)\n", HEAD + "def f(e):\n    User.objects.create(email=e)\n"),
    ("shared-session", "from sqlalchemy.orm import Session\nsession = Session(engine)\n", "from sqlalchemy.orm import sessionmaker\nMakeSession = sessionmaker(engine)\n"),
    ("evaluated-default", HEAD + "class A(models.Model):\n    at = models.DateTimeField(default=timezone.now())\n", HEAD + "class A(models.Model):\n    at = models.DateTimeField(default=timezone.now)\n"),
    ("mutable-default", HEAD + "class A(models.Model):\n    tags = models.JSONField(default=[])\n", HEAD + "class A(models.Model):\n    tags = models.JSONField(default=list)\n"),
    ("naive-now", HEAD + "class A(models.Model):\n    at = models.DateTimeField(default=datetime.utcnow)\n", HEAD + "class A(models.Model):\n    at = models.DateTimeField(auto_now_add=True)\n"),
    ("eager-collection", 'class A(Base):\n    __tablename__ = "a"\n    lines = relationship("Line", lazy="joined")\n', 'class A(Base):\n    __tablename__ = "a"\n    lines = relationship("Line", lazy="selectin")\n'),
    ("synchronize", "import { DataSource } from 'typeorm';\nconst db = new DataSource({ synchronize: true });", "import { DataSource } from 'typeorm';\nconst db = new DataSource({ synchronize: false });"),
    ("no-foreign-keys", 'datasource db {\n  provider = "postgresql"\n  relationMode = "prisma"\n}', 'datasource db {\n  provider = "postgresql"\n}'),
    ("lazy-everywhere", "options.UseLazyLoadingProxies(); class X : DbContext {}", "options.UseSqlServer(); class X : DbContext {}"),
    ("many-includes", "db.Orders.Include(o => o.Lines).Include(o => o.Events).ToList();", "db.Orders.Include(o => o.Lines).Include(o => o.Events).AsSplitQuery().ToList();"),
    ("formatted-sql", "def f(db, name):\n    db.execute(f\"SELECT id FROM users WHERE name = '{name}'\")\n", 'def f(db, name):\n    db.execute("SELECT id FROM users WHERE name = %s", [name])\n'),
    ("secret-in-code", 'from sqlalchemy import create_engine\nengine = create_engine("postgresql://app:hunter22@db/shop")\n', 'from sqlalchemy import create_engine\nengine = create_engine(os.environ["DATABASE_URL"])\n'),
    ("locking-migration", "CREATE INDEX by_name ON people (name);", "CREATE INDEX CONCURRENTLY by_name ON people (name);"),
    ("locking-migration", "ALTER TABLE people ALTER COLUMN id TYPE bigint;", "ALTER TABLE people ADD COLUMN note text;"),
    ("locking-operation", "from django.db import migrations, models\nclass Migration(migrations.Migration):\n    operations = [migrations.RenameField(model_name='a', old_name='x', new_name='y')]\n", "from django.db import migrations, models\nclass Migration(migrations.Migration):\n    operations = [migrations.AddField(model_name='a', name='x', field=models.TextField(null=True))]\n"),
)  # fmt: skip


@pytest.mark.parametrize(("rule", "flawed", "sound"), CASES)
def test_a_code_rule_finds_its_flaw_and_spares_what_is_done_well(
    judge: Judge, rule: str, flawed: str, sound: str
) -> None:
    assert rule in {finding.rule for finding in judge(flawed).findings}
    assert rule not in {finding.rule for finding in judge(sound).findings}


def test_a_finding_in_code_names_its_function_and_the_model(judge: Judge) -> None:
    text = (
        HEAD
        + "class Order(models.Model):\n    customer = models.ForeignKey('Customer', on_delete=models.PROTECT)\n\ndef page():\n    for o in Order.objects.all():\n        print(o.customer.name)\n"
    )
    found = next(f for f in judge(text).findings if f.rule == "lazy-loop")
    assert found.object == "page: Order.customer"
    assert found.line == 7


def test_a_password_that_is_found_is_not_repeated(judge: Judge) -> None:
    found = judge('engine = create_engine("postgresql://app:hunter22@db/shop")\nimport sqlalchemy\n')
    assert found.findings
    assert all("hunter22" not in f"{f.say}{f.because}{f.quote}{f.object}" for f in found.findings)


def test_a_change_in_memory_is_told_in_every_language(judge: Judge) -> None:
    csharp = "public class Depot { public int Id { get; set; } public int Free { get; set; } }\npublic class In(C db) {\n    public async Task Scan(int id) {\n        var depot = await db.Depots.FirstAsync(d => d.Id == id);\n        depot.Free -= 1;\n        await db.SaveChangesAsync();\n    }\n}"
    typescript = "import { Entity } from 'typeorm';\n@Entity()\nexport class Depot {\n  @PrimaryGeneratedColumn() id: number;\n  @Column() free: number;\n}\nexport async function scan(repo, id) {\n  const depot = await repo.findOneBy({ id });\n  depot.free -= 1;\n  await repo.save(depot);\n}"
    assert "In.Scan: Depot.Free" in {f.object for f in judge(csharp).findings}
    assert "race-in-code" in {f.rule for f in judge(typescript).findings}


def test_code_of_every_shape_is_read(judge: Judge) -> None:
    text = "from django.db import models\nkey = lambda row: row.a\nx = 1 if key else 2\nasync def f():\n    async for r in M.objects.all():\n        print({k: r.a.b for k in r.lines})\n"
    assert judge(text).artefacts.unparsed == ()
