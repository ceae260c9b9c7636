"""What routines do behind their callers' backs: errors that vanish, rights that are lent, counters that everybody waits for."""

import re
from collections.abc import Iterable

from sqlglot import exp

from kb.routine import Routine, routines
from kb.schema import Place
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.statement import place_of, shown
from service.analysis.review.subject import Subject

_RULES = "patterns/integrity-constraints-and-validation"
# A handler that only gives up: nothing is raised, written or kept.
_SWALLOWED = re.compile(
    r"\bWHEN\s+OTHERS\s+THEN\s+(?:NULL|RETURN(?:\s+\w+)?)\s*;(?!\s*(?:INSERT|RAISE))|\bBEGIN\s+CATCH\s*(?:;|RETURN\s*;?|PRINT\b[^\n;]*;?|SELECT\s+NULL\s*;?)?\s*END\s+CATCH\b|\bDECLARE\s+CONTINUE\s+HANDLER\s+FOR\s+SQLEXCEPTION\s+(?:BEGIN\s*END\b|SET\s+@\w+\s*=\s*@\w+\s*;)",
    re.IGNORECASE,
)
_LENT = re.compile(r"\bSECURITY\s+DEFINER\b", re.IGNORECASE)
_PATH = re.compile(r"\bSET\s+search_path\b", re.IGNORECASE)
_TRIGGER = re.compile(r"\bRETURNS\s+TRIGGER\b|^\s*CREATE\s+(?:OR\s+(?:REPLACE|ALTER)\s+)?TRIGGER\b", re.IGNORECASE)


def _routines(subject: Subject) -> tuple[Routine, ...]:
    return routines(subject.artefacts.text, subject.dialect) if "sql" in subject.artefacts.kinds else ()


def _written(subject: Subject, routine: Routine) -> Place:
    first = subject.artefacts.text[routine.start : routine.end].lstrip().split("\n")[0]
    return Place(routine.start, routine.start + len(first), first)


def swallowed_error(subject: Subject) -> Iterable[Hit]:
    for routine in _routines(subject):
        match = _SWALLOWED.search(routine.text)
        if match is not None:
            start = routine.start + match.start()
            yield Hit(
                routine.name,
                Place(start, routine.start + match.end(), match.group()),
                f"Every exception is swallowed silently ({' '.join(match.group().split())[:60]}); catch the one that is expected, and raise the rest again",
                "a write that failed looks as if it had been done, and nobody can tell afterwards which rows are missing",
            )


def open_search_path(subject: Subject) -> Iterable[Hit]:
    """A function that runs with its owner's rights and looks names up along its caller's path."""
    if not subject.is_postgresql:
        return
    for routine in _routines(subject):
        later = re.search(
            rf"ALTER\s+FUNCTION\s+[\w.\"]*{re.escape(routine.name.upper())}\b[^;]*SEARCH_PATH", subject.sql
        )
        if _LENT.search(routine.text) and not _PATH.search(routine.text) and later is None:
            yield Hit(
                routine.name,
                _written(subject, routine),
                "SECURITY DEFINER without a fixed search_path: add SET search_path = pg_catalog, public (or the schema's own), pg_temp last, and revoke EXECUTE from PUBLIC",
                "the caller's search_path decides which table or operator is meant, so he can run his own code with the owner's rights",
            )


def hot_counter(subject: Subject) -> Iterable[Hit]:
    """A trigger that counts up a row of a parent: all inserts below that parent queue for its lock."""
    triggers = {r.name for r in _routines(subject) if _TRIGGER.search(r.text)}
    for query in subject.artefacts.queries:
        if query.within not in triggers or not isinstance(query.tree, exp.Update):
            continue
        for setting in query.tree.expressions:
            counted = isinstance(setting, exp.EQ) and isinstance(setting.expression, exp.Add | exp.Sub)
            if counted and any(c.name == setting.this.name for c in setting.expression.find_all(exp.Column)):
                yield Hit(
                    query.within,
                    place_of(query),
                    f"The trigger counts up {shown(query)}.{setting.this.name} with every row: a hot row; append the increments and sum them now and then, or count when asked",
                    "each transaction holds the lock of that one row until it commits, so writers below the same parent wait for one another",
                )


def counting_trigger(subject: Subject) -> Iterable[Hit]:
    """A trigger that looks at other rows and refuses: two sessions do not see each other's."""
    for routine in _routines(subject):
        if not _TRIGGER.search(routine.text) or re.search(r"FOR\s+(?:NO\s+KEY\s+)?UPDATE|LOCK\s+TABLE|advisory|UPDLOCK|SERIALIZABLE", routine.text, re.IGNORECASE):  # fmt: skip
            continue
        looks = re.search(r"\bSELECT\s+(?:count|sum|max|coalesce|exists|1|true)\b|\bEXISTS\s*\(\s*SELECT\b", routine.text, re.IGNORECASE)  # fmt: skip
        refuses = re.search(r"\bRAISE\s+(?:EXCEPTION|'|SQLSTATE)|\bSIGNAL\s+SQLSTATE|\bRAISERROR\b|\bTHROW\b|raise_application_error|RAISE\s*\(", routine.text, re.IGNORECASE)  # fmt: skip
        if looks and refuses:
            yield Hit(
                routine.name,
                _written(subject, routine),
                "The trigger looks at other rows and raises an error (check-then-act): two concurrent transactions do not see each other's rows, and both pass; lock the parent row (FOR UPDATE) first, let a unique or exclusion constraint decide, or run serializable",
                "at Read Committed a trigger sees only what has been committed, so the rule holds only while nobody else writes (a race)",
            )


_SAME_ROW = re.compile(r"\bUPDATE\s+([\w.\"`\[\]]+)\s+SET\b[^;]*?\bWHERE\s+([\w.\"]+)\s*=\s*(@?\w+)", re.IGNORECASE)


def opposite_locks(subject: Subject) -> Iterable[Hit]:
    """Two rows of one table are changed in the order of the arguments: two calls with them the other way round wait for each other."""
    for routine in _routines(subject):
        if re.search(r"\b(?:least|greatest)\s*\(|ORDER\s+BY[^;]*FOR\s+UPDATE|advisory", routine.text, re.IGNORECASE):
            continue
        rows: dict[tuple[str, str], list[str]] = {}
        for match in _SAME_ROW.finditer(routine.text):
            rows.setdefault((match.group(1).lower(), match.group(2).lower()), []).append(match.group(3).lower())
        if any(len(set(values)) > 1 for values in rows.values()):
            yield Hit(
                routine.name,
                _written(subject, routine),
                "Two rows of the same table are updated in the order of the arguments, so two calls that name them the other way round deadlock; lock both first in the order of their key (SELECT … ORDER BY id FOR UPDATE)",
                "one of the two is rolled back with a deadlock error, under load again and again",
                severity="medium",
            )


_BUILT = re.compile(
    r"\bEXECUTE\s+(?:IMMEDIATE\s+)?(?:N?'(?:[^']|'')*'|\w+)\s*\|\|\s*(?!quote_)\w|=\s*N?'(?:[^']|'')*'\s*\+\s*@\w+|\bCONCAT\s*\(\s*'\s*(?:SELECT|INSERT|UPDATE|DELETE)\b|:=\s*'\s*(?:SELECT|INSERT|UPDATE|DELETE)\b(?:[^']|'')*'\s*\|\|\s*(?!quote_)\w",
    re.IGNORECASE,
)
_RUN = re.compile(r"\bEXECUTE\b|\bEXEC\s*\(\s*@|\bsp_executesql\b|\bPREPARE\b", re.IGNORECASE)


def built_statement(subject: Subject) -> Iterable[Hit]:
    for routine in _routines(subject):
        built = _BUILT.search(routine.text)
        if built is None or not _RUN.search(routine.text):
            continue
        start = routine.start + built.start()
        how = {"sqlserver": "sp_executesql with parameters, and QUOTENAME for names", "mysql": "PREPARE with ? and EXECUTE … USING", "oracle": "EXECUTE IMMEDIATE … USING"}.get(subject.dialect, "EXECUTE … USING, and format() with %I for names")  # fmt: skip
        yield Hit(
            routine.name,
            Place(start, routine.start + built.end(), built.group().split("\n")[0]),
            f"A statement is concatenated from its arguments (SQL injection); bind them as parameters: {how}",
            "a value that holds a quote becomes code, which runs with the rights of the routine",
        )


_VIEW = re.compile(r"\bCREATE\s+(?:OR\s+REPLACE\s+)?VIEW\s+([\w.\"]+)([^;]*?)\bAS\b\s*(?:WITH\b|SELECT\b)([^;]*)", re.IGNORECASE)  # fmt: skip


def view_past_policies(subject: Subject) -> Iterable[Hit]:
    """A view runs with its owner's rights, and the owner of the tables is bound by their policies only where they are forced."""
    guarded = [t for t in subject.tables if t.row_security] if subject.is_postgresql else []
    for match in _VIEW.finditer(subject.artefacts.text) if guarded else ():
        read = next((t for t in guarded if re.search(rf"\b{re.escape(t.name)}\b", match.group(3), re.IGNORECASE)), None)
        if read is None or re.search(r"security_invoker", match.group(2), re.IGNORECASE):
            continue
        name = match.group(1)
        yield Hit(
            name.rpartition(".")[2].strip('"'),
            Place(match.start(), match.start() + 40, match.group().split("\n")[0]),
            f"The view reads {read.name} with its owner's rights and so may bypass its row-level security policies; create it WITH (security_invoker = true)",
            "policies are checked as the owner of the view, so every reader sees what the owner sees",
            f"ALTER VIEW {name} SET (security_invoker = true);",
        )


def lent_past_policies(subject: Subject) -> Iterable[Hit]:
    """A function with its owner's rights that touches a guarded table and does not ask whose row it is."""
    for routine in _routines(subject) if subject.is_postgresql else ():
        touched = next((t for t in subject.tables if t.row_security and re.search(rf"\b{re.escape(t.name)}\b", routine.text, re.IGNORECASE)), None)  # fmt: skip
        asks = re.search(r"current_setting|current_user|session_user", routine.text, re.IGNORECASE)
        if touched is None or asks or not _LENT.search(routine.text):
            continue
        yield Hit(
            routine.name,
            _written(subject, routine),
            f"SECURITY DEFINER runs as the owner and so bypasses the row-level security of {touched.name}, and nothing in the body checks whose row it is; compare the tenant with current_setting, or leave the function to its caller's rights (SECURITY INVOKER)",
            "whoever may call it changes any tenant's rows by counting up the id",
        )


_MERGE = re.compile(r"\bMERGE\s+(?:INTO\s+)?([\w.\[\]]+)(?P<hints>[^;]{0,120}?)\bUSING\b", re.IGNORECASE)


def merge_without_lock(subject: Subject) -> Iterable[Hit]:
    for routine in _routines(subject) if subject.dialect == "sqlserver" else ():
        match = _MERGE.search(routine.text)
        if match and not re.search(r"HOLDLOCK|SERIALIZABLE", routine.text, re.IGNORECASE):
            yield Hit(
                routine.name,
                Place(routine.start + match.start(), routine.start + match.end(), match.group().split("\n")[0]),
                f"MERGE into {match.group(1)} takes no lock between looking and inserting; write MERGE {match.group(1)} WITH (HOLDLOCK), or UPDATE first and INSERT when no row was hit, under SERIALIZABLE",
                "two sessions at the same time both find no row and both insert: a race that ends in a violation of the key",
            )


def trigger_of_one_row(subject: Subject) -> Iterable[Hit]:
    for routine in _routines(subject) if subject.dialect == "sqlserver" else ():
        match = re.search(r"\bSELECT\s+(?:TOP\s*\(?1\)?\s+)?@\w+\s*=[^;]*?\bFROM\s+(?:inserted|deleted)\b", routine.text, re.IGNORECASE)  # fmt: skip
        if match and _TRIGGER.search(routine.text):
            yield Hit(
                routine.name,
                Place(routine.start + match.start(), routine.start + match.end(), match.group().split("\n")[0]),
                "The trigger takes one row of inserted into variables, but it fires once per statement, with several rows; write it set-based (join inserted, GROUP BY)",
                "of an INSERT of many rows all but one are passed over, without an error",
            )


def wider_parameter(subject: Subject) -> Iterable[Hit]:
    """An nvarchar parameter against a varchar column: the column is converted, row by row."""
    for routine in _routines(subject) if subject.dialect == "sqlserver" else ():
        wide = set(re.findall(r"(@\w+)\s+(?:AS\s+)?N(?:VAR)?CHAR\b", routine.text, re.IGNORECASE))
        for table, column in subject.columns() if wide else ():
            compared = re.search(rf"\b{re.escape(column.name)}\]?\s*=\s*(@\w+)", routine.text, re.IGNORECASE)
            if compared and compared.group(1) in wide and column.declared.upper().startswith(("VARCHAR", "CHAR")):
                yield Hit(
                    f"{routine.name}: {subject.named(table, column.name)}",
                    Place(routine.start + compared.start(), routine.start + compared.end(), compared.group()),
                    f"{compared.group(1)} is nvarchar and {column.name} is {column.declared.lower()}: an implicit conversion (CONVERT_IMPLICIT) of the column; give the parameter the type of the column",
                    "under an SQL collation the index is scanned from end to end instead of sought",
                )


ROUTINE = (
    Rule("lent-past-policies", "tenancy", "high", "patterns/row-level-security#five-roles-are-enough", lent_past_policies),
    Rule("merge-without-lock", "concurrency", "high", "patterns/batch-and-upsert#upsert-decides-the-race", merge_without_lock),
    Rule("trigger-of-one-row", "integrity", "high", f"{_RULES}#a-check-before-writing-races", trigger_of_one_row),
    Rule("wider-parameter", "query", "medium", "patterns/prepared-statements#a-parameter-with-another-type", wider_parameter),
    Rule("counting-trigger", "concurrency", "high", f"{_RULES}#a-check-before-writing-races", counting_trigger),
    Rule("opposite-locks", "concurrency", "medium", "patterns/pessimistic-locking#lock-a-parent-for-a-rule-over-children", opposite_locks),
    Rule("built-statement", "tenancy", "high", "patterns/prepared-statements#values-are-never-text", built_statement),
    Rule("view-past-policies", "tenancy", "high", "patterns/row-level-security#policies-add-a-condition", view_past_policies),
    Rule("swallowed-error", "integrity", "high", f"{_RULES}#a-check-before-writing-races", swallowed_error),
    Rule("open-search-path", "tenancy", "high", "patterns/row-level-security#five-roles-are-enough", open_search_path),
    Rule("hot-counter", "concurrency", "medium", "patterns/pessimistic-locking#lock-a-parent-for-a-rule-over-children", hot_counter),
)  # fmt: skip
