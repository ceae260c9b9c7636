"""What was pasted without a fence is answered by what was asked: the worst of it, or what mends what has happened, comes first."""

import pytest

from service.advisor import Advisor
from service.answer.advice import Advice
from service.question.request import AskRequest

SETTINGS = """Here is our postgresql.conf on a 64GB / 16 core box, 800 connections from 40 pods. Anything wrong?

max_connections = 1000
shared_buffers = 128MB
fsync = off"""
MODEL = """class Ticket(models.Model):
    event = models.ForeignKey(Event, on_delete=models.CASCADE)
    seat = models.CharField(max_length=10)
    price = models.FloatField()

two people bought the same seat yesterday. How do I stop it? Django + Postgres"""
CALL = 'db.orders.find({status: "open"}).sort({at: -1}).limit(20) takes 4 s. Which index?'


def ask(advisor: Advisor, question: str) -> Advice:
    return advisor.advise(AskRequest(question=question))


@pytest.mark.parametrize(
    ("question", "first"),
    [(SETTINGS, "fsync is off"), (MODEL, "Nothing keeps two rows of the same seat apart"), (CALL, "Create this index")],
)
def test_what_is_wrong_with_what_was_pasted_leads(advisor: Advisor, question: str, first: str) -> None:
    assert first in ask(advisor, question).summary[0].text


def test_what_follows_from_the_numbers_stands_behind_the_worst_setting(advisor: Advisor) -> None:
    said = [claim.text for claim in ask(advisor, SETTINGS).summary]
    assert any("800 connections" in text for text in said[1:])


def test_numbers_that_the_review_used_are_taken_into_account(advisor: Advisor) -> None:
    idle = {each.text for each in ask(advisor, SETTINGS).understanding.not_taken_into_account}
    assert not idle & {"64GB", "1000", "128MB"}


def test_an_index_of_a_document_store_is_written_in_its_own_language(advisor: Advisor) -> None:
    blocks = [block for section in ask(advisor, CALL).sections for block in section.blocks if block.kind == "code"]
    assert (blocks[0].language, blocks[0].dialect) == ("javascript", "mongodb")
    assert blocks[0].claims[0].text == "db.orders.createIndex({ status: 1, at: -1 });"
