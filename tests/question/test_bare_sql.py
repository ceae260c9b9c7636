"""Statements and plans that stand unfenced in a question are taken as pasted; prose about SQL stays prose."""

import pytest

from service.question.pasted import pasted
from service.question.request import AskRequest

PLAN = "Seq Scan on orders  (cost=0.00..1834.00 rows=5 width=20)\n  Filter: (code = 'x'::text)"


def taken(question: str) -> tuple[str, list[str]]:
    read = pasted(AskRequest(question=question))
    prose, given = read.prose, read.given
    assert len(prose) == len(question)
    return " ".join(prose.split()), [each.content for each in given]


@pytest.mark.parametrize(
    ("question", "prose", "statement"),
    [
        ("why is this slow: SELECT id FROM orders WHERE a = 1 ORDER BY b LIMIT 20 ?", "why is this slow: ?", "SELECT id FROM orders WHERE a = 1 ORDER BY b LIMIT 20;"),
        ("Our SELECT * FROM orders WHERE state = 'open' takes nine seconds", "Our takes nine seconds", "SELECT * FROM orders WHERE state = 'open';"),
        ("SELECT * FROM orders takes nine seconds", "takes nine seconds", "SELECT * FROM orders;"),
        ("slow?\nselect * from orders where customer_id = 7\nit has 3 million rows", "slow? it has 3 million rows", "select * from orders where customer_id = 7;"),
        ("SELECT id FROM t WHERE a = ? AND b = ? is slow", "is slow", "SELECT id FROM t WHERE a = ? AND b = ?;"),
        ("UPDATE accounts SET balance = balance - 5 WHERE id = 7; is that atomic?", "; is that atomic?", "UPDATE accounts SET balance = balance - 5 WHERE id = 7;"),
        ("I run: select count(*) from events where day = '2026-01-01', and it is slow", "I run: , and it is slow", "select count(*) from events where day = '2026-01-01';"),
    ],
)  # fmt: skip
def test_a_statement_ends_where_the_sentence_goes_on(question: str, prose: str, statement: str) -> None:
    assert taken(question) == (prose, [statement])


@pytest.mark.parametrize(
    "question",
    [
        "How do I select rows from a table where the price is higher than 5?",
        "Is SELECT FOR UPDATE from two workers safe?",
        "what does UPDATE orders SET state mean",
        "We update orders and delete from the cache. Is that fine?",
    ],
)
def test_prose_about_sql_stays_prose(question: str) -> None:
    assert taken(question) == (question, [])


def test_a_plan_below_its_statement_is_taken_with_it() -> None:
    prose, (code,) = taken(f"slow: SELECT id FROM orders WHERE code = 'x';\n{PLAN}\nwhy?")
    assert prose == "slow: ; why?"
    assert code.startswith("SELECT id FROM orders WHERE code = 'x';")
    assert "Seq Scan on orders" in code
    assert "why" not in code


def test_at_most_twenty_statements_are_taken() -> None:
    _, (code,) = taken("SELECT a FROM t WHERE b = 1;\n" * 30)
    assert code.count("SELECT") == 20
