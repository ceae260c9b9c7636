import pytest

from kb.counterproof import scene_start
from kb.fence import read_fence

A, B, MAIN = "session=A", "session=B", ""
SCENES = [
    ([(MAIN, "CREATE TABLE t ()"), (A, "BEGIN; SELECT 1"), (B, "SELECT 2")], 1),
    ([(A, "BEGIN; SELECT 1; COMMIT"), (B, "SELECT 2")], 1),
    ([(A, "START TRANSACTION"), (A, "ROLLBACK TO SAVEPOINT s"), (B, "SELECT 2")], 0),
    ([(A, "BEGIN"), (A, "ROLLBACK"), (B, "SELECT 2")], 2),
    ([(A, "BEGIN"), (B + " expect=blocks:A", "SELECT 2"), (MAIN, "SELECT 3")], 2),
]


@pytest.mark.parametrize(("fences", "start"), SCENES)
def test_a_scene_begins_where_no_session_was_in_a_transaction(fences: list[tuple[str, str]], start: int) -> None:
    read = [read_fence(f"sql postgresql {attributes}", code, 1) for attributes, code in fences]
    assert scene_start(read, len(read) - 1) == start
