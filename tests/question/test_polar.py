"""Yes-or-no questions: in which sense one is put, and what is none."""

import pytest

from service.question.polar import proposal, stems


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
        ("errors whenever we scale out. raise the limit to 2000?", "should"),
        ("keep the scans in Postgres?", "should"),
        ("is it ok to use random keys or will it hurt us", "may"),
        ("They want to see who read a record. Is a trigger enough?", "may"),
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
        "Is a trigger enough, and who reads the log?",
        "Is MySQL fine or Postgres?",
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


def test_a_plural_has_the_stem_of_its_singular() -> None:
    assert stems("random keys in tables") == stems("a random key in the table") == {"rando", "key", "table"}
