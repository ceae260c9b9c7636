"""Sections rendered from front matter."""

from pathlib import Path

import pytest

from kb.entry import Section
from kb.loader import load

SAMPLE = Path(__file__).parent / "sample"


@pytest.fixture(scope="module")
def sections() -> dict[str, Section]:
    kb = load([SAMPLE])
    return {section.id: section for entry in kb.entries.values() for section in entry.derived}


def rows(section: Section) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    found = [statement for block in section.blocks for statement in block.statements]
    assert all(section.text[s.start : s.end] == s.text for s in found)
    return [(s.text, s.cells, s.sources) for s in found]


def test_typed_facts_carry_titles_values_notes_and_sources(sections: dict[str, Section]) -> None:
    found = rows(sections["technologies/stonedb#typed-facts"])
    assert found[0] == ("Widest transaction of StoneDB: database.", ("Widest transaction", "database", ""), ("manual",))
    assert found[1][0] == "Foreign keys of StoneDB: yes (since 1)."
    assert found[-1] == ("Lifecycle of StoneDB: active since 1996-07-08 (2 is current).", ("Lifecycle", "active since 1996-07-08", "2 is current"), ("manual",))  # fmt: skip


def test_a_score_cites_the_facts_that_it_rests_on_or_is_judgement(sections: dict[str, Section]) -> None:
    found = rows(sections["technologies/stonedb#scores"])
    assert found[0] == ("Transactional integrity of StoneDB: 5 of 5, because carved once.", ("Transactional integrity", "5 of 5", "carved once"), ("manual",))  # fmt: skip
    assert found[1][2] == ("judgement",)


def test_cells_name_the_option_as_people_do(sections: dict[str, Section]) -> None:
    found = rows(sections["tradeoffs/stone-or-wood#cells"])
    assert [text for text, _, _ in found] == [
        "Technologies/stonedb, built for: centuries (laws).",
        "Wood, built for: a season.",
    ]


def test_an_item_gives_reason_and_test_or_names_its_rule(sections: dict[str, Section]) -> None:
    section = sections["checklists/stone-review#items"]
    first, second = rows(section)
    assert first[0] == "It stands upright, because a leaning stone falls. To verify: Use a plumb line."
    assert second[0] == "Checked by the rule float money of patterns/partial-index."
    assert section.blocks[0].statements[1].links == ("patterns/partial-index#rule-float-money",)


def test_a_rule_is_one_paragraph_with_its_source(sections: dict[str, Section]) -> None:
    section = sections["patterns/partial-index#rule-many-rows"]
    ((text, cells, sources),) = rows(section)
    assert (
        text
        == "If a table has many rows: Index the open rows only, because the others are never asked for, unless reports read them."
    )
    assert (cells, sources, section.heading) == ((), ("pg-partial",), "A table has many rows")


def test_names_that_the_vocabulary_lacks_are_shown_as_words(tmp_path: Path) -> None:
    text = (SAMPLE / "technologies/stonedb.md").read_text(encoding="utf-8")
    text = text.replace("transaction_scope: {", "odd_fact: {").replace("  querying: {", "  odd_criterion: {")
    (tmp_path / "technologies").mkdir()
    (tmp_path / "technologies/stonedb.md").write_text(text.replace("lifecycle: {status: active, since: 1996-07-08, note: \"2 is current\", source: manual}", "lifecycle: {status: at_risk}"), encoding="utf-8")  # fmt: skip
    entry = load([tmp_path]).entries["technologies/stonedb"]
    assert rows(entry.derived[0])[0][0] == "odd fact of StoneDB: database."
    assert len(rows(entry.derived[0])) == 3
    assert "odd criterion of StoneDB" in entry.derived[1].text


def test_known_technologies_go_by_their_names(bench_text: str, tmp_path: Path) -> None:
    path = tmp_path / "tradeoffs/stone-or-wood.md"
    path.parent.mkdir()
    path.write_text(
        bench_text.replace("technologies/stonedb", "technologies/mysql").replace("wood,", "patterns/saga,"),
        encoding="utf-8",
    )
    text = load([tmp_path]).entries["tradeoffs/stone-or-wood"].derived[0].text
    assert text.startswith("MySQL, built for")
    assert "Saga and compensating transactions, built for" in text


@pytest.fixture
def bench_text() -> str:
    return (SAMPLE / "tradeoffs/stone-or-wood.md").read_text(encoding="utf-8")
