"""Missing audit: money, permissions or personal data that are changed in place, with no trace of who changed what."""

import re
from collections.abc import Iterable

from sqlglot import exp

from kb.meaning import words_of
from kb.schema import Table
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import quoted, table_sql
from service.analysis.review.security import SENSITIVE
from service.analysis.review.statement import shown
from service.analysis.review.subject import Subject

_FEWEST_TABLES = 3
_TRACE_TABLE = re.compile(r"audit|history|histories|ledger|journal|revisions?$|versions?$|changes$|changelog|_logs?$|event_?log|postings?$", re.IGNORECASE)  # fmt: skip
_TRACE_COLUMN = re.compile(r"^(?:updated|modified|changed|edited|corrected|approved|granted|last (?:updated|modified|changed)) by\b|^(?:row )?version$|^valid (?:from|to)$|^superseded|^effective (?:from|to)$")  # fmt: skip
_TRACED = re.compile(r"\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:CONSTRAINT\s+)?TRIGGER\b|SYSTEM_VERSIONING|SYSTEM\s+VERSIONING|HistoricalRecords|auditlog|@Audited|pgaudit|__versioned__", re.IGNORECASE)  # fmt: skip
_RIGHTS = re.compile(r"\b(?:permissions?|grants?|privileges?|user roles?|role assignments?|entitlements?|access rights?)$")  # fmt: skip
# An amount of a payment is written once; these say how things stand, and are overwritten.
_STANDING = re.compile(r"\b(?:balance|salary|wage|hourly rate|daily rate|monthly rate|base pay|credit limit|overdraft limit|interest rate|discount rate|allowance)\b")  # fmt: skip
_STANDINGS = re.compile(r"\b(?:salar(?:y|ies)|wages?|balances?|credit limits?|pay grades?)$")
_WANTED = re.compile(r"\bwho (?:has )?(?:changed|edited|approved)|\btraceab|\baudit", re.IGNORECASE)
_HEALTH = re.compile(r"\b(?:patient|diagnos[ie]s|prescription|medication|medical record|treatment|allerg(?:y|ies))s?$")
_SAID = re.compile(r"\b(?:correct(?:s|ed|ion)?|edit(?:s|ed)?|chang(?:e|es|ed)|adjust(?:s|ed)?|overwrit\w+|updat(?:e|es|ed)) (?:them|it|shifts|prices|rates|rows|amounts|the)\b", re.IGNORECASE)  # fmt: skip


def no_audit(subject: Subject) -> Iterable[Hit]:
    """Said once: of the tables where somebody will ask, and more urgently where an UPDATE of one was pasted."""
    text = subject.artefacts.text
    if len(subject.tables) < _FEWEST_TABLES or _TRACED.search(text):
        return
    if any(_TRACE_TABLE.search(words_of(t.name).replace(" ", "_")) for t in subject.tables):
        return
    changed = {shown(q).lower() for q in subject.artefacts.queries if isinstance(q.tree, exp.Update)}
    bare = [(t, why) for t in subject.tables if (why := _worth(subject, t, t.name.lower() in changed)) and not _traced(subject, t)]  # fmt: skip
    # A table whose comment asks for a trace comes first, then one that was seen to be changed.
    wanted = {remark.table.name for remark in subject.remarks if _WANTED.search(remark.comment.text)}
    bare.sort(key=lambda pair: (pair[0].name not in wanted, pair[0].name.lower() not in changed))
    for table, why in bare[:1]:
        names = ", ".join(t.name for t, _ in bare[:4])
        urgent = table.name in wanted or table.name.lower() in changed or _SAID.search(text) is not None
        yield Hit(
            subject.named(table),
            table.place,
            f"Nothing records who changed {names} and when ({why} changed in place, without a trace); add an audit table that triggers write in the same transaction, or keep versions of the rows",
            "for money, permissions and personal data somebody will ask who changed this value, and an UPDATE leaves only the last one",
            _audit_table(subject, table),
            "medium" if urgent else "low",
        )


def _traced(subject: Subject, table: Table) -> bool:
    revoked = re.search(rf"REVOKE\s+[^;]*\bUPDATE\b[^;]*\bON\b[^;]*\b{re.escape(table.name.upper())}\b", subject.sql)
    return revoked is not None or any(_TRACE_COLUMN.search(words_of(c.name)) for c in table.columns)


def _worth(subject: Subject, table: Table, changed: bool) -> str:
    """What makes changes of this table worth a trace, in words; empty where nothing does."""
    name = words_of(table.name)
    if subject.is_append_only(table):
        return ""
    if _RIGHTS.search(name):
        return "permissions are"
    standing = next((c.name for c in table.columns if _STANDING.search(words_of(c.name)) and subject.meaning(c) in ("money", "quantity", "other")), "")  # fmt: skip
    if standing:
        return f"{standing} is"
    if _HEALTH.search(name):
        return "health data are"
    if _STANDINGS.search(name):
        return f"{name} are"
    sensitive = next((c.name for c in table.columns if SENSITIVE.search(words_of(c.name))), "")
    money = next((c.name for c in table.columns if subject.meaning(c) == "money"), "")
    return f"{sensitive or money} is" if sensitive or (money and changed) else ""


def _audit_table(subject: Subject, table: Table) -> str:
    if not subject.is_postgresql or subject.artefacts.framework is not None:
        return ""
    t = table_sql(subject, table)
    trail, function = (quoted(f"{table.name}_{end}".lower(), subject) for end in ("audit", "audited"))
    return (
        f"CREATE TABLE {trail} (at timestamptz NOT NULL DEFAULT now(), actor text NOT NULL DEFAULT coalesce(current_setting('app.actor', true), current_user), action text NOT NULL, before jsonb, after jsonb);\n"
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO {trail} (action, before, after) VALUES (TG_OP, CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END, CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END); RETURN NULL; END $$;\n"
        f"CREATE TRIGGER {function} AFTER INSERT OR UPDATE OR DELETE ON {t} FOR EACH ROW EXECUTE FUNCTION {function}();"
    )


AUDIT = (Rule("no-audit", "tenancy", "low", "patterns/audit-trail#a-trigger-in-the-same-transaction", no_audit),)
