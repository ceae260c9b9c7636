"""The command line, on a real edition of two small entries: what it prints, and how it ends."""

import json
import os
import re
import signal
import socket
import sys
import threading
import urllib.request
from collections.abc import Callable
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
import structlog

from ingest.build import BuildReport
from ingest.edition import open_edition
from kb.checks import CheckReport, write_lock
from kb.errors import Problem
from service.frontends.bodies import body
from service.frontends.cli import main
from service.frontends.cli_ask import Typed, request_of
from service.frontends.cli_index import LateEmbedder, told
from service.frontends.cli_kb import outcome
from service.frontends.cli_serve import free, greeting, log_as
from service.question.request import AskRequest

Run = Callable[..., tuple[int, str, str]]
QUESTION = "In which order do the columns of a composite index go?"


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    for name in [name for name in os.environ if name.startswith(("DBARCH_", "SLACK_"))]:
        monkeypatch.delenv(name)

    def call(*arguments: str, stdin: bytes = b"", **environ: object) -> tuple[int, str, str]:
        for name, value in environ.items():
            monkeypatch.setenv(name, str(value))
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(stdin)))
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        printed = capsysbinary.readouterr()
        return int(str(ended.value.code or 0)), printed.out.decode(), printed.err.decode()

    return call


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ask", " "], "question is empty"),
        (["ask", "a\0b"], "NUL"),
        (["ask", "a" * 20_001], "question String should have at most 20000"),
        (["ask", "a", "--file", "/nowhere"], "'/nowhere' cannot be read: No such file"),
        (["ask", "a", "--history", "/nowhere"], "cannot be read"),
        (["search", ""], "the query is empty"),
        (["slack"], "SLACK_BOT_TOKEN and SLACK_APP_TOKEN must be set: see Slack in README.md"),
        (["kb", "list", "--kind", "stories"], "there is no kind 'stories': the kinds are technologies"),
        (["kb", "show", "patterns/nothing"], "there is no entry 'patterns/nothing'"),
        (["kb", "show", "patterns/cache-aside#nothing"], "has no section 'nothing'; it has problem"),
    ],
)
def test_what_can_be_mended_is_told_in_one_line(arguments: list[str], words: str, run: Run) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert err.startswith("dbarch: ")
    assert err.count("\n") == 1


def test_bad_usage_ends_with_two(run: Run) -> None:
    assert run("ask")[0] == 2
    assert run("serve", "--port", "x")[0] == 2
    assert run("nothing")[0] == 2


def test_an_unknown_setting_is_refused_before_anything_is_done(run: Run, tmp_path: Path) -> None:
    code, _, err = run("ingest", DBARCH_DATADIR=tmp_path)
    assert (code, err) == (2, "dbarch: DBARCH_DATADIR is not a setting: did you mean DBARCH_DATA_DIR?\n")


def test_without_an_edition_the_repairing_command_is_named(run: Run, tmp_path: Path) -> None:
    code, _, err = run("ask", "How?", DBARCH_DATA_DIR=tmp_path)
    assert code == 2
    assert "dbarch ingest" in err
    assert err.count("\n") == 1


def test_a_data_directory_that_cannot_be_written_is_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, _, err = run("ingest", DBARCH_DATA_DIR=tmp_path / "file" / "data")
    assert code == 2
    assert err.count("\n") == 1


def test_the_json_of_the_command_line_is_the_body_of_http(run: Run, real: Any, real_data_dir: Path) -> None:
    code, out, _ = run("ask", "-", "--json", "--brief", stdin=QUESTION.encode(), DBARCH_DATA_DIR=real_data_dir)
    assert code == 0
    assert out.encode() == body(real.advise(AskRequest(question=QUESTION, detail="brief")))


def test_a_question_is_answered_in_markdown(run: Run, real_data_dir: Path) -> None:
    code, out, _ = run("ask", QUESTION, DBARCH_DATA_DIR=real_data_dir)
    assert code == 0
    assert out.startswith("# In which order")
    assert "## Sources" in out


def test_a_search_names_sections_and_owns_up_to_finding_nothing(run: Run, real_data_dir: Path) -> None:
    code, out, _ = run("search", "cache stampede", "--limit", "2", DBARCH_DATA_DIR=real_data_dir)
    assert code == 0
    assert len(re.findall(r"^\d\.\d{3}  [a-z]+/[\w-]+#[\w-]+$", out, re.MULTILINE)) == 2
    assert json.loads(run("search", "cache", "--json")[1])["query"] == "cache"
    assert "Nothing in the knowledge base" in run("search", "football world cup winners")[1]


def test_an_answer_is_explained_by_what_was_found_and_dropped(run: Run, real_data_dir: Path) -> None:
    code, out, _ = run("ask", QUESTION, "--explain", DBARCH_DATA_DIR=real_data_dir)
    assert code == 0
    assert out.startswith("Understood\n  intents: ")
    assert "patterns/composite-index-ordering: chosen" in out


def test_a_comparison_of_the_command_line_is_that_of_the_advisor(run: Run, real: Any, real_data_dir: Path) -> None:
    arguments = ("compare", "postgres", "mongo", "--for", "a ledger")
    code, out, _ = run(*arguments, "--json", DBARCH_DATA_DIR=real_data_dir)
    assert code == 0
    assert out.encode() == body(real.advise(real.comparison(("PostgreSQL", "MongoDB"), "a ledger")))
    assert run(*arguments)[1].startswith("# Which is the better choice for a ledger: PostgreSQL or MongoDB?")


@pytest.mark.parametrize(
    ("names", "words"),
    [(("postgres",), "name 2 to 6 to compare"), (("postgres", "nothing"), "'nothing' is no technology")],
)
def test_a_comparison_that_cannot_be_made_is_told_in_one_line(
    names: tuple[str, ...], words: str, run: Run, real_data_dir: Path
) -> None:
    code, out, err = run("compare", *names, DBARCH_DATA_DIR=real_data_dir)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err


def test_an_edition_that_is_up_to_date_is_recognised(run: Run, real_data_dir: Path) -> None:
    code, out, _ = run("ingest", DBARCH_DATA_DIR=real_data_dir)
    assert code == 0
    assert "is up to date" in out


def test_an_edition_is_built_anew_on_demand_from_the_vectors_there_are(
    run: Run, real_data_dir: Path, embedder: Any
) -> None:
    code, out, _ = run("ingest", "--rebuild", DBARCH_DATA_DIR=real_data_dir)
    assert code == 0
    assert " 0 embedded" in out
    open_edition(real_data_dir, embedder).close()


def test_what_a_build_changed_is_told_but_not_without_end() -> None:
    report = BuildReport("e", True, 30, 2, 3, 4, 5, tuple(f"a{n}" for n in range(25)), ("b",), (), 1.25)
    assert told(report).splitlines()[1:] == [
        "  added: " + ", ".join(f"a{n}" for n in range(20)) + " and 5 more",
        "  changed: b",
    ]


def test_entries_are_listed_and_shown(run: Run) -> None:
    assert "patterns/cache-aside " in run("kb", "list", "--kind", "patterns")[1]
    whole = run("kb", "show", "patterns/composite-index-ordering")[1]
    assert "## Problem {#problem}" in whole
    assert "```sql postgresql" in whole
    assert "[^pg-multicolumn]" in whole or "## Sources" in whole
    section = run("kb", "show", "patterns/composite-index-ordering#pitfalls")[1]
    assert section.startswith("## Pitfalls {#pitfalls}")
    assert run("kb", "show", "technologies/postgresql#scores")[1].splitlines()[2].startswith("| Criterion |")


def test_files_and_history_become_the_request(tmp_path: Path) -> None:
    (tmp_path / "schema.sql").write_text("CREATE TABLE a (b int);")
    (tmp_path / "history.json").write_text('[{"role": "user", "content": "Before."}]')
    request = request_of(Typed("And now?", (tmp_path / "schema.sql",), tmp_path / "history.json", False))
    assert [(part.name, part.language) for part in request.attachments] == [("schema.sql", "sql")]
    assert request.history[0].content == "Before."


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"{", "is not JSON"), (b"\xff", "is not UTF-8"), (b'[{"role": "x", "content": "y"}]', "history.0.role")],
)
def test_a_history_that_does_not_fit_is_told(content: bytes, words: str, tmp_path: Path, run: Run) -> None:
    path = tmp_path / "history.json"
    path.write_bytes(content)
    code, _, err = run("ask", "a", "--history", str(path))
    assert code == 2
    assert words in err


def test_standard_input_must_be_text(run: Run) -> None:
    assert "not UTF-8" in run("ask", "-", stdin=b"\xff\xfe")[2]


def test_a_reader_that_leaves_is_no_error(run: Run) -> None:
    class Gone(TextIOWrapper):
        def write(self, _: str) -> int:
            raise BrokenPipeError

    read, write = os.pipe()
    os.close(read)
    with Gone(os.fdopen(write, "wb")) as gone, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", gone)
        with pytest.raises(SystemExit) as ended:
            main(["kb", "list"])
    assert ended.value.code == 0


PROBLEM = Problem("a.md", 1, "it is wrong")
WARNING = Problem("a.md", 2, "it is odd", warning=True)


@pytest.mark.parametrize(
    ("problems", "committed", "expected"),
    [((), {}, 0), ((WARNING,), {}, 0), ((PROBLEM, WARNING), {}, 1), ((), {"d": "parsed"}, 1)],
)
def test_a_check_fails_for_problems_and_a_stale_lock_but_not_for_warnings(
    problems: tuple[Problem, ...], committed: Any, expected: int
) -> None:
    assert outcome(CheckReport(problems, {"entries": 1}, {}), committed, None) == expected


def test_the_lock_is_written_when_that_is_asked_for(tmp_path: Path) -> None:
    report = CheckReport((), {"entries": 1}, {"d": "executed"})
    assert outcome(report, {}, lambda written: write_lock(written, tmp_path / "lock")) == 0
    assert (tmp_path / "lock").read_text() == "d executed\n"


def test_the_entries_are_checked_without_running_their_code(run: Run, tmp_path: Path) -> None:
    (tmp_path / "patterns").mkdir()
    (tmp_path / "patterns" / "broken.md").write_text("no front matter")
    code, out, err = run("kb", "check", "--no-fences", DBARCH_KB_DIR=tmp_path)
    assert code == 1
    assert "broken.md:1:" in err
    assert " sections, " in out


def test_a_taken_port_is_refused_in_one_line(run: Run, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, _, err = run("serve", "--port", str(port), DBARCH_DATA_DIR=tmp_path)
    assert code == 2
    assert f"cannot listen on 127.0.0.1 port {port}: Address already in use" in err
    assert err.count("\n") == 1


def test_a_host_that_is_not_ours_is_refused(run: Run) -> None:
    assert "cannot listen on" in run("serve", "--host", "192.0.2.1")[2]


def test_the_service_says_what_to_try_answers_and_stops_when_told(
    run: Run, real_data_dir: Path, tmp_path: Path
) -> None:
    # It comes up without its store, too.
    (tmp_path / "store.db").write_text("no database " * 1_000)
    store = f"sqlite:///{tmp_path / 'store.db'}"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    free("127.0.0.1", port)
    seen: list[tuple[int, str]] = []

    def ask() -> None:
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as response:
                    seen.append((response.status, json.load(response)["status"]))
                    break
            except OSError:
                threading.Event().wait(0.1)
        os.kill(os.getpid(), signal.SIGTERM)

    asking = threading.Thread(target=ask)
    asking.start()
    where = {"DBARCH_DATA_DIR": real_data_dir, "DBARCH_STORE_URL": store}
    code, out, err = run("serve", "--port", str(port), DBARCH_LOG_FORMAT="json", **where)
    asking.join()
    structlog.reset_defaults()
    assert (code, seen) == (0, [(200, "degraded")])
    assert err.count("move the file away") == 1
    assert f"curl -s http://127.0.0.1:{port}/v1/ask" in out


@pytest.mark.parametrize(("log_format", "line"), [("json", '"reference": "abc"'), ("text", "reference=abc")])
def test_the_log_has_one_line_an_event(log_format: str, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    log_as(log_format)
    structlog.get_logger().error("unexpected", reference="abc")
    structlog.reset_defaults()
    assert line in capsys.readouterr().err


def test_an_address_of_version_six_is_written_as_browsers_take_it(small: Any, settings: Any) -> None:
    assert "http://[::1]:8080/docs" in greeting(settings.model_copy(update={"host": "::1"}), small)


def test_a_model_is_loaded_by_the_first_text_only(real_data_dir: Path) -> None:
    late = LateEmbedder("all-MiniLM-L6-v2", real_data_dir)
    assert late.name == "all-MiniLM-L6-v2"
    assert late.dimension == 384
