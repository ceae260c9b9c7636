"""The three providers through llama-index's own integrations, each over a real socket: honest, busy, broken, refusing."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import pytest

from service.advisor import Advisor
from service.answer.telling import Event, Spent
from service.errors import ModelError
from service.model.calls import Caller, Prompt
from service.question.request import AskRequest

Asking = Callable[..., Advisor]
Calling = Callable[..., Caller]
Scripts = Callable[..., Any]
# llama-index's integration calls what later versions of Anthropic's own package no longer have; constraints.txt pins it.
FITS = int(version("anthropic").split(".")[0]) == 0
ANTHROPIC = pytest.param("anthropic", marks=pytest.mark.skipif(not FITS, reason="`anthropic` is not the pinned one"))
PROVIDERS = ("openai_like", ANTHROPIC, "ollama")
WORDS = "shows 900/s on the panel in the hall, all changes of rows"
QUESTION = AskRequest(question=f"Which index suits us? The shop {WORDS}.", composer="model")


def unread(told: str) -> str:
    """Reads one fact, and writes nothing."""
    return f"FACT workload.writes_per_s | 900/s | {WORDS}\nDONE" if "ATTRIBUTES" in told else "DONE\n"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_reply_comes_in_pieces_and_its_tokens_are_counted(provider: str, caller_of: Calling, script: Scripts) -> None:
    behind = script(reply=lambda told: f"{told} – and more than forty letters of it\nDONE\n")
    spent: list[Event] = []
    pieces = list(
        caller_of(behind, provider=provider).ask("write", Prompt("Be brief.", "DATA\n\nof mine"), spent.append)
    )
    assert len(pieces) > 1
    assert "".join(pieces) == "Be brief.\nDATA\n\nof mine – and more than forty letters of it\nDONE\n"
    assert isinstance(spent[0], Spent)
    assert (spent[0].outcome, spent[0].tokens_in, spent[0].tokens_out) == ("answered", 120, 30)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        ({"status": 429, "headers": {"Retry-After": "20"}}, ("is busy (429)", 20.0)),
        ({"status": 529}, ("is busy (529)", 30.0)),
        ({"status": 401}, ("answered 401", None)),
        ({"status": 500}, ("answered 500", None)),
        ({"reply": lambda _: "x" * 200, "fails_inside": True}, ("does not answer", None)),
    ],
)
def test_what_fails_is_said_in_one_line_and_the_endpoint_left_alone(
    behaviour: dict[str, Any], said: tuple[str, float | None], provider: str, caller_of: Calling, script: Scripts
) -> None:
    with pytest.raises(ModelError) as raised:
        list(
            caller_of(script(**behaviour), provider=provider).ask("write", Prompt("Be brief.", "DATA"), lambda _: None)
        )
    assert said[0] in str(raised.value)
    assert "\n" not in str(raised.value)
    assert (raised.value.dead, raised.value.retry_after) == (True, said[1])


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_address_of_nobody_is_dead(provider: str, caller_of: Calling) -> None:
    with pytest.raises(ModelError, match="does not answer") as raised:
        list(caller_of(None, provider=provider).ask("write", Prompt("Be brief.", "DATA"), lambda _: None))
    assert raised.value.dead


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(("schemas", "readings"), [(True, 1), (False, 2)])
def test_facts_are_read_by_a_schema_and_by_lines_where_the_endpoint_knows_none(
    schemas: bool, readings: int, provider: str, asking: Asking, script: Scripts
) -> None:
    behind = script(reply=unread, schemas=schemas)
    advisor = asking(behind, provider=provider)
    advice = advisor.advise(QUESTION)
    assert any("read by the model from" in text for text in advice.understanding.assumptions)
    assert len([told for told in behind.asked if "ATTRIBUTES" in told]) == readings
    advisor.advise(QUESTION.model_copy(update={"question": f"Please: {QUESTION.question}"}))
    assert len([told for told in behind.asked if "ATTRIBUTES" in told]) == readings + 1


@pytest.mark.parametrize("provider", PROVIDERS)
def test_half_a_stream_leaves_the_deterministic_answer(provider: str, asking: Asking, script: Scripts) -> None:
    advice = asking(script(reply=lambda _: "SECTION summary\n" * 20, half=True), provider=provider).advise(QUESTION)
    assert advice.composer == "deterministic"
    assert advice.model is not None
    assert "breaks off" in advice.model.reason or "does not answer" in advice.model.reason


@pytest.mark.parametrize("provider", PROVIDERS)
def test_who_refuses_leaves_the_deterministic_answer(provider: str, asking: Asking, script: Scripts) -> None:
    advice = asking(script(reply=lambda _: "I cannot help with that."), provider=provider).advise(QUESTION)
    assert advice.composer == "deterministic"
    assert advice.model is not None
    assert "not in the asked form" in advice.model.reason
