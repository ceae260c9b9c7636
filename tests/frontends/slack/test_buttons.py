"""What is pressed under an answer, and commands whose answers only their asker sees."""

import json
from typing import Any

import pytest

from service.frontends.keeping import Keeper
from tests.frontends.slack import sent
from tests.frontends.slack.fake_slack import FakeSlack, Posted

pytestmark = pytest.mark.anyio


async def an_answer(house: Any, slack: FakeSlack, text: str = "Design a shop.") -> Posted:
    asked = sent.mention(text)
    await house.send(asked)
    ts = asked["event"]["ts"]
    await slack.until(lambda: any(m.buttons for m in slack.in_thread(ts)))
    return next(m for m in slack.in_thread(ts) if m.buttons)


async def test_a_command_is_answered_to_its_asker_and_shared_on_demand(house: Any, slack: FakeSlack) -> None:
    acknowledged = await house.send(sent.command(slack, "Design a shop."))
    assert acknowledged.json() == {"text": "Working on it…", "response_type": "ephemeral"}
    await slack.until(lambda: slack.responses)
    private = Posted(sent.CHANNEL, "1", None, slack.responses[0])
    assert slack.responses[0]["response_type"] == "ephemeral"
    assert not slack.messages
    await house.send(sent.press(slack, None, private.buttons["share"]))
    await slack.until(lambda: slack.messages and any(u.channel for u in slack.uploads.values()))
    (shared,) = slack.messages.values()
    assert f"<@{sent.ASKER}> asked" in shared.words
    assert "share" not in shared.buttons
    assert slack.responses[1] == {"delete_original": True}
    await house.send(sent.spoken("And with tenants?", thread_ts=shared.ts))
    await slack.until(lambda: any("And with tenants?" in m.words for m in slack.in_thread(shared.ts)))
    assert house.advisor.requests[1].history[0].content == "Design a shop."


async def test_where_the_bot_is_not_in_the_channel_an_answer_is_shared_by_its_own_address(
    house: Any, slack: FakeSlack
) -> None:
    await house.send(sent.command(slack, "Design a shop."))
    await slack.until(lambda: slack.responses)
    slack.outside.add(sent.CHANNEL)
    share = Posted(sent.CHANNEL, "1", None, slack.responses[0]).buttons["share"]
    await house.send(sent.press(slack, None, share))
    await slack.until(lambda: len(slack.responses) == 2)
    assert slack.responses[1]["response_type"] == "in_channel"


@pytest.mark.parametrize("text", ["", "  help "])
async def test_a_command_without_a_question_says_what_can_be_asked(text: str, house: Any, slack: FakeSlack) -> None:
    said = (await house.send(sent.command(slack, text))).json()
    assert "Ask me about designing data layers" in json.dumps(said)
    assert house.advisor.requests == []


async def test_on_any_message_the_architect_can_be_asked_and_answers_in_its_thread(
    house: Any, slack: FakeSlack
) -> None:
    message = {
        "ts": "1700000000.0001",
        "user": "U1",
        "text": "Which index?",
        "files": [slack.hold("q.sql", b"SELECT 1;")],
    }
    await house.send(sent.shortcut(slack, message))
    await slack.until(lambda: any("Which index?" in m.words for m in slack.in_thread("1700000000.0001")))
    assert [a.name for a in house.advisor.requests[0].attachments] == ["q.sql"]


async def test_asked_on_a_message_of_a_channel_that_it_is_not_in_it_answers_who_asked(
    house: Any, slack: FakeSlack
) -> None:
    slack.outside.add(sent.CHANNEL)
    await house.send(sent.shortcut(slack, {"ts": "1700000000.0001", "user": "U1", "text": "Which index?"}))
    await slack.until(lambda: slack.responses)
    assert "share" in Posted(sent.CHANNEL, "1", None, slack.responses[0]).buttons


async def test_an_answer_to_a_clarifying_question_is_a_press_that_asks_again(house: Any, slack: FakeSlack) -> None:
    answer = await an_answer(house, slack)
    await house.send(sent.press(slack, answer, answer.buttons["clarify_0"]))
    ts = answer.thread_ts or ""
    await slack.until(lambda: sum(bool(m.buttons) for m in slack.in_thread(ts)) == 2)
    assert [r.question for r in house.advisor.requests] == ["Design a shop.", "Design a shop.\n\nTwo."]
    await house.send(sent.spoken("Go on.", thread_ts=ts))
    await slack.until(lambda: len(house.advisor.requests) == 3)
    assert [t.content for t in house.advisor.requests[2].history if t.role == "user"] == ["Design a shop.", "Two."]


async def test_a_decision_record_comes_as_a_file_in_the_thread(house: Any, slack: FakeSlack) -> None:
    answer = await an_answer(house, slack)
    slack.uploads.clear()
    await house.send(sent.press(slack, answer, answer.buttons["decision_record"]))
    await slack.until(lambda: any(u.channel and u.filename.endswith(".md") for u in slack.uploads.values()))
    record = next(u for u in slack.uploads.values() if u.filename.startswith("decision-record"))
    assert record.content.decode().startswith("# Design a shop.\n\n- Status: proposed\n")
    assert record.thread_ts == answer.thread_ts


async def test_the_whole_answer_is_a_page_where_people_can_reach_one(house: Any, slack: FakeSlack) -> None:
    answer = await an_answer(house, slack)
    assert answer.buttons["open_answer"]["url"].startswith("https://db.example.org/answers/")
    assert (await house.send(sent.press(slack, answer, answer.buttons["open_answer"]))).status_code == 200


async def test_what_people_think_of_an_answer_is_kept(house: Any, slack: FakeSlack, keeper: Keeper) -> None:
    answer = await an_answer(house, slack)
    await house.send(sent.press(slack, answer, answer.buttons["helpful"]))
    await slack.until(lambda: slack.whispers)
    assert (slack.whispers[0].seen_by, slack.whispers[0].thread_ts) == (sent.ASKER, answer.thread_ts)
    await house.send(sent.press(slack, answer, answer.buttons["unhelpful"]))
    await slack.until(lambda: slack.views)
    await house.send(sent.submission(slack.views[0], "incomplete", "No index."))
    await slack.until(lambda: any(m.channel == sent.ASKER for m in slack.messages.values()))
    kept = [(f.verdict, f.reason, f.channel) for f in keeper.store().feedback()]
    assert kept == [("helpful", "", "slack"), ("incomplete", "No index.", "slack")]


@pytest.mark.parametrize("action", ["helpful", "decision_record", "clarify_0", "share"])
async def test_a_button_of_an_answer_that_is_not_kept_any_more_says_so(
    action: str, house: Any, slack: FakeSlack
) -> None:
    answer = await an_answer(house, slack)
    value = json.dumps({"answer": "gone", "question": "a", "option": 0}) if action == "clarify_0" else "gone"
    await house.send(sent.press(slack, answer, {"action_id": action, "value": value}))
    ts = answer.thread_ts or ""
    await slack.until(lambda: any("Reference" in m.words for m in slack.in_thread(ts)))
    assert any("is kept" in m.words for m in slack.in_thread(ts))
