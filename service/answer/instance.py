"""The asker's own structure: the starting schema of its shape in his nouns, and its diagram where one was asked for."""

from collections.abc import Mapping

from kb.ddl import parse_schema
from kb.diagram import erd
from kb.wording import identifier, pour
from service.analysis.fitting import PLAIN
from service.analysis.structure import Structure
from service.answer.advice import BlockUnion, Claim, Code, Diagram, Filled, Paragraph
from service.answer.citations import CitationBook
from service.answer.claims import quoted_block
from service.answer.evidence import Evidence
from service.question.relations import Relation

# The slot that says what is stated of two of the nouns.
RELATIONS = "relations"
_READING: Mapping[str, str] = {
    "event": "{nouns} as what happens", "party": "{nouns} as who acts", "place": "{nouns} as where it is",
    "catalogue": "{nouns} as kinds or titles that several share", "dependant": "{nouns} as belonging to {party}",
    "detail": "{nouns} as what it leaves behind", "other": "{nouns} as a thing beside it, referred to where it seemed to belong",
    "thing": "{nouns} as what takes part in it", "resource": "{nouns} as what is taken", "offering": "{nouns} as what has places", "account": "{nouns} as where amounts stand",
    "source": "{nouns} as what reports", "container": "{nouns} as where it is gathered", "record": "{nouns} as what is kept",
    "tenant": "{nouns} as whose rows they are", "offer": "{nouns} as what is agreed on",
}  # fmt: skip
_THING, _PART = "{nouns} as what it is about", "{nouns} as parts of it"
_ANNOUNCED = "Take one PostgreSQL database of {tables:count} tables, the schema below, the structure of “{shape:words}”: {decides:words}."
_STILL = "Take one PostgreSQL database of {tables:count} tables, the schema below, around {centre:words}: each part has the key of its whole, so there is none without one."
_SUGGESTED = "It is the structure that your nouns fit best: say which rule must never break if that is another one."
_RELATED = "As you say it, it keeps that {relations:words}."
_SAID: Mapping[str, str] = {
    "many_to_many": "several `{one}` go with several `{other}` (table `{table}`)",
    "one_to_many": "each `{other}` belongs to one `{one}`",
    "over_time": "a `{one}` is at one `{other}` at a time and its past stays readable (table `{table}`, with an exclusion constraint on the period)",
    "once": "a pair of `{one}` and `{other}` is there once (the key of `{table}`)",
    "valued": "a `{other}` of a `{one}` holds from a date on (table `{table}`, whose key lets one hold on any day)",
    "states": "a `{one}` is {other} (the CHECK of its status)",
    "not_at_once": "no two `{other}` of one `{one}` overlap (a second exclusion constraint)",
}  # fmt: skip
_OF_NONE = "a `{other}` holds for its kind from a date on (table `{table}`, whose key lets one hold on any day)"
_TEMPLATE = "Your words were read so: {reading:words}. Where that is wrong, move the key; the constraints stay."


def title(structure: Structure) -> str:
    """The heading of the structure."""
    if structure.still:
        return "In your words: one thing and what belongs to it"
    return f"In your words: {structure.shape.title[0].lower()}{structure.shape.title[1:]}"


def announced(structure: Structure, book: CitationBook) -> tuple[Claim, ...]:
    """The decision: how many tables, which rule they keep and how; what the asker said of two things; and what the shape was taken from."""
    cited = book.cite_section(structure.section)
    tables = [table for table in parse_schema(structure.sql).tables if not table.partition_of]
    between = ", " if structure.shape.name == PLAIN else " or "
    told = {
        role: between.join(f"`{noun}`" for noun in structure.roles.get(role, ()) or (name,))
        for role, name in structure.shape.names.items()
    }
    slots = {"tables:count": str(len(tables)), "shape:words": structure.shape.title.lower()}
    if structure.still:
        claims = [_poured(structure, _STILL, {**slots, "centre:words": told["event"]}, cited)]
    else:
        decides = structure.shape.decides.format(**told)
        claims = [_poured(structure, _ANNOUNCED, {**slots, "decides:words": decides}, cited)]
    # The plain shape is none that another could be mistaken for.
    if not structure.named_by_words and structure.shape.name != PLAIN:
        claims.append(_poured(structure, _SUGGESTED, {}, cited))
    if structure.relations:
        stated = "; ".join(map(_stated, structure.relations))
        claims.append(_poured(structure, _RELATED, {"relations:words": stated}, cited))
    return tuple(claims)


def _stated(relation: Relation) -> str:
    alone = relation.one == relation.other
    table = f"{identifier(relation.one)}_{'period' if alone else identifier(relation.other)}"
    said = _OF_NONE if alone else _SAID[relation.kind]
    return said.format(one=relation.one, other=relation.other.replace("/", ", "), table=table)


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


def read_relations(told: str) -> tuple[Relation, ...]:
    """The relations of the slot, as they are written there."""
    parts = (part.partition(": ") for part in told.split("; ") if part)
    pairs = ((kind, *names.split(", ")) for kind, _, names in parts)
    return tuple(Relation(kind, one, other) for kind, one, other in pairs)  # type: ignore[arg-type]  # as written below


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
        return _PART if role == "other" and structure.still else _READING.get(role, _THING)
    return _THING if structure.still else _READING[role]


def _poured(structure: Structure, template: str, slots: Mapping[str, str], cited: tuple[int, ...]) -> Claim:
    support = Filled(template=template, slots=dict(slots), origin=structure.section.id)
    return Claim(text=pour(template, slots), support=support, citations=cited)


def _support(structure: Structure) -> Filled:
    """The template is the code of the section that is cited; the slots are its roles, each with the nouns that fill it, and the relations."""
    slots = {role: ", ".join(nouns) for role, nouns in structure.roles.items()}
    if structure.relations:
        slots[RELATIONS] = "; ".join(f"{each.kind}: {each.one}, {each.other}" for each in structure.relations)
    return Filled(template=structure.fence.code, slots=slots, origin=structure.section.id)
