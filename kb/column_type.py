"""Canonical column types: the names that guidance tests, from what each dialect calls them."""

from collections.abc import Mapping

from sqlglot import exp

_CANONICAL: Mapping[str, str] = {
    "BIGINT": "bigint", "UBIGINT": "bigint", "BIGSERIAL": "bigint", "INT": "int", "UINT": "int", "MEDIUMINT": "int", "UMEDIUMINT": "int", "SERIAL": "int",
    "SMALLINT": "smallint", "USMALLINT": "smallint", "TINYINT": "smallint", "UTINYINT": "smallint", "SMALLSERIAL": "smallint", "YEAR": "smallint", "INT128": "numeric", "INT256": "numeric",
    "DECIMAL": "numeric", "UDECIMAL": "numeric", "BIGDECIMAL": "numeric", "MONEY": "numeric", "SMALLMONEY": "numeric", "FLOAT": "float", "DOUBLE": "float", "UDOUBLE": "float", "REAL": "real", "BIGNUM": "numeric",
    "TEXT": "text", "MEDIUMTEXT": "text", "LONGTEXT": "text", "TINYTEXT": "text", "VARCHAR": "varchar", "NVARCHAR": "varchar", "CHAR": "char", "NCHAR": "char", "BPCHAR": "char", "NAME": "text",
    "BOOLEAN": "boolean", "BIT": "boolean", "TIMESTAMP": "timestamp", "TIMESTAMPNTZ": "timestamp", "DATETIME": "timestamp", "DATETIME2": "timestamp", "DATETIME64": "timestamp", "SMALLDATETIME": "timestamp",
    "TIMESTAMPTZ": "timestamptz", "TIMESTAMPLTZ": "timestamptz", "DATE": "date", "TIME": "time", "TIMETZ": "time", "UUID": "uuid", "UNIQUEIDENTIFIER": "uuid", "JSON": "json", "JSONB": "jsonb",
    "BINARY": "bytea", "VARBINARY": "bytea", "BLOB": "bytea", "LONGBLOB": "bytea", "MEDIUMBLOB": "bytea", "TINYBLOB": "bytea", "IMAGE": "bytea", "ENUM": "enum", "ENUM8": "enum", "ENUM16": "enum", "ARRAY": "array", "LIST": "array",
}  # fmt: skip
_SIZED = frozenset({"varchar", "char"})


def canonical_type(kind: exp.DataType | None, dialect: str, enums: frozenset[str] = frozenset()) -> str:
    """The name that `column.type` has for a declared type; what has none is `other`."""
    if kind is None:
        return "other"
    name = getattr(kind.this, "name", str(kind.this))
    if name == "USERDEFINED":
        return "enum" if _plain(kind) in enums else "other"
    # MySQL spells boolean as tinyint(1), and its timestamp is kept in UTC as PostgreSQL's timestamptz is.
    if name == "TINYINT" and dialect in ("mysql", "mariadb") and length(kind) == 1:
        return "boolean"
    if name in ("TIMESTAMP", "TIMESTAMPTZ") and dialect in ("mysql", "mariadb"):
        return "timestamptz"
    if dialect == "sqlserver" and name in ("TIMESTAMP", "ROWVERSION"):
        return "bytea"
    return _CANONICAL.get(name, "other")


def length(kind: exp.DataType | None) -> int | None:
    """The first parameter of a sized type, `varchar(255)`."""
    if kind is None:
        return None
    parameter = next(iter(kind.expressions), None)
    text = parameter.name if isinstance(parameter, exp.DataTypeParam) else ""
    return int(text) if text.isdigit() else None


def declared_length(kind: exp.DataType | None, canonical: str) -> int | None:
    """The length of a character type; the digits of a number are no length."""
    return length(kind) if canonical in _SIZED else None


def _plain(kind: exp.DataType) -> str:
    name = kind.args.get("kind")
    return (name.name if isinstance(name, exp.Expression) else str(name)).rpartition(".")[2].lower()
