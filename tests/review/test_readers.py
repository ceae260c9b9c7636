"""Models of frameworks are read into the same schema as SQL, and what cannot be read is quoted."""

from collections.abc import Callable

import pytest

from service.analysis.review.review import Review
from service.question.artefact.artefacts import Artefacts, Given, read_artefacts
from service.question.artefact.kinds import dialect_of, kind_of

Judge = Callable[..., Review]

SQLALCHEMY = """
class Stamped:
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

class Customer(Base):
    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)

class Order(Stamped, Base):
    __tablename__ = "orders"
    __table_args__ = (UniqueConstraint("number", name="once"), Index("by_status", "status", unique=True), CheckConstraint("total > 0"), ForeignKeyConstraint(["a"], ["customers.id"], ondelete="CASCADE"))
    id: Mapped[int] = mapped_column(primary_key=True)
    number = Column("no", String(20), nullable=False, unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="SET NULL"), index=True)
    status: Mapped[str | None]
    total = Column(Numeric(12, 2))
    a = Column(BigInteger)

lines = Table("lines", metadata, Column("id", Integer, primary_key=True), Column("order_id", ForeignKey("orders.id")), UniqueConstraint("order_id"))
"""
DJANGO = """
class Base(models.Model):
    created_at = models.DateTimeField(auto_now_add=True)
    class Meta:
        abstract = True

class Customer(models.Model):
    email = models.EmailField(unique=True)

class Order(Base):
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    number = models.CharField(max_length=20, null=True)
    total = models.DecimalField(max_digits=12, decimal_places=2)
    class Meta:
        db_table = "shop_orders"
        unique_together = [("customer", "number")]
        indexes = [models.Index(fields=["-created_at"], name="newest")]
        constraints = [models.CheckConstraint(condition=models.Q(total__gte=0), name="positive"), models.UniqueConstraint(fields=["number"], condition=models.Q(total__gt=0), name="once")]
"""
PRISMA = """
datasource db {
  provider = "mysql"
}
enum State {
  OPEN
  DONE
}
model Customer {
  id    BigInt  @id @default(autoincrement())
  orders Order[]
}
model Order {
  id         String   @id @default(uuid()) @db.Uuid
  customer   Customer @relation(fields: [customerId], references: [id], onDelete: Cascade)
  customerId BigInt   @map("customer_id")
  state      State
  no         String?  @unique @db.VarChar(20)
  @@map("orders")
  @@unique([customerId, no])
  @@index([customerId])
}
"""
TYPEORM = """
@Entity('customers')
export class Customer {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id: string;
}

@Entity({ name: 'orders' })
@Index(['number', 'state'])
export class Order {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @ManyToOne(() => Customer, {
    onDelete: 'CASCADE',
  })
  @JoinColumn({ name: 'customer_id' })
  customer: Customer;

  @Column({ type: 'varchar', length: 20, unique: true, nullable: true })
  number: string;

  @Index()
  @Column('numeric')
  total: number;
}
"""
EF = """
public class ShopContext : DbContext {
    public DbSet<Order> Orders { get; set; }
    public DbSet<Customer> Customers { get; set; }
    protected override void OnModelCreating(ModelBuilder b) {
        b.Entity<Order>().HasIndex(o => o.Number).IsUnique();
    }
}
public class Customer {
    public long Id { get; set; }
    public List<Order> Orders { get; set; }
}
[Table("shop_orders")]
public class Order {
    [Key] public long Id { get; set; }
    [MaxLength(20)] public string Number { get; set; }
    public decimal? Total { get; set; }
    public long CustomerId { get; set; }
    public Customer Customer { get; set; }
}
"""


def read(text: str, hint: str = "") -> Artefacts:
    return read_artefacts([Given("models", text, hint)])


def test_sqlalchemy_models_are_read_with_mixins_arguments_and_table_objects() -> None:
    found = read(SQLALCHEMY)
    orders = found.schema.by_name["orders"]
    assert [(c.name, c.type, c.nullable) for c in orders.columns] == [
        ("created_at", "timestamptz", False), ("id", "int", False), ("no", "varchar", False), ("customer_id", "int", False), ("status", "varchar", True), ("total", "numeric", True), ("a", "bigint", True),
    ]  # fmt: skip
    assert [(k.kind, k.columns, k.target, k.on_delete) for k in orders.keys_of("foreign")] == [
        ("foreign", ("a",), "customers", "cascade"),
        ("foreign", ("customer_id",), "customers", "set null"),
    ]
    assert {k.columns for k in orders.keys_of("unique")} == {("number",), ("no",)}
    assert {(i.columns, i.unique) for i in found.schema.indexes_of("orders")} == {(("status",), True), (("customer_id",), False)}  # fmt: skip
    assert found.schema.by_name["lines"].primary_key == ("id",)
    assert found.names["orders"] == "Order"


def test_django_models_are_read_with_what_django_adds() -> None:
    found = read(DJANGO)
    orders = found.schema.by_name["shop_orders"]
    assert [c.name for c in orders.columns] == ["id", "created_at", "customer_id", "number", "total"]
    assert orders.primary_key == ("id",)
    assert orders.keys_of("unique")[0].columns == ("customer_id", "number")
    assert [(k.columns, k.target, k.on_delete) for k in orders.keys_of("foreign")] == [(("customer_id",), "customer", "cascade")]  # fmt: skip
    assert {(i.columns, bool(i.where)) for i in found.schema.indexes_of("shop_orders")} == {(("customer_id",), False), (("created_at",), False), (("number",), True)}  # fmt: skip
    assert orders.checks[0].columns == ("total",)
    assert "base" not in found.schema.by_name


def test_a_prisma_schema_is_read_with_maps_enums_and_its_provider() -> None:
    found = read(PRISMA)
    orders = found.schema.by_name["orders"]
    assert found.schema.dialect == "mysql"
    assert [(c.name, c.type) for c in orders.columns] == [("id", "uuid"), ("customer_id", "bigint"), ("state", "enum"), ("no", "varchar")]  # fmt: skip
    assert {k.columns for k in orders.keys_of("unique")} == {("no",), ("customer_id", "no")}
    assert [(k.target, k.on_delete) for k in orders.keys_of("foreign")] == [("Customer", "cascade")]
    assert found.schema.indexes[0].columns == ("customer_id",)


def test_typeorm_entities_are_read_over_several_lines() -> None:
    found = read(TYPEORM)
    orders = found.schema.by_name["orders"]
    assert [(c.name, c.type) for c in orders.columns] == [("id", "uuid"), ("customer_id", "bigint"), ("number", "varchar"), ("total", "numeric")]  # fmt: skip
    assert [(k.columns, k.target, k.on_delete) for k in orders.keys_of("foreign")] == [(("customer_id",), "customers", "cascade")]  # fmt: skip
    assert {i.columns for i in found.schema.indexes} == {("number", "state"), ("total",)}


def test_entity_framework_classes_are_read_by_convention_and_fluent_calls() -> None:
    found = read(EF)
    orders = found.schema.by_name["shop_orders"]
    assert [(c.name, c.type, c.nullable) for c in orders.columns] == [("Id", "bigint", False), ("Number", "varchar", False), ("Total", "numeric", True), ("CustomerId", "bigint", False)]  # fmt: skip
    assert orders.keys_of("foreign")[0].target == "Customers"
    assert {(i.columns, i.unique) for i in found.schema.indexes_of("shop_orders")} == {(("CustomerId",), False), (("Number",), True)}  # fmt: skip


@pytest.mark.parametrize("text", [SQLALCHEMY, DJANGO, PRISMA, TYPEORM, EF])
def test_every_place_of_a_model_is_where_its_words_stand(text: str) -> None:
    found = read(text)
    for table in found.schema.tables:
        for column in table.columns:
            assert column.place is not None
            assert found.text[column.place.start : column.place.end].split() == column.place.text.split() or column.place.text.startswith("@")  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("SELECT 1 FROM t", "sql"),
        ("CREATE TABLE t (id int)", "sql"),
        (DJANGO, "django"),
        (SQLALCHEMY, "sqlalchemy"),
        (PRISMA, "prisma"),
        (TYPEORM, "typeorm"),
        (EF, "entity_framework"),
        ("def f():\n    pass", "python"),
        ("Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)", "plan"),
        ("shared_buffers = 1GB", "settings"),
        ("just words", "unknown"),
    ],
)
def test_a_text_is_known_by_what_stands_in_it(text: str, kind: str) -> None:
    assert kind_of(text) == kind


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("id INT AUTO_INCREMENT", "mysql"),
        ("id INTEGER PRIMARY KEY AUTOINCREMENT", "sqlite"),
        ("id INT IDENTITY(1,1)", "sqlserver"),
        ("name VARCHAR2(10)", "oracle"),
        ("id bigint", "postgresql"),
    ],
)
def test_a_dialect_is_told_by_words_that_only_it_has(text: str, dialect: str) -> None:
    assert dialect_of(text) == dialect
    assert dialect_of("id bigint", "mysql") == "mysql"


@pytest.mark.parametrize("text", ["class Order(Base:\n  __tablename__ = ", "CREATE TABLE ((", "just words", "\x00" * 3])
def test_what_cannot_be_read_is_quoted_and_never_dropped(text: str) -> None:
    found = read(text)
    assert found.unparsed
    assert found.unparsed[0].strip() in text or text in found.unparsed[0]


def test_an_index_may_stand_in_another_file_than_its_table(judge: Judge) -> None:
    files = [Given("a.sql", "CREATE TABLE t (id bigint PRIMARY KEY, a int);"), Given("b.py", "x = 1"), Given("c.sql", "\nCREATE INDEX i ON t (a);")]  # fmt: skip
    found = read_artefacts(files)
    assert found.schema.indexes[0].table == "t"
    assert found.where(found.schema.indexes[0].place) == ("c.sql", 2)


def test_placeholders_of_drivers_are_read() -> None:
    found = read("SELECT id FROM t WHERE a = %s AND b = %(b)s AND c = ? AND d = :d;")
    assert len(found.queries) == 1
    assert found.unparsed == ()
