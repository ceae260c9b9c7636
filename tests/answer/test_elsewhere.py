"""What a worked PostgreSQL schema becomes on the engine that the asker has: said first, and row by row after the DDL."""

import pytest

from service.advisor import Advisor
from service.answer.advice import Advice, Table
from service.question.request import AskRequest

SHOP = "Design the schema for a multi-tenant shop, it has to be MySQL"


def ask(advisor: Advisor, question: str) -> Advice:
    return advisor.advise(AskRequest(question=question))


def shown_sql(advice: Advice) -> str:
    blocks = [block for section in advice.sections for block in section.blocks]
    codes = [block for block in blocks if block.kind == "code" and block.dialect == "postgresql"]
    return "\n".join(claim.text for block in codes for claim in block.claims).lower()


def maps(advice: Advice) -> list[Table]:
    blocks = [block for section in advice.sections for block in section.blocks]
    return [block for block in blocks if block.kind == "table" and block.header[0] == "PostgreSQL"]


def first_cells(advice: Advice) -> list[str]:
    return [row[0] for table in maps(advice) for row in table.rows]


@pytest.mark.parametrize(
    ("question", "engine"),
    [
        (SHOP, "MySQL"),
        ("we're a SQL Server shop, need tables for a library: books, copies, loans, reservations", "SQL Server"),
        ("Design a clinic appointment database on Oracle", "Oracle Database"),
        ("schema for a gym in SQLite: members, classes, bookings", "SQLite"),
    ],
)
def test_the_engine_that_is_given_comes_first_and_its_differences_follow_the_schema(
    advisor: Advisor, question: str, engine: str
) -> None:
    advice = ask(advisor, question)
    assert advice.summary[0].text.startswith(f"Take {engine}, which is given")
    assert f"From PostgreSQL to {engine}" in advice.summary[0].text
    assert len(maps(advice)) == 1
    assert maps(advice)[0].header[1].startswith(f"On {engine.removesuffix(' Database')}")


def test_only_rows_of_features_that_the_shown_sql_uses_stand_in_the_map(advisor: Advisor) -> None:
    advice = ask(advisor, SHOP)
    sql = " ".join(shown_sql(advice).split())
    used = [[name for name in cell.lower().split("`")[1::2] if name in sql] for cell in first_cells(advice)]
    assert used
    assert all(used)
    assert any("row level security" in names for names in used)


def test_a_feature_that_the_shown_sql_does_not_use_has_no_row(advisor: Advisor) -> None:
    advice = ask(advisor, SHOP)
    assert "exclude using" not in shown_sql(advice)
    assert not [cell for cell in first_cells(advice) if "exclude using" in cell]


def test_each_row_of_the_map_is_quoted_with_its_source(advisor: Advisor) -> None:
    table = maps(ask(advisor, SHOP))[0]
    assert len(table.claims) == len(table.rows)
    assert all(claim.citations for claim in table.claims)


def test_the_engine_of_the_schema_itself_needs_no_map(advisor: Advisor) -> None:
    advice = ask(advisor, "Design the schema for a multi-tenant shop on PostgreSQL")
    assert maps(advice) == []
    assert "which is given" not in advice.summary[0].text


def test_postgresql_ruled_out_without_another_engine_is_said_at_once(advisor: Advisor) -> None:
    advice = ask(advisor, "Design a booking system for meeting rooms, we cannot use PostgreSQL")
    assert "you ruled it out" in advice.summary[0].text
    assert "its technology does not" in advice.summary[0].text
    assert maps(advice) == []


@pytest.mark.parametrize(
    "question",
    [
        "We move from MySQL to PostgreSQL: design the schema of a shop",
        "We move away from MySQL: design the schema of a shop",
        "We are leaving MySQL. Design the schema for a clinic's appointments",
    ],
)
def test_who_leaves_an_engine_is_told_nothing_of_how_to_stay(advisor: Advisor, question: str) -> None:
    advice = ask(advisor, question)
    assert maps(advice) == []
    assert not [claim for claim in advice.summary if "which is given" in claim.text]


def test_the_map_itself_answers_who_brings_the_schema(advisor: Advisor) -> None:
    advice = ask(advisor, "we must use MySQL: what do I change in this PostgreSQL schema?")
    assert "MySQL and MariaDB take" in advice.summary[0].text
    assert "schema" in [section.kind for section in advice.sections]
    assert len(first_cells(advice)) > 30
