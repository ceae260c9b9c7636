import pytest

from service.question.relations import Relation, relations


def said(text: str) -> list[tuple[str, str, str]]:
    return [(each.kind, each.one, each.other) for each in relations(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("an actor can be in many scenes", ("many_to_many", "actor", "scene")),
        ("One package can contain several roasts", ("many_to_many", "package", "roast")),
        ("a course may have two teachers", ("many_to_many", "course", "teacher")),
        ("Members join many clubs", ("many_to_many", "member", "club")),
        ("a customer can have several addresses", ("one_to_many", "customer", "address")),
        ("each job is split into tasks", ("one_to_many", "job", "task")),
        ("every page belongs to one chapter", ("one_to_many", "chapter", "page")),
        ("A queen moves between hives", ("over_time", "queen", "hive")),
        ("one juror scores a film once", ("once", "juror", "film")),
        ("a clerk must not have two shifts at once", ("not_at_once", "clerk", "shift")),
    ],
)
def test_what_a_sentence_says_of_two_things_is_a_relation(text: str, expected: tuple[str, str, str]) -> None:
    assert said(text) == [expected]


def test_what_has_many_on_both_sides_is_many_to_many() -> None:
    assert said("a student has several tutors who teach; each tutor has several students") == [
        ("many_to_many", "student", "tutor")
    ]
    assert said("a tag has several notes and each note has several tags") == [("many_to_many", "tag", "note")]


def test_each_of_a_chain_has_its_parts() -> None:
    assert said("a vessel has systems, systems have components") == [
        ("one_to_many", "vessel", "system"),
        ("one_to_many", "system", "component"),
    ]


def test_the_verb_of_the_first_half_serves_the_second() -> None:
    assert said("a blend may contain several roasts and each roast several lots") == [
        ("many_to_many", "blend", "roast"),
        ("many_to_many", "roast", "lot"),
    ]


def test_who_moves_between_two_kinds_of_things_is_at_one_of_each() -> None:
    assert said("members move between branches and employers") == [
        ("over_time", "member", "branch"),
        ("over_time", "member", "employer"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "we have several depots",
        "it must be fast, cheap and reliable",
        "which index can have two columns",
        "they can be in many places",
    ],
)
def test_a_pronoun_or_a_word_of_our_trade_relates_to_nothing(text: str) -> None:
    assert relations(text) == ()


def test_many_outweighs_one_of_the_same_pair() -> None:
    assert relations("a film has several actors. An actor can be in many films.") == (
        Relation("many_to_many", "film", "actor"),
    )
