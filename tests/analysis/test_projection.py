"""Projections: an estimate at marks from now to the end of its period, and what follows from it at each."""

import pytest

from kb.vocabulary import load_vocabulary
from service.analysis.estimates import estimate, said
from service.analysis.projection import Projection, project
from service.question.question import understand
from service.question.request import AskRequest

VOCABULARY = load_vocabulary()


def projection_of(text: str) -> Projection | None:
    facts = understand(AskRequest(question=text), VOCABULARY).facts
    return project(said(estimate(facts), facts.text))


def last_column(found: Projection) -> list[float]:
    return [mark.values[-1].result.value for mark in found.marks]


def test_what_is_kept_grows_to_its_retention_in_rows_bytes_and_copies() -> None:
    found = projection_of("9,000 beehives report every 2 minutes with 40 bytes each, kept 5 years, RF 3. Disk?")
    assert found is not None
    assert [column.estimate.name for column in found.columns] == ["rows_kept", "bytes_kept", "stored_total"]
    assert [mark.label for mark in found.marks] == ["1 year", "2 years", "3 years", "4 years", "5 years"]
    assert last_column(found) == pytest.approx([n * 75 * 31_536_000 * 40 * 3 for n in (1, 2, 3, 4, 5)])


def test_growth_is_compounded_from_what_is_there_today() -> None:
    found = projection_of("Our 800 GB wiki grows 60% a year. Where are we in three years?")
    assert found is not None
    assert [mark.label for mark in found.marks] == ["today", "1 year", "2 years", "3 years"]
    assert last_column(found) == pytest.approx([800e9, 1280e9, 2048e9, 3276.8e9])


def test_steady_growth_adds_the_same_in_every_period() -> None:
    found = projection_of("5 TB that grows by 300 GB a month. How big in ten months?")
    assert found is not None
    assert len(found.marks) == 6
    assert last_column(found)[-1] == pytest.approx(8e12)


@pytest.mark.parametrize(
    ("kept", "marks"), [("90 days", 6), ("3 months", 3), ("30 days", 6), ("13 months", 5), ("20 years", 5)]
)
def test_there_are_three_to_six_marks_whatever_the_period(kept: str, marks: int) -> None:
    found = projection_of(f"300 inserts/s of 200 bytes each, kept {kept}. How much storage?")
    assert found is not None
    assert len(found.marks) == marks


@pytest.mark.parametrize(
    "text",
    [
        "60 TB of traces, at most 4 TB on a shard. How many shards?",
        "300 inserts/s of 200 bytes each. Storage?",
        "99.95% SLA: how much downtime in a year?",
    ],
)
def test_what_does_not_grow_is_not_projected(text: str) -> None:
    assert projection_of(text) is None
