"""Choosing between technologies: constraints first, then weighted scores, shown."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from kb.entry import Entry, KnowledgeBase, Rule
from kb.fact import Fact, FactSet
from kb.guidance import Firing
from kb.kinds import Lifecycle, Score, Technology, TypedFact
from kb.quantity import Quantity, Unit
from kb.vocabulary import load_vocabulary
from service.analysis.choice import BUILT_FOR, IN_USE, RULES, Choice, choose, shortlist
from service.analysis.conclusions import Conclusion

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
OLTP = Fact("workload", frozenset({"oltp"}))
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
    assert [(e.candidate, e.found) for e in choice.excluded] == [("technologies/b", "transaction scope is item")]
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


def opened(kb: KnowledgeBase, *facts: Fact, fired: tuple[Conclusion, ...] = ()) -> Choice:
    choice = shortlist(kb, VOCABULARY, FactSet(facts), {}, fired)
    assert choice is not None
    assert choice.open
    return choice


def weight(choice: Choice, criterion: str) -> float:
    return next((row.weight for row in choice.rows if row.criterion == criterion), 0.0)


def like(entry: Entry, **changes: Any) -> Entry:
    return replace(entry, meta=entry.meta.model_copy(update=changes))


def concluded(**effect: Any) -> Conclusion:
    rule = Rule.model_validate({"id": "r", "if": "so", "into": "technology", "explained": "problem", "source": "judgement", "say": ("Do",), "because": "it is so"})  # fmt: skip
    return Conclusion("patterns/p", Firing(rule.model_copy(update={"effect": effect}), "Do.", "", ""))


def test_a_shortlist_is_the_best_four_of_all_profiles() -> None:
    kb = base(*(technology(name, {"integrity": score}) for score, name in enumerate("abcdef")))
    assert opened(kb, OLTP).ranking == ("technologies/f", "technologies/e", "technologies/d", "technologies/c")


def test_the_one_that_was_asked_about_stands_in_the_shortlist_wherever_it_ranks() -> None:
    kb = base(*(technology(name, {"integrity": score}) for score, name in enumerate("abcdef")))
    ranking = opened(kb, OLTP, Fact("engine", "a")).ranking
    assert ranking[0] == "technologies/f"
    assert ranking[-1] == "technologies/a"
    assert len(ranking) == 5


def test_one_profile_is_no_shortlist() -> None:
    assert shortlist(base(A), VOCABULARY, FactSet(), {}) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"lifecycle": Lifecycle(status="ended")},
        {"lifecycle": Lifecycle(status="at_risk")},
        {"hosts": ("technologies/b",)},
        {"deployment": ("embedded",)},
        {"deployment": ("managed",), "clouds": ("aws",)},
    ],
)
def test_what_does_not_stand_by_itself_is_not_proposed_but_may_be_asked_about(changes: dict[str, Any]) -> None:
    strong = like(technology("z", dict.fromkeys(VOCABULARY.criteria, 5)), **changes)
    kb = base(A, B, strong)
    assert "technologies/z" not in opened(kb).ranking
    shown = opened(kb, Fact("engine", "z"))
    assert "technologies/z" in {*shown.ranking, *(found.candidate for found in shown.excluded)}


def test_a_service_of_one_cloud_is_proposed_to_who_is_on_it() -> None:
    strong = technology("z", dict.fromkeys(VOCABULARY.criteria, 5))
    kb = base(A, B, like(strong, deployment=("managed",), clouds=("aws",)))
    assert opened(kb, Fact("cloud", frozenset({"aws"}))).ranking[0] == "technologies/z"
    assert "technologies/z" not in opened(kb, Fact("cloud", frozenset({"gcp"}))).ranking


def test_what_the_asker_ruled_out_is_not_proposed() -> None:
    kb = base(A, B, technology("c", {}))
    assert "technologies/a" not in opened(kb, OLTP, Fact("excluded", frozenset({"a"}))).ranking


def test_who_loses_to_a_constraint_is_told_only_where_the_scores_would_have_brought_it_near() -> None:
    strong = technology("y", dict.fromkeys(VOCABULARY.criteria, 5), transaction_scope="item")
    weak = technology("z", dict.fromkeys(VOCABULARY.criteria, 1), transaction_scope="item")
    choice = opened(base(A, technology("c", {}), strong, weak), Fact("transactions.multi_row", True))
    assert set(choice.ranking) == {"technologies/a", "technologies/c"}
    assert [found.candidate for found in choice.excluded] == ["technologies/y"]


def test_where_hardly_anybody_meets_the_constraints_the_best_of_the_rest_are_shown_as_out() -> None:
    out = technology("z", {}, transaction_scope="item")
    choice = opened(base(A, out), Fact("transactions.multi_row", True))
    assert choice.ranking == ("technologies/a", "technologies/z")
    assert choice.survives


def test_what_rules_say_of_a_candidate_is_a_row_of_its_own() -> None:
    kb = base(technology("a", {}), technology("b", {}))
    choice = opened(kb, fired=(concluded(prefer="technologies/b"),))
    assert choice.ranking[0] == "technologies/b"
    assert [(row.criterion, row.scores) for row in choice.rows if row.criterion == RULES] == [(RULES, (5, 3))]
    assert not weight(opened(kb, fired=(concluded(derive="x"),)), RULES)


def test_a_rule_may_speak_of_a_family_and_contradictions_cancel_out() -> None:
    kb = base(technology("a", {}), like(technology("b", {}), family="key-value"))
    family = {"store.family": "key_value"}
    assert opened(kb, fired=(concluded(prefer=family),)).ranking[0] == "technologies/b"
    assert opened(kb, fired=(concluded(avoid=family),)).ranking[0] == "technologies/a"
    both = opened(kb, fired=(concluded(prefer=family), concluded(exclude=family)))
    assert next(row.scores for row in both.rows if row.criterion == RULES) == (3, 2)


def test_what_the_team_runs_already_is_a_row_of_its_own() -> None:
    kb = base(technology("a", {}), technology("b", {}))
    choice = opened(kb, Fact("stack", frozenset({"b"})))
    assert choice.ranking[0] == "technologies/b"
    assert [row.scores for row in choice.rows if row.criterion == IN_USE] == [(5, 0)]
    assert not weight(opened(kb, Fact("stack", frozenset({"other"}))), IN_USE)


@pytest.mark.parametrize(
    ("attribute", "unit", "small", "middle", "large"),
    [
        ("workload.writes_per_s", "rate", 400, 20e3, 50e3),
        ("db.size", "bytes", 100e9, 5e12, 40e12),
        ("volume.bytes", "bytes", 100e9, 5e12, 40e12),
        ("workload.users", "count", 1e6, 10e6, 100e6),
    ],
)
def test_scaling_out_weighs_what_the_numbers_ask_for(
    attribute: str, unit: Unit, small: float, middle: float, large: float
) -> None:
    kb = base(A, B)
    weights = [weight(opened(kb, OLTP, Fact(attribute, Quantity(n, unit))), "scale_out") for n in (small, middle, large)]  # fmt: skip
    full = VOCABULARY.workloads["oltp"].weights["scale_out"]
    assert weights == [round(full * share, 2) for share in (0.25, 0.5, 1.0)]
    assert weight(opened(kb, OLTP), "scale_out") == round(full / 2, 2)


def test_the_largest_number_decides_how_much_scaling_out_weighs_and_the_request_overrides_it() -> None:
    facts = FactSet((OLTP, Fact("db.size", Quantity(1e9, "bytes")), Fact("workload.users", Quantity(1e9, "count"))))
    kb = base(A, B)
    by_facts = shortlist(kb, VOCABULARY, facts, {})
    given = shortlist(kb, VOCABULARY, facts, {"scale_out": 7})
    assert by_facts is not None
    assert given is not None
    assert weight(by_facts, "scale_out") == VOCABULARY.workloads["oltp"].weights["scale_out"]
    assert weight(given, "scale_out") == 7


def test_querying_weighs_little_where_all_access_is_by_key() -> None:
    kb = base(A, B)
    by_key, adhoc = Fact("access.key_only", True), Fact("access.adhoc", True)
    full = weight(opened(kb), "querying")
    assert weight(opened(kb, by_key), "querying") == full / 4
    assert weight(opened(kb, by_key, adhoc), "querying") == full


def test_who_weighs_every_criterion_himself_leaves_nothing_to_rules_or_habit() -> None:
    kb = base(technology("a", {"scale_out": 5}), technology("b", {}))
    facts = FactSet((Fact("stack", frozenset({"b"})),))
    weights = dict.fromkeys(VOCABULARY.criteria, 0.0) | {"scale_out": 10.0}
    mine = shortlist(kb, VOCABULARY, facts, weights, (concluded(prefer="technologies/b"),))
    assert mine is not None
    assert mine.ranking[0] == "technologies/a"
    assert [row.criterion for row in mine.rows] == ["scale_out"]
    half = shortlist(kb, VOCABULARY, facts, dict(list(weights.items())[:5]), (concluded(prefer="technologies/b"),))
    assert half is not None
    assert (weight(half, RULES), weight(half, BUILT_FOR), weight(half, IN_USE)) == (8.0, 3.75, 3.0)


def test_of_equal_scores_the_store_that_is_built_for_the_load_comes_first_and_one_that_has_its_model_second() -> None:
    kb = base(
        technology("a", {}),
        like(technology("b", {}), family="search"),
        like(technology("c", {}), data_models=("document", "full-text")),
    )
    choice = opened(kb, Fact("workload", frozenset({"search"})))
    assert choice.ranking == ("technologies/b", "technologies/c", "technologies/a")
    assert next(row.scores for row in choice.rows if row.criterion == BUILT_FOR) == (5, 3, 1)


def test_what_is_small_hardly_needs_a_store_that_is_built_for_it() -> None:
    kb = base(technology("a", {}), like(technology("b", {}), family="time-series"))
    series = Fact("workload", frozenset({"time_series"}))
    few, many = (
        opened(kb, series, Fact("workload.writes_per_s", Quantity(rate, "rate"))) for rate in (100.0, 100_000.0)
    )
    assert weight(few, BUILT_FOR) < weight(many, BUILT_FOR) == weight(opened(kb, series), BUILT_FOR)
