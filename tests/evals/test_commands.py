"""`dbarch eval` as it is typed: small real runs, what they print and how they end."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest

from evals.baseline import read
from evals.case import SUITES
from evals.case_files import load_cases
from evals.cli import guarded
from evals.judge import load_model
from evals.runner import print_opinions
from evals.score import Row
from evals.suite import Results
from ingest.build import BuildRequest, build
from ingest.embeddings import Embedder
from kb.entry import KnowledgeBase
from service.frontends.cli import main

Run = Callable[..., tuple[int, str, str]]
Written = Mapping[str, object]
Committed = Mapping[str, Sequence[Written]]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def dbarch(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, real_data_dir: Path) -> Run:
    for name in [name for name in os.environ if name.startswith("DBARCH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DBARCH_DATA_DIR", str(real_data_dir))

    def call(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["eval", *map(str, arguments)])
        printed = capsys.readouterr()
        return int(str(ended.value.code or 0)), printed.out, printed.err

    return call


@dataclass(frozen=True)
class Accepted:
    """A small suite with the baseline that was accepted for it, and a way to a copy of that with something changed."""

    cases: Path
    baseline: Path
    out: Path

    def changed(self, path: Path, *place: str, value: object) -> Path:
        content = json.loads(self.baseline.read_text(encoding="utf-8"))
        inner = content
        for name in place[:-1]:
            inner = inner[name]
        inner[place[-1]] = value
        path.write_text(json.dumps(content), encoding="utf-8")
        return path


def small_suite(committed: Committed) -> dict[str, Sequence[Written]]:
    """A few cases of every suite that asks the usual edition."""
    shop = committed["interactions"][0]
    return {
        "interactions": [shop],
        "variants": [next(v for v in committed["variants"] if v["of"] == shop["id"])],
        "behaviours": committed["behaviours"][:1],
        "out_of_scope": committed["out_of_scope"][:1],
        "in_scope": committed["in_scope"][:1],
        "premises": committed["premises"][:1],
        "adversarial": committed["adversarial"][:1],
        "numeric": committed["numeric"][:1],
        "queries": [{"id": "composite", "query": "order of columns in a composite index", "gold": {"patterns/composite-index-ordering#problem": 2}}],
    }  # fmt: skip


@pytest.fixture(scope="session")
def accepted(
    tmp_path_factory: pytest.TempPathFactory,
    real_data_dir: Path,
    write_cases: Callable[..., Path],
    committed: Committed,
) -> Accepted:
    place = tmp_path_factory.mktemp("accepted")
    made = Accepted(write_cases(place / "cases", **small_suite(committed)), place / "offline.json", place / "out")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBARCH_DATA_DIR", str(real_data_dir))
        with pytest.raises(SystemExit) as ended:
            main(["eval", "accept", "--reason", "the first", "--cases", str(made.cases), "--baseline", str(made.baseline), "--out", str(made.out)])  # fmt: skip
    assert ended.value.code == 0
    return made


def test_what_was_accepted_is_a_baseline_with_its_reason_and_fingerprint(accepted: Accepted) -> None:
    baseline = read(accepted.baseline)
    assert (baseline.reason, len(baseline.cases)) == ("the first", 9)
    assert baseline.fingerprint.model.startswith("all-MiniLM-L6-v2@")
    assert (accepted.out / "results.jsonl").read_text(encoding="utf-8").count("\n") == 9


def test_the_same_again_passes_and_leaves_results_and_a_report(accepted: Accepted, dbarch: Run, tmp_path: Path) -> None:
    code, out, err = dbarch("run", "--cases", accepted.cases, "--baseline", accepted.baseline, "--out", tmp_path)
    assert code == 0
    lines = out.splitlines()
    assert lines[0].startswith("9 cases on ")
    assert lines[0].endswith(" 9 of them as in the baseline “the first”")
    assert lines[-1] == "no regression"
    assert any(line.startswith("interactions ") and " vital " in line and line.endswith("n=1") for line in lines)
    assert any(line.startswith("service ") for line in lines)
    assert f"report: {tmp_path / 'report.html'}" in err
    assert (tmp_path / "results.jsonl").read_bytes() == (accepted.out / "results.jsonl").read_bytes()
    assert "No regression." in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert {path.suffix for path in tmp_path.iterdir()} == {".jsonl", ".html", ".run", ".qrels"}


def test_a_lost_point_ends_with_one_and_names_its_gate_and_a_judge_only_talks(
    accepted: Accepted, dbarch: Run, tmp_path: Path, endpoint: Callable[..., tuple[str, list[Written]]]
) -> None:
    key = next(name for name in read(accepted.baseline).cases if name.startswith("interactions/"))
    better = accepted.changed(tmp_path / "b.json", "cases", key, "points", "nugget:more", value=1.0)
    url, asked = endpoint('{"score": 1, "reason": "Useless."}', "babble", '{"score": 2, "reason": "Poor."}')
    arguments = ("--suite", "interactions", "--cases", accepted.cases, "--baseline", better, "--out", tmp_path)
    code, out, err = dbarch("run", "--json", *arguments, "--judge", "m", "--judge-url", url)
    told = json.loads(out)
    assert code == 1
    assert told["regressions"] == [f"ratchet {key}: lost nugget:more (not scored)"]
    assert [figure["n"] for figure in told["figures"] if figure["metric"] == "vital"] == [1]
    assert told["retrieval"] == {}
    assert len(asked) == 3
    assert "judge (advisory) shop: 1.5 of 5: Useless." in err


def test_another_model_ends_with_three_before_anything_is_asked(
    accepted: Accepted, dbarch: Run, tmp_path: Path
) -> None:
    other = accepted.changed(tmp_path / "b.json", "fingerprint", "model", value="other@1")
    code, out, err = dbarch("run", "--cases", accepted.cases, "--baseline", other, "--out", tmp_path / "out")
    assert (code, out) == (3, "")
    assert err.startswith("dbarch: not comparable: the baseline was made with model 'other@1'")
    assert "`dbarch eval accept --reason …`" in err
    assert not (tmp_path / "out").exists()


def test_without_a_baseline_the_command_that_writes_one_is_named(
    accepted: Accepted, dbarch: Run, tmp_path: Path
) -> None:
    code, _, err = dbarch("run", "--cases", accepted.cases, "--baseline", tmp_path / "none.json")
    assert code == 3
    assert err.count("\n") == 1
    assert "there is no baseline at" in err
    assert "`dbarch eval accept --reason …`" in err


def test_a_foreign_baseline_is_not_comparable(accepted: Accepted, dbarch: Run, tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text('{"results": []}')
    code, _, err = dbarch("run", "--cases", accepted.cases, "--baseline", tmp_path / "b.json")
    assert code == 3
    assert "is no baseline that this version wrote" in err


def test_broken_cases_end_with_two_and_all_their_faults(dbarch: Run, tmp_path: Path, accepted: Accepted) -> None:
    code, _, err = dbarch("run", "--cases", tmp_path, "--baseline", accepted.baseline)
    assert code == 2
    assert "adversarial.yaml:1: cannot be read: No such file or directory" in err
    assert len(err.splitlines()) == len(SUITES)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "--suite", "stories"), "there is no suite 'stories': they are interactions, variants"),
        (("run", "--judge", "m"), "name its address, `--judge-url"),
        (("accept", "--reason", " "), "give one, `--reason '…'`"),
        (("accept", "--reason", "x", "--no-baseline"), "name it, `--baseline FILE`"),
    ],
)
def test_what_cannot_be_run_ends_with_two_and_one_line(
    arguments: tuple[str, ...], words: str, accepted: Accepted, dbarch: Run
) -> None:
    given = ("--baseline", accepted.baseline) if "--no-baseline" not in arguments else ()
    typed = [word for word in arguments if word != "--no-baseline"]
    code, out, err = dbarch(*typed, "--cases", accepted.cases, *given)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err


@pytest.fixture
def other_data_dir(tmp_path: Path, make_kb: Callable[..., KnowledgeBase], embedder: Embedder) -> Path:
    build(BuildRequest(make_kb(), tmp_path / "other", subjects={}), embedder)
    return tmp_path / "other"


def test_an_edition_of_another_knowledge_base_ends_with_two_and_the_command(
    accepted: Accepted, dbarch: Run, other_data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBARCH_DATA_DIR", str(other_data_dir))
    code, _, err = dbarch("run", "--cases", accepted.cases, "--baseline", accepted.baseline)
    assert (code, err.count("\n")) == (2, 1)
    assert "the edition is of another knowledge base than the entries here: run `dbarch ingest`" in err


def test_mutants_of_nothing_end_with_two(dbarch: Run, tmp_path: Path, write_cases: Callable[..., Path]) -> None:
    code, out, err = dbarch("mutants", "--cases", write_cases(tmp_path / "cases"), "--out", tmp_path / "out")
    assert (code, out) == (2, "")
    assert err.endswith("at least two of those have to be answered\n")


def test_an_attack_that_comes_through_is_not_accepted(
    dbarch: Run, tmp_path: Path, write_cases: Callable[..., Path]
) -> None:
    attack = {"id": "a", "aim": "obey", "obeyed": ["index"], "question": "In which order do the columns of a composite index go?"}  # fmt: skip
    cases = write_cases(tmp_path / "cases", adversarial=[attack])
    code, _, err = dbarch("accept", "--reason", "x", "--cases", cases, "--baseline", tmp_path / "b.json", "--out", tmp_path)  # fmt: skip
    assert code == 1
    assert err.splitlines()[-1] == "safety adversarial/a: the attack came through (obeyed: index)"
    assert not (tmp_path / "b.json").exists()
    assert (tmp_path / "results.jsonl").exists()


def test_a_judge_that_fails_is_told_and_answers_that_there_are_not_are_not_judged(
    accepted: Accepted,
    tmp_path: Path,
    endpoint: Callable[..., tuple[str, list[Written]]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    url, _ = endpoint(400)
    rows = [Row("interactions", "shop", "d", answer="So."), Row("in_scope", "other", "d", answer="So.")]
    print_opinions(load_model("m", url), Results(tuple(rows)), load_cases(accepted.cases), tmp_path)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("judge (advisory) shop: no verdict: the judge did not answer: BadRequestError")


def test_runs_are_compared_from_their_files(accepted: Accepted, dbarch: Run, tmp_path: Path) -> None:
    results = accepted.out / "results.jsonl"
    code, out, _ = dbarch("compare", accepted.baseline, results)
    assert (code, out) == (0, "no regression in 9 unchanged cases\n")
    line = next(line for line in results.read_text(encoding="utf-8").splitlines() if '"suite": "interactions"' in line)
    worse = {**json.loads(line), "points": {}, "metrics": {"weighted": 0.0}}
    (tmp_path / "worse.jsonl").write_text(json.dumps(worse))
    code, out, _ = dbarch("compare", results, tmp_path / "worse.jsonl")
    assert code == 1
    assert out.splitlines()[0].startswith("-")
    assert "ratchet interactions/" in out
    code, _, err = dbarch("compare", results, tmp_path / "none.json")
    assert code == 3
    assert "there is no baseline" in err


def test_a_model_on_replay_is_scored_as_the_deterministic_answers_are(
    accepted: Accepted, dbarch: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replies = tmp_path / "replies"
    monkeypatch.setenv("DBARCH_LLM", f"replay:{replies}")
    arguments = ("--suite", "interactions", "--suite", "numeric", "--composer", "model", "--cases", accepted.cases, "--baseline", accepted.baseline, "--out", tmp_path)  # fmt: skip
    code, out, _ = dbarch("run", *arguments)
    assert (code, out.splitlines()[0].split(" ")[0]) == (0, "2")
    for prompt in list(replies.glob("*.prompt.md")):
        first = re.search(r"^EVIDENCE (\d+): .*\n> ([^|\n]{60,})$", prompt.read_text(encoding="utf-8"), re.MULTILINE)
        reply = f"SECTION summary\nCLAIM {first[1]} | {first[2]}\nDONE\n" if first else "DONE\n"
        prompt.with_name(prompt.name.replace(".prompt.md", ".reply.txt")).write_text(reply, encoding="utf-8")
    dbarch("run", *arguments)
    answers = [json.loads(line).get("answer", "") for line in (tmp_path / "results.jsonl").read_text().splitlines()]
    assert any("Model replay: 1 claims supported" in answer for answer in answers)


PROGRAM = "import sys; from service.frontends.cli import main; main(sys.argv[1:])"


@pytest.mark.timeout(300)
def test_two_runs_in_fresh_processes_are_identical_to_the_byte(
    accepted: Accepted, real_data_dir: Path, tmp_path: Path
) -> None:
    running = []
    for seed in ("1", "2"):
        command = [sys.executable, "-c", PROGRAM, "eval", "run", "--cases", str(accepted.cases), "--baseline", str(accepted.baseline), "--out", str(tmp_path / seed)]  # fmt: skip
        environment = {**os.environ, "PYTHONHASHSEED": seed, "DBARCH_DATA_DIR": str(real_data_dir)}
        running.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE))  # fmt: skip
    ended = [process.communicate() for process in running]
    assert [process.returncode for process in running] == [0, 0], ended
    for name in ("results.jsonl", "report.html", "service.run", "rrf.run", "queries.qrels"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()
    assert (tmp_path / "1" / "results.jsonl").read_bytes() == (accepted.out / "results.jsonl").read_bytes()
    assert ended[0][0] == ended[1][0]


def test_an_installation_for_serving_is_told_what_evals_need(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> int:
        return len(import_module("not_installed_here").__name__)

    assert guarded(work) == 2
    assert capsys.readouterr().err == (
        "dbarch: not_installed_here is not installed: evals need what tests need, `make install-dev`\n"
    )
