"""An endpoint that failed is left alone, and only a probe that nobody waits for finds out whether it is back."""

from collections.abc import Iterator

import pytest

from service.answer.telling import Event, Spent
from service.errors import ModelError
from service.model.breaker import Breaker
from service.model.calls import Bounds, Caller, Prompt, Usage, Work

DEAD = ModelError("nobody answers", dead=True)


class Flaky:
    """A model that fails as long as there is a failure; it counts what it is asked."""

    name = "flaky"
    schemas = False

    def __init__(self, failure: ModelError | None) -> None:
        self.failure = failure
        self.asked: list[str] = []

    def stream(self, prompt: Prompt, usage: Usage) -> Iterator[str]:
        self.asked.append(prompt.data)
        if self.failure:
            raise self.failure
        yield "DONE"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def asked(caller: Caller, words: str) -> str:
    """What comes of a question: the reply, or why there is none."""
    try:
        return "".join(caller.ask("write", Prompt("", words), lambda _: None))
    except ModelError as error:
        return str(error)


def test_no_question_waits_for_an_endpoint_that_may_be_back() -> None:
    model, clock = Flaky(DEAD), Clock()
    probes: list[Work] = []
    caller = Caller(model, clock, Breaker(clock, 5.0), aside=probes.append)
    assert [asked(caller, word) for word in ("a", "b")] == ["nobody answers"] * 2
    assert "left alone" in asked(caller, "c")
    assert (model.asked, probes) == (["a", "b"], [])
    clock.now = 5.0
    assert "left alone" in asked(caller, "d")
    assert "left alone" in asked(caller, "e")
    assert model.asked == ["a", "b"]
    probes.pop()()
    assert probes == []
    clock.now = 10.0
    assert "left alone" in asked(caller, "f")
    assert probes == []
    clock.now = 15.0
    model.failure = None
    assert "left alone" in asked(caller, "g")
    probes.pop()()
    assert asked(caller, "h") == "DONE"


def test_after_a_probe_one_failure_is_enough_to_leave_it_alone_for_longer() -> None:
    model, clock = Flaky(DEAD), Clock()
    probes: list[Work] = []
    caller = Caller(model, clock, Breaker(clock, 5.0), aside=probes.append)
    asked(caller, "a"), asked(caller, "b")
    clock.now, model.failure = 5.0, ModelError("too long a prompt")
    asked(caller, "c")
    probes.pop()()
    model.failure = DEAD
    assert asked(caller, "d") == "nobody answers"
    clock.now = 14.9
    assert "left alone" in asked(caller, "e")
    assert probes == []


def test_what_is_wrong_with_one_prompt_says_nothing_of_the_next() -> None:
    model = Flaky(ModelError("too long a prompt"))
    caller = Caller(model, lambda: 0.0, Breaker(lambda: 0.0))
    assert [asked(caller, str(n)) for n in range(4)] == ["too long a prompt"] * 4


def test_who_asks_to_be_left_alone_is_for_as_long() -> None:
    clock, probes = Clock(), list[Work]()
    caller = Caller(Flaky(ModelError("busy", 20.0, dead=True)), clock, Breaker(clock), aside=probes.append)
    asked(caller, "a")
    clock.now = 19.0
    assert "left alone" in asked(caller, "b")
    assert probes == []


def test_past_its_calls_at_a_time_a_question_is_answered_without_the_model() -> None:
    told: list[Event] = []
    caller = Caller(Flaky(None), lambda: 0.0, Breaker(lambda: 0.0), Bounds(calls=1))
    under_way = caller.ask("write", Prompt("", "a"), told.append)
    next(under_way)
    assert "as many as DBARCH_LLM_CONCURRENCY allows" in asked(caller, "b")
    assert list(under_way) == []
    assert [event.outcome for event in told if isinstance(event, Spent)] == ["answered"]


def test_a_probe_runs_on_a_thread_of_its_own() -> None:
    model, clock = Flaky(DEAD), Clock()
    caller = Caller(model, clock, Breaker(clock, 5.0))
    asked(caller, "a"), asked(caller, "b")
    clock.now, model.failure = 5.0, None
    while "left alone" in asked(caller, "c"):
        pass
    assert "DATA" in model.asked


def test_for_an_endpoint_left_alone_no_prompt_is_made_unless_a_reply_is_kept() -> None:
    clock, told = Clock(), list[Event]()
    caller = Caller(Flaky(DEAD), clock, Breaker(clock, 5.0))
    caller.expect("read", told.append)
    for word in ("a", "b"):
        asked(caller, word)
    with pytest.raises(ModelError, match="left alone"):
        caller.expect("read", told.append)
    assert [event for event in told if isinstance(event, Spent)] == [Spent("read", "refused")]
    caller.keep(Prompt("", "c"), "a reply")
    caller.expect("read", told.append)
    assert asked(caller, "c") == "a reply"
