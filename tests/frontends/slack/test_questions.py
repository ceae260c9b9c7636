"""Who is answered, where, and that nobody who addresses the bot is left without a word."""

import json
from typing import Any

import pytest

from service.errors import RetrievalError
from tests.frontends.slack import sent
from tests.frontends.slack.fake_slack import BOT_ID, BOT_USER, FakeSlack

pytestmark = pytest.mark.anyio


async def answered(slack: FakeSlack, ts: str, words: str) -> Any:
    """The message of a thread that holds the words, once it is there."""
    await slack.until(lambda: any(words in message.words for message in slack.in_thread(ts)))
    return next(message for message in slack.in_thread(ts) if words in message.words)


async def test_a_mention_is_answered_in_its_thread_where_it_was_being_worked_on(house: Any, slack: FakeSlack) -> None:
    asked = sent.mention("Which index for &lt;this&gt;?")
    response = await house.send(asked)
    assert (response.status_code, response.text) == (200, "")
    message = await answered(slack, asked["event"]["ts"], "Which index")
    assert [r.question for r in house.advisor.requests] == ["Which index for <this>?"]
    assert slack.calls["chat.postMessage"] == slack.calls["chat.update"] == 1
    assert message.channel == sent.CHANNEL
    assert message.content["blocks"][0]["type"] == "header"


async def test_a_direct_message_is_answered_without_a_mention_and_with_a_status(house: Any, slack: FakeSlack) -> None:
    asked = sent.direct("Which index?")
    await house.send(asked)
    await answered(slack, asked["event"]["ts"], "Which index?")
    assert slack.statuses == ["is looking into the knowledge base…"]


async def test_a_follow_up_in_the_thread_needs_no_mention_and_knows_what_was_said(house: Any, slack: FakeSlack) -> None:
    first = sent.mention("Design a shop.", files=[slack.hold("shop.sql", b"CREATE TABLE shop (id int);")])
    await house.send(first)
    ts = first["event"]["ts"]
    await answered(slack, ts, "Design a shop.")
    await house.send(sent.spoken("And with 400 tenants?", thread_ts=ts))
    await answered(slack, ts, "And with 400 tenants?")
    request = house.advisor.requests[1]
    assert [(turn.role, turn.content) for turn in request.history] == [
        ("user", "Design a shop."),
        ("assistant", "Design a shop."),
    ]
    assert [a.name for a in request.attachments] == ["shop.sql"]


async def test_a_follow_up_that_overtakes_its_question_is_answered_after_it(house: Any, slack: FakeSlack) -> None:
    first = sent.mention("Design a shop.", ts="1700000000.000100")
    await house.send(sent.spoken("And with 400 tenants?", thread_ts="1700000000.000100"))
    await house.send(first)
    await answered(slack, "1700000000.000100", "And with 400 tenants?")
    assert [len(request.history) for request in house.advisor.requests] == [0, 2]


@pytest.mark.parametrize(
    "event",
    [
        {"text": "What about lunch?"},
        {"text": "What about lunch?", "thread_ts": "1.0001"},
        {"text": f"<@{BOT_USER}> hello", "bot_id": "B1"},
        {"text": f"<@{BOT_USER}> hello", "user": BOT_USER},
        {"text": f"<@{BOT_USER}> hello", "bot_id": BOT_ID, "channel_type": "im"},
        {"text": f"<@{BOT_USER}> hello", "edited": {"ts": "1"}},
        {"subtype": "message_changed", "message": {"text": f"<@{BOT_USER}> hello"}, "channel_type": "im"},
        {"subtype": "message_deleted", "channel_type": "im"},
        {"subtype": "channel_join", "text": f"<@{BOT_USER}> has joined"},
    ],
    ids=str,
)
async def test_what_is_not_for_the_bot_is_left_alone(event: dict[str, Any], house: Any, slack: FakeSlack) -> None:
    assert (await house.send(sent.event({"type": "message", **event}))).status_code == 200
    sure = sent.mention("a question")
    await house.send(sure)
    await answered(slack, sure["event"]["ts"], "a question")
    assert slack.calls["chat.postMessage"] == len(house.advisor.requests) == 1


async def test_in_a_thread_of_ours_what_is_said_to_somebody_else_is_left_alone(house: Any, slack: FakeSlack) -> None:
    first = sent.mention("Design a shop.")
    await house.send(first)
    ts = first["event"]["ts"]
    await answered(slack, ts, "Design a shop.")
    await house.send(sent.spoken("<@U0OTHER> what do you think?", thread_ts=ts))
    await house.send(sent.spoken("Which index?", thread_ts=ts))
    await answered(slack, ts, "Which index?")
    assert len(house.advisor.requests) == 2


@pytest.mark.parametrize("thanks", ["thanks!", "Ok great, thank you so much :pray:", ":+1:"])
async def test_thanks_in_the_thread_ask_nothing_and_are_answered_only_where_we_are_spoken_to(
    thanks: str, house: Any, slack: FakeSlack
) -> None:
    first = sent.mention("Design a shop.")
    await house.send(first)
    ts = first["event"]["ts"]
    await answered(slack, ts, "Design a shop.")
    await house.send(sent.spoken(thanks, thread_ts=ts))
    await house.send(sent.mention(thanks, thread_ts=ts))
    await answered(slack, ts, "You are welcome")
    assert len(house.advisor.requests) == 1
    assert len(slack.in_thread(ts)) == 2


async def test_an_event_that_slack_sends_again_is_answered_once(house: Any, slack: FakeSlack) -> None:
    asked = sent.mention("Which index?")
    for _ in range(3):
        assert (await house.send(asked)).status_code == 200
    # The same message also comes as a message event of its own.
    await house.send(sent.event({**asked["event"], "type": "message"}))
    later = sent.mention("Another?")
    await house.send(later)
    await answered(slack, asked["event"]["ts"], "Which index?")
    await answered(slack, later["event"]["ts"], "Another?")
    assert sorted(request.question for request in house.advisor.requests) == ["Another?", "Which index?"]


async def test_asked_in_the_middle_of_a_thread_it_reads_what_was_said_before(house: Any, slack: FakeSlack) -> None:
    slack.threads["1700000000.0001"] = [
        {"ts": "1700000000.0001", "user": "U1", "text": "Our table has 80 M rows."},
        {"ts": "1700000001.0001", "bot_id": "B9", "user": "U9", "text": "Build passed."},
        {"ts": "1700000002.0001", "user": "U1", "text": f"<@{BOT_USER}>"},
    ]
    await house.send(sent.mention("", ts="1700000002.0001", thread_ts="1700000000.0001"))
    await answered(slack, "1700000000.0001", "80 M rows")
    assert house.advisor.requests[0].question == "Our table has 80 M rows."
    await house.send(sent.spoken("And partitions?", thread_ts="1700000000.0001"))
    await answered(slack, "1700000000.0001", "And partitions?")
    assert slack.calls["conversations.replies"] == 1


async def test_a_bare_mention_is_told_what_can_be_asked(house: Any, slack: FakeSlack) -> None:
    asked = sent.mention("")
    await house.send(asked)
    await answered(slack, asked["event"]["ts"], "Ask me about designing data layers")
    assert house.advisor.requests == []


async def test_a_question_that_cannot_be_asked_gets_a_reason_with_a_reference(house: Any, slack: FakeSlack) -> None:
    asked = sent.mention("a" * 20_001)
    await house.send(asked)
    message = await answered(slack, asked["event"]["ts"], "Reference")
    assert "Question: " in message.words


@pytest.mark.parametrize("error", [RetrievalError("the index is gone"), ZeroDivisionError("secret detail")])
async def test_a_failure_gets_a_reason_with_a_reference_and_no_details(
    error: Exception, house: Any, small: Any, slack: FakeSlack, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: Any) -> None:
        raise error

    small.during = fail
    asked = sent.mention("Which index?")
    await house.send(asked)
    message = await answered(slack, asked["event"]["ts"], "Reference")
    assert "secret detail" not in message.words
    reference = message.words.partition("Reference ")[2][:12]
    assert reference in "".join(capsys.readouterr())
    assert len(slack.in_thread(asked["event"]["ts"])) == 1


async def test_diagrams_come_as_pictures_with_words_for_those_who_do_not_see_them(house: Any, slack: FakeSlack) -> None:
    asked = sent.mention("Draw it.")
    await house.send(asked)
    await slack.until(lambda: any(u.content and u.channel for u in slack.uploads.values()))
    picture = next(iter(slack.uploads.values()))
    assert picture.content.startswith(b"\x89PNG")
    assert (picture.channel, picture.thread_ts) == (sent.CHANNEL, asked["event"]["ts"])
    assert picture.alt == "Entity-relationship diagram with 1 relations: SHOP to ORDER."


async def test_the_assistant_pane_begins_with_prompts_and_the_home_says_what_it_can_do(
    house: Any, slack: FakeSlack
) -> None:
    thread = {"channel_id": "D0DIRECT", "thread_ts": "1.0001", "user_id": sent.ASKER, "context": {}}
    await house.send(sent.event({"type": "assistant_thread_started", "assistant_thread": thread}))
    assert (await house.send(sent.event({"type": "assistant_thread_context_changed", "assistant_thread": thread}))).status_code == 200  # fmt: skip
    await house.send(sent.event({"type": "app_home_opened", "tab": "messages"}))
    await house.send(sent.event({"type": "app_home_opened", "tab": "home"}))
    await slack.until(lambda: slack.views and slack.prompts)
    assert len(slack.prompts[0]) == 4
    assert "2 entries" in json.dumps(slack.views[0])
    await house.send(sent.direct("Which index?", thread_ts="1.0001"))
    await answered(slack, "1.0001", "Which index?")
