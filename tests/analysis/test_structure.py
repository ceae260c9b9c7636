"""Starting schemas in the asker's nouns: what is said to run has run, whatever the nouns are."""

import random

import mmdr
import pytest

from kb.ddl import parse_schema
from kb.diagram import diagram_entities, erd
from kb.entry import KnowledgeBase
from kb.postgres import Cluster
from kb.statements import split_statements
from kb.vocabulary import load_vocabulary
from service.analysis.filling import EXTRAS, instance
from service.analysis.structure import Structure, structure
from service.question.question import understand
from service.question.request import AskRequest

VOCABULARY = load_vocabulary()
SHAPES = sorted(VOCABULARY.shapes)
NOUNS = ["order", "user", "group", "table", "check", "select", "pet", "personal trainer", "wind turbine", "case", "x"]


def built(kb: KnowledgeBase, text: str) -> Structure | None:
    return structure(kb, VOCABULARY, understand(AskRequest(question=text), VOCABULARY))


def template(kb: KnowledgeBase, shape: str) -> str:
    return next(
        block.fence.code
        for section in kb.entries["references/schemas-by-shape"].sections
        for block in section.blocks
        if block.fence is not None and block.fence.attributes.get("shape") == shape
    )


def run(postgres: Cluster, sql: str) -> None:
    with postgres.database() as name, postgres.connect(name) as connection:
        for statement in split_statements(sql):
            connection.execute(statement.text)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_has_a_schema_that_runs_in_its_plainest_form(
    real_kb: KnowledgeBase, postgres: Cluster, shape: str
) -> None:
    sql = instance(template(real_kb, shape), VOCABULARY.shapes[shape], {})
    assert not [extra for extra in EXTRAS if f"{extra}_id" in sql]
    run(postgres, sql)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("most", [1, 2, 3])
def test_a_schema_runs_with_any_nouns_in_any_number(
    real_kb: KnowledgeBase, postgres: Cluster, shape: str, most: int
) -> None:
    term, left = VOCABULARY.shapes[shape], random.Random(most).sample(NOUNS, len(NOUNS))
    roles = {}
    for role in (*term.names, *EXTRAS):
        several = most if role in term.many or role in EXTRAS else 1
        roles[role], left = tuple(left[:several]), left[several:]
    sql = instance(template(real_kb, shape), term, roles)
    run(postgres, sql)
    schema = parse_schema(sql)
    drawn = erd(schema)
    assert set(diagram_entities(drawn)) == {table.name for table in schema.tables if not table.partition_of}
    mmdr.render(drawn).svg()


def test_two_things_that_are_taken_get_a_constraint_each(real_kb: KnowledgeBase) -> None:
    found = built(real_kb, "Create an ERD for a veterinary clinic: pets, owners, vets, rooms, appointments")
    assert found is not None
    assert found.roles == {
        "place": ("clinic",),
        "dependant": ("pet",),
        "party": ("owner",),
        "resource": ("vet", "room"),
        "event": ("appointment",),
    }
    assert "appointment_vet_excl" in found.sql
    assert "appointment_room_excl" in found.sql
    assert "REFERENCES owner" in found.sql.split("CREATE TABLE pet")[1].split(";")[0]


def test_a_listed_noun_that_nobody_knows_has_a_table(real_kb: KnowledgeBase) -> None:
    found = built(real_kb, "Schema for tool rental: tools, customers, rentals, gizmos")
    assert found is not None
    assert found.roles["other"] == ("gizmo",)
    assert "CREATE TABLE gizmo" in found.sql


def test_a_word_that_fills_a_role_makes_no_shape_by_being_its_cue_too(real_kb: KnowledgeBase) -> None:
    text = "Schema for an assembly: bills, amendments, readings of a bill, committees and votes."
    found = built(real_kb, text)
    assert found is not None
    assert found.shape.name == "plain"
    assert {"reading", "amendment", "vote"} <= {*found.roles["event"]}


def test_counted_places_are_no_exclusive_things(real_kb: KnowledgeBase) -> None:
    found = built(real_kb, "Design a schema for a university course registration system with seat limits and waitlists")
    assert found is not None
    assert found.shape.name == "capacity"
    assert "CHECK (taken BETWEEN 0 AND capacity)" in found.sql


@pytest.mark.parametrize(
    "text",
    [
        "Design the caching of product pages",
        "PostgreSQL or MongoDB for a dashboard?",
        "What is an exclusion constraint?",
    ],
)
def test_a_question_without_things_gets_no_schema(real_kb: KnowledgeBase, text: str) -> None:
    assert built(real_kb, text) is None


def test_what_happens_points_at_what_takes_part_in_it(real_kb: KnowledgeBase) -> None:
    found = built(real_kb, "Design the schema for a choir: singers, rehearsals, attendance, dues")
    assert found is not None
    tables = {table.name: table for table in parse_schema(found.sql).tables}
    assert {key.target for key in tables["attendance"].keys_of("foreign")} >= {"singer", "rehearsal"}
    assert not tables["rehearsal"].keys_of("foreign")


def test_of_a_thing_in_the_middle_the_rest_are_parts(real_kb: KnowledgeBase) -> None:
    found = built(real_kb, "Data model for a vineyard: blocks, vines, barrels, labels")
    assert found is not None
    assert "thing" not in found.roles
    assert "other" in found.roles


def test_what_things_are_at_is_a_place_and_is_not_taken(real_kb: KnowledgeBase) -> None:
    found = built(real_kb, "We lend at 12 resorts. What tables for skis, boots, customers, rentals and damages?")
    assert found is not None
    assert found.roles["place"] == ("resort",)
    assert "resort" not in found.roles.get("resource", ())


FILM = "ERD for film production: scenes, shooting days, props. A scene can be shot across several days and an actor can be in many scenes."
HIVES = "Schema for beekeeping: apiaries, hives, queens, inspections, treatments. A queen moves between hives."
SHIP = "Which tables? A vessel has systems, systems have components, components have sub components."
ROTA = "Design the tables of a rota: stations, clerks, wards, shifts. A clerk must not have two shifts at once."
JURY = "Schema for a film festival: films, jurors, screenings, halls. One juror scores a film once."
PARTS = "Data model: each donor has several pledges; donors, pledges, campaigns and letters"


@pytest.mark.parametrize("text", [FILM, HIVES, SHIP, ROTA, JURY, PARTS])
def test_a_schema_with_what_is_said_of_two_things_runs(real_kb: KnowledgeBase, postgres: Cluster, text: str) -> None:
    found = built(real_kb, text)
    assert found is not None
    assert found.relations
    run(postgres, found.sql)
    mmdr.render(erd(parse_schema(found.sql))).svg()


def keys(found: Structure | None, table: str) -> set[str]:
    assert found is not None
    tables = {each.name: each for each in parse_schema(found.sql).tables}
    return {key.target for key in tables[table].keys_of("foreign")}


def test_several_on_both_sides_are_a_table_and_no_column(real_kb: KnowledgeBase) -> None:
    found = built(real_kb, FILM)
    assert keys(found, "scene_shooting_day") == {"scene", "shooting_day"}
    assert keys(found, "actor_scene") == {"actor", "scene"}
    assert not keys(found, "shooting_day")


def test_what_moves_has_a_period_and_is_at_one_at_a_time(real_kb: KnowledgeBase) -> None:
    found = built(real_kb, HIVES)
    assert found is not None
    assert "EXCLUDE USING gist (queen_id WITH =, period WITH &&)" in found.sql


def test_each_part_has_the_key_of_its_nearest_whole(real_kb: KnowledgeBase) -> None:
    found = built(real_kb, SHIP)
    assert keys(found, "component") == {"system"}
    assert keys(found, "system") == {"vessel"}
    assert found is not None
    assert found.still


def test_of_one_person_no_two_shifts_overlap(real_kb: KnowledgeBase) -> None:
    found = built(real_kb, ROTA)
    assert found is not None
    assert "EXCLUDE USING gist (clerk_id WITH =" in found.sql


def test_what_happens_in_several_ways_is_a_table_each(real_kb: KnowledgeBase) -> None:
    found = built(real_kb, HIVES)
    assert keys(found, "inspection") == keys(found, "treatment")
    assert {"hive", "queen", "apiary"} <= keys(found, "inspection")


def test_a_relation_of_things_without_tables_of_their_own_is_left_out(real_kb: KnowledgeBase) -> None:
    found = built(real_kb, "Schema for meter readings: sensors, readings, sites. A reading can be in many sites.")
    assert found is not None
    assert found.relations == ()


def test_a_bare_wish_for_a_design_is_enough(real_kb: KnowledgeBase) -> None:
    found = built(real_kb, "Design a tool lending library")
    assert found is not None
    assert found.named == ("tool", "loan")
