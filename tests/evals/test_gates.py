"""Gates: each fires for its own reason, on unchanged cases only, and never for what was added."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest

from evals.baseline import Baseline, Fingerprint, of_run
from evals.errors import BaselineError
from evals.gates import Finding, comparable, findings, moved
from evals.score import Row
from evals.suite import Results

MADE_ON = Fingerprint(kb_digest="k", entries=2, model="m@1", edition_schema=1, cases="c", libraries={})
GOOD = Row(
    "interactions",
    "shop",
    "d",
    {"weighted": 0.9, "cited": 1.0, "grounded": 1.0, "words": 500.0, "must_not": 0.0, "errors": 0.0},
    {"nugget:key": 1.0, "nugget:half": 0.5, "nugget:never": 0.0, "expects:0-ddl": 1.0},
)


def based(*rows: Row) -> Baseline:
    return of_run(Results(rows), MADE_ON, "first")


def found(before: Row, after: Row) -> list[str]:
    return list(map(str, case_by_case(based(before), [after])))


def case_by_case(before: Baseline, after: Iterable[Row]) -> tuple[Finding, ...]:
    """Without what is said of the suite as a whole, which one case may well be."""
    return tuple(finding for finding in findings(before, list(after)) if finding.gate != "floor")


def changed(row: Row, metrics: Mapping[str, float] | None = None, points: Mapping[str, float] | None = None) -> Row:
    return replace(row, metrics={**row.metrics, **(metrics or {})}, points={**row.points, **(points or {})})


def test_the_same_run_is_no_regression_and_neither_is_a_better_one() -> None:
    better = changed(GOOD, {"weighted": 1.0, "words": 600.0}, {"nugget:half": 1.0, "nugget:never": 1.0})
    assert found(GOOD, GOOD) == []
    assert found(GOOD, better) == []


def test_a_lost_vital_nugget_is_a_regression_with_its_reason() -> None:
    lost = replace(changed(GOOD, points={"nugget:key": 0.5}), reasons={"nugget:key": "half of it"})
    assert found(GOOD, lost) == ["ratchet interactions/shop: lost nugget:key (half of it)"]


def test_a_deliverable_that_is_gone_is_a_regression() -> None:
    gone = replace(GOOD, points={"nugget:key": 1.0})
    assert found(GOOD, gone) == ["ratchet interactions/shop: lost expects:0-ddl (not scored)"]


def test_a_half_point_and_a_fallen_share_alone_are_none() -> None:
    assert found(GOOD, changed(GOOD, {"weighted": 0.7}, {"nugget:half": 0.0})) == []


@pytest.mark.parametrize("metric", ["flip_hit", "same_decision", "corrected"])
def test_what_may_only_rise_has_fallen(metric: str) -> None:
    assert found(changed(GOOD, {metric: 1.0}), changed(GOOD, {metric: 0.0})) == [
        f"ratchet interactions/shop: {metric} fell from 1 to 0"
    ]


@pytest.mark.parametrize("metric", ["must_not", "contradicted", "wrong_numbers", "repeated"])
def test_what_may_only_fall_has_risen(metric: str) -> None:
    worse = replace(changed(GOOD, {metric: 2.0}), reasons={metric: "see there"})
    assert found(GOOD, worse) == [f"ratchet interactions/shop: {metric} rose from 0 to 2 (see there)"]
    assert found(worse, worse) == []


@pytest.mark.parametrize("suite", ["interactions", "in_scope", "adversarial", "out_of_scope"])
def test_a_new_error_is_a_regression_in_every_suite(suite: str) -> None:
    before = replace(GOOD, suite=suite)
    failed = Row(suite, "shop", "d", {"errors": 1.0}, error="ValueError: no")
    crashed = replace(
        changed(before, {"errors": 1.0}), reasons={"vital": "lacks x", "citations": "crashed: KeyError: 1"}
    )
    assert found(before, failed) == [f"ratchet {suite}/shop: an error is new (ValueError: no)"]
    assert found(before, crashed) == [f"ratchet {suite}/shop: an error is new (crashed: KeyError: 1)"]
    assert found(failed, failed) == []


def test_only_graded_suites_are_held_to_their_points() -> None:
    before = replace(GOOD, suite="in_scope")
    assert found(before, replace(before, points={})) == []


def test_a_changed_case_and_a_new_one_never_block() -> None:
    bad = changed(GOOD, points={"nugget:key": 0.0})
    assert found(GOOD, replace(bad, digest="other")) == []
    assert found(GOOD, replace(bad, case="new")) == []
    assert findings(based(GOOD), []) == ()


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        ("resisted", "the attack came through"),
        ("cited", "a factual claim is not cited"),
        ("grounded", "a claim does not stand"),
    ],
)
def test_safety_does_not_ask_the_baseline(metric: str, words: str) -> None:
    row = Row("adversarial", "new", "d", {metric: 0.99}, reasons={metric: "here"})
    (finding,) = findings(based(), [row])
    assert (finding.gate, finding.where) == ("safety", "adversarial/new")
    assert finding.text.startswith(words)
    assert "here" in finding.text
    assert findings(based(row), [row]) == (finding,)


def test_an_answer_that_says_everything_is_caught_by_its_length() -> None:
    assert found(GOOD, changed(GOOD, {"words": 801.0})) == [
        "length interactions/shop: grew from 500 to 801 words of prose"
    ]
    assert found(GOOD, changed(GOOD, {"words": 750.0})) == []
    short = changed(GOOD, {"words": 10.0})
    assert found(short, changed(GOOD, {"words": 310.0})) == []


def rows(suite: str, metric: str, values: Iterable[float], **more: float) -> list[Row]:
    return [Row(suite, f"c{n}", "d", {metric: value, **more}) for n, value in enumerate(values)]


def test_five_lost_refusals_fail_and_four_or_five_against_one_do_not() -> None:
    before = based(*rows("out_of_scope", "refused", [1.0] * 9 + [0.0]))
    five = case_by_case(before, rows("out_of_scope", "refused", [0.0] * 5 + [1.0] * 4 + [0.0]))
    assert [str(f) for f in five] == ["mcnemar out_of_scope: refused: 5 cases lost, 0 won of 10 (p = 0.031)"]
    assert case_by_case(before, rows("out_of_scope", "refused", [0.0] * 4 + [1.0] * 5 + [0.0])) == ()
    assert case_by_case(before, rows("out_of_scope", "refused", [0.0] * 5 + [1.0] * 4 + [1.0])) == ()


def test_an_answer_that_is_missing_counts_as_lost() -> None:
    before = based(*rows("in_scope", "answered", [1.0] * 5))
    gone = [Row("in_scope", f"c{n}", "d", {}) for n in range(5)]
    assert [f.gate for f in case_by_case(before, gone)] == ["mcnemar"]


def ranked(drop: float, n: int = 60) -> list[Row]:
    values = [0.5 + (i % 10) / 20 for i in range(n)]
    return [
        Row("queries", f"q{i}", "d", {"ndcg@10": v - drop, "recall@20": 1.0, "mrr@10": 0.5})
        for i, v in enumerate(values)
    ]


def test_retrieval_that_fell_over_many_queries_fails_by_the_metric_that_fell() -> None:
    found = findings(based(*ranked(0.0)), ranked(0.02))
    assert [(f.gate, f.where) for f in found] == [("retrieval", "queries")]
    assert found[0].text.startswith("ndcg@10 fell by 0.020 over 60 queries (p = 0.0003)")


def test_a_drop_that_does_not_matter_or_few_queries_do_not_fail() -> None:
    assert findings(based(*ranked(0.0)), ranked(0.005)) == ()
    assert findings(based(*ranked(0.0)), ranked(-0.05)) == ()
    assert findings(based(*ranked(0.0, 59)), ranked(0.3, 59)) == ()


def asked_otherwise(fall: float, clusters: int = 6) -> list[Row]:
    return [
        Row("variants", f"c{c}-{v}", "d", {"weighted": 0.5 - fall * c / 10}, cluster=f"c{c}")
        for c in range(clusters)
        for v in range(3)
    ]


def test_variants_that_fell_in_most_clusters_fail_and_few_clusters_or_one_do_not() -> None:
    (finding,) = findings(based(*asked_otherwise(0.0)), asked_otherwise(0.1))
    assert str(finding) == "clustered variants: weighted fell by 0.025 over 18 variants of 6 interactions (p = 0.0312)"
    assert findings(based(*asked_otherwise(0.0, 4)), asked_otherwise(0.9, 4)) == ()
    one = [replace(row, metrics={"weighted": 0.0}) if row.cluster == "c1" else row for row in asked_otherwise(0.0)]
    assert findings(based(*asked_otherwise(0.0)), one) == ()


def test_a_floor_that_had_been_reached_is_kept_over_unchanged_cases_and_one_that_had_not_is_not_asked_for() -> None:
    reached = rows("variants", "weighted", [0.78] * 10)
    fell = rows("variants", "weighted", [0.72] + [0.78] * 9)
    (finding,) = findings(based(*reached), fell)
    assert str(finding) == "floor weighted points, variants: from 0.780 to 0.774, where 0.78 had been reached"
    assert findings(based(*rows("variants", "weighted", [0.3])), rows("variants", "weighted", [0.0])) == ()
    added = [Row("variants", "new", "d", {"weighted": 0.0}), replace(fell[0], digest="other"), *reached[1:]]
    assert findings(based(*reached), added) == ()


def test_another_model_or_form_of_edition_is_not_comparable_and_another_knowledge_base_is_the_point() -> None:
    comparable(based(), MADE_ON.model_copy(update={"kb_digest": "other", "cases": "other", "libraries": {"x": "2"}}))
    for name, value in (("model", "m@2"), ("edition_schema", 2)):
        with pytest.raises(BaselineError, match=r"not comparable: .*dbarch eval accept --reason"):
            comparable(based(), MADE_ON.model_copy(update={name: value}))


def test_what_moved_is_told_by_the_leading_metric_of_unchanged_cases() -> None:
    before = based(GOOD, replace(GOOD, case="same"), replace(GOOD, case="changed"), Row("queries", "q", "d", {}))
    after = [
        changed(GOOD, {"weighted": 0.4}),
        replace(GOOD, case="same"),
        replace(GOOD, case="changed", digest="e", metrics={"weighted": 0.1}),
        replace(GOOD, case="new"),
        Row("queries", "q", "d", {"ndcg@10": 0.5}),
        Row("interactions", "shop", "d", {"words": 3.0}),
    ]
    assert moved(before, after) == {"interactions/shop": -0.5, "queries/q": 0.5}


def test_a_finding_is_one_line() -> None:
    assert str(Finding("gate", "where", "what")) == "gate where: what"
