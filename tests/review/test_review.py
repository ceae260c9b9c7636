"""A review as a whole: ranked, bounded, explained, repeatable, with what is good."""

from collections.abc import Callable

import pytest

from kb.entry import KnowledgeBase
from kb.fact import FactSet
from service.analysis.review.contexts import contexts
from service.analysis.review.finding import FAMILIES, SEVERITIES
from service.analysis.review.praise import PRAISES
from service.analysis.review.review import MOST_SHOWN, Review, review
from service.analysis.review.rules import RULES
from service.question.artefact.artefacts import Artefacts
from service.question.wishes import wants_contexts, wants_diagram

Judge = Callable[..., Review]

SOUND = """
CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE, created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers (id) ON DELETE RESTRICT,
  status text NOT NULL CHECK (status IN ('open', 'paid')), total numeric(12,2) NOT NULL CHECK (total >= 0), created_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX orders_customer_idx ON orders (customer_id, created_at);
"""
SHOP = """
CREATE TABLE customers (id bigint PRIMARY KEY); CREATE TABLE addresses (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id) ON DELETE CASCADE);
CREATE TABLE cards (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id) ON DELETE CASCADE);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id));
CREATE TABLE lines (id bigint PRIMARY KEY, order_id bigint REFERENCES orders (id) ON DELETE CASCADE);
CREATE TABLE parcels (id bigint PRIMARY KEY, order_id bigint REFERENCES orders (id) ON DELETE CASCADE);
"""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_names_a_section_that_can_be_cited(rule: object, real_kb: KnowledgeBase) -> None:
    section = real_kb.section(getattr(rule, "section", ""))
    assert section is not None
    assert [statement for block in section.blocks for statement in block.statements]


def test_every_praise_names_a_section_that_can_be_cited(real_kb: KnowledgeBase) -> None:
    sections = [real_kb.section(praise.section) for praise in PRAISES]
    assert all(section is not None and section.blocks for section in sections)


def test_rules_have_names_of_their_own_and_known_families() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert {rule.family for rule in RULES} == set(FAMILIES)


def test_a_sound_schema_is_praised_and_raises_no_alarm(judge: Judge) -> None:
    found = judge(SOUND)
    assert [finding for finding in found.findings if finding.severity != "low"] == []
    assert {"Every table has a primary key", "Amounts of money are exact numbers", "Moments carry their time zone"} <= {praise.text for praise in found.good}  # fmt: skip


def test_the_worst_comes_first_and_at_most_ten_are_shown(judge: Judge) -> None:
    text = "\n".join(f"CREATE TABLE t{n} (total float, created_at timestamp, status text, tags text, phone bigint, is_on char(1), name char(40), doc json, stock int, image bytea, password text);" for n in range(3))  # fmt: skip
    found = judge(text)
    ranks = [SEVERITIES.index(group.first.severity) for group in found.groups]
    assert ranks == sorted(ranks)
    assert len(found.shown) == MOST_SHOWN
    assert len(found.shown) + len(found.folded) == len(found.groups)
    assert len(found.groups[0].findings) == 3


def test_the_same_paste_gives_the_same_review(judge: Judge) -> None:
    assert judge(SHOP).findings == judge(SHOP).findings


def test_nothing_pasted_is_nothing_found() -> None:
    assert review(Artefacts(), FactSet()).findings == ()


def test_a_large_paste_is_bounded(judge: Judge) -> None:
    found = judge("\n".join(f"CREATE TABLE t{n} (total float);" for n in range(300)))
    assert len([finding for finding in found.findings if finding.rule == "float-money"]) == 50


def test_contexts_are_communities_and_name_what_a_split_would_cut(judge: Judge) -> None:
    found = contexts(judge(SHOP).artefacts.schema)
    assert found.groups == (("addresses", "cards", "customers"), ("lines", "orders", "parcels"))
    assert [(cut.table, cut.columns, cut.target) for cut in found.cuts] == [("orders", ("customer_id",), "customers")]


def test_few_tables_have_no_contexts(judge: Judge) -> None:
    assert contexts(judge("CREATE TABLE t (id bigint PRIMARY KEY)").artefacts.schema).groups == ()


@pytest.mark.parametrize(
    ("text", "splits", "draws"),
    [
        ("Where would you split this monolith?", True, False),
        ("Suggest bounded contexts and draw an ERD.", True, True),
        ("Is the schema fine?", False, False),
    ],
)
def test_what_is_wanted_beside_the_findings_is_read_from_the_words(text: str, splits: bool, draws: bool) -> None:
    assert (wants_contexts(text), wants_diagram(text)) == (splits, draws)
