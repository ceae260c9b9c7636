"""What a column means, read off its name, type and comment: money, instant, tenant, secret, …"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from kb.gloss import ascii_letters, in_english
from kb.schema import Column, Schema, Table

_NUMBERS = ("int", "bigint", "smallint", "numeric", "float", "real")
_TEXTS = ("text", "varchar", "char")
_INSTANTS = ("timestamp", "timestamptz")

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")
TENANT = re.compile(r"^(?:tenant|tenant_?id|org_?id|organi[sz]ation_?id|workspace_?id)$", re.IGNORECASE)
# These scope rows only where most tables carry them: a shop's orders have a customer, too.
_SCOPE = re.compile(
    r"^(?:account|company|shop|store|merchant|clinic|school|club|practice|client|agency|restaurant|hospital|team|brand)_?id$",
    re.IGNORECASE,
)

_SCOPE_WORDS = re.compile(r"^(?:id )?(?:company|school|shop|store|club|practice|agency|team)(?: id)?$")

_SECRET = re.compile(
    r"\b(?:password|passwd|pwd|secret|api key|private key|access token|refresh token|token|cvv|cvc|pin code|passphrase|kennwort|passwort|mot de passe|contrasena|wachtwoord)\b"
)
_EMAIL = re.compile(r"\be ?mail(?: address)?\b(?!.*\b(?:sent|verified|count|id)\b)")
_LIST = re.compile(
    r"\b(?:tags|labels|keywords|categories|roles|permissions|skills|colou?rs|sizes|ids|emails|phones|interests|languages|recipients|list|csv)$"
)
_LIST_COMMENT = re.compile(r"\bcomma|separated\b|\bcsv\b|\blist of\b", re.IGNORECASE)
_MONEY = re.compile(
    r"\b(?:price|prices|amount|cost|balance|fee|fees|salary|revenue|subtotal|total|tax|vat|payment|refund|deposit|cents|minor|wage|budget|credit limit|discount amount|charge|money|spend|premium|fare|rent|rental fee|toll|tip|donation|pledge|raised|gross|net|bid|fine|commission|bonus|hourly rate|daily rate|cash on delivery|credit|debit|payout|payable|paid amount|unit cost|goal amount|msrp|surcharge|allowance|dues|tuition|royalty|dividend|bounty|stipend|levy|turnover|proceeds|earnings|expenses?|debt|wages|pay|postage|freight|honorarium|stake|subsidy|eur|euros?|usd|dollars?|gbp|chf|pln|sek|nok|dkk|czk|brl)\b"
)
_NOT_MONEY = re.compile(
    r"\b(?:count|qty|quantity|percent|pct|ratio|rate|number|rows|items|digits|hours|days|minutes|seconds|bytes|weight|score|points)\b"
)
_FLAG = re.compile(
    r"^(?:is|has|can|should|was|allow|allows|enable|use)\b|\b(?:flag|active|enabled|disabled|deleted|archived|verified|published|visible|locked|approved|paid|confirmed|subscribed|cancelled|blocked|hidden|closed|returned|yn)$"
)
_YES = re.compile(r"^\(*'(?:y|n|yes|no|t|f|true|false|ja|nein|nee|oui|non|si|sim|nao|tak|nie|j|0|1)'", re.IGNORECASE)
_MOMENT = re.compile(
    r"\b(?:at|timestamp|datetime|ts|instant|created|updated|modified|expires|occurred)$|\b(?:date time|time stamp)\b"
)
_LOCAL = re.compile(r"\b(?:local|wall|opening|closing|naive)\b")
_DAY = re.compile(
    r"\b(?:date|day|birthday|birth date|birth|born|dob|born on|due on)$|\bon$|^date (?!format|pattern|style|range|label|text|type|note|mask|zone)\w+$"
)
_STATE = re.compile(r"\b(?:status|state|stage|phase)$")
_IDENTIFIER = re.compile(r"^(?:id|uuid|guid|key|pk)$|\b(?:id|uuid|guid)$|^id \w+$")
_QUANTITY = re.compile(
    r"\b(?:count|qty|quantity|stock|number of|weight|height|width|length|size|bytes|percent|pct|ratio|rate|score|points|rating|duration|seconds|temperature|value|lat|lon|latitude|longitude|distance|position|capacity|age)\b"
)
_PERSONAL = re.compile(
    r"\b(?:first name|last name|full name|surname|given name|family name|phone|mobile|birth|birthday|dob|ssn|social security|passport|national id|tax id|address|street|postcode|zip|ip address|iban|card number|gender|diagnosis|medical)\b"
)


@lru_cache(maxsize=20_000)
def words_of(name: str) -> str:
    """`isActive`, `is_active` and `is-active` are the same words, and so are `kunde_nr` and `customer_no`."""
    return in_english(part.lower() for part in _WORD.split(ascii_letters(name)) if part)


def tenant_columns(schema: Schema) -> frozenset[str]:
    """The names of columns that say whose row it is: by name, or because at least half of several tables carry it."""
    tables = [table for table in schema.tables if not table.partition_of]
    names = {column.name for table in tables for column in table.columns}
    strong = frozenset(name for name in names if names_tenant(name))
    if strong:
        return strong
    return frozenset(
        name
        for name in names
        if (_SCOPE.match(name) or _SCOPE_WORDS.match(words_of(name))) and _is_common(name, tables)
    )


def names_tenant(name: str) -> bool:
    """Whether a column is called a tenant, in whichever language."""
    return TENANT.match(name) is not None or words_of(name) in ("tenant", "tenant id", "id tenant", "tenant no")


def _is_common(name: str, tables: Sequence[Table]) -> bool:
    carrying = sum(1 for table in tables if table.column(name))
    return carrying >= 2 and carrying * 2 >= len(tables)


def meaning(column: Column, tenants: frozenset[str]) -> str:
    """One of the meanings of kb/terms/attributes.yaml; `other` where neither name nor type tells."""
    if column.name in tenants:
        return "tenant"
    words = words_of(column.name)
    return next((name for name, matches in _MEANINGS if matches(column, words)), "other")


def _is_text(column: Column) -> bool:
    return column.type in _TEXTS


def _is_list(column: Column, words: str) -> bool:
    return column.type == "array" or (
        _is_text(column) and bool(_LIST.search(words) or _LIST_COMMENT.search(column.comment))
    )


def _is_money(column: Column, words: str) -> bool:
    if column.declared.upper() in ("MONEY", "SMALLMONEY"):
        return True
    rated = re.search(
        r"\b(?:hourly|daily|day|monthly|nightly) rate$|^(?:\w+ )?rate per (?:hour|day|night|week|month)$", words
    )
    return column.type in _NUMBERS and bool(rated or (_MONEY.search(words) and not _NOT_MONEY.search(words)))


def _is_boolean(column: Column, words: str) -> bool:
    small = column.type in ("smallint", "int") or (
        _is_text(column) and ((column.length or 99) <= 5 or bool(_YES.match(column.default)))
    )
    return column.type == "boolean" or (small and bool(_FLAG.search(words)))


def _is_instant(column: Column, words: str) -> bool:
    if column.type in _INSTANTS:
        return not _LOCAL.search(words)
    return column.type in ("varchar", "text", "int", "bigint") and bool(_MOMENT.search(words))


_MEANINGS: tuple[tuple[str, Callable[[Column, str], bool]], ...] = (
    ("secret", lambda column, words: (_is_text(column) or column.type == "bytea") and bool(_SECRET.search(words))),
    ("email", lambda column, words: (_is_text(column) or column.type == "other") and bool(_EMAIL.search(words))),
    ("list", _is_list),
    ("boolean", _is_boolean),
    ("money", _is_money),
    ("instant", _is_instant),
    ("date", lambda column, words: column.type == "date" or (_is_text(column) and bool(_DAY.search(words)))),
    (
        "state",
        lambda column, words: (
            (_is_text(column) or column.type in ("enum", "smallint", "int")) and bool(_STATE.search(words))
        ),
    ),
    ("personal", lambda _, words: bool(_PERSONAL.search(words))),
    ("identifier", lambda _, words: bool(_IDENTIFIER.search(words))),
    ("quantity", lambda column, words: column.type in _NUMBERS and bool(_QUANTITY.search(words))),
)
