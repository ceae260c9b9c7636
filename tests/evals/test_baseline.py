"""The baseline: written so that a diff can be read, read back as it was, refused in one line with the command that mends it."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import baseline as baselines
from evals.baseline import Baseline, Fingerprint, own_baseline
from evals.errors import BaselineError
from evals.score import Row
from evals.suite import Bench, Results

MADE_ON = Fingerprint(
    kb_digest="k", entries=2, model="m@1", edition_schema=1, cases="c", libraries={"scipy": "1", "ir-measures": "2"}
)
ROWS = (
    Row("variants", "b", "d2", {"words": 3.0, "errors": 0.0}, {"nugget:z": 1.0, "expects:0-ddl": 0.0}),
    Row("interactions", "a", "d1", {"weighted": 0.333333}),
)


def made(*rows: Row, reason: str = "it “moved”") -> Baseline:
    return baselines.of_run(Results(rows), MADE_ON, reason)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "offline.json"
    baselines.write(made(*ROWS), path)
    assert baselines.read(path) == made(*ROWS)


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)


@given(
    st.dictionaries(NAMES, st.dictionaries(NAMES, st.floats(0, 1), max_size=3), max_size=4),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
)
def test_any_scores_survive_the_file(
    tmp_path_factory: pytest.TempPathFactory, scores: dict[str, dict[str, float]], reason: str
) -> None:
    rows = [Row("interactions", name, "d", metrics) for name, metrics in scores.items()]
    path = tmp_path_factory.mktemp("any") / "b.json"
    baselines.write(made(*rows, reason=reason), path)
    assert baselines.read(path) == made(*rows, reason=reason)


def test_a_case_is_a_line_and_the_order_of_the_run_does_not_matter(tmp_path: Path) -> None:
    baselines.write(made(*ROWS), tmp_path / "a.json")
    baselines.write(made(*reversed(ROWS)), tmp_path / "b.json")
    text = (tmp_path / "a.json").read_text()
    assert text == (tmp_path / "b.json").read_text()
    assert [line.split('"')[1] for line in text.splitlines() if '"digest"' in line] == ["interactions/a", "variants/b"]
    assert json.loads(text)["reason"] == "it “moved”"


def test_a_baseline_without_cases_is_still_json(tmp_path: Path) -> None:
    baselines.write(made(), tmp_path / "a.json")
    assert baselines.read(tmp_path / "a.json").cases == {}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no baseline at '.*' (No such file or directory)"),
        (b"{", "is no baseline that this version wrote"),
        (b"\xff", "is no baseline that this version wrote"),
        (b'{"results": []}', "is no baseline that this version wrote"),
        (made().model_copy(update={"code_schema": 99}).model_dump_json().encode(), "has schema 99, this code reads 1"),
    ],
)
def test_what_is_no_baseline_is_said_with_the_command_that_makes_one(
    content: bytes | None, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "offline.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BaselineError) as raised:
        baselines.read(path)
    said = str(raised.value)
    assert words.replace(".*", str(path)) in said
    assert "`dbarch eval accept --reason …`" in said
    assert "\n" not in said


def test_ours_is_committed_beside_the_cases() -> None:
    assert own_baseline().parts[-3:] == ("evals", "baselines", "offline.json")


def test_a_fingerprint_tells_the_edition_the_model_and_the_cases(small_bench: Bench) -> None:
    seen = baselines.fingerprint(small_bench.edition, ROWS)
    manifest = small_bench.edition.manifest
    assert (seen.kb_digest, seen.entries, seen.edition_schema) == (manifest.kb_digest, 7, manifest.code_schema)
    assert seen.model == "words@dddddddddddd"
    assert set(seen.libraries) == {"ir-measures", "pytrec-eval-terrier", "scipy"}
    assert seen.cases == baselines.fingerprint(small_bench.edition, reversed(ROWS)).cases
    assert seen.cases != baselines.fingerprint(small_bench.edition, ROWS[:1]).cases
