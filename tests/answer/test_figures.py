"""Figures in answers: the asked one leads, every result is cited and shown with its working, a blank is asked for."""

import mmdr
import pytest

from service.advisor import Advisor
from service.answer.advice import Advice
from service.answer.estimates import TITLE
from service.question.request import AskRequest


def answer(advisor: Advisor, question: str) -> Advice:
    return advisor.advise(AskRequest(question=question))


def computed(advice: Advice) -> list[str]:
    return [c.text for s in advice.sections if s.title == TITLE for b in s.blocks for c in b.claims]


def test_the_asked_figure_stands_in_the_first_sentence(advisor: Advisor) -> None:
    advice = answer(advisor, "300k buoys send 120-byte readings every 10 min, kept 3 years. How much storage is that?")
    first = advice.summary[0]
    assert first.text.startswith("About 5.68 TB of payload")
    assert first.support.kind == "computed"
    assert first.citations
    assert any(text.startswith("47.3 billion: worked out") for text in computed(advice))


def test_nothing_is_said_twice_where_figures_lead(advisor: Advisor) -> None:
    advice = answer(advisor, "300k buoys send 120-byte readings every 10 min, kept 3 years. How much storage is that?")
    texts = [claim.text for claim in advice.summary] + computed(advice)
    assert len(texts) == len(set(texts))


def test_growth_is_shown_as_a_table_and_as_a_chart_that_is_drawn(advisor: Advisor) -> None:
    advice = answer(advisor, "Our 800 GB wiki grows 60% a year. Where are we in three years?")
    table, chart = (b for s in advice.sections if s.title == TITLE for b in s.blocks if b.kind in ("table", "diagram"))
    assert table.kind == "table"
    assert table.rows[-1] == ("3 years", "3.28 TB")
    assert all(claim.citations and claim.support.kind == "computed" for claim in (*table.claims, *chart.claims))
    assert mmdr.render(chart.claims[0].text).svg().startswith("<svg")


def test_a_result_stands_before_what_is_quoted_with_its_formula_and_what_was_assumed(advisor: Advisor) -> None:
    advice = answer(advisor, "60 TB of traces, at most 4 TB on a shard. How many shards?")
    assert advice.sections[0].title == TITLE
    (working,) = computed(advice)
    assert advice.summary[0].text.startswith("22 shards")
    assert working.startswith("22: worked out")
    assert "headroom 30% (assumed)" in working
    assert "60 TB" in working


def test_a_result_is_held_against_the_stated_limit_and_the_limit_is_taken_into_account(advisor: Advisor) -> None:
    advice = answer(advisor, "We restore an 800 GB catalogue at 200 MB/s. Within our RTO of 1 hour?")
    assert "longer than the RTO of 1 hour" in advice.summary[0].text
    assert not advice.understanding.not_taken_into_account


def test_within_the_limit_is_said_too(advisor: Advisor) -> None:
    advice = answer(advisor, "We restore an 80 GB catalogue at 200 MB/s. Within our RTO of 1 hour?")
    assert "within the RTO of 1 hour" in advice.summary[0].text


def test_what_cannot_be_computed_is_shown_with_a_blank_and_asked_for(advisor: Advisor) -> None:
    advice = answer(advisor, "How long does the copy of our 3 TB database take?")
    assert "bandwidth …" in advice.summary[0].text
    assert advice.clarifying_questions[0].id == "link.bandwidth"


def test_a_design_is_not_led_by_figures_but_holds_them(advisor: Advisor) -> None:
    advice = answer(advisor, "Design a database for 300k buoys that report every 10 min, 120 bytes each, kept 3 years")
    assert not advice.summary[0].text.startswith("About 5.68 TB")
    assert any("5.68 TB" in text for text in computed(advice))


@pytest.mark.parametrize(
    "question", ["orders.id is INTEGER and we insert 400 orders a second. When do we run out of ids?"]
)
def test_a_signed_key_is_said_to_be_signed(advisor: Advisor, question: str) -> None:
    advice = answer(advisor, question)
    assert "62.1 days" in advice.summary[0].text
    assert "32-bit signed" in advice.summary[0].text


def test_no_rule_repeats_a_result_that_is_shown(advisor: Advisor) -> None:
    advice = answer(advisor, "25k reads/s go to Redis first, hit ratio 96%. How much is left for the database?")
    shown = [c.text for s in advice.sections for b in s.blocks if b.kind == "calculation" for c in b.claims]
    assert sum("past the cache" in text for text in (*shown, *(c.text for c in advice.summary))) == 1


def test_a_spelling_that_brings_its_noun_along_says_it_once(advisor: Advisor) -> None:
    advice = answer(advisor, "Is it fine to keep 200k images of 2 MB each in Postgres?")
    assert any("the bytes of 200k images of 2 MB each" in text for text in computed(advice))


def test_what_the_answer_is_on_is_taken_into_account_and_nothing_is_listed_twice(advisor: Advisor) -> None:
    advice = answer(
        advisor, "How do we delete one customer's data under GDPR from postgres, elasticsearch and backups?"
    )
    idle = [item.text for item in advice.understanding.not_taken_into_account]
    assert "GDPR" not in idle
    assert len(idle) == len(set(idle))
