import re

import pytest

from service.question.noun_words import happening, is_person, located, singular
from service.question.nouns import nouns

KNOWN = frozenset(
    [
        "pet",
        "owner",
        "vet",
        "room",
        "appointment",
        "member",
        "book",
        "loan",
        "order",
        "customer",
        "personal trainer",
        "trainer",
        "record",
    ]
)


def names(text: str) -> list[str]:
    return [noun.name for noun in nouns(text, KNOWN)]


def test_known_nouns_are_found_wherever_they_stand_and_in_their_order() -> None:
    assert names("owners bring their pets to a vet, each in one room") == ["owner", "pet", "vet", "room"]


def test_unknown_nouns_count_in_a_list_among_known_ones() -> None:
    assert names("Design a clinic: pets, owners, vets, treatments and x-ray images") == [
        "pet",
        "owner",
        "vet",
        "treatment",
        "x-ray image",
    ]


def test_a_list_without_known_nouns_names_nothing() -> None:
    assert names("it must be fast, cheap, reliable and boring") == []


@pytest.mark.parametrize("text", ["members book and order online", "customers who order twice", "we record it"])
def test_a_verb_in_the_singular_is_no_noun(text: str) -> None:
    assert not {"book", "order", "record"} & set(names(text))


def test_a_determiner_makes_it_one() -> None:
    assert names("a member borrows a book") == ["member", "book"]


def test_words_of_our_trade_are_no_things() -> None:
    assert names("which records and tables do owners and pets need") == ["owner", "pet"]


def test_the_longer_of_two_names_is_the_noun() -> None:
    assert names("a personal trainer for each member") == ["personal trainer", "member"]


def test_a_figure_is_no_part_of_a_noun() -> None:
    assert "k member" not in names("pets, owners, 200k members and vets")


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("policies", "policy"),
        ("boxes", "box"),
        ("classes", "class"),
        ("people", "person"),
        ("test results", "test result"),
        ("warehouses", "warehouse"),
        ("school buses", "school bus"),
        ("campuses", "campus"),
        ("causes", "cause"),
        ("uses", "use"),
        ("status", "status"),
    ],
)
def test_a_plural_gives_its_singular(plural: str, one: str) -> None:
    assert singular(plural) == one


def test_verbs_with_an_object_and_parts_of_other_words_are_no_things() -> None:
    assert names("we want to catalogue pets, invoice owners") == ["pet", "owner"]
    assert names("the clinic repairs machines for each owner") == ["owner"]
    assert "house" not in names("an auction house for an owner")


@pytest.mark.parametrize(
    "text",
    [
        "permits, 20 cities now with 50 bookings/s, and 400 cities in three years",
        "orders, 5 items/s / s, x and y",
        "tables: a, b, c, d / e / f",
        "singers,,, concerts,,and,,venues",
    ],
)
def test_every_noun_can_name_a_table(text: str) -> None:
    found = nouns(text, {"permit", "city", "booking", "order", "item", "singer", "concert", "venue"})
    assert all(re.fullmatch(r"[a-z][a-z'-]+(?: [a-z][a-z'-]+)*", noun.name) for noun in found), found


def test_a_plural_with_its_verb_is_one_noun_and_a_compound_stays_whole() -> None:
    text = "gyms, members check in daily, belts, lockers get rented, sales orders and training plans"
    names = {noun.name for noun in nouns(text, {"gym", "member", "belt", "locker"})}
    assert {"gym", "member", "belt", "locker", "sales order", "training plan"} <= names
    assert not {"members check", "lockers get"} & names


def test_a_clause_of_a_sentence_names_no_thing() -> None:
    text = "donors give bags, bags get tested and go to hospitals, must be traceable for years"
    assert {noun.name for noun in nouns(text, {"donor", "hospital", "bag"})} <= {"donor", "hospital", "bag"}


@pytest.mark.parametrize(
    ("text", "noun"),
    [
        ("boats get rented by members", "rental"),
        ("Students enrol in courses", "enrolment"),
        ("boats and members", None),
    ],
)
def test_what_a_verb_says_to_happen_has_a_noun(text: str, noun: str | None) -> None:
    assert happening(text) == noun


def test_a_list_that_is_announced_as_what_is_to_be_stored_needs_no_familiar_word() -> None:
    assert names("Schema for a choir: singers, rehearsals, attendance, dues") == [
        "singer",
        "rehearsal",
        "attendance",
        "dues",
    ]


def test_qualities_behind_a_colon_are_no_things() -> None:
    assert names("Help with our schema: slow, ugly, undocumented") == []


@pytest.mark.parametrize("noun", ["singer", "juror", "archivist", "stage carpenter"])
def test_whoever_does_something_is_a_person_by_the_ending(noun: str) -> None:
    assert is_person(noun)


@pytest.mark.parametrize("noun", ["container", "order", "sensor", "plant", "voucher", "rehearsal"])
def test_a_thing_with_the_same_ending_is_none(noun: str) -> None:
    assert not is_person(noun)


def test_what_a_number_counts_is_a_thing_unless_it_is_a_measure_or_a_word_of_our_trade() -> None:
    assert names("180 trams parked on 24 tracks, 6 bays") == ["tram", "track", "bay"]
    assert names("12 grape varieties and 40 sailings a day") == ["grape variety", "sailing"]
    assert names("3 servers, 200 ms, 18 metres, 4 people, 900 tables, 20 of them") == []


def test_a_known_noun_before_a_measure_is_a_measure() -> None:
    assert names("a deck has 620 room metres") == []


def test_the_last_word_of_a_longer_name_is_the_same_thing() -> None:
    assert names("12 food trucks, orders of customers, trucks and orders") == [
        "food truck",
        "order",
        "customer",
    ]


def test_what_something_is_kept_for_each_of_is_a_place() -> None:
    assert located("stock per truck, 40 ms per day, rows per user") == ("truck",)


def test_an_engine_in_the_list_is_no_thing_and_a_pre_order_nobody() -> None:
    assert names("Schema for a kiosk: pre-orders, trucks, meals, postgres") == ["pre-order", "truck", "meal"]
    assert names("customers, online pre-orders, meals, orders") == ["customer", "online pre-order", "meal"]
    assert not is_person("pre-order")
