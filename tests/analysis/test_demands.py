"""Hard constraints: each demand, decided by what a profile says and nothing else."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest

from kb.fact import Fact, FactSet, Value
from kb.kinds import Lifecycle, Score, Technology, TypedFact
from kb.quantity import Quantity
from service.analysis.demands import exclusions, family, names

ID = "technologies/one"
AGREEING: Mapping[str, Value] = {"writes.several_regions": True, "consistency": "strong"}
TWO_REGIONS: Mapping[str, Value] = {"regions": Quantity(2, "count")}


def profile(facts: dict[str, str] | None = None, writes: int | None = None, **more: Any) -> Technology:
    given = {"family": "relational", "deployment": ("self-hosted",), "lifecycle": Lifecycle(status="active"), **more}
    return Technology(
        title="One",
        summary="A technology that tests are made of, not one that anybody should run.",
        sources={},
        reviewed=dt.date(2026, 11, 24),
        data_models=("rows",),
        licence="none",
        facts={name: TypedFact(value=value, source="judgement") for name, value in (facts or {}).items()},
        scores={"write_throughput": Score(score=writes, why="so")} if writes is not None else {},
        **given,
    )


def asked(**facts: Value) -> FactSet:
    return FactSet(tuple(Fact(name, value) for name, value in facts.items()))


def unmet(meta: Technology, facts: Mapping[str, Value]) -> list[str]:
    return [found.attribute for found in exclusions(ID, meta, asked(**facts))]


@pytest.mark.parametrize(
    ("facts", "fact", "good", "bad"),
    [
        ({"transactions.multi_row": True}, "transaction_scope", "shard", "item"),
        ({"consistency": "strong"}, "read_consistency", "linearizable", "eventual"),
        (TWO_REGIONS, "replication", "asynchronous", "none"),
        (AGREEING, "multi_region_writes", "consensus", "conflicts_resolved"),
        ({"writes.several_regions": True}, "multi_region_writes", "conflicts_resolved", "none"),
        ({"workload": frozenset({"search"})}, "full_text", "basic", "none"),
    ],
)
def test_a_demand_is_met_by_some_values_of_one_fact_and_not_by_others(
    facts: dict[str, Value], fact: str, good: str, bad: str
) -> None:
    assert unmet(profile({fact: good}), facts) == []
    assert unmet(profile({fact: bad}), facts)
    assert unmet(profile({fact: bad}), {}) == []


def test_what_a_profile_does_not_say_excludes_nobody() -> None:
    assert unmet(profile(), {"transactions.multi_row": True, **AGREEING, **TWO_REGIONS}) == []


def test_the_reason_says_what_the_profile_says_instead() -> None:
    found = exclusions(ID, profile({"transaction_scope": "single_item"}), asked(**{"transactions.multi_row": True}))
    assert [(e.candidate, e.phrase, e.found) for e in found] == [
        (ID, "transactions over several records", "transaction scope is single item")
    ]


def test_a_product_that_has_ended_is_out_whatever_is_asked() -> None:
    ended = profile(lifecycle=Lifecycle(status="ended", since="2025"))
    found = exclusions(ID, ended, FactSet())
    assert [(e.anchor, e.found) for e in found] == [("licence-and-lifecycle", "the service has ended since 2025")]
    assert unmet(profile(lifecycle=Lifecycle(status="ended")), {}) == ["engine"]
    assert unmet(profile(lifecycle=Lifecycle(status="at_risk")), {}) == []


def test_what_the_asker_ruled_out_is_out() -> None:
    assert unmet(profile(), {"excluded": frozenset({"one"})}) == ["excluded"]
    assert unmet(profile(), {"excluded": frozenset({"two"})}) == []


@pytest.mark.parametrize(
    ("deployment", "clouds", "facts", "expected"),
    [
        (("self-hosted",), (), {"managed_only": True}, ["managed_only"]),
        (("self-hosted", "managed"), ("aws",), {"managed_only": True}, []),
        (("serverless",), ("aws",), {"managed_only": True}, []),
        (("managed",), ("aws",), {"cloud": frozenset({"on_premises"})}, ["cloud"]),
        (("embedded",), (), {"cloud": frozenset({"on_premises"})}, []),
        (("managed",), ("aws",), {"cloud": frozenset({"gcp"})}, ["cloud"]),
        (("managed",), (), {"cloud": frozenset({"gcp"})}, ["cloud"]),
        (("managed",), ("aws", "gcp"), {"cloud": frozenset({"gcp"})}, []),
        (("self-hosted", "managed"), ("aws",), {"cloud": frozenset({"gcp"})}, []),
        (("self-hosted", "managed"), ("aws",), {"cloud": frozenset({"gcp"}), "managed_only": True}, ["cloud"]),
    ],
)
def test_where_it_runs_decides_by_cloud_and_by_who_runs_it(
    deployment: tuple[str, ...], clouds: tuple[str, ...], facts: dict[str, Value], expected: list[str]
) -> None:
    assert unmet(profile(deployment=deployment, clouds=clouds), facts) == expected


@pytest.mark.parametrize(
    ("rate", "score", "out"),
    [(499, 0, False), (500, 0, True), (5e3, 1, True), (5e3, 2, False), (3e4, 2, True), (2e5, 3, True), (2e5, 4, False), (1e6, 4, True), (1e6, 5, False)],
)  # fmt: skip
def test_a_rate_of_writes_needs_a_score_that_carries_it(rate: float, score: int, out: bool) -> None:
    facts = {"workload.writes_per_s": Quantity(rate, "rate")}
    assert unmet(profile(writes=score), facts) == (["workload.writes_per_s"] if out else [])
    assert unmet(profile(), facts) == []


def test_the_askers_own_spelling_of_the_rate_stands_in_the_reason() -> None:
    facts = asked(**{"workload.writes_per_s": Quantity(1e6, "rate", spelling="1M events/s")})
    (found,) = exclusions(ID, profile(writes=3), facts)
    assert (found.phrase, found.found) == (
        "1M events/s sustained",
        "it scores 3 of 5 on write throughput where 5 is needed",
    )


def test_where_a_peak_is_stated_it_is_what_must_be_carried() -> None:
    facts = asked(
        **{"workload.writes_per_s": Quantity(10, "rate"), "workload.peak_writes_per_s": Quantity(1e6, "rate")}
    )
    (found,) = exclusions(ID, profile(writes=3), facts)
    assert found.phrase.endswith("at peak")


def test_names_are_none_where_nothing_or_no_set_is_stated() -> None:
    assert names(asked(cloud=frozenset({"aws"})), "cloud") == frozenset({"aws"})
    assert names(asked(cloud="aws"), "cloud") == names(FactSet(), "cloud") == frozenset()


@pytest.mark.parametrize(
    ("written", "expected"), [("Key-value", "key_value"), ("time series", "time_series"), ("Warehouse", "columnar")]
)
def test_a_family_is_named_as_rules_name_it(written: str, expected: str) -> None:
    assert family(profile(family=written)) == expected
