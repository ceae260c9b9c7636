"""Rules about what only one kind has."""

from pathlib import Path
from typing import Protocol

import pytest

from kb.errors import Problem

STORE, DESIGN, TRADEOFF, CHECKLIST, PATTERN = (
    "technologies/stonedb",
    "designs/court-bookings",
    "tradeoffs/stone-or-wood",
    "checklists/stone-review",
    "patterns/partial-index",
)


class Bench(Protocol):
    directory: Path

    def replace(self, entry_id: str, old: str, new: str) -> None: ...
    def line_of(self, entry_id: str, text: str) -> int: ...
    def problems(self) -> list[Problem]: ...
    def errors(self) -> list[str]: ...
    def warnings(self) -> list[str]: ...


@pytest.mark.parametrize(
    ("entry", "old", "new", "words"),
    [
        (PATTERN, "related: [technologies/stonedb]", "related: [technologies/woodb]", "'related' names 'technologies/woodb', which is no entry"),
        (PATTERN, "related: [technologies/stonedb]", "related: [patterns/partial-index]", "'related' names the entry itself"),
        (DESIGN, "uses: [patterns/partial-index]", "uses: [patterns/x]", "'uses' names 'patterns/x'"),
        (DESIGN, "store: technologies/stonedb", "store: technologies/x", "'store' names 'technologies/x'"),
        (DESIGN, "store: technologies/stonedb", "store: patterns/partial-index", "name an entry of technologies/"),
        (STORE, "foreign_keys: {", "foreign_locks: {", "fact 'foreign_locks' is not in kb/terms/facts.yaml"),
        (STORE, 'foreign_keys: {value: "yes"', "foreign_keys: {value: yes", "fact 'foreign_keys' is True: use one of 'no', 'partial', 'yes', in quotes"),
        (STORE, "{value: database,", "{value: galaxy,", "fact 'transaction_scope' is 'galaxy'"),
        (STORE, '{value: "1 GB",', '{value: "1 day",', "fact 'max_item_bytes': '1 day' is a duration"),
        (STORE, "{value: database, source: manual}", "{value: database, source: judgement}", "fact 'transaction_scope' rests on 'judgement'"),
        (STORE, '  querying: {score: 3, why: "readable by all"}\n', "", "scores for querying are missing"),
        (STORE, "  querying: {", "  beauty: {", "criterion 'beauty' is not in kb/terms/criteria.yaml"),
        (STORE, "facts: [transaction_scope, foreign_keys]", "facts: [joins]", "rests on fact 'joins', which is not given"),
        (DESIGN, "name: reservation", "name: dance", "shape 'dance' is not in kb/terms/shapes.yaml"),
        (DESIGN, "resource: court", "dancer: court", "shape 'reservation' has no role 'dancer'"),
        (DESIGN, "resource: court", "dancer: court", "leaves the roles resource open"),
        (TRADEOFF, "options: [technologies/stonedb, wood]", "options: [technologies/glass, technologies/stonedb, wood]", "option 'technologies/glass' is no entry"),
        (TRADEOFF, "{option: wood,", "{option: glass,", "the cell's option 'glass' is not among 'options'"),
        (TRADEOFF, "{option: wood, criterion: built_for", "{option: wood, criterion: colour", "the cell's criterion 'colour' is not among 'criteria'"),
        (TRADEOFF, "{option: wood, criterion: built_for", "{option: wood, criterion: integrity", "repeats the criterion 'integrity' of the vocabulary"),
        (TRADEOFF, "{option: wood,", "{option: technologies/stonedb,", "stands twice"),
        (CHECKLIST, "#float-money", "#float", "names the rule 'patterns/partial-index#float', which does not exist"),
        (CHECKLIST, "patterns/partial-index#float-money", "patterns/x#y", "names the rule 'patterns/x#y', which does not exist"),
        (CHECKLIST, 'why: "a leaning stone falls", ', "", "item 'upright' lacks 'why'"),
        (CHECKLIST, "id: upright, ", "", "item 1 lacks 'id'"),
        (PATTERN, "= 1/s", "= 2/s", "'per_day' is 1/s, not 2/s"),
        (DESIGN, "booking : has", "member : has", "the diagram shows member, which no SQL here creates"),
        (DESIGN, "```mermaid", "```text", "the design has no 'mermaid' fence with an erDiagram"),
    ],
)  # fmt: skip
def test_a_profile_that_breaks_a_rule_is_told(bench: Bench, entry: str, old: str, new: str, words: str) -> None:
    bench.replace(entry, old, new)
    assert [each for each in bench.errors() if words in each], bench.errors()


def test_a_tool_has_facts_only(bench: Bench) -> None:
    path = bench.directory / f"{STORE}.md"
    text = path.read_text(encoding="utf-8").replace("data_models: [relational]", "data_models: []")
    path.write_text(text[: text.index("scores:")] + text[text.index("guidance:") :], encoding="utf-8")
    assert bench.errors() == []


def test_two_items_may_not_share_an_id(bench: Bench) -> None:
    item = "  - {id: upright, check: a, why: b, how_to_verify: c, source: mason}\n"
    bench.replace(CHECKLIST, "items:\n", f"items:\n{item}")
    assert [each for each in bench.errors() if "item id 'upright' stands twice" in each]


def test_a_calculation_is_told_with_its_own_line(bench: Bench) -> None:
    bench.replace(PATTERN, "= 1/s", "= 2/s")
    (problem,) = bench.problems()
    assert problem.line == bench.line_of(PATTERN, "per_day")


def test_a_diagram_that_leaves_out_tables_is_a_warning(bench: Bench) -> None:
    bench.replace(DESIGN, "CREATE TABLE court ", "CREATE TABLE log (id bigint);\nCREATE TABLE court ")
    assert (bench.errors(), len(bench.warnings())) == ([], 1)


def test_hidden_tables_are_not_drawn(bench: Bench) -> None:
    bench.replace(
        DESIGN, "## Indexes\n", "```sql postgresql hidden\nCREATE TABLE log (id bigint);\n```\n\n## Indexes\n"
    )
    assert bench.warnings() == []
