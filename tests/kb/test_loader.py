"""From files to a knowledge base."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kb.entry import FrontMatter
from kb.errors import EntryError, Problem
from kb.files import MOST_BYTES
from kb.kinds import Pattern
from kb.loader import collect, load, own_entries, parse_lock, read_fence_lock

SAMPLE = Path(__file__).parent / "sample"
Front = Callable[[str], str]


def put(directory: Path, place: str, content: str | bytes) -> Path:
    path = directory / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def told(directory: Path) -> list[str]:
    return [f"{Path(each.path).name}:{each.line}: {each.text}" for each in collect([directory])[1]]


def test_entries_are_read_in_order_of_their_ids() -> None:
    kb = load([SAMPLE])
    assert list(kb.entries) == sorted(kb.entries)
    entry = kb.entries["patterns/partial-index"]
    assert isinstance(entry.meta, Pattern)
    assert (entry.kind, entry.path, entry.title) == ("patterns", "patterns/partial-index.md", "Partial index")
    assert entry.sections[0].heading == "Problem"


def test_the_same_files_have_the_same_digest_and_others_another(tmp_path: Path, front: Front) -> None:
    put(tmp_path, "references/a.md", front(""))
    first = load([tmp_path]).digest
    assert load([tmp_path]).digest == first
    put(tmp_path, "references/a.md", front("tags: [x]\n"))
    assert load([tmp_path]).digest != first


def test_every_problem_of_every_file_is_raised_at_once(tmp_path: Path, front: Front) -> None:
    put(tmp_path, "patterns/a.md", front(""))
    put(tmp_path, "references/b.md", front("colour: red\n"))
    put(tmp_path, "references/c.md", "no front matter")
    with pytest.raises(EntryError) as raised:
        load([tmp_path])
    told = str(raised.value)
    assert "'category' is missing: add it" in told
    assert "'colour' is not a key that is known here" in told
    assert "no front matter" in told
    assert raised.value.problems == tuple(sorted(raised.value.problems))


@pytest.mark.parametrize(
    ("line", "number", "words"),
    [
        ("colour: red\n", 6, "'colour' is not a key"),
        ("reviewed: tomorrow\n", 6, "'reviewed' is not valid"),
        ("reviewed: 2026-13-45\n", 6, "'reviewed' is not valid"),
        ("covers: [X1]\n", 6, "'covers.0' is not valid"),
        ("answers:\n  - {q: a, section: b}\n  - {q: a}\n", 8, "'answers.1.section' is missing"),
        ("tags:\n  - a\n  - []\n", 8, "'tags.1' is not valid"),
        ("guidance:\n  - id: a\n    if: b\n    into: nowhere\n    explained: ours\n    source: wiki\n", 9, "'guidance.0.into' is not valid"),
        ("guidance:\n  - id: a\n    if: b\n    into: schema\n    explained: ours\n    source: book\n", 11, "source 'book' is not defined"),
    ],
)  # fmt: skip
def test_a_problem_of_front_matter_has_the_line_of_its_key(
    tmp_path: Path, front: Front, line: str, number: int, words: str
) -> None:
    put(tmp_path, "references/a.md", front(line))
    assert [each for each in told(tmp_path) if each.startswith(f"a.md:{number}: {words}")], told(tmp_path)


def test_a_footnote_without_a_source_is_a_problem_with_its_line(tmp_path: Path, front: Front) -> None:
    put(tmp_path, "references/a.md", front("").replace("[^wiki]", "[^book]"))
    (problem,) = told(tmp_path)
    assert problem.startswith("a.md:11: footnote 'book' has no source: add it under 'sources'")


def test_faults_of_the_body_are_told_beside_those_of_the_front_matter(tmp_path: Path, front: Front) -> None:
    put(tmp_path, "references/a.md", front("a: b: c\n") + "\n<div></div>\n")
    assert len(told(tmp_path)) == 2


@pytest.mark.parametrize(
    ("place", "content", "words"),
    [
        ("references/a.md", b"\xff\xfe", "is not UTF-8 (byte 0)"),
        ("references/a.md", b"---\ntitle: \x00\n---\n", "holds a NUL character"),
        ("references/a.md", b"x" * (MOST_BYTES + 1), "has more than 400 kB"),
        ("references/a.md", b"", "no front matter"),
        ("references/Big_Name.md", b"", "is no slug"),
        ("references/a.txt", b"", "is no entry"),
        ("recipes/a.md", b"", "is not in the folder of a kind"),
        ("references/deep/a.md", b"", "is not in the folder of a kind"),
        ("a.md", b"", "is not in the folder of a kind"),
    ],
)
def test_a_file_that_cannot_be_an_entry_is_a_problem(tmp_path: Path, place: str, content: bytes, words: str) -> None:
    put(tmp_path, place, content)
    assert len(told(tmp_path)) == 1
    assert words in told(tmp_path)[0]


def test_windows_line_ends_and_a_byte_order_mark_are_read(tmp_path: Path, front: Front) -> None:
    put(tmp_path, "references/a.md", b"\xef\xbb\xbf" + front("").replace("\n", "\r\n").encode())
    assert load([tmp_path]).entries["references/a"].title == "Own way"


def test_readme_and_hidden_files_may_lie_beside_entries(tmp_path: Path, front: Front) -> None:
    put(tmp_path, "README.md", "ours")
    put(tmp_path, ".git/config", "x")
    put(tmp_path, "references/.a.md.swp", "x")
    put(tmp_path, "references/a.md", front(""))
    assert told(tmp_path) == []


def test_a_link_within_the_directory_is_read_and_one_out_of_it_is_not(tmp_path: Path, front: Front) -> None:
    secret = put(tmp_path, "secret.md", front(""))
    entries = tmp_path / "entries"
    put(entries, "references/.data/a.md", front(""))
    (entries / "references/a.md").symlink_to(entries / "references/.data/a.md")
    (entries / "references/b.md").symlink_to(secret)
    (entries / "references/c.md").symlink_to(entries / "references/c.md")
    (entries / "patterns").symlink_to(tmp_path)
    kb, problems = collect([entries])
    assert list(kb.entries) == ["references/a"]
    assert {Path(each.path).name: each.text.split(":")[0] for each in problems} == {
        "b.md": "is a link that leads out of the directory",
        "c.md": "is no regular file",
        "patterns": "is no entry",
    }


def test_a_file_that_may_not_be_read_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "references").mkdir()
    os.mkfifo(tmp_path / "references/pipe.md")
    assert "is no regular file" in told(tmp_path)[0]


def test_a_missing_directory_is_a_problem(tmp_path: Path) -> None:
    assert "is no directory" in told(tmp_path / "nowhere")[0]


def test_problems_name_files_as_they_are_seen_from_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    put(tmp_path, "references/a.md", "")
    monkeypatch.chdir(tmp_path)
    assert collect([tmp_path])[1][0].path == "references/a.md"


def test_a_teams_entry_needs_title_summary_sources_and_headings_only(tmp_path: Path, front: Front) -> None:
    put(tmp_path, "technologies/ours.md", front("family: graph\n"))
    kb, problems = collect([SAMPLE, tmp_path])
    assert type(kb.entries["technologies/ours"].meta) is FrontMatter
    (hint,) = problems
    assert hint.warning
    assert "'data_models'" in hint.text
    assert load([SAMPLE, tmp_path]).entries["technologies/ours"].sections[0].anchor == "ours"


def test_a_teams_entry_with_the_keys_of_its_kind_is_of_its_kind(tmp_path: Path, front: Front) -> None:
    put(tmp_path, "patterns/ours.md", front("category: caching\ncomplexity: low\nreversibility: easy\n"))
    assert isinstance(load([SAMPLE, tmp_path]).entries["patterns/ours"].meta, Pattern)


@pytest.mark.parametrize("line", ["colour: red\n", "complexity: huge\n", "tags: 5\n", "family: graph\ncovers: [X]\n"])
def test_a_teams_entry_is_held_to_what_it_does_write(tmp_path: Path, front: Front, line: str) -> None:
    put(tmp_path, "patterns/ours.md", front(line))
    with pytest.raises(EntryError):
        load([SAMPLE, tmp_path])


def test_a_teams_entry_without_its_sources_is_a_problem(tmp_path: Path) -> None:
    put(tmp_path, "patterns/ours.md", "---\ntitle: A\n---\n# A\n")
    problems = collect([SAMPLE, tmp_path])[1]
    assert [each.text for each in problems if "'sources' is missing" in each.text]


def test_an_overlay_may_not_take_an_id_of_ours(tmp_path: Path, front: Front) -> None:
    put(tmp_path, "references/stone-sizes.md", front(""))
    kb, problems = collect([SAMPLE, tmp_path])
    assert kb.entries["references/stone-sizes"].title == "Stone sizes"
    assert "id 'references/stone-sizes' is taken by" in problems[0].text


def test_our_own_entries_load() -> None:
    kb = load([own_entries()])
    assert "technologies/postgresql" in kb.entries
    assert kb.section("technologies/postgresql#typed-facts")
    assert kb.section("technologies/postgresql#nowhere") is None
    assert kb.section("technologies/nowhere#x") is None


def test_the_lock_holds_known_statuses_only() -> None:
    assert set(read_fence_lock().values()) <= {"executed", "instance", "parsed"}
    text = "# made by the check\nabc executed\n\ndef parsed\nghi believed\njkl\n"
    assert parse_lock(text) == {"abc": "executed", "def": "parsed"}


def test_problems_sort_by_place_and_say_when_they_are_warnings() -> None:
    error = EntryError([Problem("b.md", 1, "x"), Problem("a.md", 2, "y", warning=True)])
    assert str(error) == "a.md:2: warning: y\nb.md:1: x"
