"""Slips in words of the subject are mended; what is a word, a name or code is not."""

import pytest

from service.question.spelling import Speller, load_speller

SMALL = Speller(frozenset({"deletion", "table"}), frozenset({"replication", "sharding", "sharing", "detection"}))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("a databse for an apointment", "a database for an appointment"),
        ("how does replicaton lag", "how does replication lag"),
        ("Migraton of our shop", "migration of our shop"),
        ("postgresql partitionning", "postgresql partitioning"),
    ],
)
def test_a_slip_in_a_word_of_the_subject_is_mended(typed: str, meant: str) -> None:
    assert load_speller().mended(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "We keep beautiful gardens and their owners happy",
        "delete deleted deletes deleting",
        "the column orders.replicaton or /srv/replicaton or `replicaton`",
        "our replicaton_log and replicaton.py",
        "ReplicaTon is a name",
        "a few tny wrds",
    ],
)
def test_words_names_and_identifiers_are_left_as_they_were_typed(text: str) -> None:
    assert load_speller().mended(text) == text


def test_two_terms_as_near_as_each_other_mend_nothing() -> None:
    assert SMALL.mended("sharning") == "sharning"
    assert SMALL.mended("shardding") == "sharding"


def test_two_slips_are_believed_of_long_words_only() -> None:
    assert SMALL.mended("replicatoin replcatin") == "replication replcatin"
    assert SMALL.mended("replicatiooon") == "replication"
    assert SMALL.mended("shrdng") == "shrdng"
