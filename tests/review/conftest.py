"""A review of one text, as short as tests want it."""

from collections.abc import Callable

import pytest

from kb.vocabulary import load_vocabulary
from service.analysis.review.review import Review, review
from service.question.question import understand
from service.question.request import AskRequest, Attachment

Judge = Callable[..., Review]


def judged(text: str, hint: str = "", question: str = "Please review this.") -> Review:
    attachment = Attachment(name="pasted", content=text, language=hint or None)
    asked = understand(AskRequest(question=question, attachments=(attachment,)), load_vocabulary())
    return review(asked.artefacts, asked.facts)


@pytest.fixture(scope="session")
def judge() -> Judge:
    return judged
