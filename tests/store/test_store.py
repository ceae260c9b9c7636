"""What goes in comes out, for as long as was agreed."""

import datetime as dt
from collections.abc import Callable

import pytest
from pydantic import ValidationError

from service.answer.advice import Advice
from service.errors import UnknownAnswerError
from service.question.request import AskRequest, Attachment, Turn
from service.store.records import MAX_REASON, VERDICTS, Feedback, KeptAnswer, ThreadState
from service.store.schema import ANSWERS, EVENTS
from service.store.store import BATCH, Store, open_store
from tests.store.taking import took

Making = Callable[..., Advice]
DAY = dt.timedelta(days=1)
HOSTILE = "'; DROP TABLE answers; -- \N{SNOWMAN} \N{PILE OF POO} \x1b[31m <script>alert(1)</script>\n"


def say(content: str) -> Turn:
    return Turn(role="user", content=content)


def feedback(at: dt.datetime, **changed: str) -> Feedback:
    return Feedback.model_validate({"answer_id": "a1", "verdict": "wrong", "channel": "http", "at": at, **changed})


def test_an_answer_comes_back_as_it_was_kept(store: Store, noon: dt.datetime, make_advice: Making) -> None:
    asked = AskRequest(
        question=HOSTILE,
        history=(say(HOSTILE),),
        attachments=(Attachment(name="a", content=HOSTILE),),
        constraints={"workload.writes_per_s": "800/s"},
        detail="brief",
    )
    store.keep_answer(asked, make_advice("a1", HOSTILE), noon)
    assert store.answer("a1") == KeptAnswer(asked, make_advice("a1", HOSTILE), noon)


@pytest.mark.parametrize("answer_id", ["", "a2", "A1", "a\0", "%", "a1'", "x" * 5_000])
def test_an_answer_that_is_not_kept_is_none(
    answer_id: str, store: Store, noon: dt.datetime, make_advice: Making
) -> None:
    store.keep_answer(AskRequest(question="How?"), make_advice(), noon)
    assert store.answer(answer_id) is None


def test_an_answer_given_again_is_kept_once_and_as_if_asked_now(
    store: Store, noon: dt.datetime, make_advice: Making
) -> None:
    for at in (noon, noon + 2 * DAY, noon + DAY):
        store.keep_answer(AskRequest(question="How?"), make_advice(), at)
    kept = store.answer("a1")
    assert kept is not None
    assert kept.asked_at == noon + 2 * DAY


def test_moments_are_kept_in_utc(store: Store, noon: dt.datetime, make_advice: Making) -> None:
    there = noon.astimezone(dt.timezone(dt.timedelta(hours=-5)))
    store.keep_answer(AskRequest(question="How?"), make_advice(), there)
    kept = store.answer("a1")
    assert kept is not None
    assert (kept.asked_at, kept.asked_at.utcoffset()) == (noon, dt.timedelta(0))


def test_feedback_comes_back_in_the_order_in_which_it_was_given(
    store: Store, noon: dt.datetime, make_advice: Making
) -> None:
    store.keep_answer(AskRequest(question="How?"), make_advice(), noon)
    given = [feedback(noon + number * DAY, verdict=verdict) for number, verdict in enumerate(VERDICTS)]
    for each in reversed(given):
        store.keep_feedback(each)
    assert store.feedback() == tuple(given)
    assert store.feedback(noon + 2 * DAY) == tuple(given[2:])


def test_feedback_on_an_answer_that_is_not_kept_is_refused(store: Store, noon: dt.datetime) -> None:
    with pytest.raises(UnknownAnswerError, match="'a1'"):
        store.keep_feedback(feedback(noon))
    assert store.feedback() == ()


@pytest.mark.parametrize(
    "changed", [{"reason": "x" * (MAX_REASON + 1)}, {"reason": "a\0"}, {"verdict": "nice"}, {"answer_id": ""}, {"channel": "c" * 101}]
)  # fmt: skip
def test_feedback_outside_its_bounds_is_not_made(changed: dict[str, str], noon: dt.datetime) -> None:
    with pytest.raises(ValidationError):
        feedback(noon, **changed)


def test_an_event_is_seen_first_once(store: Store, noon: dt.datetime) -> None:
    assert [took(store, event, noon) for event in ("e1", "e2", "e1", "check")] == [True, True, False, True]
    store.check(noon)
    store.check(noon)


def test_a_thread_grows_by_its_turns(store: Store, noon: dt.datetime) -> None:
    assert store.thread("C1", "1.5") is None
    assert store.keep_thread(ThreadState("C1", "1.5", (say("First?"),)), noon)
    store.append_turns("C1", "1.5", (Turn(role="assistant", content="So."), say("And?")), noon)
    store.name_answer("C1", "1.5", "a1", noon)
    store.append_turns("C1", "1.5", (), noon)
    turns = (say("First?"), Turn(role="assistant", content="So."), say("And?"))
    assert store.thread("C1", "1.5") == ThreadState("C1", "1.5", turns, "a1")
    assert store.thread("C2", "1.5") is None


def test_a_thread_that_is_known_is_not_overwritten(store: Store, noon: dt.datetime) -> None:
    store.append_turns("C1", "1.5", (say("First?"),), noon)
    assert not store.keep_thread(ThreadState("C1", "1.5", (say("Other?"),), "a9"), noon)
    assert store.thread("C1", "1.5") == ThreadState("C1", "1.5", (say("First?"),))


def test_of_a_long_thread_the_newest_turns_fit_into_a_request(store: Store, noon: dt.datetime) -> None:
    store.append_turns("C1", "1.5", [say(str(number)) for number in range(25)], noon)
    state = store.thread("C1", "1.5")
    assert state is not None
    assert [turn.content for turn in state.turns] == [str(number) for number in range(5, 25)]
    AskRequest(question="And?", history=state.turns)


def test_what_is_old_goes_and_what_is_not_stays(url: str, noon: dt.datetime, make_advice: Making) -> None:
    store = open_store(url, days=10)
    for number, at in enumerate((noon - 11 * DAY, noon - 9 * DAY)):
        store.keep_answer(AskRequest(question="How?"), make_advice(f"a{number}"), at)
        store.append_turns("C1", str(number), (say("a"), say("b")), at)
        took(store, f"e{number}", at)
    assert store.expire(noon) == 4
    assert (store.answer("a0"), store.thread("C1", "0")) == (None, None)
    assert store.answer("a1") is not None
    assert store.thread("C1", "1") is not None
    assert [took(store, event, noon) for event in ("e0", "e1")] == [True, False]
    assert store.expire(noon) == 0
    store.close()


def test_an_answer_stays_as_long_as_there_is_feedback_on_it(url: str, noon: dt.datetime, make_advice: Making) -> None:
    store = open_store(url, days=10)
    store.keep_answer(AskRequest(question="How?"), make_advice(), noon)
    store.keep_feedback(feedback(noon + 8 * DAY))
    assert store.expire(noon + 12 * DAY) == 0
    assert store.answer("a1") is not None
    assert store.expire(noon + 19 * DAY) == 2
    assert store.answer("a1") is None
    store.close()


def test_more_than_a_batch_expires_at_once(store: Store, noon: dt.datetime) -> None:
    with store.writing() as connection:
        rows = [{"id": f"event:{number}", "seen_at": noon} for number in range(2 * BATCH + 1)]
        connection.execute(EVENTS.insert(), rows)
    assert store.expire(noon + 91 * DAY) == 2 * BATCH + 1


def test_an_answer_that_another_version_wrote_says_so(store: Store, noon: dt.datetime, make_advice: Making) -> None:
    store.keep_answer(AskRequest(question="How?"), make_advice(), noon)
    with store.writing() as connection:
        connection.execute(ANSWERS.update().values(advice='{"id": "a1"}'))
    with pytest.raises(UnknownAnswerError, match="another version"):
        store.answer("a1")
