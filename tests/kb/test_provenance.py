"""Rules about where statements come from."""

from typing import Protocol

import pytest

from kb.errors import Problem

PATTERN = "patterns/partial-index"


class Bench(Protocol):
    def replace(self, entry_id: str, old: str, new: str) -> None: ...
    def line_of(self, entry_id: str, text: str) -> int: ...
    def problems(self) -> list[Problem]: ...
    def errors(self) -> list[str]: ...
    def warnings(self) -> list[str]: ...


SOURCE = '  {}: {{title: "A", url: "https://example.org/a", publisher: P, checked: 2026-11-24}}\n'


@pytest.mark.parametrize(
    ("old", "new", "marker", "words"),
    [
        ("[^pg-partial]\n\n## Sol", "[^pg-part]\n\n## Sol", "An index over", "footnote 'pg-part' has no source"),
        ("sources:\n", "sources:\n" + SOURCE.format("spare"), "  spare:", "source 'spare' is not used: cite it with [^spare]"),
        ("sources:\n", "sources:\n" + SOURCE.format("judgement"), "  judgement:", "a source is called 'judgement'"),
        ("Most rows match.[^judgement]", "Most rows match.", "Most rows", "paragraph 'Most rows match.' in 'When not to use' has neither footnote nor link"),
        ("know[^judgement] |", "know |", "| Size", "row 'Size | one more index to know' in 'Trade-offs' has neither"),
        ("says so.[^pg-partial]", "says so.", "- Few", "item 'Few rows match, and the query says so.' in"),
        ("stonedb.md#best-fit", "stonedb.md#worst-fit", "- See", "names no heading of 'technologies/stonedb'"),
        ("stonedb.md#best-fit", "woodb.md", "- See", "link 'technologies/woodb' leads to no entry"),
        ("../technologies/stonedb.md#best-fit", "https://example.org", "- See", "leaves the knowledge base"),
        ("../technologies/stonedb.md#best-fit", "/kb/stonedb", "- See", "leads to no entry"),
        ("    source: pg-partial\n    fires: [\"indexes", "    source: elsewhere\n    fires: [\"indexes", "source: elsewhere", "source 'elsewhere' is not defined"),
    ],
)  # fmt: skip
def test_a_statement_without_its_origin_is_told_with_its_line(
    bench: Bench, old: str, new: str, marker: str, words: str
) -> None:
    bench.replace(PATTERN, old, new)
    line = bench.line_of(PATTERN, marker)
    assert [each for each in bench.problems() if each.line == line and words in each.text], bench.problems()


def test_a_long_statement_is_shortened_in_the_problem(bench: Bench) -> None:
    bench.replace(PATTERN, "Most rows match.[^judgement]", "Most rows match " * 8)
    assert [each for each in bench.errors() if "…' in 'When not to use'" in each]


def test_a_sentence_that_leads_to_code_may_stand_bare(bench: Bench) -> None:
    assert bench.errors() == []
    bench.replace(PATTERN, "rows are in it:", "rows are in it.")
    assert len(bench.errors()) == 1


@pytest.mark.parametrize(
    "target",
    ["technologies/stonedb.md#best-fit", "technologies/stonedb.md", "patterns/partial-index.md#rule-float-money"],
)
def test_a_link_to_where_a_source_stands_is_enough(bench: Bench, target: str) -> None:
    bench.replace(PATTERN, "technologies/stonedb.md#best-fit", target)
    assert bench.errors() == []


def test_what_is_measured_is_shown_by_a_fence_that_runs(bench: Bench) -> None:
    bench.replace(PATTERN, "Most rows match.[^judgement]", "Most rows match.[^measured]")
    assert bench.errors() == []
    bench.replace(PATTERN, "```sql postgresql", "```sql mysql")
    assert [each for each in bench.errors() if "none here runs" in each]


def test_a_link_to_a_section_without_sources_is_a_chain(bench: Bench) -> None:
    bench.replace("technologies/stonedb", "Laws and borders.[^manual]", "See [where](#design-rules).")
    assert [each for each in bench.errors() if "is all that supports this item" in each]


def test_sources_of_facts_cells_items_and_lifecycle_are_looked_up(bench: Bench) -> None:
    bench.replace(
        "technologies/stonedb",
        'max_item_bytes: {value: "1 GB", source: manual}',
        'max_item_bytes: {value: "1 GB", source: m}',
    )
    bench.replace("technologies/stonedb", '"2 is current", source: manual', '"2 is current", source: l')
    bench.replace("tradeoffs/stone-or-wood", 'note: "laws", source: study', 'note: "laws", source: c')
    bench.replace("checklists/stone-review", "severity: high, source: mason", "severity: high, source: i")
    assert {each.split("'")[1] for each in bench.errors()} == {"m", "l", "c", "i"}


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ("A licence costs $400.", True),
        ("Support ended on 2026-11-12.", True),
        ("The default is 100 connections.", True),
        ("The limit is 16 MB. Plan.", True),
        ("Stop at 50 ms.", False),
        ("By default nothing happens. Stop at 50 ms.", False),
    ],
)
def test_a_hard_number_on_judgement_alone_is_a_warning(bench: Bench, text: str, warned: bool) -> None:
    bench.replace(PATTERN, "Most rows match.", text)
    assert (bench.errors(), len(bench.warnings())) == ([], warned)
    bench.replace(PATTERN, f"{text}[^judgement]", f"{text}[^judgement][^pg-partial]")
    assert bench.warnings() == []


def test_a_source_without_a_date_of_reading_is_a_warning(bench: Bench) -> None:
    bench.replace(PATTERN, ", checked: 2026-11-24}", "}")
    assert bench.errors() == []
    assert any("not read back: " in warning for warning in bench.warnings())
