"""The index for a query that the asker tells in words: his columns in the order that the pattern gives, as a statement."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kb.entry import KnowledgeBase, Section
from kb.kinds import Technology
from kb.wording import pour, quoted
from service.answer.advice import BlockUnion, Claim, Code, Filled, Paragraph
from service.answer.citations import CitationBook
from service.question.question import Question
from service.question.reads import Read, reads

TITLE = "In your words: the index for your query"
_ORDER_ENTRY = "patterns/composite-index-ordering"
_ORDER = "equality-then-sort-then-range"
_WRITTEN_FOR, _DOCUMENTS = "postgresql", "mongodb"
_DIALECTS = (_DOCUMENTS, "mysql", "mariadb", "sql-server", "oracle-database", "sqlite")
# What these call an index is made otherwise, or there is none.
_OTHERWISE = frozenset(
    ["key-value", "wide-column", "time-series", "search", "multi-model", "warehouse", "graph", "columnar", "event log"]
)
_DECISION = "Build {indexes:words}: what is compared with one value comes first{then:words}."
_ALONE = "Build {indexes:words}."
_READING = "Your words were read so: {reading:words}. Put your own names where they differ; a range that leaves only a few dozen rows may go before the sort."
_PLACED = "BRIN on {columns:words}, because rows that are only added lie in the order of time: it keeps the smallest and largest value of each range of blocks. Below about 100 GB a B-tree does as well."
_BY_PLACE = "tradeoffs/index-types#brin-for-tables-that-arrive-in-order"
_LONGEST_NAME = 63


def own_indexes(kb: KnowledgeBase, question: Question) -> tuple[Read, ...]:
    """The reads that the question tells and wants indexed; none for an engine whose indexes are made otherwise."""
    if "index" not in question.intent_ids or question.artefacts.given or _ORDER_ENTRY not in kb.entries:
        return ()
    named = (kb.entries.get(f"technologies/{name.id}") for name in question.technologies)
    families = {entry.meta.family for entry in named if entry is not None and isinstance(entry.meta, Technology)}
    told = () if families & _OTHERWISE else reads(question.subject)
    # What lies in the order of its arrival has an index of its own in PostgreSQL only.
    return told if _dialect(question) == _WRITTEN_FOR else tuple(replace(read, appended=False) for read in told)


def decision(kb: KnowledgeBase, told: Sequence[Read], book: CitationBook) -> Claim:
    """Which index, in one sentence."""
    then = (
        *([", then the order of the list"] if any(read.sort for read in told) else []),
        *([", then the range"] if any(read.ranged for read in told) else []),
    )
    ordered = any(len(read.columns) > 1 for read in told)
    named = " and ".join(f"`{read.table} ({_columns(read)})`{' as BRIN' if read.by_place else ''}" for read in told)
    what = f"the index {named}" if len(told) == 1 else f"one index for each way of asking, {named}"
    template = _DECISION if ordered else _ALONE
    return _poured(template, {"indexes:words": what, "then:words": "".join(then)}, _section(kb), book)


def blocks(kb: KnowledgeBase, question: Question, told: Sequence[Read], book: CitationBook) -> tuple[BlockUnion, ...]:
    """How the words were read, and the statements."""
    section = _section(kb)
    dialect = _dialect(question)
    code = "\n".join(_documents(read) if dialect == _DOCUMENTS else _statement(read) for read in told)
    support = Filled(template=code, slots={}, origin=section.id)
    cited = book.cite_section(section)
    reading = _poured(_READING, {"reading:words": "; ".join(map(_said, told))}, section, book)
    placed = [
        _poured(_PLACED, {"columns:words": f"`{_columns(read)}`"}, by_place, book)
        for read in told
        if read.by_place and (by_place := kb.section(_BY_PLACE)) is not None
    ]
    language = "javascript" if dialect == _DOCUMENTS else "sql"
    return (
        Paragraph(claims=(reading, *placed)),
        Code(
            language=language,
            dialect=dialect,
            status="instance",
            claims=(Claim(text=code, support=support, citations=cited),),
        ),
    )


def _dialect(question: Question) -> str:
    named = {name.id for name in question.technologies}
    return next((dialect for dialect in _DIALECTS if dialect in named), _WRITTEN_FOR)


def _section(kb: KnowledgeBase) -> Section:
    return kb.entries[_ORDER_ENTRY].anchors[_ORDER]


def _said(read: Read) -> str:
    parts = [
        *([f"{_listed(read.equal)} with one value{' each' if len(read.equal) > 1 else ''}"] if read.equal else []),
        *(f"ordered by `{name}`{', the highest first' if down else ''}" for name, down in read.sort),
        *([f"a range of `{read.ranged}`"] if read.ranged else []),
    ]
    return f"`{read.table}` asked by {', '.join(parts)}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _columns(read: Read) -> str:
    return ", ".join(f"{quoted(name)}{' DESC' if down else ''}" for name, down in read.columns)


def _statement(read: Read) -> str:
    name = "_".join((read.table, *(name for name, _ in read.columns), "idx"))[:_LONGEST_NAME]
    way = " USING brin" if read.by_place else ""
    return f"CREATE INDEX {name} ON {quoted(read.table)}{way} ({_columns(read)});"


def _documents(read: Read) -> str:
    keys = ", ".join(f"{name}: {-1 if down else 1}" for name, down in read.columns)
    return f"db.{read.table}.createIndex({{ {keys} }});"


def _poured(template: str, slots: Mapping[str, str], section: Section, book: CitationBook) -> Claim:
    support = Filled(template=template, slots=dict(slots), origin=section.id)
    return Claim(text=pour(template, slots), support=support, citations=book.cite_section(section))
