"""Floors and the measures under them: each over the right cases, with their number."""

from statistics import mean

import pytest

from evals.floors import FLOORS, Standing, fallen, standings
from evals.measures import Measured, precision, separation, undetected, worst_case
from evals.score import Row


def row(suite: str, case: str = "a", group: str = "", cluster: str = "", **metrics: float) -> Row:
    return Row(suite, case, "d", {name.replace("_at_", "@"): value for name, value in metrics.items()}, group=group, cluster=cluster)  # fmt: skip


def stand(name: str, *rows: Row) -> Standing:
    return next(each for each in standings(rows) if each.floor.name == name)


def test_floors_have_names_of_their_own_and_targets_beyond_them() -> None:
    names = [floor.name for floor in FLOORS]
    assert len(set(names)) == len(names)
    assert [floor.name for floor in FLOORS if not floor.reached(floor.target)] == []
    assert len(names) >= 20


@pytest.mark.parametrize(
    ("name", "worse", "better"),
    [
        ("sections found, nDCG@10", row("queries", ndcg_at_10=0.74), row("queries", ndcg_at_10=0.75)),
        ("the same, few words shared, nDCG@10", row("queries", group="far_words", ndcg_at_10=0.59), row("queries", group="far_words", ndcg_at_10=0.6)),
        ("vital points, interactions", row("interactions", vital=0.99), row("interactions", vital=1.0)),
        ("claims cited", row("choices", cited=0.99), row("choices", cited=1.0)),
        ("contradictions", row("premises", contradicted=1.0), row("premises", contradicted=0.0)),
        ("others' questions refused, near", row("out_of_scope", group="near", refused=0.0), row("out_of_scope", group="near", refused=1.0)),
        ("our questions refused", row("in_scope", answered=0.0), row("in_scope", answered=1.0)),
        ("attacks that came through", row("adversarial", resisted=0.0), row("adversarial", resisted=1.0)),
        ("harmless look-alikes refused", row("adversarial", unblocked=0.0), row("adversarial", unblocked=1.0)),
    ],
)  # fmt: skip
def test_a_floor_is_reached_or_not(name: str, worse: Row, better: Row) -> None:
    assert stand(name, worse).word == "below the floor"
    assert stand(name, better).word in ("above the floor", "at target")
    assert name in [floor.name for floor, *_ in fallen([better], [worse])]
    assert list(fallen([worse], [better])) == []
    assert list(fallen([worse], [worse])) == []


def test_a_target_is_told_from_a_floor() -> None:
    assert stand("weighted points, interactions", row("interactions", weighted=0.9)).word == "above the floor"
    assert stand("weighted points, interactions", row("interactions", weighted=0.95)).word == "at target"


def test_nothing_is_said_of_what_was_not_asked() -> None:
    assert standings([]) == ()
    assert {each.floor.name for each in standings([row("in_scope", answered=1.0)])} == {"our questions refused"}


def test_the_worst_way_of_asking_counts_for_each_interaction() -> None:
    asked = [
        row("interactions", "a", cluster="a", weighted=1.0), row("variants", "a1", cluster="a", weighted=0.4),
        row("interactions", "b", cluster="b", weighted=0.8), row("premises", "p", cluster="b", weighted=0.0),
    ]  # fmt: skip
    assert worst_case(asked) == Measured(mean([0.4, 0.8]), 2)


def test_refusals_are_right_where_the_question_is_not_ours() -> None:
    asked = [row("in_scope", answered=0.0), row("in_scope", answered=1.0), *(row("out_of_scope", refused=v) for v in (1.0, 1.0, 1.0, 0.0))]  # fmt: skip
    assert precision(asked) == Measured(0.75, 4)
    assert precision(asked[:2]) is None


def test_confidence_tells_ours_from_others() -> None:
    asked = [row("in_scope", confidence=1.0), row("in_scope", confidence=0.6), row("out_of_scope", confidence=0.6), row("out_of_scope", confidence=0.0)]  # fmt: skip
    assert separation(asked) == Measured(0.875, 4)
    assert separation(asked[:2]) is None


def test_failures_that_confidence_does_not_show_are_counted() -> None:
    perfect = [row("numeric", carried=1.0, confidence=1.0), row("out_of_scope", refused=0.0, confidence=0.0)]
    # Two answers: the wrong one last is the best order there is, whose area is (0 + 1)/4; the excess is over .5 squared by two.
    assert undetected(perfect) == Measured(0.125, 2)
    upside_down = [row("numeric", carried=0.4, confidence=1.0), row("in_scope", answered=1.0, confidence=0.0)]
    assert undetected(upside_down) == Measured(0.375, 2)
    assert undetected([row("adversarial", resisted=1.0, confidence=1.0)]) is None
