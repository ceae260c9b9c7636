"""Instances: whether a schema in the asker's nouns, or its diagram, is what the cited template gives with those nouns."""

from kb.ddl import parse_schema
from kb.diagram import erd
from kb.entry import KnowledgeBase
from kb.vocabulary import load_vocabulary
from service.analysis.extension import poured
from service.analysis.fitting import PLAIN
from service.analysis.structure import RECORDS, written
from service.analysis.templates import templates
from service.answer.advice import Filled
from service.answer.instance import RELATIONS, read_relations


def is_instance(support: Filled, kb: KnowledgeBase) -> bool:
    """Whether the template is the code of the section that it names, marked as the schema of a shape or as an addition."""
    return _marked(support, kb, "shape") != "" or _marked(support, kb, "change") != ""


def stands_as_instance(text: str, support: Filled, kb: KnowledgeBase) -> bool:
    """Whether the text is the template with its roles exchanged for the nouns and their relations, or the diagram of that; of an
    addition whether it is the template with the asker's names in it."""
    if _marked(support, kb, "change"):
        return text == poured(support.template, support.slots)
    template = _marked(support, kb, "shape")
    shape = load_vocabulary().shapes[PLAIN if template == RECORDS else template]
    codes = {name: fence.code for name, (_, fence) in templates(kb, "shape").items()}
    roles = {role: tuple(nouns.split(", ")) for role, nouns in support.slots.items() if role != RELATIONS}
    sql, _ = written(codes, template, shape, roles, read_relations(support.slots.get(RELATIONS, "")))
    return text in (sql, erd(parse_schema(sql)))


def _marked(support: Filled, kb: KnowledgeBase, mark: str) -> str:
    """What the fence of the template is marked with."""
    section = kb.section(support.origin)
    fences = [] if section is None else [block.fence for block in section.blocks if block.fence is not None]
    return next((fence.attributes.get(mark, "") for fence in fences if fence.code == support.template), "")
