"""Building editions: what is written, kept, refused, and what survives a kill."""

import errno
import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.build import BuildRequest, Machinery, build
from ingest.edition import open_edition
from ingest.embeddings import Embedder
from ingest.errors import BuildError, IngestError, LockedError
from ingest.steps import STEPS, Draft
from kb.entry import KnowledgeBase
from kb.snapshot import dump

Make = Callable[..., KnowledgeBase]
POINTS = ("embedding", *(step.__name__ for step in STEPS))


def editions(data_dir: Path) -> list[str]:
    return sorted(path.name for path in (data_dir / "editions").iterdir())


def test_a_build_reports_what_it_wrote(tmp_path: Path, make_kb: Make, words: Embedder) -> None:
    ticks = iter([10.0, 12.5])
    seen: list[tuple[int, int]] = []
    report = build(
        BuildRequest(make_kb(), tmp_path, subjects={"patterns/outbox": "Outbox"}, utterances={}),
        words,
        lambda done, total: seen.append((done, total)),
        Machinery(clock=lambda: next(ticks)),
    )
    assert (report.created, report.entries, report.sections, report.nodes) == (True, 2, 6, 11)
    assert (report.embedded, report.cached, report.seconds) == (11, 0, 2.5)
    assert report.added == ("patterns/ledger", "patterns/queue")
    assert seen == [(0, 11), (11, 11)]


def test_the_same_knowledge_base_is_up_to_date(tmp_path: Path, make_kb: Make, words: Embedder) -> None:
    first = build(BuildRequest(make_kb(), tmp_path), words)
    again = build(BuildRequest(make_kb(), tmp_path), words)
    assert (again.edition, again.created, again.embedded) == (first.edition, False, 0)
    assert (again.added, again.changed, again.removed) == ((), (), ())


def test_a_rebuild_writes_another_directory_of_the_same_edition_from_cached_vectors(
    tmp_path: Path, make_kb: Make, words: Embedder
) -> None:
    first = build(BuildRequest(make_kb(), tmp_path), words)
    again = build(BuildRequest(make_kb(), tmp_path, rebuild=True), words)
    assert (again.created, again.edition, again.embedded, again.cached) == (True, first.edition, 0, first.embedded)
    assert (tmp_path / "current").read_text() == f"{first.edition}-2\n"


def test_only_changed_texts_are_embedded_and_the_entries_are_named(
    tmp_path: Path, make_kb: Make, words: Embedder
) -> None:
    build(BuildRequest(make_kb(queue="Old words.", ledger="Same."), tmp_path, subjects={}, utterances={}), words)
    report = build(
        BuildRequest(make_kb("x" * 64, queue="New words.", cache="Other."), tmp_path, subjects={}, utterances={}), words
    )
    assert (report.added, report.changed, report.removed) == (
        ("patterns/cache",),
        ("patterns/queue",),
        ("patterns/ledger",),
    )
    assert (report.embedded, report.cached) == (6, 4)


def test_the_edition_before_is_kept_and_older_ones_go(tmp_path: Path, make_kb: Make, words: Embedder) -> None:
    names = [build(BuildRequest(make_kb(str(n) * 64), tmp_path, subjects={}), words).edition for n in range(3)]
    assert editions(tmp_path) == sorted(names[1:])


def test_two_builds_of_the_same_entries_write_the_same_indexes(tmp_path: Path, make_kb: Make, words: Embedder) -> None:
    files = (
        "manifest.json",
        "nodes.json",
        "kb.json",
        "vectors.npy",
        "bm25/vocab.index.json",
        "bm25/data.csc.index.npy",
    )
    written = []
    for name in ("one", "two"):
        report = build(BuildRequest(make_kb(), tmp_path / name, subjects={}), words)
        written.append([(tmp_path / name / "editions" / report.edition / file).read_bytes() for file in files])
    assert written[0] == written[1]


def test_an_empty_knowledge_base_is_refused(tmp_path: Path, words: Embedder) -> None:
    with pytest.raises(BuildError, match="no entries"):
        build(BuildRequest(KnowledgeBase({}, "k", {}), tmp_path), words)


@pytest.mark.parametrize("point", POINTS)
def test_a_build_that_is_killed_leaves_the_old_edition_and_the_next_one_finishes(
    tmp_path: Path, make_kb: Make, words: Embedder, start_build: Callable[..., "subprocess.Popen[str]"], point: str
) -> None:
    data_dir, snapshot = tmp_path / "data", tmp_path / "new.json"
    old = build(BuildRequest(make_kb(), data_dir, subjects={}), words)
    newer = make_kb("n" * 64, queue="Other words about it.")
    snapshot.write_bytes(dump(newer))
    process = start_build(data_dir, snapshot, f"kill:{point}")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, errors
    opened = open_edition(data_dir, words)
    opened.close()
    pointed = point == "prune"
    assert (opened.id == old.edition) is not pointed
    report = build(BuildRequest(newer, data_dir, subjects={}), words)
    reopened = open_edition(data_dir, words)
    reopened.close()
    assert (reopened.id, report.created) == (report.edition, not pointed)
    assert ".building" not in editions(data_dir)


def test_a_second_builder_is_told_who_is_building(
    tmp_path: Path, make_kb: Make, words: Embedder, start_build: Callable[..., "subprocess.Popen[str]"]
) -> None:
    snapshot = tmp_path / "kb.json"
    snapshot.write_bytes(dump(make_kb()))
    process = start_build(tmp_path / "data", snapshot, "hold:sync")
    assert process.stdout is not None
    assert process.stdout.readline() == "reached\n"
    with pytest.raises(LockedError, match=f"process {process.pid}.*wait"):
        build(BuildRequest(make_kb(), tmp_path / "data"), words)


@pytest.mark.parametrize("position", range(len(STEPS)))
def test_a_full_disk_at_any_step_is_one_line_and_the_old_edition_stays(
    tmp_path: Path, make_kb: Make, words: Embedder, position: int
) -> None:
    old = build(BuildRequest(make_kb(), tmp_path, subjects={}), words)

    def full(_draft: Draft) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    steps = (*STEPS[:position], full, *STEPS[position:])
    with pytest.raises(BuildError, match=r"No space left on device.*DBARCH_DATA_DIR") as caught:
        build(BuildRequest(make_kb("n" * 64), tmp_path, subjects={}), words, machinery=Machinery(steps=steps))
    assert "\n" not in str(caught.value)
    opened = open_edition(tmp_path, words)
    opened.close()
    assert (opened.id == old.edition) is (position <= POINTS.index("point") - 1)
    assert ".building" not in editions(tmp_path)


def test_a_data_directory_that_cannot_be_made_is_one_line(tmp_path: Path, make_kb: Make, words: Embedder) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(IngestError, match=r"cannot be written.*DBARCH_DATA_DIR"):
        build(BuildRequest(make_kb(), tmp_path / "file" / "data"), words)


def test_an_edition_of_another_model_is_replaced(
    tmp_path: Path, make_kb: Make, make_embedder: Callable[..., Embedder]
) -> None:
    first = build(BuildRequest(make_kb(), tmp_path), make_embedder())
    other = build(BuildRequest(make_kb(), tmp_path), make_embedder("e" * 64))
    assert other.created
    assert other.edition != first.edition


def test_an_edition_that_is_damaged_is_built_again(tmp_path: Path, make_kb: Make, words: Embedder) -> None:
    report = build(BuildRequest(make_kb(), tmp_path), words)
    manifest = tmp_path / "editions" / report.edition / "manifest.json"
    manifest.write_text(json.dumps({"none": "of ours"}))
    assert build(BuildRequest(make_kb(), tmp_path), words).created
