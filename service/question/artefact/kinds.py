"""What a pasted text is: SQL and in which dialect, models of which framework, a plan, settings, or nothing we read."""

import re
from collections.abc import Callable
from typing import Literal, get_args

from kb.definition import DIALECTS
from service.question.artefact.documents import is_document
from service.question.artefact.plan_text import is_mysql_plan, is_plan
from service.question.artefact.settings_file import product_of

ArtefactKind = Literal[
    "sql", "sqlalchemy", "django", "prisma", "typeorm", "entity_framework", "python", "plan", "settings", "document", "unknown"
]  # fmt: skip
FRAMEWORKS: tuple[ArtefactKind, ...] = ("sqlalchemy", "django", "prisma", "typeorm", "entity_framework")

_PRISMA = re.compile(r"^\s*(?:model|datasource|enum)\s+\w+\s*\{", re.MULTILINE)
_TYPEORM = re.compile(r"@Entity\(|from ['\"]typeorm['\"]|synchronize\s*:\s*true")
_EF = re.compile(r"DbSet<|DbContext|\{\s*get;\s*(?:set|init);|UseLazyLoadingProxies|\.Include\(\w+\s*=>")
_SQLALCHEMY = re.compile(r"\b__tablename__\b|\bmapped_column\(|\bsqlalchemy\b|=\s*(?:\w+\.)?Column\(|\bSQLModel\b|\bsessionmaker\(|\bsession\.(?:query|execute|scalars?)\(")  # fmt: skip
_DJANGO = re.compile(r"\bmodels\.Model\b|\bmodels\.\w+Field\(|\bfrom django\b|\bmodels\.ForeignKey\(|\.objects\.")
_PRISMA_FIELD = re.compile(
    r"@(?:id|relation|default|unique|map)|provider\s*=|^\s*\w+\s+(?:String|Int|DateTime)\b", re.MULTILINE
)
_TABLE = re.compile(r"\bCREATE\s+TABLE\b", re.IGNORECASE)
_CODE = re.compile(r"^\s*(?:def |class |import )", re.MULTILINE)
_PYTHON = re.compile(r"^\s*(?:def |class |import |from \w+ import |async def )", re.MULTILINE)
_SQL = re.compile(
    r"\b(?:CREATE\s+(?:\w+\s+){0,3}(?:TABLE|INDEX|POLICY|FUNCTION|VIEW|TRIGGER|PROCEDURE|SEQUENCE|TYPE)|ALTER\s+TABLE|INSERT\s+INTO|DELETE\s+FROM|UPDATE\s+[\w.\"`\[\]]+\s+SET|DROP\s+(?:TABLE|INDEX)|GRANT\s+\w+|MERGE\s+INTO|TRUNCATE|REPLACE\s+INTO)\b|\bSELECT\b.+?\bFROM\b|^\s*(?:BEGIN|LOCK|SELECT|EXPLAIN|DECLARE|SET)\b",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
_NAMES = {"postgres": "postgresql", "pg": "postgresql", "mssql": "sqlserver", "tsql": "sqlserver", "sql server": "sqlserver", "sql-server": "sqlserver", "azure-sql-database": "sqlserver", "oracle-database": "oracle", "oracledb": "oracle", "sqlite3": "sqlite"}  # fmt: skip
_KINDS = {"ef": "entity_framework", "ef core": "entity_framework", "efcore": "entity_framework", "entity-framework": "entity_framework", "entity framework": "entity_framework", "c#": "entity_framework"}  # fmt: skip


def kind_of(text: str, hint: str = "") -> ArtefactKind:
    """By what stands in it; a hint that names a framework wins."""
    given = _KINDS.get(hint.lower(), hint.lower())
    if given in FRAMEWORKS:
        return next(kind for kind in get_args(ArtefactKind) if kind == given)
    return next((kind for kind, holds in _TOLD if holds(text)), "unknown")


def _is_prisma(text: str) -> bool:
    return _PRISMA.search(text) is not None and _PRISMA_FIELD.search(text) is not None


def _is_schema(text: str) -> bool:
    return _TABLE.search(text) is not None and _PYTHON.search(text) is None


def _is_sql(text: str) -> bool:
    return _SQL.search(text) is not None and _CODE.search(text) is None


# In this order: what only one kind has comes before what several have.
_TOLD: tuple[tuple[ArtefactKind, Callable[[str], object]], ...] = (
    ("settings", product_of),
    ("prisma", _is_prisma),
    ("typeorm", _TYPEORM.search),
    ("entity_framework", _EF.search),
    ("sql", _is_schema),
    ("django", _DJANGO.search),
    ("sqlalchemy", _SQLALCHEMY.search),
    ("sql", _is_sql),
    ("plan", is_plan),
    ("python", _PYTHON.search),
    ("document", is_document),
)


def dialect_named(name: str) -> str:
    """A dialect by any of its names; empty where it is none."""
    given = _NAMES.get(name.lower(), name.lower())
    return given if given in DIALECTS else ""


def dialect_of(text: str, likely: str = "") -> str:
    """The dialect told by words that only it has; else what is likely, else PostgreSQL."""
    low = text.lower()
    if "auto_increment" in low or "engine=" in low or "`" in text or "mysql" in low or is_mysql_plan(text):
        return "mysql"
    if "autoincrement" in low or "usesqlite" in low or "sqlite:///" in low:
        return "sqlite"
    if (
        "usesqlserver" in low
        or "mssql" in low
        or "identity(" in low
        or "nvarchar" in low
        or "[dbo]" in low
        or "getdate()" in low
        or "(nolock)" in low
    ):
        return "sqlserver"
    if "varchar2" in low or "number(" in low:
        return "oracle"
    return dialect_named(likely) or "postgresql"
