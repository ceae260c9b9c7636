"""Instances: whether a schema in the asker's nouns, or its diagram, is what the cited template gives with those nouns."""

from kb.ddl import parse_schema
from kb.diagram import erd
from kb.entry import KnowledgeBase
from kb.vocabulary import load_vocabulary
from service.analysis.structure import PLAIN, RECORDS, templates_of, written
from service.answer.advice import Filled
from service.answer.instance import RELATIONS, read_relations


def is_instance(support: Filled, kb: KnowledgeBase) -> bool:
    """Whether the template is the code of the section that it names, marked as the schema of a shape."""
    return _template(support, kb) != ""


def stands_as_instance(text: str, support: Filled, kb: KnowledgeBase) -> bool:
    """Whether the text is the template with its roles exchanged for the nouns and their relations, or the diagram of that."""
    template = _template(support, kb)
    shape = load_vocabulary().shapes[PLAIN if template == RECORDS else template]
    codes = {name: fence.code for name, (_, fence) in templates_of(kb).items()}
    roles = {role: tuple(nouns.split(", ")) for role, nouns in support.slots.items() if role != RELATIONS}
    sql, _ = written(codes, template, shape, roles, read_relations(support.slots.get(RELATIONS, "")))
    return text in (sql, erd(parse_schema(sql)))


def _template(support: Filled, kb: KnowledgeBase) -> str:
    section = kb.section(support.origin)
    fences = [] if section is None else [block.fence for block in section.blocks if block.fence is not None]
    return next((fence.attributes.get("shape", "") for fence in fences if fence.code == support.template), "")
