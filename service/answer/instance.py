"""The asker's own structure: the starting schema of its shape in his nouns, and its diagram where one was asked for."""

from collections.abc import Mapping

from kb.ddl import parse_schema
from kb.diagram import erd
from kb.wording import pour
from service.analysis.structure import Structure
from service.answer.advice import BlockUnion, Claim, Code, Diagram, Filled, Paragraph
from service.answer.citations import CitationBook
from service.answer.claims import quoted_block
from service.answer.evidence import Evidence

_READING: Mapping[str, str] = {
    "event": "{nouns} as what happens", "party": "{nouns} as who acts", "place": "{nouns} as where it is",
    "catalogue": "{nouns} as kinds or titles that several share", "dependant": "{nouns} as belonging to {party}",
    "detail": "{nouns} as what it leaves behind", "other": "{nouns} as a thing beside it, referred to where it seemed to belong",
    "resource": "{nouns} as what is taken", "offering": "{nouns} as what has places", "account": "{nouns} as where amounts stand",
    "source": "{nouns} as what reports", "container": "{nouns} as where it is gathered", "record": "{nouns} as what is kept",
    "tenant": "{nouns} as whose rows they are", "offer": "{nouns} as what is agreed on",
}  # fmt: skip
_THING = "{nouns} as what it is about"
_ANNOUNCED = "By its rules this is a case of “{shape:words}”: take one PostgreSQL database, which keeps them as declared constraints; the schema below is written in your words, to be completed with your columns."
_SUGGESTED = "Your nouns fit “{shape:words}” best: the schema below has its tables and keeps its rules in one PostgreSQL database; say which rule must never break if it is another one."
_ELSEWHERE = "Your nouns fit “{shape:words}” best: the schema below has its tables and keys, written in PostgreSQL's SQL; {engine:words} has types of its own and no exclusion constraint, so there a rule over two rows takes a row per slot with a unique key, or a lock."
# What else keeps tables, and has no constraint over two rows.
_RELATIONAL = frozenset({"mysql", "mariadb", "sql-server", "oracle-database", "sqlite"})
_TEMPLATE = "Your words were read so: {reading:words}. Where that is wrong, move the key; the constraints stay."


def title(structure: Structure) -> str:
    """The heading of the structure."""
    return f"In your words: {structure.shape.title[0].lower()}{structure.shape.title[1:]}"


def announced(evidence: Evidence, structure: Structure, book: CitationBook) -> Claim:
    """The decision: which structure this is, where its rules are kept, and that the schema is in the asker's words."""
    engine = str(evidence.question.facts.get("engine") or "")
    profile = evidence.kb.entries.get(f"technologies/{engine}")
    if engine in _RELATIONAL and profile is not None:
        slots = {"shape:words": structure.shape.title.lower(), "engine:words": profile.title}
        cited = (*book.cite_section(structure.section), *book.cite_section(profile.anchors["poor-fit"]))
        return _poured(structure, _ELSEWHERE, slots, cited)
    template = _ANNOUNCED if structure.named_by_words else _SUGGESTED
    return _poured(
        structure, template, {"shape:words": structure.shape.title.lower()}, book.cite_section(structure.section)
    )


def schema(evidence: Evidence, structure: Structure, book: CitationBook) -> tuple[BlockUnion, ...]:
    """How the nouns were read, why the structure is as it is, and the schema: a template that runs, with other names."""
    why = [
        shown
        for block in structure.section.blocks
        if block.kind == "paragraph" and (shown := quoted_block(structure.section, block, book, evidence.kb.fences))
    ]
    cited = book.cite_section(structure.section)
    code = Claim(text=structure.sql, support=_support(structure), citations=cited)
    return (
        Paragraph(claims=(_reading(structure, cited),)),
        *why[:1],
        Code(language="sql", dialect=structure.fence.engine, status="instance", claims=(code,)),
        *why[1:],
    )


def diagram(structure: Structure, book: CitationBook) -> tuple[BlockUnion, ...]:
    """The diagram of the schema: what its tables and keys say."""
    claim = Claim(
        text=erd(parse_schema(structure.sql)),
        support=_support(structure),
        citations=book.cite_section(structure.section),
    )
    return (Diagram(claims=(claim,)),)


def _reading(structure: Structure, cited: tuple[int, ...]) -> Claim:
    roles = structure.roles
    party = (
        " or ".join(f"`{noun}`" for noun in roles.get("party", ()))
        or f"`{structure.shape.names.get('party', 'a party')}`"
    )
    read = "; ".join(
        _said_of(structure, role).format(nouns=" and ".join(f"`{noun}`" for noun in nouns), party=party)
        for role, nouns in roles.items()
    )
    return _poured(structure, _TEMPLATE, {"reading:words": read}, cited)


def _said_of(structure: Structure, role: str) -> str:
    """What a role is called; the thing that a plain schema is arranged around need not be anything that happens."""
    if role != "event":
        return _READING.get(role, _THING)
    known = structure.shape.nouns.get("event", ())
    happens = any(noun in known or noun.rpartition(" ")[2] in known for noun in structure.roles["event"])
    return _READING[role] if happens else _THING


def _poured(structure: Structure, template: str, slots: Mapping[str, str], cited: tuple[int, ...]) -> Claim:
    support = Filled(template=template, slots=dict(slots), origin=structure.section.id)
    return Claim(text=pour(template, slots), support=support, citations=cited)


def _support(structure: Structure) -> Filled:
    """The template is the code of the section that is cited; the slots are its roles, each with the nouns that fill it."""
    slots = {role: ", ".join(nouns) for role, nouns in structure.roles.items()}
    return Filled(template=structure.fence.code, slots=slots, origin=structure.section.id)
