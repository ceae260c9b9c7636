"""Which design bears a question: the one that most of what is near stands in."""

from collections.abc import Sequence

import pytest

from kb.entry import KnowledgeBase
from kb.vocabulary import load_vocabulary
from service.answer.bearing import bearing
from service.answer.fit import Fit
from service.question.question import Question, understand
from service.question.request import AskRequest
from service.retrieval.hits import EntryHit, Hit, Retrieved

BOOKING, HOTEL = "designs/healthcare-appointments", "designs/hotel-reservations"
FITS: dict[str, Fit] = {BOOKING: "near", HOTEL: "subject"}
OTHER_WORDS = "Doctors offer slots, nobody may take the one of somebody else"


def asked(text: str) -> Question:
    return understand(AskRequest(question=text), load_vocabulary())


def found(entries: Sequence[str]) -> Retrieved:
    hits = tuple(Hit(f"{entry}#s{n}", entry, 0.5, 0.5, 0.0, "section", "") for n, entry in enumerate(entries))
    return Retrieved(hits, tuple(EntryHit(entry, 0.5) for entry in dict.fromkeys(entries)), (), (), 0.5, True)


def borne(kb: KnowledgeBase, text: str, entries: Sequence[str], fits: dict[str, Fit] | None = None) -> str | None:
    entry = bearing(kb, asked(text), found(entries), fits or FITS)
    return entry.id if entry else None


@pytest.mark.parametrize(("sections", "expected"), [(7, BOOKING), (6, None)])
def test_a_case_in_other_words_is_borne_by_the_design_that_most_of_it_stands_in(
    sections: int, expected: str | None, real_kb: KnowledgeBase
) -> None:
    near = [BOOKING] * sections + ["patterns/cache-aside"] * (12 - sections)
    assert borne(real_kb, OTHER_WORDS, near) == expected


def test_a_word_for_the_whole_needs_fewer_sections(real_kb: KnowledgeBase) -> None:
    near = [BOOKING] * 4 + ["patterns/cache-aside"] * 8
    assert borne(real_kb, "Design a schema for slots of doctors", near) == BOOKING
    assert borne(real_kb, "Design a schema for slots of doctors", near[1:]) is None


def test_of_two_designs_the_one_with_more_sections_bears(real_kb: KnowledgeBase) -> None:
    assert borne(real_kb, OTHER_WORDS, [HOTEL] * 4 + [BOOKING] * 8) == BOOKING


@pytest.mark.parametrize(
    "text",
    [
        "Which database for slots of doctors?",
        "Oracle or PostgreSQL for slots of doctors?",
        "Is this right? CREATE TABLE slot (id int, doctor int);",
    ],
)
def test_a_choice_of_a_store_or_pasted_text_is_not_borne(text: str, real_kb: KnowledgeBase) -> None:
    assert borne(real_kb, text, [BOOKING] * 12) is None


def test_another_ones_move_and_what_is_no_design_bear_nothing(real_kb: KnowledgeBase) -> None:
    assert borne(real_kb, OTHER_WORDS, [BOOKING] * 12, {BOOKING: "foreign"}) is None
    assert borne(real_kb, OTHER_WORDS, ["patterns/cache-aside"] * 12) is None
    assert borne(real_kb, OTHER_WORDS, []) is None
