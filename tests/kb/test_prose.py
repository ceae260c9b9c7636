"""Rules about what is written."""

from pathlib import Path
from typing import Protocol

import pytest

from kb.errors import KbError, Problem
from kb.loader import load
from kb.prose import embedded_text
from kb.tokens import load_token_counter

PATTERN = "patterns/partial-index"
SAMPLE = Path(__file__).parent / "sample"


class Bench(Protocol):
    def replace(self, entry_id: str, old: str, new: str) -> None: ...
    def line_of(self, entry_id: str, text: str) -> int: ...
    def problems(self) -> list[Problem]: ...
    def errors(self) -> list[str]: ...


def test_what_is_embedded_is_title_aliases_path_and_prose() -> None:
    entry = load([SAMPLE]).entries[PATTERN]
    assert embedded_text(entry, entry.anchors["the-query-must-imply-the-condition"]) == (
        "Partial index (filtered index)\nPitfalls > The query must imply the condition\nA parameter in place of the constant hides the condition."
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("one " * 111, ""),
        ("one " * 170, ""),
        ("one " * 190, "has 193 words and 196 tokens of prose"),
        ("identifier_with_parts " * 28, ""),
        ("a_b_c_d " * 36, "makes 2"),
        ("", ""),
    ],
)
def test_a_section_has_at_most_110_words_or_180_tokens(bench: Bench, text: str, words: str) -> None:
    bench.replace(PATTERN, "A parameter in", f"{text}A parameter in")
    bench.replace(PATTERN, " place of the constant hides the condition.", ".")
    told = bench.errors()
    assert [each for each in told if words in each] if words else told == []


def test_long_aliases_leave_too_little_room(bench: Bench) -> None:
    bench.replace(PATTERN, "aliases: [filtered index]", f"aliases: [{'filtered index ' * 125}]")
    assert len([each for each in bench.errors() if "at most 240 can be embedded" in each]) > 3


def test_tables_and_code_do_not_count(bench: Bench) -> None:
    bench.replace(PATTERN, "| Size |", f"| {'size ' * 300} |")
    bench.replace(PATTERN, "CREATE TABLE", f"-- {'word ' * 300}\nCREATE TABLE")
    assert bench.errors() == []


def test_an_empty_section_is_refused_unless_sections_stand_below(bench: Bench) -> None:
    bench.replace(PATTERN, "Most rows match.[^judgement]\n", "")
    (told,) = bench.errors()
    assert "section 'When not to use' is empty" in told


def test_an_empty_last_section_is_refused(bench: Bench) -> None:
    bench.replace(PATTERN, "A parameter in place of the constant hides the condition.[^pg-partial]\n", "")
    assert [each for each in bench.errors() if "is empty" in each]


@pytest.mark.parametrize(
    ("opening", "refused"),
    [("It costs", True), ("This is", True), ("Those that", True), ("Its size", True), ("Itself it", False), ("That-clauses", False), ("Theory says", False)],
)  # fmt: skip
def test_a_section_names_its_subject_first(bench: Bench, opening: str, refused: bool) -> None:
    bench.replace(PATTERN, "An index over all", f"{opening} over all")
    told = [each for each in bench.errors() if "name the subject" in each]
    assert len(told) == refused


@pytest.mark.parametrize(
    "word",
    [
        "simply",
        "Very",
        "leveraging",
        "seamlessly",
        "in order to",
        "best-in-class",
        "utilise",
        "robust",
        "It is important to note",
    ],
)
def test_padding_is_refused_with_its_line(bench: Bench, word: str) -> None:
    bench.replace(PATTERN, "pays for rows", f"pays {word} for rows")
    (problem,) = bench.problems()
    assert f"{word!r} is padding" in problem.text
    assert problem.line == bench.line_of(PATTERN, "pays")


@pytest.mark.parametrize(
    "old",
    [
        "because: sums drift",
        "reports read them",
        "A partial index holds",
        "if: money is",
        '"Make it numeric"',
        "### The query",
    ],
)
def test_padding_is_refused_in_rules_summary_and_headings(bench: Bench, old: str) -> None:
    new = old.replace('numeric"', 'very numeric"') if old.endswith('"') else f"{old} very"
    bench.replace(PATTERN, old, new)
    assert [each for each in bench.errors() if "'very' is padding" in each]


@pytest.mark.parametrize(
    ("path", "refused"),
    [("/home/anna/x", True), ("/Users/x", True), ("/root/.pgpass", True), ("C:\\Users\\x", True), ("/var/lib/postgresql", False), ("/tmp/x", False), ("a/home/x", False)],
)  # fmt: skip
def test_paths_of_a_machine_are_refused_in_prose_and_code(bench: Bench, path: str, refused: bool) -> None:
    bench.replace(PATTERN, "EXPLAIN names", f"`{path}` EXPLAIN names")
    bench.replace(PATTERN, "CREATE TABLE", f"-- {path}\nCREATE TABLE")
    assert len([each for each in bench.errors() if "path of one machine" in each]) == 2 * refused


def test_tokens_are_counted_beyond_the_cut_of_the_tokenizer_file() -> None:
    assert list(load_token_counter()(["", "one two", "one " * 300])) == [2, 4, 302]


def test_a_missing_tokenizer_is_told_with_the_way_out() -> None:
    with pytest.raises(KbError, match="make install"):
        load_token_counter("no_such_package")
