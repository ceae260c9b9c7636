"""Transactions that reach too far: over a call to another system, over a wait, over all rows of a batch."""

import re
from collections.abc import Iterable

from sqlglot import exp

from kb.routine import routines
from kb.schema import Place
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.statement import place_of, shown
from service.analysis.review.subject import Subject
from service.question.artefact.remarks import comments_of

_REMOTE = re.compile(
    r"\b(?:(?<!net\.)http_(?:post|get|put|patch|delete|head)|http|dblink(?:_exec|_open)?|utl_http\.\w+|utl_smtp\.\w+|utl_mail\.send|apex_web_service\.\w+|sp_oamethod|sp_send_dbmail|sp_invoke_external_rest_endpoint)\s*[('\s]",
    re.IGNORECASE,
)
_WAIT = re.compile(r"\b(?:pg_sleep(?:_for|_until)?|dbms_(?:lock|session)\.sleep|(?:do|select)\s+sleep)\s*\(|\bwaitfor\s+(?:delay|time)\b", re.IGNORECASE)  # fmt: skip
_SAID = re.compile(
    r"\b(?:calls?|calling|asks?|posts?|requests?|sends?|waits?|waiting)\b.{0,60}\b(?:https?|api|service|provider|gateway|psp|stripe|paypal|webhook|e-?mails?|mail|sms|user|customer|browser|confirmation|answer|response|reply|seconds|minutes)\b",
    re.IGNORECASE,
)
_MARK = re.compile(
    r"(?:^|;)[ \t]*(?:(?P<begins>BEGIN(?:[ \t]+TRAN(?:SACTION)?|[ \t]+WORK)?[ \t]*(?=;|\n|$)|START[ \t]+TRANSACTION\b)|(?:COMMIT|ROLLBACK|END)\b)",
    re.IGNORECASE | re.MULTILINE,
)
_OUTBOX = "commit first and let an outbox or a job do it, or do it before and store its result in a short transaction"
_HELD = "locks, a connection and a snapshot are held as long as the other side takes, a timeout there stops everybody here, and a rollback does not take back what was sent"


def remote_in_code(subject: Subject) -> Iterable[Hit]:
    for trait in subject.artefacts.traits:
        if trait.kind == "remote_in_transaction":
            waits = re.search(r"sleep|Delay|setTimeout|input", trait.detail)
            what = (
                f"waits ({trait.detail}); wait outside of it"
                if waits
                else f"spans a network call ({trait.detail}); {_OUTBOX}"
            )
            yield Hit(trait.name, trait.place, f"The transaction {what}", _HELD)


def _blocks(text: str) -> list[tuple[int, int]]:
    """The characters between each BEGIN and the COMMIT that follows it, found in one pass."""
    found: list[tuple[int, int]] = []
    begun: int | None = None
    for mark in _MARK.finditer(text):
        if mark["begins"]:
            begun = mark.end()
        elif begun is not None:
            found.append((begun, mark.start()))
            begun = None
    return found


def remote_in_sql(subject: Subject) -> Iterable[Hit]:
    """Calls and waits in routines, which run in the caller's transaction, and between BEGIN and COMMIT."""
    text = subject.artefacts.text
    spans = [(r.start, r.end, r.name) for r in routines(text, subject.dialect)] if "sql" in subject.artefacts.kinds else []  # fmt: skip
    blocks = [block for block in _blocks(text) if not _within(block[0], spans)]
    bare = subject.sql
    for start, end, name in (*spans, *((start, end, "BEGIN … COMMIT") for start, end in blocks)):
        found = _REMOTE.search(bare, start, end) or _WAIT.search(bare, start, end)
        if found is None:
            continue
        word = text[found.start() : found.end()].strip(" (\n'")
        waits = _WAIT.match(found.group()) is not None
        what = f"waits ({word}); wait outside of it" if waits else f"spans a network call ({word}); {_OUTBOX}"
        yield Hit(name, _line(text, found.start()), f"The transaction {what}", _HELD)
    for comment in comments_of(text):
        if any(start <= comment.place.start < end for start, end in blocks) and _SAID.search(comment.text):
            yield Hit(
                "BEGIN … COMMIT",
                comment.place,
                f"The transaction stays open while something outside is called or waited for (“{comment.text[:80]}”): {_OUTBOX}",
                _HELD,
            )


def _within(position: int, spans: Iterable[tuple[int, int, str]]) -> bool:
    return any(start <= position < end for start, end, _ in spans)


def _line(text: str, position: int) -> Place:
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    line = text[start : end if end >= 0 else None]
    return Place(position, position + len(line.strip()), line.strip())


def batch_in_code(subject: Subject) -> Iterable[Hit]:
    for trait in subject.artefacts.traits:
        if trait.kind == "batch_transaction":
            yield Hit(
                trait.name,
                trait.place,
                "One transaction spans every row of the table in a loop; go in chunks of the key, each in a transaction of its own",
                "all rows stay locked until the last one is done, a failure near the end undoes the night, and vacuum waits",
            )


def purge_at_once(subject: Subject) -> Iterable[Hit]:
    """A DELETE of everything older than some age, in one statement."""
    blocks = _blocks(subject.artefacts.text)
    for query in subject.artefacts.queries:
        where = query.tree.args.get("where") if isinstance(query.tree, exp.Delete) else None
        if where is None or query.tree.args.get("limit") or where.find(exp.Subquery, exp.Select, exp.EQ, exp.In):
            continue
        aged = where.find(exp.Interval, exp.CurrentTimestamp, exp.CurrentDate, exp.DateSub)
        if aged is None or where.find(exp.LT, exp.LTE) is None:
            continue
        together = any(start <= query.start < end for start, end in blocks)
        yield Hit(
            shown(query),
            place_of(query),
            "One DELETE removes everything of that age in one transaction; go in chunks of the key (some thousand rows each, committed), or drop partitions",
            "many rows stay locked until its end, replicas lag behind it, and the first run, or the one after a pause, is the longest",
            severity="medium" if together else "low",
        )


TRANSACTION = (
    Rule("remote-in-transaction", "concurrency", "high", "patterns/connection-pooling#a-remote-call-inside-a-transaction", remote_in_code),
    Rule("waiting-transaction", "concurrency", "high", "patterns/acid-transactions#nothing-outside-the-database-takes-part", remote_in_sql),
    Rule("batch-in-one-transaction", "concurrency", "medium", "patterns/batch-and-upsert#chunks-by-key", batch_in_code),
    Rule("purge-at-once", "concurrency", "low", "patterns/batch-and-upsert#deleting-by-chunks-or-by-partition", purge_at_once),
)  # fmt: skip
