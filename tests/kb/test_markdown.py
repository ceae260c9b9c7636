"""Bodies of entries: sections, blocks, statements and their places."""

import pytest

from kb.entry import Section, Statement
from kb.markdown import Sections, parse_sections, slug


def read(text: str) -> Sections:
    return parse_sections("patterns/x", text, 1)


def only(text: str) -> Section:
    (section,) = read(f"# T\n\n## H\n\n{text}\n").sections
    return section


def statements(text: str) -> list[Statement]:
    section = only(text)
    found = [statement for block in section.blocks for statement in block.statements]
    assert all(section.text[s.start : s.end] == s.text for s in found)
    return found


def test_headings_become_sections_with_path_level_and_line() -> None:
    found = parse_sections("patterns/x", "# T\n\n## A b\n\n### C\n\ntext\n\n## D\n", 10)
    assert (found.title, found.title_line, found.faults) == ("T", 10, ())
    assert [(s.anchor, s.heading, s.path, s.level, s.line) for s in found.sections] == [
        ("a-b", "A b", ("A b",), 2, 12),
        ("c", "C", ("A b", "C"), 3, 14),
        ("d", "D", ("D",), 2, 18),
    ]
    assert found.sections[0].id == "patterns/x#a-b"


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("How to verify", "how-to-verify"),
        ("1×, 10×: what then?", "1-10-what-then"),
        ("$lookup is a join", "lookup-is-a-join"),
        ("max_connections & you", "max_connections--you"),
        ("Trade-offs", "trade-offs"),
        ("Ärger", "ärger"),
    ],
)
def test_anchors_are_those_of_github(heading: str, anchor: str) -> None:
    assert slug(heading) == anchor


def test_a_repeated_heading_gets_a_number() -> None:
    found = read("# T\n\n## A\n\n## A 1\n\n## A\n\n## A\n\n## A-1\n")
    assert [s.anchor for s in found.sections] == ["a", "a-1", "a-2", "a-3", "a-1-1"]


def test_plain_text_has_no_markup_and_markdown_has_no_footnotes() -> None:
    (statement,) = statements(
        'A **bold** `x[^y]` and\n[link](../patterns/y.md#p "t").[^one] More &amp; <https://e.org>.[^two][^one]'
    )
    assert statement.text == "A bold x[^y] and link. More & https://e.org."
    assert statement.markdown == 'A **bold** `x[^y]` and [link](../patterns/y.md#p "t"). More &amp; <https://e.org>.'
    assert statement.sources == ("one", "two")
    assert statement.links == ("patterns/y#p", "https://e.org")
    assert (statement.kind, statement.line) == ("paragraph", 5)


@pytest.mark.parametrize(
    ("target", "link"),
    [
        ("#here", "patterns/x#here"),
        ("y.md", "patterns/y"),
        ("../designs/z.md#a", "designs/z#a"),
        ("../../secret.md", "../../secret.md"),
        ("/etc/passwd", "/etc/passwd"),
        ("y.txt", "y.txt"),
        ("mailto:a@b.c", "mailto:a@b.c"),
        ("//e.org/x.md", "//e.org/x.md"),
    ],
)
def test_links_to_entries_become_ids_and_others_stay(target: str, link: str) -> None:
    assert statements(f"[a]({target})")[0].links == (link,)


def test_a_footnote_may_touch_a_link_and_is_none_itself() -> None:
    (statement,) = statements("See [the other](y.md)[^b](no link).")
    assert statement.text == "See the other(no link)."
    assert statement.markdown == "See [the other](y.md)(no link)."
    assert statement.sources == ("b",)


def test_lists_are_blocks_of_items_nested_ones_following() -> None:
    section = only("1. one[^a]\n\n   still one[^b]\n   - nested\n2. two\n")
    (block,) = section.blocks
    assert (block.kind, block.ordered) == ("list", True)
    assert [(s.kind, s.text, s.sources, s.line) for s in block.statements] == [
        ("item", "one still one", ("a", "b"), 5),
        ("item", "nested", (), 8),
        ("item", "two", (), 9),
    ]
    assert section.prose == "one still one\nnested\ntwo"


def test_code_within_a_list_ends_the_run_and_the_list_goes_on() -> None:
    section = only("- one\n\n  ```sql postgresql\n  select 1\n  ```\n\n  after\n- two\n")
    assert [block.kind for block in section.blocks] == ["list", "code", "list"]
    assert section.blocks[1].fence is not None
    assert section.blocks[1].fence.code == "select 1"
    assert [s.text for s in section.blocks[2].statements] == ["after", "two"]
    statements("- one\n\n  ```sql\n  select 1\n  ```\n\n  after\n- two\n")


def test_tables_keep_header_and_cells() -> None:
    section = only("| A *b* | C |\n|---|---|\n| `x \\| y`[^a] | [z](y.md)[^b] |\n| 2 | |\n")
    (block,) = section.blocks
    assert block.header == ("A b", "C")
    first, second = block.statements
    assert (first.text, first.cells, first.sources) == ("x | y | z", ("`x | y`", "[z](y.md)"), ("a", "b"))
    assert (first.markdown, first.line, first.links) == ("`x | y` | [z](y.md)", 7, ("patterns/y",))
    assert (second.text, second.cells) == ("2 | ", ("2", ""))
    assert section.text[second.start : second.end] == second.text
    assert section.prose == ""


def test_fences_are_statements_with_their_code() -> None:
    section = only("Before:\n\n```sql postgresql hidden\nselect 1;\n\nselect 2;\n```\n")
    code = section.blocks[1]
    assert code.fence is not None
    assert (code.fence.line, code.fence.engine, code.fence.hidden) == (7, "postgresql", True)
    assert code.statements[0].text == "select 1;\n\nselect 2;"
    assert section.text == "Before:\nselect 1;\n\nselect 2;"


def test_quotations_are_read_as_what_stands_in_them() -> None:
    assert [s.text for s in statements("> one[^a]\n>\n> - two\n")] == ["one", "two"]


def test_hard_breaks_are_spaces_and_empty_statements_are_none() -> None:
    assert [s.text for s in statements("one  \ntwo\n\n[^a]\n\n- \n- x\n")] == ["one two", "x"]


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("## A\n", 1, "no H1"),
        ("# T\n\n# U\n\n## A\n", 3, "a second H1"),
        ("# T\n\nloose\n\nlooser\n\n## A\n", 3, "before the first '## ' heading"),
        ("# T\n\n## A\n\n##### B\n", 5, "too deep"),
        ("# T\n\n## A[^x]\n", 3, "carries a footnote"),
        ("# T\n\n## A\n\n[^x]: https://e.org\n", 5, "a footnote is defined in the body"),
        ("# T\n\n## A\n\n<div>x</div>\n", 5, "raw HTML"),
        ("# T\n\n## A\n\ntext <b>x</b>\n", 5, "raw HTML"),
        ("# T\n\n## A <b>\n", 3, "raw HTML"),
        ("# T\n\n## A\n\n| a |\n|---|\n| <br> |\n", 7, "raw HTML"),
        ("# T\n\n## A\n\n![i](u.png)\n", 5, "an image"),
        ("# T\n\n## A\n\n[a[^x]](y.md)\n", 5, "cannot be read"),
        ("# T\n\n## A\n\na[^x y]\n", 5, "cannot be read"),
        ("# T\n\n## A\n\n    code\n", 5, "code by indentation"),
        ("# T\n\n## A\n\ntext\n\n---\n\nmore\n", 7, "a horizontal rule"),
        ("# T\n\n## A\n\n- # B\n", 5, "inside a list"),
        ("# T\n\n## A\n\n> ## B\n", 5, "inside a list or a quotation"),
    ],
)
def test_what_entries_may_not_hold_is_a_fault_with_its_line(body: str, line: int, words: str) -> None:
    faults = read(body).faults
    assert [fault.line for fault in faults if words in fault.text] == [line], faults


def test_an_image_leaves_its_words() -> None:
    assert statements("![a view](u.png)")[0].text == "a view"


def test_a_footnote_in_the_header_of_a_table_holds_for_rows_without_their_own() -> None:
    body = "# Title\n\n## Problem\n\n| a | b[^judgement] |\n|---|---|\n| 1 | 2 |\n| 3 | 4[^pg] |\n"
    sections = parse_sections("patterns/x", body, 1).sections
    rows = sections[0].blocks[0].statements
    assert [row.sources for row in rows] == [("judgement",), ("pg",)]
