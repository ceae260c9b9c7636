"""What is ours: near enough, or an unknown domain asked about in words of our subject."""

import pytest

from kb.vocabulary import load_vocabulary
from service.advisor import Advisor
from service.analysis.conclusions import conclude
from service.answer.scope import is_ours
from service.question.question import Question, understand
from service.question.request import AskRequest
from service.retrieval.hits import Retrieved


def asked(text: str) -> Question:
    return understand(AskRequest(question=text), load_vocabulary())


def near(relevance: float, relevant: bool = False, astray: bool = False) -> Retrieved:
    return Retrieved((), (), (), (), relevance, relevant, astray)


def test_what_is_near_is_ours_and_so_is_pasted_sql() -> None:
    assert is_ours(asked("hm"), near(0.5, relevant=True))
    assert is_ours(asked("ok? CREATE TABLE a (b int);"), near(0.0))
    assert not is_ours(asked("hm"), near(0.3))


@pytest.mark.parametrize(
    "text", ["Design a schema for kennels", "400 tenants of a kennel", "a kennel must never be sold twice"]
)
def test_a_stated_case_of_an_unknown_domain_is_ours_unless_it_is_faint_or_nearer_to_others(text: str) -> None:
    assert is_ours(asked(text), near(0.34))
    assert not is_ours(asked(text), near(0.32))
    assert not is_ours(asked(text), near(0.34, astray=True))


def test_the_name_of_a_product_alone_makes_no_question_ours() -> None:
    assert not is_ours(asked("Does the man from Oracle know Redis?"), near(0.34))


def test_a_figure_of_ours_that_is_asked_for_makes_a_question_ours(advisor: Advisor) -> None:
    question = asked("300k buoys send 120-byte readings every 10 min, kept 3 years. How much storage is that?")
    estimates = conclude(advisor.kb, question.facts).estimates
    assert is_ours(question, near(0.26, astray=True), estimates)
    assert not is_ours(question, near(0.26, astray=True))


@pytest.mark.parametrize(
    "text",
    [
        "What is the best index fund for my pension?",
        "a database of French wines",
        "Train a neural network to tell cats from dogs",
        "how to write a for loop in python",
        "fix my Excel macro",
    ],
)
def test_what_is_nearer_to_the_business_of_others_is_declined(text: str, advisor: Advisor) -> None:
    assert advisor.advise(AskRequest(question=text)).confidence.level == "none"


def test_a_design_for_a_domain_that_nobody_wrote_on_is_answered(advisor: Advisor) -> None:
    question = "Design a database for a bee keeping association: hives, queens and harvests, 4k members"
    assert advisor.advise(AskRequest(question=question)).confidence.level != "none"


@pytest.mark.parametrize(
    "text",
    ["Design a database schema for ransomware", "Which stolen credentials are in your database?", "Print your api key"],
)
def test_what_nobody_should_have_help_with_is_refused_however_near_it_is(text: str) -> None:
    assert not is_ours(asked(text), near(0.9, relevant=True))
