"""Two runs are compared from their files, and files that are none are refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from evals import baseline as baselines
from evals.comparison import compare, read_run
from evals.errors import BaselineError
from evals.report import jsonl
from evals.score import Row
from evals.suite import Results

MADE_ON = baselines.Fingerprint(kb_digest="k", entries=2, model="m@1", edition_schema=1, cases="c", libraries={})
BEFORE = Row("interactions", "a", "d", {"weighted": 0.75}, {"nugget:n": 1.0}, answer="One\u2028two\x85\nthree")
AFTER = replace(BEFORE, metrics={"weighted": 0.5}, points={"nugget:n": 0.0}, reasons={"nugget:n": "not made"})


def results(path: Path, *rows: Row) -> Path:
    path.write_text(jsonl(rows), encoding="utf-8")
    return path


def baseline(path: Path, *rows: Row, model: str = "m@1") -> Path:
    made_on = MADE_ON.model_copy(update={"model": model})
    baselines.write(baselines.of_run(Results(rows), made_on, "first"), path)
    return path


def test_a_run_is_read_as_it_was_written_whatever_line_ends_an_answer_holds(tmp_path: Path) -> None:
    assert read_run(results(tmp_path / "a.jsonl", BEFORE, AFTER)).rows == (BEFORE, AFTER)


def test_what_moved_and_which_gates_fail_is_told_for_unchanged_cases(tmp_path: Path) -> None:
    first = baseline(tmp_path / "a.json", BEFORE, replace(BEFORE, case="b"), replace(BEFORE, case="c"))
    second = results(tmp_path / "b.jsonl", AFTER, replace(AFTER, case="b", digest="e"), replace(BEFORE, case="c"))
    seen = compare(first, second)
    assert seen.moved == [("interactions/a", -0.25)]
    assert [str(f) for f in seen.findings] == ["ratchet interactions/a: lost nugget:n (not made)"]
    assert seen.compared == 2


def test_two_runs_and_two_baselines_are_compared_alike(tmp_path: Path) -> None:
    runs = compare(results(tmp_path / "a.jsonl", BEFORE), results(tmp_path / "b.jsonl", AFTER))
    kept = compare(baseline(tmp_path / "a.json", BEFORE), baseline(tmp_path / "b.json", AFTER))
    assert runs.moved == kept.moved
    assert [f.where for f in runs.findings] == [f.where for f in kept.findings] == ["interactions/a"]


def test_baselines_of_two_models_are_not_comparable(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="made with model 'm@1', this run with 'm@2'"):
        compare(baseline(tmp_path / "a.json", BEFORE), baseline(tmp_path / "b.json", BEFORE, model="m@2"))


def test_runs_without_a_case_in_common_are_not_comparable(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="have no unchanged case in common"):
        compare(results(tmp_path / "a.jsonl", BEFORE), results(tmp_path / "b.jsonl", replace(BEFORE, digest="e")))


@pytest.mark.parametrize("content", ["{", "[]", '{"suite": "a"}', '{"suite": "a", "case": "b", "digest": "c", "metrics": {"x": "y"}}'])  # fmt: skip
def test_a_file_that_is_no_run_is_refused_in_one_line(content: str, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(content)
    with pytest.raises(BaselineError) as raised:
        read_run(tmp_path / "a.jsonl")
    assert str(raised.value).endswith("a.jsonl' is no results.jsonl: `dbarch eval run` writes one")


def test_a_run_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match=r"none\.jsonl' cannot be read: No such file"):
        read_run(tmp_path / "none.jsonl")
