"""When Slack limits, refuses, or is slow; and what is attached that cannot be read."""

from typing import Any

import pytest

from service.frontends.slack.attached import MAX_FILES
from tests.frontends.slack import sent
from tests.frontends.slack.fake_slack import FakeSlack

pytestmark = pytest.mark.anyio


async def said(slack: FakeSlack, ts: str, words: str) -> Any:
    await slack.until(lambda: any(words in m.words for m in slack.in_thread(ts)))
    return next(m for m in slack.in_thread(ts) if words in m.words)


async def test_a_rate_limit_is_waited_out(house: Any, slack: FakeSlack) -> None:
    slack.errors = {"chat.postMessage": ["429"], "chat.update": ["500", "429"]}
    asked = sent.mention("Which index?")
    await house.send(asked)
    await said(slack, asked["event"]["ts"], "Which index?")
    assert len(slack.in_thread(asked["event"]["ts"])) == 1


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_blocks_too_long"])
async def test_where_the_blocks_are_refused_the_answer_comes_as_words(error: str, house: Any, slack: FakeSlack) -> None:
    slack.errors = {"chat.update": [error]}
    asked = sent.mention("Which &lt;index&gt;?")
    await house.send(asked)
    message = await said(slack, asked["event"]["ts"], "Which")
    assert not message.content.get("blocks")
    assert "Which &lt;index&gt;?" in message.content["text"]
    assert "What was understood" in message.content["text"]


@pytest.mark.parametrize(
    ("error", "to_do"),
    [("token_expired", "SLACK_BOT_TOKEN is not accepted"), ("missing_scope", "manifest"), ("is_archived", "archived")],
)
async def test_what_cannot_be_posted_is_logged_with_what_to_do(
    error: str, to_do: str, house: Any, slack: FakeSlack, capsys: pytest.CaptureFixture[str]
) -> None:
    slack.errors = {"chat.update": [error], "chat.postMessage": []}
    asked = sent.mention("Which index?")
    await house.send(asked)
    message = await said(slack, asked["event"]["ts"], error)
    logged = "".join(capsys.readouterr())
    assert to_do in logged
    assert message.words.partition("Reference ")[2][:12] in logged
    assert "xoxb-fake" not in logged


async def test_with_a_token_that_is_not_accepted_a_command_says_so(
    house: Any, slack: FakeSlack, capsys: pytest.CaptureFixture[str]
) -> None:
    slack.errors = {"auth.test": ["token_revoked"]}
    answer = await house.send(sent.command(slack, "Which index?"))
    assert "Slack does not accept my token" in answer.text or slack.responses
    assert "SLACK_BOT_TOKEN is not accepted" in "".join(capsys.readouterr())


async def test_a_missing_scope_takes_its_own_part_only(house: Any, slack: FakeSlack) -> None:
    slack.scopes -= {"files:write", "assistant:write"}
    asked = sent.direct("Draw it.")
    await house.send(asked)
    await said(slack, asked["event"]["ts"], "Draw it.")
    assert not slack.uploads


async def test_the_store_may_fail_and_answers_are_given(
    house: Any, slack: FakeSlack, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    (settings.data_dir / "store.db").mkdir(parents=True)
    asked = sent.mention("Which index?")
    await house.send(asked)
    message = await said(slack, asked["event"]["ts"], "Which index?")
    await house.send(sent.press(slack, message, message.buttons["helpful"]))
    reason = await said(slack, asked["event"]["ts"], "Reference")
    assert "store" in reason.words


# ---- attachments


async def test_attached_text_is_read_and_what_is_not_is_told_with_its_reason(house: Any, slack: FakeSlack) -> None:
    elsewhere = {**slack.hold("far.sql", b"SELECT 1;"), "url_private_download": "http://evil.example/far.sql"}
    shared = {**slack.hold("shared.sql", b"SELECT 2;"), "url_private_download": "", "file_access": "check_file_info"}
    files = [
        slack.hold("schema.sql", "CREATE TABLE café (id int);".encode(), "text/plain"),
        shared,
        slack.hold("plan.json", b"{}", "application/json"),
        slack.hold("photo.png", b"\x89PNG", "image/png"),
        slack.hold("latin.sql", b"caf\xe9"),
        slack.hold("empty.sql", b" "),
        slack.hold("nul.sql", b"a\0b"),
        slack.hold("huge.sql", b"x" * 300_000),
        {**slack.hold("liar.sql", b"x" * 300_000), "size": 10},
        elsewhere,
        slack.hold("eleventh.sql", b"SELECT 3;"),
    ]
    assert len(files) == MAX_FILES + 1
    asked = sent.mention("", files=files)
    await house.send(asked)
    message = await said(slack, asked["event"]["ts"], "Not taken into account")
    (request,) = house.advisor.requests
    assert [(a.name, a.language, a.content[:12]) for a in request.attachments] == [
        ("schema.sql", "sql", "CREATE TABLE"),
        ("shared.sql", "sql", "SELECT 2;"),
        ("plan.json", "json", "{}"),
    ]
    for name, words in {"eleventh.sql": "only 10 files are read", "photo.png": "only text is read", "latin.sql": "not UTF-8", "far.sql": "does not lie with Slack"}.items():  # fmt: skip
        assert f"{name}: " in message.words
        assert words in message.words


async def test_without_the_scope_to_read_files_the_question_is_answered_and_the_file_named(
    house: Any, slack: FakeSlack
) -> None:
    slack.scopes -= {"files:read"}
    asked = sent.mention("What of this?", files=[slack.hold("schema.sql", b"SELECT 1;")])
    await house.send(asked)
    message = await said(slack, asked["event"]["ts"], "schema.sql: Slack did not hand it out")
    assert "files:read" in message.words
