"""Every number that a case of the evals states is read: a fact, or listed as one whose role is not certain."""

import re
from collections.abc import Iterator

from evals.case_files import load_cases
from kb.vocabulary import load_vocabulary
from service.question.question import Question, understand
from service.question.request import AskRequest

VOCABULARY = load_vocabulary()
_DIGITS = re.compile(r"(?<![\w.#/'-])\d[\d,.]*")
_YEAR, _ALWAYS = re.compile(r"(?:19|20)\d\d\b"), re.compile(r"24/7")


def questions() -> Iterator[tuple[str, str]]:
    for suite, cases in load_cases().items():
        for case in cases:
            text = getattr(case, "question", "")
            if text:
                yield f"{suite}/{case.id}", text


def unread(question: Question, text: str) -> list[str]:
    """Numbers outside every span; years, round the clock and versions of what is named state no quantity."""
    spans = [fact.span for fact in question.facts.facts if fact.span] + [number.span for number in question.loose]
    versions = [name.stretch.end for name in question.technologies]
    return [
        text[max(0, found.start() - 20) : found.end() + 10]
        for found in _DIGITS.finditer(text)
        if not any(span.source == "question" and span.start <= found.start() < span.end for span in spans)
        and not any(0 <= found.start() - end <= len(" 13 to ") for end in versions)
        and not (_YEAR.match(text, found.start()) or _ALWAYS.match(text, found.start()))
    ]


def test_every_number_of_every_case_is_a_fact_or_is_listed() -> None:
    lost = {
        name: numbers
        for name, text in questions()
        if not (question := understand(AskRequest(question=text), VOCABULARY)).artefacts.given
        and (numbers := unread(question, text))
    }
    assert lost == {}
