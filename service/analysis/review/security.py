"""Security of what is stored: secrets and personal data in the clear, wide grants, values formatted into statements."""

import re
from collections.abc import Iterable

from kb.meaning import words_of
from kb.schema import Column, Place, Table
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import column_sql, table_sql
from service.analysis.review.subject import Subject

_SAFE = re.compile(r"hash|digest|encrypted|cipher|enc$|bcrypt|argon|salt|fingerprint|masked|last ?4|last four|kek|wrapped|reset sent|changed|expires|id$|count|token type|tokens$")  # fmt: skip
_SECRET = re.compile(r"\b(?:password|passwd|pwd|passphrase|secret|client secret|api key|apikey|private key|access token|refresh token|auth token|session token|reset token|bearer token|security answer|pin|otp secret|mfa secret|totp secret|token|kennwort|passwort|mot de passe|contrasena|wachtwoord)$")  # fmt: skip
_CARD = re.compile(
    r"\b(?:card number|credit card|card no|cc number|creditcard|credit card number|pan|cvv|cvv2|cvc|card cvv|security code)\b"
)
SENSITIVE = re.compile(r"\b(?:ssn|social security|national id|passport|passport number|tax id|iban|bank account|account number|diagnosis|medical history|biometric|religion|ethnicity|drivers? licen[cs]e)\b")  # fmt: skip

_LONGEST, _SHORTEST_PAN = 2_000, 12
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+]{1,30}://[^\s:/@'\"{}$]{1,100}:[^\s@'\"{}$]{1,100}@|\b(?:PASSWORD|IDENTIFIED BY)\s+'[^']{3,100}'|\bPassword=[^;'\"${}\s]{1,100}[;\"']", re.IGNORECASE)  # fmt: skip
_LITERAL = re.compile(
    r"\b(?:password|passwd|pwd|secret_key|api_key)\b\s*[=:]\s*['\"][^'\"\s${}]{4,100}['\"]", re.IGNORECASE
)


def secret_in_clear(subject: Subject) -> Iterable[Hit]:
    for table, column in subject.columns():
        words = words_of(column.name)
        if column.type not in ("text", "varchar", "char", "bytea", "bigint", "int", "numeric"):
            continue
        card = _CARD.search(words)
        if (
            card
            and _pays(table, column, card.group())
            and not _SAFE.search(words)
            and not (card.group() == "security code" and "card" not in words + table.name)
        ):
            code = re.search(r"cvv|cvc|security code", words)
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"{column.name} stores {'a card security code, which must never be kept after authorisation' if code else 'a card number in the clear'}; keep the payment provider's token instead",
                "it puts the whole database into the scope of PCI DSS, and a read-only leak is a breach of every card",
                severity="high",
            )
        elif _SECRET.search(words) and not _SAFE.search(words) and column.type in ("text", "varchar", "char") and not re.search(r"hash|digest|sha256", column.comment, re.IGNORECASE):  # fmt: skip
            password = re.search(r"pass|pwd|pin$|kennwort|contrasena|wachtwoord", words)
            comment = _line_comment(subject, column)
            if re.search(r"hash|bcrypt|argon|encrypted", comment, re.IGNORECASE):
                continue
            # Django's own password field holds a salted hash under this name.
            if password and re.search(r"\b(?:make|set|check)_password\(", subject.artefacts.text):
                continue
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"{column.name} holds a secret in the clear (plaintext); store {'a salted hash made by the application (Argon2id, bcrypt)' if password else 'a hash of the token, or encrypt it with a key that lives elsewhere'} and name the column so",
                "a backup, a replica or one injected SELECT becomes a login",
                "",
                "high",
            )


_FAST = re.compile(r"\b(?:md5|sha1|sha 1|sha256|sha 256|crc32)\b", re.IGNORECASE)


def fast_hash(subject: Subject) -> Iterable[Hit]:
    """A password under a hash that was made to be fast, by its name or its comment."""
    for table, column in subject.columns():
        words = words_of(column.name)
        how = _FAST.search(f"{words} {subject.comment(column)}")
        if how and re.search(r"\bpassword\b|\bpasswd\b|\bpwd\b", words):
            yield Hit(
                subject.named(table, column.name),
                column.place,
                f"The password is hashed by {how.group()}, which is fast and unsalted and so is weak; use Argon2id, bcrypt or scrypt, each with a salt of its own, and hash the old hashes again at the next login",
                "a stolen table of such hashes is tried at billions of guesses a second, and equal passwords have equal hashes",
            )


def _pays(table: Table, column: Column, words: str) -> bool:
    """Whether it is a card to pay with: a library's card number is shorter, or stands beside nothing of the kind."""
    if words not in ("card number", "card no", "security code"):
        return True
    beside = " ".join([words_of(table.name), *(words_of(c.name) for c in table.columns)])
    short = column.length is not None and column.length < _SHORTEST_PAN
    return (
        not short
        and re.search(
            r"pay|credit|debit|billing|expir|exp month|cvv|cvc|security code|cardholder|card holder|order|wallet|customer",
            beside,
        )
        is not None
    )


def _line_comment(subject: Subject, column: Column) -> str:
    if column.place is None:
        return ""
    end = subject.artefacts.text.find("\n", column.place.end)
    line = subject.artefacts.text[column.place.end : end if end >= 0 else None]
    said = re.search(r"(?:--|#|//)(.*)$", line)
    return said.group(1) if said else ""


def sensitive_in_clear(subject: Subject) -> Iterable[Hit]:
    for table, column in subject.columns():
        words = words_of(column.name)
        found = SENSITIVE.search(words)
        if (
            found is None
            or _SAFE.search(words.replace("national id", "").replace("tax id", ""))
            or column.type == "bytea"
        ):
            continue
        # What a company is taxed under stands on every invoice.
        if found.group() == "tax id" and re.search(r"\b(?:supplier|company|companies|vendor|business|organi[sz]ation|tenant)", words_of(table.name)):  # fmt: skip
            continue
        if found.group() == "account number" and not re.search(r"bank|iban", f"{table.name} {words}", re.IGNORECASE):
            continue
        yield Hit(
            subject.named(table, column.name),
            column.place,
            f"{column.name} is sensitive personal data in the clear (unencrypted); encrypt it in the application, or keep it in a vault with its own role, and comment its class and retention",
            "it stands in every backup, replica and export, and an erasure request needs the list of such columns",
            f"COMMENT ON COLUMN {table_sql(subject, table)}.{column_sql(subject, table, column.name)} IS 'pii:sensitive';"
            if subject.is_postgresql and subject.artefacts.framework is None
            else "",
        )


def wide_grant(subject: Subject) -> Iterable[Hit]:
    for match in re.finditer(r"GRANT\s+(?:ALL(?:\s+PRIVILEGES)?)\s+ON\s+(?:TABLE\s+)?([\w.\"*` ]+?)\s+TO\s+([\w\"@%'`]+)|GRANT\s+[\w, ]+\s+ON\s+(?:TABLE\s+)?([\w.\"* ]+?)\s+TO\s+(PUBLIC)", subject.sql):  # fmt: skip
        on = match.group(1) or match.group(3)
        to = match.group(2) or match.group(4)
        place = Place(match.start(), match.end(), subject.artefacts.text[match.start() : match.end()])
        everyone = to == "PUBLIC"
        yield Hit(
            on.strip().lower() if everyone else f"{on.strip().lower()} TO {to.lower()}",
            place,
            f"{'Everybody (PUBLIC)' if everyone else to.lower()} is granted more than it needs; grant SELECT, INSERT, UPDATE, DELETE on named tables to a group role",
            "with all privileges an injected statement can truncate, and nothing tells who may do what",
            severity="high" if everyone else "medium",
        )
    for match in re.finditer(r"\bALTER\s+ROLE\s+(\w+)[^;]*\b(?:SUPERUSER|BYPASSRLS)\b|\bCREATE\s+(?:ROLE|USER)\s+(\w+)[^;]*?(?<!NO)(?:SUPERUSER|BYPASSRLS)\b", subject.sql):  # fmt: skip
        place = Place(match.start(), match.end(), subject.artefacts.text[match.start() : match.end()].split("\n")[0])
        yield Hit(
            (match.group(1) or match.group(2)).lower(),
            place,
            "The role is a superuser or bypasses row-level security (BYPASSRLS); the application's role must be neither",
            "no policy and no grant applies to it",
            severity="high",
        )


def secret_in_code(subject: Subject) -> Iterable[Hit]:
    """An address with its password, or a password that is set to a literal, in code or configuration."""
    start = 0
    for line in subject.artefacts.text.splitlines(keepends=True):
        text = line[:_LONGEST]
        if _ADDRESS.search(text) or _LITERAL.search(text):
            call = re.search(r"(\w+)\s*\(", text) or re.search(r"\w+", text)
            where = call.group(1 if call.re.groups else 0) if call else "address"
            # The password itself is not repeated.
            yield Hit(
                where,
                Place(start + len(line) - len(line.lstrip()), start + len(line), f"{where} …"),
                "A password stands in the source code (in the clear); read it from the environment or a secret store, and change it",
                "whoever reads the repository, a log or a backup of it can log in",
            )
        start += len(line)


def formatted_sql(subject: Subject) -> Iterable[Hit]:
    for trait in subject.artefacts.traits:
        if trait.kind == "formatted_sql":
            yield Hit(
                trait.place.text[:60],
                trait.place,
                "Values are formatted into the text of a statement (SQL injection); bind them as parameters",
                "a value that holds a quote becomes code, and every text is planned anew",
            )


SECURITY = (
    Rule("fast-hash", "tenancy", "high", "patterns/encryption-at-rest-and-keys#encrypt-the-worst-ten-columns", fast_hash),
    Rule("secret-in-clear", "tenancy", "high", "patterns/encryption-at-rest-and-keys#encrypt-the-worst-ten-columns", secret_in_clear),
    Rule("formatted-sql", "tenancy", "high", "patterns/prepared-statements#values-are-never-text", formatted_sql),
    Rule("secret-in-code", "tenancy", "high", "patterns/encryption-at-rest-and-keys#keys-live-elsewhere", secret_in_code),
    Rule("wide-grant", "tenancy", "medium", "patterns/row-level-security#five-roles-are-enough", wide_grant),
    Rule("sensitive-in-clear", "tenancy", "medium", "patterns/pii-handling-and-tokenization#identifiers-in-one-place", sensitive_in_clear),
)  # fmt: skip
