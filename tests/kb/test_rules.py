"""Rules about guidance rules."""

from typing import Protocol

import pytest

from kb.errors import Problem

PATTERN = "patterns/partial-index"


class Bench(Protocol):
    def replace(self, entry_id: str, old: str, new: str) -> None: ...
    def line_of(self, entry_id: str, text: str) -> int: ...
    def problems(self) -> list[Problem]: ...
    def errors(self) -> list[str]: ...


MANY = 'when: {volume.rows: "> 1 billion"}'
PREFER = "effect: {prefer: technologies/stonedb}"
BELIEVES = "{believes: [[index, indexes], [free, nothing]]}"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("id: words-only", "id: many-rows", "rule id 'many-rows' stands twice"),
        ("explained: when-to-use", "explained: whenever", "'explained' is 'whenever'"),
        ('    say: ["Every index costs a write"]\n', "", "'say' is missing"),
        ("    because: it is kept in step with the row\n", "", "'because' is missing"),
        ("Every index costs a write", "word " * 41, "'say' has 41 words, at most 40"),
        ("Every index costs a write", "Every {tenants:count} costs", "the last 'say' has a slot"),
        ("Plan for {volume.rows:count} rows", "Plan for {volume.rows} rows", "slot {volume.rows} has no known format"),
        ("Plan for {volume.rows:count} rows", "Plan for {volume.rows:pretty} rows", "slot {volume.rows:pretty} has no known format"),
        ("Plan for {volume.rows:count} rows", "Plan for {volume.litres:count} rows", "slot {volume.litres:count} names no attribute"),
        ("because: an index grows", "because: "'"{no.such:count}"'" #", "slot {no.such:count} names no attribute"),
        (MANY, "when: {volume.litres: known}", "'when' tests 'volume.litres', which is not in kb/terms/attributes.yaml"),
        (MANY, "when: {column.type: text}", "'when' tests 'column.type' of a column: add 'each: column'"),
        (MANY, 'when: {volume.rows: "> 5 TB"}', "'volume.rows': '5 TB' is a bytes"),
        (MANY, "when: {volume.rows: {some: [1]}}", "the test of 'volume.rows' is {'some': [1]}"),
        (MANY, "when: {volume.rows: {any: 1}}", "'any' of 'volume.rows' needs a list of tests"),
        (MANY, 'when: {volume.rows: {not: {all: ["> x"]}}}', "'volume.rows': 'x' is not a quantity"),
        (MANY, 'when: {volume.rows: "> 2 * {volume.litres}"}', "refers to 'volume.litres'"),
        (MANY, "when: {access.adhoc: often}", "'access.adhoc' is true or false, not 'often'"),
        (MANY, "when: {consistency: rock}", "'consistency' is one of strong, eventual"),
        (MANY, "when: {engine: rockdb}", "'engine' is 'rockdb', which is not in kb/terms/technologies.yaml"),
        (MANY, "when: {shape: dance}", "'shape' is 'dance', which is not in kb/terms/shapes.yaml"),
        (BELIEVES, "{believes: [[index]]}", "'believes' needs two groups"),
        (BELIEVES, "{believes: yes}", "'believes' needs two groups"),
        (BELIEVES, "{believes: [index, free]}", "'believes' needs two groups"),
        ("{volume.rows: \"rows(", "{volume.litres: \"rows(", "'derive' sets 'volume.litres'"),
        ("rows(workload.writes_per_s, 30 d)", "cows(1)", "'derive' of 'volume.rows': formula 'cows' is not known"),
        ("rows(workload.writes_per_s, 30 d)", "rows(workload.litres, 30 d)", "'derive' reads 'workload.litres'"),
        ("rows(workload.writes_per_s, 30 d)", "rows(workload.writes_per_s, 30 GB)", "'derive' of 'volume.rows': '30 GB' is a bytes"),
        ("{ask: workload.growth}", "{ask: mood}", "'ask' names 'mood'"),
        ('    ask: {text: "How fast does it grow?", assume: "20%", changes: {"0%": nothing changes}}\n', "", "'ask: {text, assume, changes}' is missing"),
        ("{correct: indexes-are-free}", "{correct: other}", "'correct' names 'other', which is no rule here"),
        (PREFER, "effect: {prefer: technologies/rockdb}", "'prefer' names 'technologies/rockdb', which is neither"),
        (PREFER, "effect: {prefer: {mood: good}}", "'prefer' sets 'mood'"),
        (PREFER, "effect: {prefer: {consistency: rock}}", "'consistency' is one of"),
        ("    unless: reports read them\n", "    unless: reports read them\n    severity: high\n", "'severity' and 'fix' belong to rules about pasted objects"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_work_is_told(bench: Bench, old: str, new: str, words: str) -> None:
    bench.replace(PATTERN, old, new)
    assert [each for each in bench.errors() if words in each], bench.errors()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (PREFER, "effect: {exclude: technologies/mysql}"),
        (PREFER, "effect: {avoid: {store.family: columnar}}"),
        (PREFER, "effect: {require: patterns/partial-index}"),
        (
            MANY,
            'when: {volume.rows: "> 1000 * {workload.users}", workload.users: unknown}'.replace(
                ", workload.users: unknown", ""
            ),
        ),
        (BELIEVES, "{believes: [[index, indexes], [free, nothing], {not: [backup]}]}"),
        ("Make {column:names} numeric", "Make {column:names} of {table.name:sql} numeric"),
    ],
)
def test_a_rule_that_works_is_left_alone(bench: Bench, old: str, new: str) -> None:
    bench.replace(PATTERN, old, new)
    told = [each for each in bench.errors() if "fire it" not in each]
    assert told == []


def test_a_fault_has_the_line_of_its_key(bench: Bench) -> None:
    bench.replace(PATTERN, "explained: when-to-use", "explained: whenever")
    (problem,) = bench.problems()
    assert problem.line == bench.line_of(PATTERN, "explained: whenever")
    assert problem.text.startswith("rule 'many-rows': ")


def test_what_an_earlier_rule_chose_may_be_tested(bench: Bench) -> None:
    bench.replace(PATTERN, MANY, "when: {chosen.tenancy: shared_schema}")
    bench.replace(
        PATTERN,
        '    source: pg-partial\n    fires: ["800 events/s, kept for 30 days", {workload.writes_per_s: "800/s", workload.retention: "30 d"}]\n    spares: [{workload.writes_per_s: "8/s", workload.retention: "30 d"}]',
        "    source: pg-partial\n    fires: [shared tables, {chosen.tenancy: shared_schema}]\n    spares: [{chosen.tenancy: database_per_tenant}]",
    )
    assert bench.errors() == []
