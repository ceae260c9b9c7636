"""Choosing between technologies: constraints first, then weighted scores, shown."""

import datetime as dt

import pytest

from kb.entry import Entry, KnowledgeBase, Lifecycle, Score, Technology, TypedFact
from kb.fact import Fact, FactSet
from kb.quantity import Quantity
from kb.vocabulary import load_vocabulary
from service.analysis.choice import choose

VOCABULARY = load_vocabulary()


def technology(name: str, scores: dict[str, int], **facts: str) -> Entry:
    meta = Technology(
        title=name.upper(),
        summary="A technology that tests are made of, not one that anybody should run.",
        sources={},
        reviewed=dt.date(2026, 11, 24),
        family="relational",
        data_models=("rows",),
        licence="none",
        lifecycle=Lifecycle(status="active"),
        deployment=("self-hosted",),
        facts={name: TypedFact(value=value, source="judgement") for name, value in facts.items()},
        scores={c: Score(score=scores.get(c, 3), why="so") for c in VOCABULARY.criteria},
    )
    return Entry(f"technologies/{name}", "technologies", f"{name}.md", meta, ())


def base(*entries: Entry) -> KnowledgeBase:
    return KnowledgeBase({entry.id: entry for entry in entries}, "0" * 64, {})


A = technology("a", {"integrity": 5}, transaction_scope="cluster")
B = technology("b", {"analytics": 5}, transaction_scope="item")
BOTH = ("technologies/a", "technologies/b")
COMPARED = Fact("compared", frozenset({"a", "b"}))


def test_weights_of_the_workload_decide() -> None:
    shop = choose(base(A, B), VOCABULARY, FactSet((COMPARED, Fact("workload", frozenset({"oltp"})))), {})
    lake = choose(base(A, B), VOCABULARY, FactSet((COMPARED, Fact("workload", frozenset({"warehouse"})))), {})
    assert shop is not None
    assert lake is not None
    assert shop.ranking[0] == "technologies/a"
    assert lake.ranking[0] == "technologies/b"
    assert shop.margin > 0
    assert lake.flips == ("integrity",)


def test_weights_of_the_request_override_the_workload() -> None:
    choice = choose(
        base(A, B),
        VOCABULARY,
        FactSet((COMPARED, Fact("workload", frozenset({"oltp"})))),
        {"integrity": 0, "analytics": 10},
    )
    assert choice is not None
    assert choice.ranking[0] == "technologies/b"
    assert all(row.criterion != "integrity" for row in choice.rows)


def test_a_constraint_excludes_before_scores_count() -> None:
    strong = technology("b", dict.fromkeys(VOCABULARY.criteria, 5), transaction_scope="item")
    choice = choose(base(A, strong), VOCABULARY, FactSet((COMPARED, Fact("transactions.multi_row", True))), {})
    assert choice is not None
    assert choice.ranking[0] == "technologies/a"
    assert [(e.candidate, e.value) for e in choice.excluded] == [("technologies/b", "item")]
    assert choice.survives
    assert choice.flips == ()


def test_regions_are_a_constraint_from_two_on() -> None:
    single = technology("b", {}, replication="none")
    for regions, excluded in ((1, 0), (2, 1)):
        choice = choose(
            base(A, single), VOCABULARY, FactSet((COMPARED, Fact("regions", Quantity(regions, "count")))), {}
        )
        assert choice is not None
        assert len(choice.excluded) == excluded


def test_equal_scores_are_a_close_call_in_the_order_of_ids() -> None:
    choice = choose(base(technology("b", {}), technology("a", {})), VOCABULARY, FactSet((COMPARED,)), {})
    assert choice is not None
    assert choice.ranking == BOTH
    assert not choice.survives
    assert choice.margin == pytest.approx(0)


def test_all_weights_zero_rank_nothing_above_anything() -> None:
    choice = choose(base(A, B), VOCABULARY, FactSet((COMPARED,)), dict.fromkeys(VOCABULARY.criteria, 0.0))
    assert choice is not None
    assert choice.means == (0.0, 0.0)


def test_one_profile_is_no_choice() -> None:
    assert choose(base(A), VOCABULARY, FactSet((COMPARED,)), {}) is None
