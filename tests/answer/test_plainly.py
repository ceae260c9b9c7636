"""Yes or no: who asks whether he may is told so in the first word, where an author or a rule says it."""

import pytest

from service.advisor import Advisor
from service.answer.advice import Advice
from service.question.request import AskRequest


def ask(advisor: Advisor, question: str) -> Advice:
    return advisor.advise(AskRequest(question=question))


def first(advisor: Advisor, question: str) -> str:
    return ask(advisor, question).summary[0].text


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("is it fine to use email as primary key?", "No."),
        ("can I use postgres as a queue for jobs?", "Yes."),
        ("is it safe to run sqlite over NFS from three web servers?", "No."),
        ("should each microservice have its own database server?", "No."),
        ("Is it OK to run our reporting queries straight on the production database?", "No."),
        ("can I add a NOT NULL column with a default to a huge table without downtime?", "Yes."),
    ],
)
def test_what_an_author_has_answered_plainly_is_answered_plainly(advisor: Advisor, question: str, said: str) -> None:
    answer = ask(advisor, question)
    assert answer.summary[0].text == said
    assert answer.summary[0].citations
    assert answer.summary[1].citations


def test_a_rule_that_forbids_what_is_proposed_says_no_first(advisor: Advisor) -> None:
    said = [claim.text for claim in ask(advisor, "should we shard? postgres 1.4TB, 900 tps, cpu at 35%").summary]
    assert said[0] == "No."
    assert said[1].startswith("Do not shard at 900 tps")
    assert len(said) == len(set(said))


@pytest.mark.parametrize(
    "question",
    [
        # Another figure than the author's.
        "We have 90 million users. Should we shard already?",
        # The opposite is proposed.
        "should we not use the email as primary key of users?",
        # Another product than the author's.
        "Can MongoDB replace our database?",
        # How, and not whether.
        "How do I use postgres as a job queue?",
        # What does harm is not what may be done.
        "Is it bad to use Postgres as a job queue?",
        # Two stores are weighed: the verdict says which.
        "Can Kafka or Postgres be our job queue?",
    ],
)
def test_what_no_author_was_asked_gets_no_plain_word(advisor: Advisor, question: str) -> None:
    assert first(advisor, question) not in ("Yes.", "No.")


def test_no_is_not_said_of_the_engine_that_is_left(advisor: Advisor) -> None:
    asked = "moving from MongoDB to DynamoDB to save money, good idea? 200GB, lookups by id and some ad hoc reports"
    said = [claim.text for claim in ask(advisor, asked).summary]
    assert said[0] == "No."
    assert said[1].startswith("Do not choose DynamoDB")
    assert "does not cover this subject yet" in " ".join(said[2:])
