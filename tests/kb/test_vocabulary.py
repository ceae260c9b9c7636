"""The closed lists as they ship."""

import pytest

from kb.quantity import UNITS
from kb.vocabulary import Anchor, Vocabulary, load_vocabulary, terms_bytes


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary()


def test_every_list_is_loaded_under_its_own_names(vocabulary: Vocabulary) -> None:
    assert vocabulary.attributes["rpo"].name == "rpo"
    assert vocabulary.criteria["integrity"].anchors[5].store == "PostgreSQL"
    assert isinstance(vocabulary.criteria["operations"].anchors[1], Anchor)
    assert vocabulary.technologies["mongodb"].name == "MongoDB"
    assert "mongo" in vocabulary.technologies["mongodb"].aliases
    assert vocabulary.facts["max_item_bytes"].quantity == "bytes"
    assert vocabulary.covers["IX-03"] == "Partial indexes"
    assert vocabulary.subjects["technologies/mysql"]


def test_the_invariants_are_no_shape(vocabulary: Vocabulary) -> None:
    assert "invariants" not in vocabulary.shapes
    assert vocabulary.invariants["tenant_scoping"].owner == "patterns/tenant-shared-schema"


def test_values_from_workloads_are_the_workloads_with_their_cues(vocabulary: Vocabulary) -> None:
    attribute = vocabulary.attributes["workload"]
    assert set(attribute.values) == set(vocabulary.workloads)
    assert attribute.values["oltp"] == vocabulary.workloads["oltp"].cues


def test_every_quantity_has_a_unit_that_quantities_know(vocabulary: Vocabulary) -> None:
    units = {each.unit for each in vocabulary.attributes.values() if each.kind == "quantity"}
    assert units <= set(UNITS)


def test_every_invariant_of_a_shape_is_declared(vocabulary: Vocabulary) -> None:
    named = {name for shape in vocabulary.shapes.values() for name in shape.invariants}
    assert named <= set(vocabulary.invariants)


def test_every_workload_weighs_every_criterion(vocabulary: Vocabulary) -> None:
    assert all(set(each.weights) == set(vocabulary.criteria) for each in vocabulary.workloads.values())


def test_every_item_of_the_brief_has_a_code(vocabulary: Vocabulary) -> None:
    assert len(vocabulary.covers) == 180
    assert all(title for title in vocabulary.covers.values())


def test_the_digest_sees_every_list() -> None:
    assert terms_bytes() == terms_bytes()
    assert b"covers.yaml" in terms_bytes()
