import pytest

from kb.belief import Belief, believed, denied

SCALE = Belief([["replica", "follower"], ["write", "insert"], ["faster", "scale", "cope"]])
ENOUGH = Belief([["rls", "row level security"], ["enough", "don't need"], ["tenant", "composite"]])


@pytest.mark.parametrize(
    "text",
    [
        "two followers should cope with the write load",
        "Read replicas scale writes.",
        "We have no DBA, replicas are coping with the writes",
        "Replicas make inserts faster, right?",
        "Two replicas will scale writes, how do I add them?",
        "Our lag is not good, but replicas scale our writes",
        "When we add replicas, writes get faster",
    ],
)
def test_a_false_belief_is_recognised_by_its_cues(text: str) -> None:
    assert believed(SCALE, text)
    assert not denied(SCALE, text)


@pytest.mark.parametrize(
    "text",
    [
        "Do replicas make writes faster?",
        "how do replicas scale writes",
        "I wonder: would a replica scale writes?",
        "replicas are here; writes are there; what is faster",
        "",
        "We use replicas for reporting",
        "To scale writes we add replicas, or shards?",
    ],
)
def test_a_question_asserts_nothing(text: str) -> None:
    assert not believed(SCALE, text)
    assert not denied(SCALE, text)


@pytest.mark.parametrize("text", ["replicas do not help to scale writes", "Replicas won’t make writes faster", "It is a myth that replicas scale writes"])  # fmt: skip
def test_a_belief_that_is_negated_is_denied(text: str) -> None:
    assert not believed(SCALE, text)
    assert denied(SCALE, text)


def test_a_negation_inside_a_cue_is_the_belief_itself() -> None:
    assert believed(ENOUGH, "With row-level security we don't need composite keys")


def test_a_group_may_demand_that_a_cue_is_absent() -> None:
    belief = Belief([["replica"], ["backup"], {"not": ["restore"]}])
    assert believed(belief, "Our replica is our backup")
    assert not believed(belief, "Our replica is our backup and we restore from it")


@pytest.mark.parametrize(
    "text", ["100m users need sharding", "we copied it", "policies and policy", "scaling", "it's up"]
)
def test_cues_match_as_they_are_inflected(text: str) -> None:
    cue = {"100m": "m users", "we": "copy", "policies": "policy", "scaling": "scale", "it's": "up"}[
        text.split(maxsplit=1)[0]
    ]
    assert believed(Belief([[cue]]), text)


def test_a_cue_is_not_found_inside_a_word() -> None:
    assert not believed(Belief([["key"]]), "monkeys")


@pytest.mark.parametrize(
    "text", ["SQL databases don't scale", "SQL does not scale", "SQL DBs do not scale", "sql doesnt scale"]
)
def test_a_negation_in_a_cue_stands_for_all_its_forms(text: str) -> None:
    belief = Belief([["sql"], ["scale"], ["doesn't"]])
    assert believed(belief, text)
    assert not believed(belief, "SQL scales")
    assert believed(Belief([["replica"], ["cannot lag"]]), "A replica can't lag")
