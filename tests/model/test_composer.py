"""Answers with a model, over a real socket: compliant, sloppy, malicious and broken ones; the answer is always verified or deterministic."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from service.advisor import Advisor
from service.answer.advice import Advice, Claim
from service.answer.markdown import render
from service.answer.telling import Event, Found, Judged, Said, Spent
from service.model.composer import ModelComposer
from service.question.request import AskRequest

Asking = Callable[..., Advisor]
Scripts = Callable[..., Any]
QUESTION = AskRequest(question="In which order do the columns of a composite index go?", composer="model")
PLAIN = QUESTION.model_copy(update={"composer": "deterministic"})


def evidence(told: str) -> dict[int, tuple[str, list[str]]]:
    """The numbered items of a prompt: title and lines."""
    found: dict[int, tuple[str, list[str]]] = {}
    for match in re.finditer(r"^EVIDENCE (\d+): (.*)\n((?:> .*\n?)*)", told, re.MULTILINE):
        found[int(match[1])] = (match[2], [line.removeprefix("> ") for line in match[3].splitlines()])
    return found


def kinds(told: str) -> list[str]:
    plan = re.search(r"^> sections: (.*)$", told, re.MULTILINE)
    return plan[1].split(", ")[1:] if plan else []


def sentence(told: str) -> tuple[int, str]:
    """Some sentence of the evidence, word for word, and its number."""
    for number, (_, lines) in evidence(told).items():
        for line in lines:
            if len(line.split()) > 12 and "|" not in line and not line.startswith("["):
                return number, line.removeprefix("- ")
    raise AssertionError("no sentence")


def compliant(told: str) -> str:
    """Says what the items say, and shows their code."""
    if "ATTRIBUTES" in told:
        return "DONE\n"
    number, said = sentence(told)
    lines = ["SECTION summary", f"CLAIM {number} | {said}"]
    for kind in kinds(told):
        lines += [f"SECTION {kind}", f"ITEM {number} | {said}", *(f"SHOW {n}" for n in evidence(told))]
    return "\n".join([*lines, "DONE", ""])


def sloppy(told: str) -> str:
    """Chats, fences its reply, forgets numbers, and adds what it happens to know."""
    if "ATTRIBUTES" in told:
        return "FACT workload.writes_per_s | 900/s | nine hundred writes\nFACT mood | good | order\nDONE"
    number, said = sentence(told)
    return (
        f"Sure! Here is my answer:\n```\nSECTION summary\nCLAIM - | {said}\n"
        f"CLAIM {number} | Kittens purr at twenty-six hertz while a gardener prunes roses.\n```\nDONE\n"
    )


EVIL = [
    "Read [the manual](https://evil.example/steal?q=1) first.",
    "Visit https://evil.example now.",
    "<img src=x onerror=alert(1)> is how an index works.",
    "Columns compared with = do not come first.",
]


def malicious(told: str) -> str:
    if "ATTRIBUTES" in told:
        return "FACT engine | mongodb | index\nAPPLIES patterns/none#rule | order\nDONE"
    number, said = sentence(told)
    lines = ["SECTION summary", f"CLAIM {number} | {said}", *(f"CLAIM {number} | {text}" for text in EVIL)]
    lines += ["CLAIM 999 | Sources say so.", "SHOW 998", "CODE sql postgresql | 999", "DROP TABLE users;", "END"]
    return "\n".join([*lines, "DONE", ""])


def claims(advice: Advice) -> list[Claim]:
    return [*advice.summary, *(c for s in advice.sections for b in s.blocks for c in b.claims)]


def resolves(advice: Advice) -> bool:
    numbers = {citation.number for citation in advice.citations}
    return [c.number for c in advice.citations] == sorted(numbers) and all(set(c.citations) <= numbers for c in claims(advice))  # fmt: skip


def test_a_compliant_model_speaks_and_every_number_resolves(asking: Asking, script: Scripts) -> None:
    events: list[Event] = []
    advice = asking(script(compliant)).advise(QUESTION, events.append)
    assert advice.composer == "model"
    assert advice.model is not None
    assert (advice.model.name, advice.model.dropped, advice.model.filled) == ("openai_like:some-model", 0, ())
    assert resolves(advice)
    assert all(c.citations for c in claims(advice) if c.support.kind == "model")
    assert isinstance(events[0], Found)
    assert [e.task for e in events if isinstance(e, Spent)] == ["read", "write"]
    assert [e.tokens_in for e in events if isinstance(e, Spent)] == [120, 120]
    said = [e for e in events if isinstance(e, Said)]
    assert [e.section.kind for e in said if e.section] == [s.kind for s in advice.sections]
    assert sum(e.cost for e in events if isinstance(e, Spent)) == pytest.approx(2 * (120 * 1 + 30 * 2) / 1e6)


def test_the_same_question_is_not_asked_twice_of_a_model(asking: Asking, script: Scripts) -> None:
    behind = script(compliant)
    advisor = asking(behind)
    first, calls = advisor.advise(QUESTION), len(behind.asked)
    assert advisor.advise(QUESTION) == first
    assert len(behind.asked) == calls


def test_a_sloppy_model_is_cited_where_it_can_be_and_marked_where_not(asking: Asking, script: Scripts) -> None:
    advice = asking(script(sloppy)).advise(QUESTION)
    mine = [c for c in claims(advice) if c.support.kind == "model"]
    assert [bool(c.citations) for c in mine] == [True, False]
    assert advice.model is not None
    assert advice.model.own >= 1
    assert "summary" not in advice.model.filled
    assert advice.model.filled
    assert resolves(advice)
    text = render(advice)
    assert "prunes roses. ‡" in text
    assert "‡ the model's own knowledge" in text


def test_what_has_no_source_is_dropped_where_that_is_asked_for(asking: Asking, script: Scripts) -> None:
    advice = asking(script(sloppy), marks=False).advise(QUESTION)
    assert "Kittens" not in render(advice)


def test_a_fact_is_taken_only_where_its_words_stand_in_the_question(asking: Asking, script: Scripts) -> None:
    advice = asking(script(sloppy)).advise(QUESTION)
    assert {f.attribute for f in advice.understanding.facts} == {
        f.attribute for f in asking(script(sloppy)).advise(PLAIN).understanding.facts
    }


def test_a_malicious_model_gets_nothing_through(asking: Asking, script: Scripts) -> None:
    advice = asking(script(malicious)).advise(QUESTION)
    text = render(advice)
    assert not [evil for evil in EVIL if evil in text]
    assert "evil.example" not in advice.model_dump_json()
    assert "DROP TABLE users" not in text
    assert advice.model is not None
    assert advice.model.dropped >= 7
    assert resolves(advice)


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ({"status": 500}, "answered 500"),
        ({"status": 401}, "answered 401"),
        ({"status": 429, "headers": {"Retry-After": "20"}}, "busy"),
        ({"reply": lambda _: ""}, "empty"),
        ({"reply": lambda _: "I am sorry, I cannot help with that."}, "not in the asked form"),
        ({"reply": lambda _: '{"answer": "use an index"}'}, "not in the asked form"),
        ({"reply": lambda _: "SECTION summary\nCLAIM 77, 78 | Everyone says so.\nDONE\n"}, "passed the check"),
        ({"reply": lambda _: "SECTION summary\nCLAIM 1 | It breaks o"}, "breaks off"),
    ],
)
def test_whatever_is_broken_ends_in_the_deterministic_answer_with_the_reason(
    behaviour: dict[str, Any], reason: str, asking: Asking, script: Scripts
) -> None:
    advisor = asking(script(**behaviour))
    advice, plain = advisor.advise(QUESTION), advisor.advise(PLAIN)
    assert advice.composer == "deterministic"
    assert advice.model is not None
    assert reason in advice.model.reason
    assert advice.model_copy(update={"model": None, "id": plain.id}) == plain


def test_half_a_stream_leaves_what_was_verified_and_says_why_there_is_no_more(asking: Asking, script: Scripts) -> None:
    advice = asking(script(compliant, half=True)).advise(QUESTION)
    assert advice.model is not None
    assert "breaks off" in advice.model.reason
    assert advice.composer == "deterministic" or advice.model.filled
    assert resolves(advice)


def test_an_endpoint_that_is_down_or_slow_is_left_alone(asking: Asking, script: Scripts) -> None:
    down = asking(None)
    reasons = [advice.model.reason for _ in range(3) if (advice := down.advise(QUESTION)).model]
    assert "does not answer" in reasons[0]
    assert "left alone" in reasons[2]
    slow = asking(script(compliant, seconds=3.0), seconds=1.0).advise(QUESTION)
    assert slow.model is not None
    assert "longer than 1 s" in slow.model.reason or "does not answer" in slow.model.reason


def test_a_busy_endpoint_is_not_asked_again_before_its_time(asking: Asking, script: Scripts) -> None:
    behind = script(compliant, status=429, headers={"Retry-After": "20"})
    advisor = asking(behind)
    advisor.advise(QUESTION)
    calls = len(behind.asked)
    advisor.advise(QUESTION)
    assert len(behind.asked) == calls


def test_one_repair_is_asked_for_with_the_reasons(asking: Asking, script: Scripts) -> None:
    def mended(told: str) -> str:
        if "AGAIN" in told:
            return compliant(told)
        return malicious(told) if "PLAN" in told else "DONE"

    behind = script(mended)
    events: list[Event] = []
    advice = asking(behind).advise(QUESTION, events.append)
    assert [e.task for e in events if isinstance(e, Spent)] == ["read", "write", "repair"]
    assert "WHAT WAS WRONG" in behind.asked[-1]
    assert "evil.example" in behind.asked[-1]
    assert advice.model is not None
    assert advice.model.filled == ()
    assert [e.dropped for e in events if isinstance(e, Judged)] == [advice.model.dropped]


def test_without_a_model_the_reason_is_that_there_is_none(asking: Asking, script: Scripts) -> None:
    bare = replace(asking(script(compliant)), model=ModelComposer())
    advice = bare.advise(QUESTION)
    assert advice.model is not None
    assert "DBARCH_LLM" in advice.model.reason


def test_deterministic_answers_know_nothing_of_models(asking: Asking, script: Scripts) -> None:
    behind = script(compliant)
    told = asking(behind).advise(PLAIN).model_dump()
    assert "model" not in told
    assert behind.asked == []
    assert "composer" not in PLAIN.model_dump()
