"""Whole designs and plans: nothing of the tables or phases is left out, whatever words the question is asked in."""

import re

import pytest

from service.advisor import Advisor
from service.answer.advice import Advice, Code
from service.question.request import AskRequest


def ask(advisor: Advisor, question: str) -> Advice:
    return advisor.advise(AskRequest(question=question))


def code(advice: Advice) -> list[Code]:
    return [block for section in advice.sections for block in section.blocks if isinstance(block, Code)]


def tables(advice: Advice) -> set[str]:
    return {name for block in code(advice) for name in re.findall(r"CREATE TABLE ([\w.]+)", block.claims[0].text)}


@pytest.mark.parametrize(
    ("question", "owed"),
    [
        ("Plan a sharding strategy for a social media platform expecting 100M users", {"account", "post", "following"}),
        ("Create a database architecture for GDPR-compliant user data storage", {"consent_event"}),
    ],
)
def test_a_design_shows_every_table_that_it_creates(advisor: Advisor, question: str, owed: set[str]) -> None:
    found = {name.rpartition(".")[2] for name in tables(ask(advisor, question))}
    assert owed <= found, sorted(found)


def test_a_plan_to_leave_documents_shows_the_tables_to_arrive_at_and_asks_for_size_and_pause(advisor: Advisor) -> None:
    advice = ask(advisor, "Plan migration from denormalized NoSQL to normalized relational schema")
    assert "schema" in {section.kind for section in advice.sections}
    assert {"db.size", "downtime.window"} <= {question.id for question in advice.clarifying_questions}


def test_a_move_whose_size_and_pause_are_given_is_not_asked_for_them(advisor: Advisor) -> None:
    advice = ask(advisor, "Move 400 GB from MySQL to PostgreSQL, 20 minutes of downtime are fine")
    assert not {"db.size", "downtime.window"} & {question.id for question in advice.clarifying_questions}


@pytest.mark.parametrize(
    "question",
    [
        "PostgreSQL 13 to 17 for a chain of vets, 600 GB, nobody may notice",
        "Bring the on-premises PostgreSQL of a brewery, 300 GB, to AWS RDS",
    ],
)
def test_a_move_without_the_word_migrate_is_a_plan_in_phases_that_nobody_executes(
    advisor: Advisor, question: str
) -> None:
    advice = ask(advisor, question)
    phases = [section.title for section in advice.sections if re.match(r"Phase \d", section.title)]
    assert len(phases) >= 4
    assert any("recommends and plans" in claim.text for claim in advice.summary)


def test_a_plan_of_another_engine_says_that_its_phases_carry_over(advisor: Advisor) -> None:
    advice = ask(advisor, "Plan moving 1 TB of SQL Server from our own data center to Azure SQL Database")
    assert any("none is of exactly this move" in claim.text for claim in advice.summary)
    assert any(section.title.startswith("Phase 1") for section in advice.sections)


def test_who_wants_no_diagram_gets_none(advisor: Advisor) -> None:
    advice = ask(advisor, "Schema for surf clubs that lend boards to members, no diagram please")
    assert not any(block.kind == "diagram" for section in advice.sections for block in section.blocks)
