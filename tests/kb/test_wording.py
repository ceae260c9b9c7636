"""A count in a sentence that has a noun of its own."""

import pytest

from kb.fact import Fact, FactSet
from kb.quantity import Quantity
from kb.wording import fill


def filled(text: str, spelling: str, value: float = 80e6, origin: str = "stated") -> str:
    quantity = Quantity(value, "count", spelling=spelling)
    found = fill(text, FactSet((Fact("table.rows", quantity),)), ())
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    ("text", "spelling", "expected"),
    [
        ("at {table.rows:count} rows it pays", "80 million parcels", "at 80 million rows it pays"),
        ("at {table.rows:count} live rows it pays", "80M parcels", "at 80M live rows it pays"),
        ("for {table.rows:count} people", "80,000,000 readers", "for 80,000,000 people"),
        ("with {table.rows:count} it pays", "80 million parcels", "with 80 million parcels it pays"),
        ("{table.rows:count} is much", "80 million parcels", "80 million parcels is much"),
        ("{table.rows:count} across shards", "80 million parcels", "80 million parcels across shards"),
        ("at {table.rows:count} rows", "eighty parcels", "at eighty rows"),
        ("at {table.rows:count} rows", "80 mil parcels", "at 80 mil rows"),
        ("at {table.rows:count} rows", "80mln parcels", "at 80mln rows"),
    ],
)
def test_the_askers_noun_gives_way_to_the_sentences_own(text: str, spelling: str, expected: str) -> None:
    assert filled(text, spelling) == expected


def test_only_counts_give_up_their_noun() -> None:
    assert filled("at {table.rows:words} rows", "80 million parcels") == "at rows rows"
