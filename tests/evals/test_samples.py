"""Samples are the answers of the current edition, a file a question."""

from pathlib import Path

import pytest

from evals.samples import main, name_of


def test_a_file_is_named_after_its_number_and_the_first_words() -> None:
    assert name_of(3, "What's “cache-aside”, please?") == "03-what-s-cache-aside-please.md"
    assert len(name_of(12, "word " * 40)) <= len("12-") + 48 + len(".md")


def test_every_question_is_answered_and_files_of_questions_that_are_gone_go(
    tmp_path: Path, real_data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DBARCH_DATA_DIR", str(real_data_dir))
    (tmp_path / "questions.txt").write_text("What is cache-aside?\n\nUUID or bigint?\n")
    (tmp_path / "09-old.md").write_text("old")
    main(tmp_path)
    assert sorted(path.name for path in tmp_path.glob("*.md")) == ["01-what-is-cache-aside.md", "02-uuid-or-bigint.md"]
    assert (tmp_path / "01-what-is-cache-aside.md").read_text(encoding="utf-8").startswith("# What is cache-aside?")
    assert capsys.readouterr().out == f"2 answers in {tmp_path}\n"
