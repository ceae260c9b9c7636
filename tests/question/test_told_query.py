import pytest

from service.question.pasted import pasted
from service.question.request import AskRequest
from service.question.told_query import told_query


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        (
            "I have a `documents` table and queries filter by account_id, status and sort by updated_at desc limit 50",
            "SELECT id FROM documents WHERE account_id = $1 AND status = $2 ORDER BY updated_at DESC LIMIT 50;",
        ),
        (
            "our shipments table: most screens filter on depot_id and state, ordered by due_at",
            "SELECT id FROM shipments WHERE depot_id = $1 AND state = $2 ORDER BY due_at;",
        ),
        ("the table `visits` is searched by url_hash", "SELECT id FROM visits WHERE url_hash = $1;"),
    ],
)
def test_a_query_that_is_told_is_a_statement(text: str, statement: str) -> None:
    assert told_query(text) == statement


@pytest.mark.parametrize(
    "text",
    [
        "orders table gets queried by customer and date",
        "the table is filtered by user_id",
        "our products table is huge and slow",
        "filter by account_id",
    ],
)
def test_words_of_english_alone_are_no_columns(text: str) -> None:
    assert told_query(text) == ""


def test_a_statement_that_is_written_is_not_told_again() -> None:
    text = "our jobs table is filtered by run_at:\n```sql\nSELECT id FROM jobs WHERE run_at < now();\n```"
    assert [given.content.strip() for given in pasted(AskRequest(question=text)).given] == [
        "SELECT id FROM jobs WHERE run_at < now();"
    ]


def test_a_told_query_is_read_as_if_it_were_pasted() -> None:
    text = "our jobs table is filtered by queue_id and sorted by run_at. Which index?"
    assert [given.content for given in pasted(AskRequest(question=text)).given] == [
        "SELECT id FROM jobs WHERE queue_id = $1 ORDER BY run_at;"
    ]
