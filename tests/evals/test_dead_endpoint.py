"""The bench of a dead endpoint measures what it says, on servers of its own."""

import socket
from pathlib import Path

import pytest

from evals.dead_endpoint import endpoint, main


def _port(url: str) -> int:
    return int(url.split(":")[2].split("/", maxsplit=1)[0])


def test_one_endpoint_refuses_and_the_other_says_nothing() -> None:
    with endpoint("refuses") as url, socket.socket() as client:
        assert client.connect_ex(("127.0.0.1", _port(url))) != 0
    with endpoint("silent") as url, socket.socket() as client:
        client.settimeout(0.1)
        client.connect(("127.0.0.1", _port(url)))
        with pytest.raises(TimeoutError):
            client.recv(1)


def test_a_third_endpoint_lets_the_connection_time_out() -> None:
    with endpoint("unroutable") as url, socket.socket() as client:
        client.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.connect(("127.0.0.1", _port(url)))


def test_both_services_are_asked_the_same(
    real_data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DBARCH_DATA_DIR", str(real_data_dir))
    main(["--rounds", "1", "--death", "refuses"])
    rows = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in rows[2:]] == ["| refuses"] * 4
    assert "p95 of 10 answers" in rows[4]
