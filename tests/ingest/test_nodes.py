"""Nodes: what is embedded, and what only the lexical index sees."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ingest.embeddings import count_tokens
from ingest.nodes import TOKENS, Node, build_nodes
from ingest.subjects import load_subjects
from kb.entry import Ask, Block, Entry, KnowledgeBase, Statement

Make = Callable[..., KnowledgeBase]


@pytest.fixture
def nodes(make_kb: Make) -> dict[str, Node]:
    kb = make_kb(queue="Workers take jobs from a table.")
    return {node.id: node for node in build_nodes(kb, {"patterns/queue": "Queue", "patterns/outbox": "Outbox"})}


def test_a_section_is_embedded_with_title_aliases_heading_and_prose(nodes: dict[str, Node]) -> None:
    node = nodes["patterns/queue#problem"]
    assert node.text == "Queue (queue-alias)\nProblem\nWorkers take jobs from a table."
    assert (node.section, node.entry, node.route, node.kind) == (node.id, "patterns/queue", "section", "patterns")


def test_code_that_is_shown_gives_terms_and_hidden_code_gives_none(nodes: dict[str, Node]) -> None:
    node = nodes["patterns/queue#solution"]
    assert "queue_rows" in node.terms
    assert "queue-tag" in node.terms
    assert "tenant_id" not in node.text
    assert "secret_word" not in node.terms


def test_a_section_of_tables_is_embedded_by_its_header_words(nodes: dict[str, Node]) -> None:
    node = nodes["patterns/queue#numbers"]
    assert node.text == "Queue (queue-alias)\nNumbers\noption, price"
    assert "left_cell" in node.terms


def test_a_question_leads_to_the_section_that_answers_it(nodes: dict[str, Node]) -> None:
    (answer,) = (node for node in nodes.values() if node.route == "answer")
    assert (answer.text, answer.section) == ("How does Queue help?", "patterns/queue#solution")


def test_a_rule_is_embedded_without_slots_and_leads_to_its_section(nodes: dict[str, Node]) -> None:
    rule = nodes["patterns/queue#rule-never-alone"]
    assert rule.text == "Queue: if Queue runs alone: Give it company, because it fails alone"
    assert (rule.rule, rule.section) == ("never-alone", "patterns/queue#problem")


def test_only_subjects_without_an_entry_become_nodes(nodes: dict[str, Node]) -> None:
    assert [(node.entry, node.text, node.section) for node in nodes.values() if node.route == "subject"] == [
        ("patterns/outbox", "Outbox", "")
    ]


def test_a_rule_that_only_asks_is_embedded_by_its_question(make_kb: Make) -> None:
    entry = make_kb(queue="Words.").entries["patterns/queue"]
    asking = entry.meta.guidance[0].model_copy(
        update={"say": (), "because": "", "ask": Ask(text="How many workers?", assume="2")}
    )
    kb = _with(replace(entry, meta=entry.meta.model_copy(update={"guidance": (asking,)})))
    (rule,) = (node for node in build_nodes(kb, {}) if node.rule)
    assert rule.text == "Queue: if Queue runs alone: How many workers?"


def test_a_long_section_is_cut_into_nodes_that_the_model_reads_whole(make_kb: Make) -> None:
    entry = make_kb(queue="Words.").entries["patterns/queue"]
    statements = tuple(Statement("item", f"Item {n}: " + "a job waits " * 20, "", 0, 0, n) for n in range(12))
    long = replace(entry.sections[0], blocks=(Block("list", statements),))
    pieces = [node for node in build_nodes(_with(replace(entry, sections=(long,))), {}) if node.route == "section"]
    assert [node.id for node in pieces[:2]] == ["patterns/queue#problem", "patterns/queue#problem~2"]
    assert {node.section for node in pieces} == {"patterns/queue#problem"}
    assert all(count_tokens(node.text) <= TOKENS for node in pieces)
    assert sum(node.text.count("Item") for node in pieces) == 12


def test_derived_sections_are_nodes_but_rules_are_not_twice(make_kb: Make) -> None:
    entry = make_kb(queue="Words.").entries["patterns/queue"]
    items = replace(entry.sections[0], anchor="items", heading="Items", path=("Items",))
    rule = replace(items, anchor="rule-never-alone")
    ids = [node.id for node in build_nodes(_with(replace(entry, derived=(items, rule))), {})]
    assert "patterns/queue#items" in ids
    assert ids.count("patterns/queue#rule-never-alone") == 1


def test_ids_are_unique_and_ordered_over_the_real_entries(real_kb: KnowledgeBase) -> None:
    ids = [node.id for node in build_nodes(real_kb, load_subjects())]
    assert ids == sorted(set(ids))


def _with(entry: Entry) -> KnowledgeBase:
    return KnowledgeBase({entry.id: entry}, "k", {})
