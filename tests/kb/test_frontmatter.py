"""Front matter as text: values, lines, and what is easily written by mistake."""

import pytest

from kb.frontmatter import split


def test_values_and_body_are_taken_apart_with_their_lines() -> None:
    front = split("---\ntitle: A\nsources:\n  x: {title: B}\nlist:\n  - one\n  - two\n---\n# A\n")
    assert front.values == {"title": "A", "sources": {"x": {"title": "B"}}, "list": ["one", "two"]}
    assert (front.body, front.body_line, front.faults) == ("# A\n", 9, ())
    assert [front.line(*place) for place in (("title",), ("sources", "x"), ("list", 1))] == [2, 4, 7]


def test_a_value_without_a_line_has_that_of_the_nearest_above() -> None:
    front = split("---\na:\n  b: 1\n---\n")
    assert front.line("a", "b", "c", 3) == 3
    assert front.line("nowhere") == 1


def test_dates_stay_as_they_are_spelled() -> None:
    assert split("---\nday: 2026-11-24\n---\n").values == {"day": "2026-11-24"}


@pytest.mark.parametrize("text", ["", "# Title\n", "---\ntitle: A\n", "title: A\n---\n"])
def test_a_file_without_front_matter_is_a_fault(text: str) -> None:
    (fault,) = split(text).faults
    assert fault.line == 1
    assert "no front matter" in fault.text


@pytest.mark.parametrize(
    ("yaml", "line", "words"),
    [
        ("title: A\ntitle: B", 3, "'title' of the front matter is given twice, first in line 2"),
        ("a: {x: 1, x: 2}", 2, "'x' of 'a' is given twice"),
        ("a: b: c", 2, "is not YAML"),
        ("a: 1\nb: [1, 2", 3, "is not YAML"),
        ("- a\n- b", 2, "no mapping"),
        ("", 2, "no mapping"),
        ("a: 1\nyes: 2", 3, "key 'yes' of the front matter is not text"),
        ("a: 1\n? [x]\n: 2", 3, "is not text"),
        ("a: &x [1]\nb: *x", 2, "is a YAML alias"),
        ("a: &x [*x]", 2, "is a YAML alias"),
        ("a: !!binary aGk=", 2, "has the YAML tag"),
        ("a: !!python/object:os.x {}", 2, "has the YAML tag"),
        ("<<: {a: 1}", 2, "is not text"),
        ("a: 1\nb: .nan", 3, "'b' is not a finite number"),
        ("a: [1, {c: .inf}]", 2, "'a.1.c' is not a finite number"),
        (f"a: {'9' * 5000}", 2, "cannot be read"),
        (f"a: {'[' * 5000}", 2, "is not YAML"),
        ("a: \x07", 2, "is not YAML"),
    ],
)
def test_what_yaml_lets_through_or_trips_over_is_a_fault_with_its_line(yaml: str, line: int, words: str) -> None:
    faults = split(f"---\n{yaml}\n---\n# A\n").faults
    assert [fault for fault in faults if fault.line == line and words in fault.text], faults
