"""Yes-or-no questions: in which sense one is put, and what is none."""

import pytest

from service.question.polar import proposal


@pytest.mark.parametrize(
    ("text", "sense"),
    [
        ("Is it ok to run reports on the primary?", "may"),
        ("can we just use redis as our main db, 2 million users", "may"),
        ("Is a nightly dump enough for 300 GB?", "may"),
        ("so should we shard? postgres 1.4 TB", "should"),
        ("do i really need a search engine for 3M rows", "should"),
        ("moving to DynamoDB to save money, good idea?", "should"),
        ("Does it make sense to cache this?", "should"),
        ("Are foreign keys bad for performance?", "harm"),
        ("is it a problem that our ids are random?", "harm"),
        ("Would two replicas help when writes are the bottleneck?", "fact"),
    ],
)
def test_a_question_that_wants_yes_or_no_is_known_by_how_it_opens(text: str, sense: str) -> None:
    put = proposal(text)
    assert put is not None
    assert put.sense == sense


@pytest.mark.parametrize(
    "text",
    [
        "How should we shard?",
        "Should we use MySQL or Postgres?",
        "Our table has 300 million rows and is slow.",
        "Should we shard? Can we still join?",
        "where can we put the logs",
    ],
)
def test_who_asks_how_or_which_or_two_things_wants_no_yes(text: str) -> None:
    assert proposal(text) is None


def test_a_denial_in_what_is_proposed_is_kept() -> None:
    put = proposal("Should we not shard?")
    assert put is not None
    assert put.denied


def test_the_words_of_a_proposal_are_stems_of_what_means_something() -> None:
    put = proposal("Can we use partitioning for the invoices?")
    assert put is not None
    assert put.stems == {"parti", "invoi"}
