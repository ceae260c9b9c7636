"""A compiled knowledge base as bytes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kb.entry import FrontMatter, KnowledgeBase
from kb.errors import SnapshotError
from kb.loader import load, own_entries
from kb.snapshot import dump, restore

SAMPLE = Path(__file__).parent / "sample"


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    return load([SAMPLE])


def test_what_is_restored_is_what_was_dumped(kb: KnowledgeBase) -> None:
    restored = restore(dump(kb))
    assert restored == kb
    assert all(type(restored.entries[each].meta) is type(entry.meta) for each, entry in kb.entries.items())
    assert dump(restored) == dump(kb)


def test_sections_are_found_by_anchor_after_the_round_trip(kb: KnowledgeBase) -> None:
    section = restore(dump(kb)).section("patterns/partial-index#rule-float-money")
    assert section == kb.section("patterns/partial-index#rule-float-money")
    assert section is not None


def test_a_teams_plain_entry_stays_plain(tmp_path: Path, front: Callable[[str], str]) -> None:
    (tmp_path / "technologies").mkdir()
    (tmp_path / "technologies/ours.md").write_text(front(""), encoding="utf-8")
    kb = load([SAMPLE, tmp_path])
    restored = restore(dump(kb))
    assert restored == kb
    assert type(restored.entries["technologies/ours"].meta) is FrontMatter


def test_fence_statuses_survive(kb: KnowledgeBase) -> None:
    verified = KnowledgeBase(kb.entries, kb.digest, {"abc": "executed"})
    assert restore(dump(verified)).fences == {"abc": "executed"}


def test_our_own_entries_survive() -> None:
    kb = load([own_entries()])
    assert restore(dump(kb)) == kb


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"format": 1}',
        json.dumps({"format": 1, "digest": "", "fences": {}, "entries": [{"id": "x"}]}).encode(),
    ],
)
def test_other_bytes_are_refused_with_the_way_out(data: bytes) -> None:
    with pytest.raises(SnapshotError, match="build the edition again"):
        restore(data)


def test_another_format_is_refused(kb: KnowledgeBase) -> None:
    with pytest.raises(SnapshotError, match="has format 99"):
        restore(dump(kb).replace(b'{"format":1', b'{"format":99', 1))
