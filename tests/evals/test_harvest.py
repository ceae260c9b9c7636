"""Feedback becomes candidates that a person can finish, and nothing that anybody typed becomes anything else."""

import datetime as dt
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evals.case import CANARY, Case
from evals.harvest import Candidate, as_yaml, candidates
from service.answer.advice import Advice, Claim, Confidence, Connective, Understanding
from service.frontends.cli import main
from service.question.request import AskRequest, Attachment, Turn
from service.store.records import Feedback, KeptAnswer, Verdict
from service.store.store import Store, open_store

NOON = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
Run = Callable[..., tuple[int, str, str]]


def advice(answer_id: str, *summary: str) -> Advice:
    claims = tuple(Claim(text=text, support=Connective(name="so")) for text in summary)
    understood = Understanding(intents=(), facts=(), assumptions=(), not_taken_into_account=())
    unsure = Confidence(level="none", reason="nothing relevant")
    return Advice(id=answer_id, question="?", understanding=understood, clarifying_questions=(), summary=claims, sections=(), citations=(), alternatives=(), confidence=unsure, edition="e", composer="c")  # fmt: skip


def said(answer_id: str, verdict: Verdict, at: dt.datetime = NOON, reason: str = "") -> Feedback:
    return Feedback(answer_id=answer_id, verdict=verdict, reason=reason, channel="http", at=at)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    for number, answer_id in enumerate(("a1", "b2", "c3")):
        opened.keep_answer(AskRequest(question=f"Question {number}?"), advice(answer_id, f"Do {number}."), NOON)
    yield opened
    opened.close()


@pytest.fixture
def harvest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    for name in [name for name in os.environ if name.startswith("DBARCH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DBARCH_DATA_DIR", str(tmp_path))

    def call(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["eval", "harvest", *map(str, arguments)])
        printed = capsys.readouterr()
        return int(str(ended.value.code or 0)), printed.out, printed.err

    return call


def test_everything_but_praise_makes_one_candidate_for_each_answer(store: Store) -> None:
    for each in (said("b2", "wrong"), said("a1", "unclear", NOON + DAY), said("b2", "incomplete", NOON + 2 * DAY), said("c3", "helpful")):  # fmt: skip
        store.keep_feedback(each)
    found = [(each.answer.advice.id, [f.verdict for f in each.feedback]) for each in candidates(store, None)]
    assert found == [("b2", ["wrong", "incomplete"]), ("a1", ["unclear"])]
    assert [each.answer.advice.id for each in candidates(store, NOON + DAY)] == ["a1", "b2"]


def test_a_candidate_is_a_case_without_anything_that_its_answer_owes() -> None:
    asked = AskRequest(
        question="Which index?",
        history=(Turn(role="user", content="We sell shoes."), Turn(role="assistant", content=" ")),
        attachments=(Attachment(name="a.sql", content="CREATE TABLE a (\n  b int\n);\n"),),
        constraints={"workload.writes_per_s": 800, "managed": True, "compared": ["a", "b"]},
        weights={"cost": 3},
        detail="brief",
    )
    feedback = (said("a1", "wrong", reason="No."), said("a1", "unclear"))
    text = as_yaml([Candidate(KeptAnswer(asked, advice("a1", "Take a B-tree.", "And so on."), NOON), feedback)])
    assert "  # decision: Take a B-tree.\n  # wrong, 2026-11-28, by http: No.\n" in text
    assert "asked with weights that a case cannot have: {'cost': 3.0}" in text
    assert "asked with constraints that a case cannot have: {'compared': ['a', 'b']}" in text
    loaded = yaml.safe_load(text)
    assert loaded["canary"] == CANARY
    case = Case.model_validate(loaded["cases"][0])
    assert (case.id, case.question, case.detail) == ("candidate-a1", "Which index?", "brief")
    assert [turn.content for turn in case.history] == ["We sell shoes."]
    assert case.constraints == {"workload.writes_per_s": "800", "managed": True}
    assert case.note.startswith("candidate; wrong, 2026-11-28, by http: No.; unclear")
    assert set(loaded["cases"][0]) <= set(Case.model_fields)


def test_of_an_answer_without_a_summary_the_reason_is_told() -> None:
    kept = KeptAnswer(AskRequest(question="Pizza?"), advice("a1"), NOON)
    assert "# decision: none: nothing relevant\n" in as_yaml([Candidate(kept, (said("a1", "wrong"),))])


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60) | st.sampled_from(
    ["a\n  - id: evil", "# x\ncases: []", "a\u2028b\x85c", "---\n...", "\x1b[31m", " lead\n\n  more \n", "a: b", "'\"", "|-\n", "\ufeff"]
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(question=TEXTS.filter(str.strip), reason=TEXTS, decision=TEXTS)
def test_whatever_was_typed_stays_the_text_that_it_is(question: str, reason: str, decision: str) -> None:
    kept = KeptAnswer(AskRequest(question=question), advice("a1", decision), NOON)
    loaded = yaml.safe_load(as_yaml([Candidate(kept, (said("a1", "wrong", reason=reason),))] * 2))
    assert [case["question"] for case in loaded["cases"]] == [question, question]
    assert loaded["cases"][0]["note"].endswith(reason or "no reason given")


def test_candidates_are_printed_or_written_and_never_over_what_is_there(
    store: Store, harvest: Run, tmp_path: Path
) -> None:
    code, out, err = harvest()
    assert (code, out) == (0, "")
    assert "nothing to harvest" in err
    store.keep_feedback(said("a1", "wrong"))
    code, out, err = harvest()
    assert (code, err) == (0, "1 candidates from 1 opinions\n")
    file = tmp_path / "new" / "candidates.yaml"
    assert harvest("--out", file)[:2] == (0, "")
    assert file.read_text(encoding="utf-8") == out
    file.write_text("finished by hand")
    code, _, err = harvest("--out", file)
    assert (code, "--force" in err, file.read_text()) == (2, True, "finished by hand")
    assert harvest("--out", file, "--force")[0] == 0
    assert file.read_text(encoding="utf-8") == out
    assert harvest("--out", tmp_path / "store.db" / "x.yaml")[0] == 2


def test_only_what_was_said_since_a_day_is_harvested(store: Store, harvest: Run) -> None:
    store.keep_feedback(said("a1", "wrong"))
    assert "candidate-a1" in harvest("--since", "2026-11-28")[1]
    assert harvest("--since", "2026-11-29")[1] == ""
    assert harvest("--since", "yesterday")[0] == 2


def test_an_answer_that_another_version_wrote_is_left_out_and_told(store: Store, harvest: Run) -> None:
    store.keep_feedback(said("a1", "wrong"))
    store.keep_feedback(said("b2", "wrong"))
    with store.writing() as connection:
        connection.exec_driver_sql("UPDATE answers SET advice = '{}' WHERE id = 'a1'")
    code, out, err = harvest()
    assert (code, "candidate-b2" in out, "candidate-a1" in out) == (0, True, False)
    assert "left out: answer 'a1' was written by another version" in err


def test_a_store_that_cannot_be_opened_ends_with_two_and_one_line(harvest: Run, tmp_path: Path) -> None:
    (tmp_path / "store.db").write_text("no database " * 1_000)
    code, out, err = harvest()
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "move the file away" in err
