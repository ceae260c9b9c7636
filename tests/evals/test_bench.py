"""The bench measures what it says, on a server of its own."""

import os
from pathlib import Path

import pytest

from evals.bench import main, percentile, resident, serving, timed


def test_a_percentile_is_a_time_that_was_measured() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([3.0, 1.0, 2.0], 0.95) == 3.0


def test_the_round_that_warms_up_is_not_counted() -> None:
    calls: list[str] = []
    assert len(timed(calls.append, ["a", "b"], 2)) == 4
    assert calls == ["a", "b"] * 3


def test_everything_is_measured_in_one_run(
    real_data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DBARCH_DATA_DIR", str(real_data_dir))
    main(["--rounds", "1"])
    table = capsys.readouterr().out.splitlines()
    assert table[0] == "| what | measured |"
    assert [line for line in table if "cold process" in line]
    assert len(table) == 9


def test_a_server_that_does_not_start_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBARCH_DATA_DIR", str(tmp_path))
    with pytest.raises(SystemExit, match="the server did not start"), serving():
        pass


def test_memory_is_that_of_a_process() -> None:
    assert resident(os.getpid()) > 10_000_000
