"""The twelve interactions and what is out of scope, asked in Slack of the real knowledge base."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from evals.case import Case, OutOfScope
from evals.case_files import load_cases
from service.advisor import Advisor
from tests.frontends.slack import sent
from tests.frontends.slack.fake_slack import FakeSlack

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
CASES = load_cases()
BUTTONS = {"open_answer", "decision_record", "helpful", "unhelpful"}


async def asked(house: Any, slack: FakeSlack, cases: list[Case]) -> dict[str, Any]:
    """The answer to each case, asked all at once as direct messages."""
    events = {case.id: sent.direct(case.question, channel=f"D{n}") for n, case in enumerate(cases)}
    await asyncio.gather(*(house.send(event) for event in events.values()))
    threads = {case: event["event"]["ts"] for case, event in events.items()}
    await slack.until(lambda: all(slack.in_thread(ts) for ts in threads.values()), 400)
    return {case: slack.in_thread(ts)[0] for case, ts in threads.items()}


async def test_the_twelve_interactions_are_answered_with_sources_and_buttons(
    real: Advisor, house_of: Callable[[Any], Any], slack: FakeSlack
) -> None:
    answers = await asked(house_of(real), slack, [case for case in CASES["interactions"] if isinstance(case, Case)])
    assert len(answers) == 12
    for message in answers.values():
        assert set(message.buttons) >= BUTTONS
        assert "|[1]>" in message.words or "|[1†]>" in message.words
    erd = answers["healthcare-erd"]
    await slack.until(lambda: any(u.thread_ts == erd.thread_ts and u.channel for u in slack.uploads.values()), 60)
    picture = next(u for u in slack.uploads.values() if u.thread_ts == erd.thread_ts)
    assert picture.content.startswith(b"\x89PNG")
    assert "clinic to room" in (picture.alt or "")


async def test_what_is_out_of_scope_is_declined_without_sources(
    real: Advisor, house_of: Callable[[Any], Any], slack: FakeSlack
) -> None:
    cases: list[Case] = [c for c in CASES["out_of_scope"] if isinstance(c, OutOfScope) and c.group != "gap"]
    answers = await asked(house_of(real), slack, cases)
    declined = [case for case, message in answers.items() if "Confidence: none" in message.words]
    # The rate is a figure of the evals; here it matters that each gets a word, and a refusal no sources.
    assert len(declined) >= 0.8 * len(cases)
    assert not any("|[1" in answers[case].words or "open_answer" in answers[case].buttons for case in declined)
