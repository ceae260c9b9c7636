import pytest

from kb.vocabulary import Vocabulary
from service.question.needs import tells_needs
from service.question.question import understand
from service.question.request import AskRequest


def tells(vocabulary: Vocabulary, text: str) -> bool:
    return tells_needs(understand(AskRequest(question=text), vocabulary))


@pytest.mark.parametrize(
    "text",
    [
        "Berths of a yacht harbour, 800 reservations a day, strongly consistent, RPO of 5 minutes, must run on Azure",
        "Blood bank: a bag may not be issued twice. RPO must be zero, RTO at most 20 minutes, kept for 30 years",
        "Lock-keeper log: each lock writes its level every 10 min, kept for 10 years, on-prem",
    ],
)
def test_who_only_tells_what_is_needed_wants_it_designed(vocabulary: Vocabulary, text: str) -> None:
    assert tells(vocabulary, text)


@pytest.mark.parametrize(
    "text",
    [
        "800 reservations a day, RPO of 5 minutes, on Azure: which backup?",
        "Our app is slow since Monday, RPO of 5 minutes, RTO of an hour, on Azure, strongly consistent",
        "RPO of 5 minutes, on Azure",
        "PostgreSQL, strongly consistent, RPO of 5 minutes, must run on Azure",
        "Berths of a yacht harbour",
    ],
)
def test_who_asks_reports_a_fault_or_tells_little_does_not(vocabulary: Vocabulary, text: str) -> None:
    assert not tells(vocabulary, text)
