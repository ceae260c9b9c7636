from service.advisor import Advisor
from service.answer.markdown import render
from service.question.request import AskRequest


def test_a_decision_to_be_recorded_is_laid_out_as_a_record_with_what_was_decided_first(advisor: Advisor) -> None:
    question = "Write an ADR: we chose DynamoDB over PostgreSQL for session storage of a game"
    advice = advisor.advise(AskRequest(question=question))
    assert advice.form == "record"
    assert advice.summary[0].text.startswith("Recorded as you decided it: DynamoDB instead of PostgreSQL.")
    headings = [line for line in render(advice).splitlines() if line.startswith("## ")]
    assert headings[:4] == ["## Context", "## Decision", "## Options that were not chosen", "## Consequences"]
    assert not any(section.kind == "migration" for section in advice.sections)


def test_a_decision_that_is_still_open_is_recorded_as_proposed_by_the_verdict(advisor: Advisor) -> None:
    advice = advisor.advise(AskRequest(question="ADR please: MongoDB vs PostgreSQL for product reviews, 3 devs"))
    assert advice.form == "record"
    assert advice.summary[0].text.startswith("PostgreSQL rather than MongoDB")
    assert "- Status: proposed\n- Prepared from" in render(advice)


def test_who_asks_what_a_record_is_gets_an_answer_and_no_record(advisor: Advisor) -> None:
    advice = advisor.advise(AskRequest(question="What belongs into an ADR about a database?"))
    assert advice.form is None
    assert "form" not in advice.model_dump()
