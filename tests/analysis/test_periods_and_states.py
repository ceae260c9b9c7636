"""Starting schemas that keep amounts from a date on, and the states that a thing is said to go through."""

from itertools import chain

import pytest

from kb.entry import KnowledgeBase
from kb.postgres import Cluster
from kb.statements import split_statements
from kb.vocabulary import load_vocabulary
from service.analysis.structure import Structure, structure
from service.analysis.valuing import valued
from service.question.question import understand
from service.question.relations import Relation
from service.question.request import AskRequest

VOCABULARY = load_vocabulary()


def built(kb: KnowledgeBase, text: str) -> Structure:
    found = structure(kb, VOCABULARY, understand(AskRequest(question=text), VOCABULARY))
    assert found is not None
    return found


def run(postgres: Cluster, sql: str) -> None:
    with postgres.database() as name, postgres.connect(name) as connection:
        for statement in split_statements(sql):
            connection.execute(statement.text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Design a schema for storage sites, customers and rentals; rents change on 1 January and the old rent stays visible",
            "CONSTRAINT rental_rent_once PRIMARY KEY (rental_id, valid WITHOUT OVERLAPS)",
        ),
        (
            "Design a schema for a cemetery: graves, plots, leases, burials, fees by year",
            "CONSTRAINT fee_period_once PRIMARY KEY (kind, valid WITHOUT OVERLAPS)",
        ),
        (
            "Design a schema for a language school: courses, teachers, learners, lessons. The price of a course changes every semester",
            "CREATE TABLE course_price (",
        ),
        (
            "Design a schema for a dog walking service: owners have dogs, walks are planned, started, finished or cancelled",
            "DEFAULT 'planned' CHECK (status IN ('planned', 'started', 'finished', 'cancelled'))",
        ),
        (
            "Design a schema for a language school: courses, teachers, learners, lessons; enrolments are requested, paid or cancelled",
            "DEFAULT 'requested' CHECK (status IN ('requested', 'paid', 'cancelled'))",
        ),
    ],
)
def test_what_is_said_of_time_and_states_is_in_the_schema_and_runs(
    real_kb: KnowledgeBase, postgres: Cluster, text: str, expected: str
) -> None:
    sql = built(real_kb, text).sql
    assert expected in sql
    run(postgres, sql)


def test_the_price_of_a_product_moves_out_of_its_column(real_kb: KnowledgeBase, postgres: Cluster) -> None:
    sql = built(
        real_kb,
        "Design a schema for an online shop: customers, products, orders; the price of a product changes every month",
    ).sql
    product = next(text for text in sql.split("\n\n") if text.startswith("CREATE TABLE product ("))
    assert "price" not in product
    assert "CREATE TABLE product_price (" in sql
    run(postgres, sql)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ("open, started or returned", "WHERE (status NOT IN ('returned'))"),
        ("asked, confirmed or started", "WITH &&),\n"),
    ],
)
def test_what_is_over_keeps_nothing_from_overlapping_it(
    real_kb: KnowledgeBase, postgres: Cluster, states: str, expected: str
) -> None:
    found = built(real_kb, f"Design a schema for boats, customers and bookings; a booking is {states}")
    assert expected in found.sql
    assert "'held', 'confirmed'" not in found.sql
    run(postgres, found.sql)


def test_states_that_other_statements_rest_on_stay(real_kb: KnowledgeBase, postgres: Cluster) -> None:
    text = "Design a schema for courses with limited places: courses, participants, registrations with a waiting list; a registration is asked, paid or refunded"
    found = built(real_kb, text)
    assert "'refunded'" not in found.sql
    run(postgres, found.sql)


def test_states_of_nothing_named_are_of_what_happens(real_kb: KnowledgeBase) -> None:
    found = built(real_kb, "Design a schema for inspectors, lifts, inspections (status: planned, done, failed)")
    assert Relation("states", "inspection", "planned/done/failed") in found.relations


def test_an_amount_is_no_table_of_its_own(real_kb: KnowledgeBase) -> None:
    found = built(real_kb, "Design a schema for a cemetery: graves, plots, leases, burials, fees by year")
    assert "fee" not in found.named
    assert "CREATE TABLE fee (" not in found.sql


@pytest.mark.parametrize(
    ("text", "roles", "of"),
    [
        ("rents change every year", {"event": ("lease",)}, "lease"),
        ("prices change every year", {"resource": ("room",)}, "room"),
        ("prices change every year", {"party": ("guest",)}, "price"),
        ("rents change every year", {"party": ("guest",)}, "rent"),
        ("fees change every year", {"event": ("lease",)}, "fee"),
        ("fees per grave change every year", {"thing": ("stone grave",)}, "stone grave"),
    ],
)
def test_an_amount_is_of_what_is_said_or_of_what_it_is_usually_of(
    text: str, roles: dict[str, tuple[str, ...]], of: str
) -> None:
    (relation,) = valued(text, roles)
    assert relation == Relation("valued", of, relation.other)


def test_every_relation_stands_once(real_kb: KnowledgeBase) -> None:
    found = built(
        real_kb, "Design a schema for flats, tenants and leases; rents change every year, the old rent stays visible"
    )
    assert len(set(found.relations)) == len(found.relations)
    assert set(chain.from_iterable(found.roles.values())) >= {"flat", "lease"}
