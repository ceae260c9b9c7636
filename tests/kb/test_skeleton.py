"""Rules about an entry's frame."""

from pathlib import Path
from typing import Protocol

import pytest


class Bench(Protocol):
    directory: Path

    def replace(self, entry_id: str, old: str, new: str) -> None: ...
    def errors(self) -> list[str]: ...


PATTERN = "patterns/partial-index"


@pytest.mark.parametrize(
    ("entry", "old", "new", "words"),
    [
        (
            PATTERN,
            "# Partial index\n",
            "# Partial indexes\n",
            "the H1 'Partial indexes' is not the title 'Partial index'",
        ),
        ("technologies/stonedb", "title: StoneDB", "title: STONE SIZES", "is that of 'references/stone-sizes'"),
        (PATTERN, "## Solution", "## Answer", "heading 'Answer' is not one of patterns"),
        (PATTERN, "## Solution", "## Answer", "heading 'Solution' is missing"),
        (
            PATTERN,
            "## When not to use",
            "## Variants",
            "heading 'Variants' stands too late: it belongs before 'When to use'",
        ),
        (PATTERN, "## When not to use", "## When to use", "heading 'When to use' stands twice"),
        (PATTERN, "### The query", "#### The query", "skips a level: use '###'"),
        ("references/stone-sizes", "## By length", "### By length", "has no '## ' headings"),
        (PATTERN, "section: when-to-use", "section: whenever", "names the section 'whenever'"),
        (PATTERN, "Why does my small index not help?", "How do I see that the index is used?", "stands twice"),
        (
            PATTERN,
            'answers:\n  - {q: "Two in',
            'answers:\n  - {q: "a", section: problem}\n' * 1 + '  - {q: "Two in',
            "",
        ),
        ("references/stone-sizes", '  - {q: "How many?", section: by-length}\n', "", "'answers' has 2 questions"),
        (PATTERN, "covers: [IX-03]", "covers: [IX-99]", "code 'IX-99' is not in kb/terms/covers.yaml"),
        (PATTERN, "covers: [IX-03]\n", "", "'covers' is empty"),
        (PATTERN, "reviewed: 2026-11-24\n", "", "'reviewed' is missing"),
    ],
)
def test_a_frame_that_breaks_a_rule_is_told(bench: Bench, entry: str, old: str, new: str, words: str) -> None:
    bench.replace(entry, old, new)
    told = bench.errors()
    assert [each for each in told if words in each] if words else told == []


def test_an_entry_of_ours_that_recommends_has_guidance(bench: Bench) -> None:
    path = bench.directory / "playbooks/stone-to-wood.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("guidance:")] + text[text.index("---\n\n#") :], encoding="utf-8")
    assert [each for each in bench.errors() if "there is no 'guidance'" in each]


def test_more_rules_than_are_read_are_refused_derivations_not_counted(bench: Bench) -> None:
    rule = "  - {id: %s, if: b, into: indexes, explained: pitfalls, say: [do it], because: c, source: judgement, fires: [x], spares: [y]}\n"
    bench.replace(
        "patterns/partial-index", "guidance:\n", "guidance:\n" + "".join(rule % f"r{number}" for number in range(5))
    )
    assert bench.errors() == []
    bench.replace("patterns/partial-index", "guidance:\n", "guidance:\n" + rule % "one-more")
    assert [each for each in bench.errors() if "'guidance' has 11 rules" in each]
