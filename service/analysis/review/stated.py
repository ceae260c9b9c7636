"""What the asker says of the case, held against the schema: what must be kept, what may not happen twice, what is changed at once."""

import re
from collections.abc import Iterable

from sqlglot import exp

from kb.meaning import words_of
from kb.schema import Table
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.fix import column_sql, create_index
from service.analysis.review.integrity import exclusion, period, resource
from service.analysis.review.statement import place_of, shown
from service.analysis.review.subject import Subject

_KEPT = re.compile(r"\b(?:traceable|retention|must be kept|(?:is|are|be) kept\b|kept for|keep (?:them|it|everything|all)|stored for|audit(?:ed|able|or)s?|provable|(?:were|was|are|is|have been|has been) (?:missing|gone|lost)|disappeared|vanished|have to stay|must stay|never (?:be )?(?:deleted|lost)|legally required)\b", re.IGNORECASE)  # fmt: skip
_ONCE = re.compile(
    r"\b(?:exactly|at most|only|just|no more than) one\b|\bone \w+ (?:per|for each|for every|to a|each)\b|\b(?:twice|two times|more than once|a second time|duplicates?|duplicated|double)\b|\b(?:only|just|exactly) once\b|\bonce (?:per|for each|a)\b|\bone [a-z]+ [a-z]+ per\b",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"\b(?:two|both)\b[^.\n]{0,40}\b(?:the )?same\b|\bdouble[- ]book\w*|\b(?:takes|holds|has|gets) (?:only )?one\b[^.\n]{0,30}\b(?:not|never) two\b|\bone at a time\b|\b(?:never|not|no) (?:two|overlap\w*)\b|\bmay not overlap\b|\bbooked twice\b",
    re.IGNORECASE,
)


def cascade_over_records(subject: Subject) -> Iterable[Hit]:
    """Rows of something that happened go with their parent, although the case says that they are kept."""
    said = _KEPT.search(subject.facts.text)
    for table, key in subject.foreign_keys() if said else ():
        happened = any(subject.meaning(c) in ("instant", "date") for c in table.columns)
        own = {c for each in table.keys_of("foreign") for c in each.columns}
        link = all(c.name in own or c.name in table.primary_key or subject.meaning(c) == "instant" for c in table.columns if c.name not in own)  # fmt: skip
        if said and key.on_delete == "cascade" and key.target != table.name and happened and not link:
            yield Hit(
                subject.reference(table, key),
                key.place,
                f"Deleting a row of {key.target} cascades into {table.name}, although the case says “{said.group()}”; use ON DELETE RESTRICT",
                "one deletion takes the history with it, without a word and without a way back",
            )


def one_at_a_time(subject: Subject) -> Iterable[Hit]:
    """Periods of a thing that, by a comment or by the question, one holds at a time, and nothing keeps apart."""
    beside = {r.table.name: r.comment.text for r in subject.remarks if _ALONE.search(r.comment.text)}
    asked = _ALONE.search(subject.facts.text)
    for table in subject.tables:
        pair = period(table)
        said = beside.get(table.name, "") or (asked.group() if asked else "")
        thing = _named_thing(subject, table, said) or resource(subject, table)
        if pair is None or not said or thing is None or "EXCLUDE" in subject.sql or "WITHOUT OVERLAPS" in subject.sql:
            continue
        yield Hit(
            subject.named(table),
            table.place,
            f"Nothing keeps two rows of the same {thing} from overlapping in time, although it is said that “{said[:80]}”: add an exclusion constraint over {thing} and the range of {pair[0].name} to {pair[1].name}, or a partial unique index over {thing} where {pair[1].name} is NULL if one may be open (active) at a time",
            "no unique key on the start prevents two periods that overlap, and a check in code races between sessions",
            exclusion(subject, table, thing, pair),
        )


def _named_thing(subject: Subject, table: Table, said: str) -> str | None:
    """The key whose index stands beside the comment that says it, or whose name it holds."""
    columns = [key.columns[-1] for key in table.keys_of("foreign")]
    leading = [i.columns[0] for i in subject.schema.indexes_of(table.name) if len(i.columns) > 1 and i.columns[0] in columns]  # fmt: skip
    named = [c for c in columns if re.search(rf"\b{re.escape(re.sub(r'_?id$', '', c))}s?\b", said, re.IGNORECASE)]
    return next(iter((*named, *leading)), None)


def stated_once(subject: Subject) -> Iterable[Hit]:
    """What the asker says there is one of, or saw twice: the references and columns that his sentence names, unique together."""
    for sentence in re.split(r"(?<=[.;!?])\s+|\n", subject.facts.text):
        if not _ONCE.search(sentence):
            continue
        said = {_stem(word) for word in words_of(sentence).split()}
        for table in subject.tables:
            own = words_of(table.name).split()
            told = any(_stem(word) in said for word in own if len(word) > 3)
            names = tuple(n for n in _named_in(subject, table, said))
            pointing = [n for n in names if subject.references(table, n)]
            # A pair, or one that there is exactly one of.
            enough = (len(names) >= 2 and bool(pointing)) or (told and len(pointing) == 1)
            if not (told or len(pointing) >= 2) or not enough:
                continue
            if any(set(columns) - subject.tenants <= set(names) for columns in subject.uniques(table) if columns != table.primary_key or len(columns) > 1):  # fmt: skip
                continue
            flag = next((c for c in table.columns if c.type == "boolean" and _stem(words_of(c.name).split()[-1]) in said), None)  # fmt: skip
            tail = f" WHERE {column_sql(subject, table, flag.name)}" if flag and subject.is_postgresql else ""
            wanted = tuple(n for n in names if flag is None or n != flag.name)
            yield Hit(
                subject.named(table, wanted[0])
                if len(wanted) == 1
                else f"{subject.named(table)} ({', '.join(wanted)})",
                table.place,
                f"It is said that “{sentence.strip()[:90]}”, but nothing keeps ({', '.join(wanted)}) from being stored twice; make it unique{' where ' + flag.name if flag else ''}",
                "what only the application checks is broken by the first retry or race between two sessions, and duplicates stay",
                create_index(subject, table, wanted, tail, unique=True),
            )


def _named_in(subject: Subject, table: Table, said: set[str]) -> Iterable[str]:
    for column in table.columns:
        if column.name in table.primary_key and len(table.primary_key) == 1:
            continue
        key = subject.references(table, column.name)
        words = [w for w in words_of(column.name).split() if w not in ("id", "fk", "no", "number", "at", "on", "code", "name", "date")]  # fmt: skip
        words += words_of(key.target).split() if key and len(key.columns) == 1 else []
        timed = subject.meaning(column) in ("instant", "money", "boolean", "state")
        if not timed and any(_stem(word) in said for word in words if len(word) > 2) and column.name not in subject.tenants:  # fmt: skip
            yield column.name


def _stem(word: str) -> str:
    """`enrolled`, `enrolment` and `enrolments` begin alike."""
    return re.sub(r"(?:ments?|ings?|ions?|ed|es|s)$", "", word)[:6] if len(word) > 4 else word.removesuffix("s")


def backfill_at_once(subject: Subject) -> Iterable[Hit]:
    """An UPDATE of all rows of a live table, in the text that changes it."""
    created = {t.name.lower() for t in subject.schema.tables}
    altered = {m.group(1).rpartition(".")[2].strip('"`[]').lower() for m in _ALTERED.finditer(subject.artefacts.text)}
    for query in subject.artefacts.queries:
        name = shown(query).lower()
        if not isinstance(query.tree, exp.Update) or query.within or name in created or name not in altered:
            continue
        where = query.tree.args.get("where")
        narrow = where is not None and where.find(exp.Between, exp.LT, exp.LTE, exp.In, exp.GT, exp.GTE, exp.Literal)
        if narrow or query.tree.args.get("limit"):
            continue
        yield Hit(
            shown(query),
            place_of(query),
            "The backfill updates every row in one statement; go in batches of the key (some thousand rows each, committed), between the new column and its constraint",
            "each row stays locked until the last one is done, the table is written twice over, and replicas lag behind it",
        )


_ALTERED = re.compile(r"\bALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?([\w.\"`\[\]]+)", re.IGNORECASE)

STATED = (
    Rule("cascade-over-records", "integrity", "high", "patterns/integrity-constraints-and-validation#an-action-for-every-foreign-key", cascade_over_records),
    Rule("one-at-a-time", "integrity", "high", "patterns/integrity-constraints-and-validation#no-two-periods-overlap", one_at_a_time, asked=True),
    Rule("stated-once", "integrity", "medium", "patterns/normal-forms#a-surrogate-key-hides-the-duplicate", stated_once),
    Rule("backfill-at-once", "growth", "high", "patterns/batch-and-upsert#chunks-by-key", backfill_at_once),
)  # fmt: skip
