"""Both ways in: signed requests over HTTP, envelopes over Socket Mode; and what happens to two hundred at once."""

import asyncio
import json
import os
import random
import signal
import time
from typing import Any

import pytest
from litestar.testing import TestClient

from service.errors import SettingsError
from service.frontends.cli_serve import greeting
from service.frontends.cli_slack import greeted, run
from service.frontends.http.app import create_app
from service.frontends.keeping import Keeper
from service.frontends.pool import Pool
from service.frontends.slack.bot import Bot, create_bot
from service.frontends.slack.keys import Keys, keys_of, missing
from service.frontends.slack.socket import listen
from service.settings import Settings
from tests.frontends.slack import sent
from tests.frontends.slack.fake_slack import FakeSlack
from tests.frontends.slack.sent import encoded, signed

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("age", "secret"),
    [(0, "f" * 32), (301, sent.SECRET), (-400, sent.SECRET)],
    ids=["forged", "stale", "of the future"],
)
async def test_a_request_that_slack_has_not_just_signed_is_refused(
    age: int, secret: str, house: Any, slack: FakeSlack
) -> None:
    asked = sent.mention("Which index?")
    headers = signed(encoded(asked)[0], time.time() - age, secret)
    assert (await house.send(asked, headers)).status_code == 401
    assert (await house.send(asked, {})).status_code == 401
    assert slack.calls["chat.postMessage"] == 0


async def test_a_body_that_was_changed_after_it_was_signed_is_refused(house: Any) -> None:
    headers = signed(encoded(sent.mention("Which index?"))[0])
    assert (await house.send(sent.mention("Which other index?"), headers)).status_code == 401


async def test_slack_finds_the_address_its_own(house: Any) -> None:
    answer = await house.send({"type": "url_verification", "challenge": "c4a11"})
    assert (answer.status_code, answer.json()) == (200, {"challenge": "c4a11"})


async def test_a_signed_request_that_is_sent_again_is_not_answered_again(house: Any, slack: FakeSlack) -> None:
    asked = sent.command(slack, "Which index?")
    headers = signed(encoded(asked)[0])
    for _ in range(3):
        assert (await house.send(asked, headers)).status_code == 200
    await slack.until(lambda: slack.responses)
    later = sent.command(slack, "Another?")
    await house.send(later)
    await slack.until(lambda: len(slack.responses) == 2)
    assert [request.question for request in house.advisor.requests] == ["Which index?", "Another?"]


async def test_it_is_acknowledged_before_slack_and_the_advisor_have_taken_their_time(
    house: Any, small: Any, slack: FakeSlack
) -> None:
    started, go = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def during(_: Any) -> None:
        loop.call_soon_threadsafe(started.set)
        asyncio.run_coroutine_threadsafe(go.wait(), loop).result(30)

    small.during = during
    asked = sent.mention("Which index?")
    assert (await house.send(asked)).status_code == 200
    await asyncio.wait_for(started.wait(), 30)
    (working,) = slack.in_thread(asked["event"]["ts"])
    assert "Working on it" in working.words
    go.set()
    await slack.until(lambda: "Which index?" in working.words)


async def test_two_hundred_at_once_are_all_answered_some_at_a_time(house: Any, slack: FakeSlack) -> None:
    slack.delay = 0.005
    house.advisor.short = True
    events = [sent.direct(f"Question {n}?") for n in range(200)]
    again = [*events, *random.Random(7).sample(events, 50)]
    random.Random(8).shuffle(again)
    responses = await asyncio.gather(*(house.send(event) for event in again))
    assert {response.status_code for response in responses} == {200}

    def all_answered() -> bool:
        return sum("Question" in message.words for message in slack.messages.values()) >= 200

    await slack.until(all_answered, 300)
    assert sorted(r.question for r in house.advisor.requests) == sorted(e["event"]["text"] for e in events)
    assert all(len(slack.in_thread(event["event"]["ts"])) == 1 for event in events)
    # Eight at work, each with one call at a time, and one that asks who we are.
    assert slack.most_at_once <= 9


async def test_without_keys_there_is_no_such_address(small: Any, settings: Settings, keeper: Keeper) -> None:
    assert keys_of(settings) is None
    with TestClient(create_app(small, settings, keeper, keys_of(settings))) as client:
        assert client.post("/slack/events", content=b"{}").status_code in (404, 405)
    assert "Slack           off: set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET" in greeting(settings, small)
    with_keys = settings.model_copy(update={"slack_bot_token": "xoxb-1", "slack_signing_secret": "0" * 32})
    assert "Slack           on at /slack/events" in greeting(with_keys, small)
    assert missing(keys_of(with_keys), "socket") == "SLACK_APP_TOKEN"
    assert "xoxb" not in repr(keys_of(with_keys))


# ---- Socket Mode


@pytest.fixture
def bot(advisor: Any, keys: Keys, keeper: Keeper) -> Bot:
    return create_bot(keys, advisor, Pool(1, 4), keeper)


async def test_over_socket_mode_the_same_bot_answers_and_goes_on_after_the_connection_was_lost(
    bot: Bot, keys: Keys, slack: FakeSlack, advisor: Any
) -> None:
    stopped = asyncio.Event()
    listening = asyncio.create_task(listen(bot, keys, stopped))
    asked = sent.mention("Which index?")
    assert await greeted(bot, keys) == "architect"
    assert "payload" not in await slack.send("events_api", asked)
    await slack.send("events_api", asked)
    await slack.until(lambda: any("Which index?" in m.words for m in slack.in_thread(asked["event"]["ts"])))
    acknowledged = await slack.send("slash_commands", sent.command(slack, ""))
    assert "Ask me about designing data layers" in json.dumps(acknowledged["payload"])
    await slack.sockets[-1].close()
    await slack.until(lambda: not slack.sockets)
    await slack.send("events_api", sent.direct("And after that?"))
    await slack.until(lambda: any("And after that?" in m.words for m in slack.messages.values()))
    stopped.set()
    await asyncio.wait_for(listening, 30)
    assert [request.question for request in advisor.requests] == ["Which index?", "And after that?"]


async def test_what_was_acknowledged_is_answered_before_the_bot_closes(bot: Bot, keys: Keys, slack: FakeSlack) -> None:
    stopped = asyncio.Event()
    listening = asyncio.create_task(listen(bot, keys, stopped))
    slack.delay = 0.1
    await slack.send("events_api", sent.direct("Which index?"))
    await slack.until(lambda: slack.calls["assistant.threads.setStatus"])
    stopped.set()
    await asyncio.wait_for(listening, 30)
    assert any("Which index?" in m.words for m in slack.messages.values())


async def test_the_command_says_who_it_is_answers_and_ends_when_it_is_told_to(
    bot: Bot, keys: Keys, keeper: Keeper, slack: FakeSlack, capsys: pytest.CaptureFixture[str]
) -> None:
    running = asyncio.create_task(run(bot, keys, keeper))
    await slack.send("events_api", sent.direct("Which index?"))
    await slack.until(lambda: slack.messages)
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(running, 30)
    assert "listens in Slack as @architect" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
async def test_a_token_that_slack_refuses_is_named_at_the_start(
    name: str, advisor: Any, keys: Keys, keeper: Keeper, slack: FakeSlack
) -> None:
    method = {"SLACK_BOT_TOKEN": "auth.test", "SLACK_APP_TOKEN": "apps.connections.open"}[name]
    slack.errors[method] = ["invalid_auth"]
    with pytest.raises(SettingsError, match=f"does not accept {name} .invalid_auth."):
        await greeted(create_bot(keys, advisor, Pool(1, 4), keeper), keys)
