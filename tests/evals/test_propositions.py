"""A proposition is made within one claim, by its subject, object, relation, number and polarity; never by words strewn about."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.case import Form, quantity
from evals.propositions import Match, found, holds_number, match
from evals.units import Unit
from service.answer.advice import Claim, Connective


def unit(text: str, heading: str = "", block: str = "paragraph") -> Unit:
    return Unit(text, heading, block, Claim(text=text, support=Connective(name="if")), "schema")


def made(form: Mapping[str, object], *texts: str) -> Match:
    return match([Form.model_validate(form)], [unit(text) for text in texts])


@pytest.mark.parametrize(
    ("alias", "text"),
    [
        ("partition*", "We partitioned it by month"),
        ("partition*", "Partition it"),
        ("index", "two indexes are enough"),
        ("replica", "Replicas lag"),
        ("read replica", "add read-replicas"),
        ("row-level security", "Row level security is on"),
        ("tenant_id", "the tenant id leads"),
        ("tenant id", "PRIMARY KEY (tenant_id, id)"),
        ("4.0", "since MongoDB 4.0, yes"),
        ("lead* with the tenant", "indexes leading with the tenant"),
    ],
)
def test_a_name_is_found_in_any_case_plural_and_spelling(alias: str, text: str) -> None:
    assert found((alias,), text)


@pytest.mark.parametrize(
    ("alias", "text"),
    [
        ("cat", "concatenate it"),
        ("index", "indexing takes time"),
        ("index", "reindex it"),
        ("partition*", "repartitioned"),
        ("read replica", "we read from a replica"),
        ("class", "first-classes"),
        ("tenant_id", "tenantid"),
    ],
)
def test_a_name_is_not_found_inside_another_word(alias: str, text: str) -> None:
    assert not found((alias,), text)


def test_the_first_place_of_any_name_is_found() -> None:
    hit = found(("Redis", "Valkey"), "Valkey, or Redis")
    assert hit is not None
    assert hit.group() == "Valkey"


@given(st.text("abcxyz", min_size=1, max_size=8), st.text(" ,.-(", min_size=1, max_size=3), st.text("abc", min_size=1))
def test_a_name_is_found_among_any_signs_and_never_glued_to_letters(word: str, signs: str, glued: str) -> None:
    assert found((word,), f"{signs}{word}{signs}")
    assert not found((word,), f"q{glued}{word}")


SHARDING = {"about": ["shard*"], "says": ["tenant id", "user id"]}


def test_subject_and_object_in_one_claim_make_the_proposition() -> None:
    assert made(SHARDING, "Nothing here.", "Shard by the user id.").grade == 1.0


def test_two_claims_that_each_hold_half_do_not_make_it() -> None:
    assert made(SHARDING, "Sharding comes last.", "Index the user id.").grade == 0.0


def test_the_subject_may_stand_in_the_heading_but_not_the_object() -> None:
    form = Form.model_validate(SHARDING)
    assert match([form], [unit("By the user id.", heading="Sharding")]).grade == 1.0
    assert match([form], [unit("Shard it.", heading="By user id")]).grade == 0.0


def test_a_list_of_lists_demands_one_of_each() -> None:
    form = {"about": ["uuid"], "says": [["random", "v4"], ["page split*", "scatter*"]]}
    assert made(form, "A random UUID scatters the inserts.").grade == 1.0
    assert made(form, "A random UUID is unique.").grade == 0.0


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("Ingest takes 510 rows/s.", 1.0),
        ("Ingest takes 475 rows/s.", 1.0),
        ("Ingest takes 530 rows/s.", 0.5),
        ("Ingest takes 500 rows.", 0.5),
        ("Ingest takes 30,000 rows/min.", 1.0),
        ("Ingest takes many rows.", 0.5),
        ("500/s.", 0.0),
    ],
)
def test_a_number_counts_by_unit_and_within_its_tolerance(text: str, grade: float) -> None:
    assert made({"about": ["ingest"], "says": ["row"], "number": "500/s"}, text).grade == grade


def test_a_tolerance_of_nothing_is_exact() -> None:
    assert holds_number("kept for 30 days", quantity("30 d"), 0.0)
    assert not holds_number("kept for 31 days", quantity("30 d"), 0.0)


@given(st.integers(min_value=1, max_value=10**9), st.floats(min_value=0, max_value=0.5))
def test_a_value_agrees_with_itself_and_not_with_one_beyond_its_tolerance(value: int, tolerance: float) -> None:
    assert holds_number(f"it is {value} B", quantity(f"{value} B"), tolerance)
    assert not holds_number(f"it is {3 * value} B", quantity(f"{value} B"), tolerance)


def test_without_its_relation_a_proposition_is_half_made() -> None:
    form = {"about": ["postgresql"], "says": ["mongodb"], "relation": ["instead of", "rather than"]}
    assert made(form, "Take PostgreSQL instead of MongoDB.").grade == 1.0
    assert made(form, "PostgreSQL and MongoDB both do.").grade == 0.5


@pytest.mark.parametrize(
    ("text", "polarity", "grade", "contradicted"),
    [
        ("Redis is durable by default.", "affirmed", 1.0, False),
        ("Redis is not durable by default.", "affirmed", 0.0, True),
        ("Redis isn't durable.", "affirmed", 0.0, True),
        ("Redis without durable storage.", "affirmed", 0.0, True),
        ("Redis: durable is wrong.", "affirmed", 0.0, True),
        ("Redis is not durable by default.", "denied", 1.0, False),
        ("Redis is durable.", "denied", 0.0, True),
        ("Redis is not durable.", "either", 1.0, False),
        ("Do not worry. Redis is durable.", "affirmed", 1.0, False),
        ("Never lose data with Redis. It is durable.", "affirmed", 1.0, False),
    ],
)
def test_polarity_is_that_of_the_sentence(text: str, polarity: str, grade: float, contradicted: bool) -> None:
    seen = made({"about": ["redis"], "says": ["durable"], "polarity": polarity}, text)
    assert (seen.grade, seen.contradicted) == (grade, contradicted)


def test_a_contradiction_counts_only_where_nothing_makes_the_proposition() -> None:
    form = {"about": ["redis"], "says": ["durable"], "polarity": "affirmed"}
    assert not made(form, "Redis is not durable.", "Redis is durable with AOF.").contradicted
    assert made(form, "Redis is not durable.", "Redis is fast.").contradicted


def test_code_is_one_sentence() -> None:
    form = Form.model_validate({"about": ["orders"], "says": ["tenant_id"], "polarity": "affirmed"})
    text = "CREATE TABLE orders (\n  tenant_id bigint\n);"
    assert match([form], [unit(text, block="code")]).grade == 1.0
    assert match([form], [unit("Orders.\nA tenant_id.", block="paragraph")]).grade == 1.0
    assert unit("One.\nTwo.").sentences == ("One.", "Two.")


CLAIMS = st.lists(
    st.lists(st.sampled_from(["redis", "is", "not", "durable", "500/s", "writes", "by design"]), max_size=6).map(
        " ".join
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=200)
@given(CLAIMS, st.sampled_from(["either", "affirmed", "denied"]), st.sampled_from(["", "500/s"]))
def test_an_answer_makes_what_its_best_claim_makes_and_nothing_more(
    claims: list[str], polarity: str, number: str
) -> None:
    form = {"about": ["redis"], "says": ["durable"], "relation": ["by design"], "polarity": polarity} | (
        {"number": number} if number else {}
    )
    alone = [made(form, claim) for claim in claims]
    together = made(form, *claims)
    assert together.grade == max(each.grade for each in alone)
    assert together.contradicted == (together.grade == 0 and any(each.contradicted for each in alone))
