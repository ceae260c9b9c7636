"""Two things asked at once: both are answered, or the one that is not is named."""

import pytest

from service.advisor import Advisor
from service.answer.parts import Part, with_parts
from service.answer.selection import Chosen, Selection
from service.question.request import AskRequest
from service.retrieval.hits import Hit, Retrieved

ORDERING = "patterns/composite-index-ordering"
ASIDE = "patterns/cache-aside"
SUBJECT = "how do we rotate the signing keys?"


def part(*sections: str, score: float = 0.6) -> Part:
    hits = tuple(Hit(each, each.partition("#")[0], score, score, 0.0, "section", "") for each in sections)
    return Part(SUBJECT, Retrieved(hits, (), (), (), score, True))


def selected(advisor: Advisor) -> Selection:
    entry = advisor.kb.entries[ORDERING]
    first = tuple(section for section in entry.sections if section.anchor == "pitfalls")
    return Selection((Chosen(entry, 0.7, "subject", first),), None)


def test_a_part_that_is_touched_already_adds_nothing(advisor: Advisor) -> None:
    before = selected(advisor)
    assert with_parts(advisor.kb, before, [part(f"{ORDERING}#pitfalls")]) == (before, ())


def test_a_part_that_is_left_out_brings_the_section_that_answers_it(advisor: Advisor) -> None:
    grown, unanswered = with_parts(advisor.kb, selected(advisor), [part(f"{ASIDE}#scores", f"{ASIDE}#problem")])
    assert unanswered == ()
    assert [(c.entry.id, [s.anchor for s in c.sections]) for c in grown.chosen][1:] == [(ASIDE, ["problem"])]


def test_a_section_of_a_chosen_entry_takes_its_place_among_the_others(advisor: Advisor) -> None:
    grown, _ = with_parts(advisor.kb, selected(advisor), [part(f"{ORDERING}#problem")])
    (only,) = grown.chosen
    assert [section.anchor for section in only.sections] == ["problem", "pitfalls"]


@pytest.mark.parametrize(("sections", "score"), [((f"{ASIDE}#problem",), 0.3), ((f"{ASIDE}#rule-x",), 0.9), ((), 0.0)])
def test_a_part_that_nothing_is_near_to_is_named(sections: tuple[str, ...], score: float, advisor: Advisor) -> None:
    before = selected(advisor)
    assert with_parts(advisor.kb, before, [part(*sections, score=score)]) == (before, (SUBJECT,))


def test_a_part_without_a_subject_of_its_own_is_no_gap(advisor: Advisor) -> None:
    before = selected(advisor)
    found = Retrieved((), (), (), (), 0.0, False)
    assert with_parts(advisor.kb, before, [Part("and how do we get under an hour?", found)]) == (before, ())


def test_two_questions_at_once_are_both_answered(advisor: Advisor) -> None:
    question = "In which order do the columns of a composite index go? How do we rotate the keys of encryption at rest?"
    advice = advisor.advise(AskRequest(question=question))
    cited = {citation.entry for citation in advice.citations}
    assert {ORDERING, "patterns/encryption-at-rest-and-keys"} <= cited
    assert not [n for n in advice.understanding.not_taken_into_account if "no entry answers" in n.reason]


def test_the_part_that_nothing_answers_is_shown_as_such(advisor: Advisor) -> None:
    question = "How do I invalidate a cache entry and which colour should our office walls be?"
    named = advisor.advise(AskRequest(question=question)).understanding.not_taken_into_account
    assert ("which colour should our office walls be?", "no entry answers this part of the question") in {
        (each.text, each.reason) for each in named
    }
