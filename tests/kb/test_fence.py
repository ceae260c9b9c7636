"""Info strings of code fences."""

import pytest

from kb.fence import read_fence


@pytest.mark.parametrize(
    ("info", "language", "engine", "attributes"),
    [
        ("sql postgresql", "sql", "postgresql", {}),
        ("sql postgresql plan=orders_idx nosort", "sql", "postgresql", {"plan": "orders_idx", "nosort": ""}),
        ("sql postgresql session=B expect=blocks:A then=error:23P01", "sql", "postgresql", {"session": "B", "expect": "blocks:A", "then": "error:23P01"}),
        ("json dynamodb op=CreateTable", "json", "dynamodb", {"op": "CreateTable"}),
        ("calc", "calc", "", {}),
        ("cql hidden", "cql", "", {"hidden": ""}),
        ("sql since=18", "sql", "", {"since": "18"}),
        ("", "", "", {}),
    ],
)  # fmt: skip
def test_an_info_string_is_language_engine_and_attributes(
    info: str, language: str, engine: str, attributes: dict[str, str]
) -> None:
    fence = read_fence(info, "select 1\n", 3)
    assert (fence.language, fence.engine, dict(fence.attributes)) == (language, engine, attributes)
    assert (fence.code, fence.line) == ("select 1", 3)


def test_the_digest_covers_code_and_expectation_but_not_spacing() -> None:
    digest = read_fence("sql postgresql  hidden", "select 1\n", 3).digest
    assert digest == read_fence("sql postgresql hidden", "select 1", 9).digest
    assert digest != read_fence("sql postgresql", "select 1", 3).digest
    assert digest != read_fence("sql postgresql hidden", "select 2", 3).digest


def test_only_a_fence_that_says_so_is_hidden() -> None:
    assert read_fence("sql postgresql seed hidden", "", 1).hidden
    assert not read_fence("sql postgresql", "", 1).hidden
