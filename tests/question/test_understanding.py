"""Flags, choices, intents, shapes, constraints and pasted SQL."""

import pytest
from pydantic import ValidationError

from kb.vocabulary import load_vocabulary
from service.errors import ConstraintError
from service.question.question import Question, understand
from service.question.request import AskRequest

VOCABULARY = load_vocabulary()


def ask(text: str, **more: object) -> Question:
    return understand(AskRequest.model_validate({"question": text, **more}), VOCABULARY)


@pytest.mark.parametrize(
    ("text", "attribute", "value"),
    [
        ("with zero downtime", "downtime.none", True),
        ("a seat must never be sold twice", "transactions.multi_row", True),
        ("we have no ad hoc queries", "access.adhoc", False),
        ("analysts filter ad hoc", "access.adhoc", True),
        ("eventual consistency is fine", "consistency", "eventual"),
        ("strong consistency across regions", "consistency", "strong"),
        ("schema per tenant today", "tenancy", "schema_per_tenant"),
        ("GDPR and HIPAA apply", "compliance", frozenset({"gdpr", "hipaa"})),
        ("all on AWS", "cloud", frozenset({"aws"})),
        ("we are a small team", "team.no_dba", True),
    ],
)
def test_words_state_flags_choices_and_sets(text: str, attribute: str, value: object) -> None:
    assert ask(text).facts.get(attribute) == value


def test_two_values_of_one_choice_state_none() -> None:
    assert ask("strong consistency or eventual consistency?").facts.get("consistency") is None


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Design a database schema for a multi-tenant SaaS e-commerce platform", "design"),
        ("Help me choose between PostgreSQL and MongoDB", "compare"),
        ("Create a migration strategy to move from MySQL to PostgreSQL", "migrate"),
        ("Create an ERD for a healthcare appointment booking system", "erd"),
        ("which index for this query", "index"),
        ("please run this migration for me: execute the migration", "execute"),
        ("What is cache-aside?", "define"),
        ("Plan a sharding strategy", "scale"),
        ("We rename column msisdn in five services. Do it.", "execute"),
        ("Ways of keeping 300 dental customers apart", "tenancy"),
        ("We run 40 climbing gyms, members check in, belts get rented. Need a postgres schema", "design"),
    ],
)
def test_words_state_intents(text: str, intent: str) -> None:
    assert intent in ask(text).intent_ids


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Schema for lending boats, no diagram please", "erd"),
        ("Schema for lending boats, we do not need an ERD", "erd"),
        ("Which database metrics and thresholds for a payment service?", "choose_store"),
        ("What database settings matter for bulk loads?", "choose"),
        ("How can we do it?", "execute"),
        ("we need a schema change on a big table", "design"),
    ],
)
def test_what_is_denied_or_only_part_of_a_database_states_no_intent(text: str, intent: str) -> None:
    assert intent not in ask(text).intent_ids


def test_comparing_needs_two_technologies() -> None:
    assert "compare" not in ask("one or the other").intent_ids


def test_a_follow_up_without_an_intent_keeps_the_one_before() -> None:
    question = ask("for 900 of them", history=[{"role": "user", "content": "Design a schema for gyms"}])
    assert "design" in question.intent_ids
    assert "gyms" in question.context


def test_things_that_report_every_so_often_are_telemetry_whatever_else_is_named() -> None:
    text = "tables for school bus tracking, 120 buses send gps every 5 s, parents see only their kid's bus"
    assert ask(text).facts.get("shape") == "telemetry"
    assert ask("tables for school bus tracking, parents see only their kid's bus").facts.get("shape") is None


def test_a_shape_needs_two_cues_and_no_rival() -> None:
    assert ask("booking of a room without overlap for each guest").facts.get("shape") == "reservation"
    assert ask("hello").facts.get("shape") is None


@pytest.mark.parametrize(
    ("constraints", "attribute", "shown"),
    [
        ({"workload.writes_per_s": "800/s"}, "workload.writes_per_s", "800/s"),
        ({"writes_per_s": 800}, "workload.writes_per_s", "800"),
        ({"downtime.none": True}, "downtime.none", "yes"),
        ({"consistency": "strong"}, "consistency", "strong"),
        ({"cloud": ["aws", "gcp"]}, "cloud", "aws, gcp"),
        ({"cloud": "aws"}, "cloud", "aws"),
        ({"engine": "postgresql"}, "engine", "postgresql"),
    ],
)
def test_constraints_state_facts_outright(constraints: dict[str, object], attribute: str, shown: str) -> None:
    assert ask("hm", constraints=constraints).facts.by_attribute[attribute].spelling == shown


@pytest.mark.parametrize(
    ("constraints", "message"),
    [
        ({"workload.write_per_s": 1}, "did you mean 'workload.writes_per_s'"),
        ({"zzzzzz": 1}, "not an attribute"),
        ({"column.type": "int"}, "not an attribute"),
        ({"downtime.none": "perhaps"}, "true or false"),
        ({"rpo": True}, "takes a quantity"),
        ({"rpo": "soon"}, "is not a quantity"),
        ({"consistency": "maybe"}, "is one of"),
        ({"consistency": 3}, "takes a text"),
        ({"cloud": 3}, "a list of texts"),
        ({"cloud": ["moon"]}, "is one of"),
    ],
)
def test_a_constraint_that_does_not_fit_says_why(constraints: dict[str, object], message: str) -> None:
    with pytest.raises(ConstraintError, match=message):
        ask("hm", constraints=constraints)


def test_constraints_beat_words() -> None:
    question = ask("400 tenants", constraints={"tenants": "500"})
    assert question.facts.by_attribute["tenants"].spelling == "500"


def test_pasted_ddl_becomes_objects_and_is_not_read_as_prose() -> None:
    question = ask(
        "Review this:\n```sql\nCREATE TABLE invoice (id int, amount float, tenants_99 int);\n```\nIs it good?"
    )
    assert {obj.kind for obj in question.facts.objects} >= {"table", "column"}
    assert "CREATE" not in question.text
    assert question.loose == ()


def test_bare_ddl_is_found_without_a_fence() -> None:
    assert ask("create table t (id bigserial primary key, price real); ok?").facts.objects


def test_an_attachment_is_parsed_and_what_is_no_ddl_is_kept_as_unparsed() -> None:
    question = ask(
        "look",
        attachments=[
            {"name": "a.sql", "content": "CREATE TABLE `t` (`id` INT AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB;"},
            {"name": "b.txt", "content": "just words"},
        ],
    )
    assert {obj.name for obj in question.facts.objects if obj.kind == "table"} == {"t"}
    assert question.artefacts.unparsed == ("just words",)


@pytest.mark.parametrize("question", ["", "   \n", "a\0b", "x" * 20_001])
def test_a_question_out_of_bounds_is_refused(question: str) -> None:
    with pytest.raises(ValidationError):
        AskRequest(question=question)


def test_attachments_are_bounded_in_all() -> None:
    with pytest.raises(ValidationError, match="256,000"):
        AskRequest.model_validate(
            {
                "question": "hm",
                "attachments": [{"name": "a", "content": "x" * 200_000}, {"name": "b", "content": "x" * 60_000}],
            }
        )


@pytest.mark.parametrize(
    "ddl",
    [
        "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);",
        "CREATE TABLE [dbo].[t] ([id] INT IDENTITY(1,1) PRIMARY KEY, [name] NVARCHAR(50));",
        "CREATE TABLE t (id NUMBER(10) PRIMARY KEY, name VARCHAR2(50));",
        "CREATE TABLE `t` (`id` INT AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB;",
        "CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz);",
    ],
)
def test_ddl_of_every_dialect_is_read(ddl: str) -> None:
    question = ask("review", attachments=[{"name": "schema.sql", "content": ddl}])
    assert any(obj.kind == "table" and obj.name == "t" for obj in question.facts.objects)


def test_ddl_that_cannot_be_read_is_kept_as_unparsed() -> None:
    question = ask("review", attachments=[{"name": "schema.sql", "content": "CREATE TABLE ((("}])
    assert question.artefacts.unparsed


def test_a_weight_of_an_unknown_criterion_is_refused() -> None:
    with pytest.raises(ConstraintError, match="'speed' is no criterion"):
        ask("PostgreSQL or MongoDB?", weights={"speed": 10})
