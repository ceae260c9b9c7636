"""Answers to "add this to my tables": the change in the asker's names first, what is wrong with the tables after it."""

import pytest

from evals.instances import is_instance, stands_as_instance
from service.advisor import Advisor
from service.answer.advice import Advice, Code, Filled
from service.question.request import AskRequest, Turn

BOOKS = """CREATE TABLE authors (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE books (id int PRIMARY KEY, title text NOT NULL, author_id int NOT NULL REFERENCES authors(id));"""
MEMBERS = "CREATE TABLE members (member_no int PRIMARY KEY, last_name text NOT NULL, category text NOT NULL);"


def asked(advisor: Advisor, question: str, *before: str) -> Advice:
    history = tuple(Turn(role="user", content=text) for text in before)
    return advisor.advise(AskRequest(question=question, history=history))


def code(advice: Advice) -> str:
    blocks = (b for s in advice.sections for b in s.blocks if isinstance(b, Code))
    return "\n".join(claim.text for block in blocks for claim in block.claims)


def test_the_change_leads_and_the_review_comes_last(advisor: Advisor) -> None:
    advice = asked(advisor, f"A book can have several authors now. What is the change?\n\n{BOOKS}")
    assert advice.summary[0].text.startswith("Put the pairs into a new table `book_author`")
    assert advice.sections[0].title == "In your tables: `books` and authors, several on both sides"
    assert advice.sections[-1].title == "Review of what was pasted"
    assert "PRIMARY KEY (book_id, author_id)" in code(advice)


def test_every_statement_is_the_cited_template_with_the_names_of_the_asker(advisor: Advisor) -> None:
    advice = asked(advisor, f"Make this multi-tenant\n\n{BOOKS}")
    shown = [c for s in advice.sections[:1] for b in s.blocks if isinstance(b, Code) for c in b.claims]
    assert len(shown) > len(BOOKS.split(";"))
    for claim in shown:
        assert isinstance(claim.support, Filled)
        assert is_instance(claim.support, advisor.kb)
        assert stands_as_instance(claim.text, claim.support, advisor.kb)
        assert not stands_as_instance(f"{claim.text} ", claim.support, advisor.kb)


def test_a_second_change_of_the_same_kind_is_said_shortly(advisor: Advisor) -> None:
    text = (
        "Our membership fees depend on the category and are set new every year. Members change category. Extend this:"
    )
    advice = asked(advisor, f"{text}\n\n{MEMBERS}")
    assert [claim.text for claim in advice.summary[1:2]] == [
        "Keep `category` likewise, in a new table `member_category`."
    ]
    assert "CREATE TABLE category_fee (" in code(advice)


@pytest.mark.parametrize(
    ("question", "before", "expected"),
    [
        ("now they may have two owners", "Design a schema for a boat register: boats, owners, berths and inspections.", "CREATE TABLE boat_owner ("),
        ("and how do I let the rent change from a date on?", "Design a schema for flats, tenants and leases.", "PRIMARY KEY (flat_id, valid WITHOUT OVERLAPS)"),
        ("can you also add which employee signed the book?", f"{BOOKS}\n\nWhat indexes does it need?", "ALTER TABLE books ADD COLUMN employee_id"),
    ],
)  # fmt: skip
def test_a_follow_up_goes_on_with_the_tables_that_were_there(
    advisor: Advisor, question: str, before: str, expected: str
) -> None:
    assert expected in code(asked(advisor, question, before))


def test_a_follow_up_after_nothing_with_tables_is_answered_as_before(advisor: Advisor) -> None:
    advice = asked(advisor, "now they may have two owners", "What is a deadlock?")
    assert not any(section.title.startswith("In your tables") for section in advice.sections)


def test_code_that_was_pasted_before_states_no_facts(advisor: Advisor) -> None:
    advice = asked(
        advisor, "can you also add which employee signed the book?", f"{BOOKS}\n\nWhat indexes does it need?"
    )
    assert not [fact for fact in advice.understanding.facts if fact.attribute.startswith("key.")]
