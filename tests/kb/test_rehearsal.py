"""Guidance rules against their examples."""

from typing import Protocol

import pytest

from kb.errors import Problem

PATTERN = "patterns/partial-index"


class Bench(Protocol):
    def replace(self, entry_id: str, old: str, new: str) -> None: ...
    def line_of(self, entry_id: str, text: str) -> int: ...
    def problems(self) -> list[Problem]: ...
    def errors(self) -> list[str]: ...


FIRES_MONEY = "fires: [{column.type: float, column.meaning: money}]"
SPARES_MONEY = "spares: [{column.type: numeric, column.meaning: money}]"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (FIRES_MONEY, "fires: [{column.type: text, column.meaning: money}]", "{'column.type': 'text', 'column.meaning': 'money'} does not fire it"),
        (SPARES_MONEY, "spares: [{column.type: real, column.meaning: money}]", "fires it: mend 'when' or the example"),
        (SPARES_MONEY, "spares: []", "'spares' has no example"),
        (FIRES_MONEY, "fires: [{column.colour: red}]", "the example states 'column.colour'"),
        ('fires: ["We have 2M rows", {', "fires: [{", "'fires' has no sentence as somebody would type it"),
        ('fires: ["indexes are free"]', 'fires: ["indexes are small"]', "does not hold the belief by its cues"),
        ('spares: ["indexes are not free"]', 'spares: ["indexes cost nothing"]', "holds the belief by its cues"),
        ('fires: ["my partial index is ignored"]', "fires: [{workload.rows: 5}]", "write its examples as sentences"),
        ('when: {volume.rows: "> 1 billion"}', 'when: {volume.rows: "> 5 TB"}', "cannot be decided"),
        ('spares: [{workload.writes_per_s: "8/s", workload.retention: "30 d"}]', 'spares: [{workload.writes_per_s: "8000/s", workload.retention: "30 d"}]', "fires it"),
    ],
)  # fmt: skip
def test_an_example_that_turns_out_otherwise_is_told(bench: Bench, old: str, new: str, words: str) -> None:
    bench.replace(PATTERN, old, new)
    assert [each for each in bench.errors() if words in each], bench.errors()


def test_what_examples_share_may_be_given_once(bench: Bench) -> None:
    bench.replace(PATTERN, FIRES_MONEY, "given: {column.meaning: money}\n    fires: [{column.type: float}]")
    bench.replace(PATTERN, SPARES_MONEY, "spares: [{column.type: numeric}]")
    assert bench.errors() == []


def test_an_example_may_rest_on_what_another_rule_derives(bench: Bench) -> None:
    assert bench.errors() == []
    bench.replace(PATTERN, "rows(workload.writes_per_s, 30 d)", "rows(workload.writes_per_s, 1 d)")
    (problem,) = bench.problems()
    assert "does not fire it" in problem.text
    assert problem.line == bench.line_of(PATTERN, "source: pg-partial") + 1
