from collections.abc import Mapping

import pytest

from kb.condition import decide, references
from kb.errors import FormulaError, QuantityError
from kb.fact import Value
from kb.quantity import parse_quantity

KNOWN: Mapping[str, Value] = {
    "db.capacity": parse_quantity("1000/s"),
    "size": parse_quantity("5 TB"),
    "engine": "mysql",
}

CASES: list[tuple[object, Value | None, bool | None]] = [
    ("known", parse_quantity("5"), True),
    ("known", None, None),
    ("unknown", None, True),
    ("unknown", True, False),
    (True, True, True),
    (True, False, False),
    ("oltp", frozenset({"oltp", "search"}), True),
    ("graph", frozenset({"oltp"}), False),
    ("technologies/mysql", "MySQL", True),
    ("oltp", None, None),
    (2, parse_quantity("2"), True),
    ("0 s", parse_quantity("0 s"), True),
    ("soon", parse_quantity("0 s"), False),
    (True, parse_quantity("1"), False),
    (">= 200", parse_quantity("200"), True),
    ("> 200", parse_quantity("200"), False),
    ("< 2k/s", parse_quantity("1999/s"), True),
    ("<= 1 TB", parse_quantity("2 TB"), False),
    ("!= 3", parse_quantity("4"), True),
    ("= 3", parse_quantity("3"), True),
    ("> 200", None, None),
    ("> 0.8 * {db.capacity}", parse_quantity("801/s"), True),
    ("> {db.capacity} * 0.8", parse_quantity("799/s"), False),
    ("> {db.unknown}", parse_quantity("799/s"), None),
    ("> {engine}", parse_quantity("799/s"), None),
    ("= mysql", "mysql", True),
    ("!= mysql", "mysql", False),
    ({"any": ["a", "b"]}, "b", True),
    ({"any": ["a", "b"]}, "c", False),
    ({"any": ["a", "b"]}, None, None),
    ({"all": [">= 2", "<= 4"]}, parse_quantity("3"), True),
    ({"all": [">= 2", "<= 4"]}, parse_quantity("5"), False),
    ({"all": [">= 2"]}, None, None),
    ({"not": "a"}, "b", True),
    ({"not": "a"}, "a", False),
    ({"not": "a"}, None, True),
    ({"not": "> {db.unknown}"}, parse_quantity("5"), None),
    ({"not": {"any": ["a", "b"]}}, None, True),
]


def named(case: tuple[object, object, object]) -> str:
    """The same name in every process: a set is printed in another order in each."""
    test, value, _ = case
    return f"{test} of {sorted(value) if isinstance(value, frozenset) else value}"


@pytest.mark.parametrize(("test", "value", "truth"), CASES, ids=map(named, CASES))
def test_a_test_is_true_false_or_undecided(test: object, value: Value | None, truth: bool | None) -> None:
    assert decide(test, value, KNOWN.get) is truth


@pytest.mark.parametrize(
    ("test", "value", "error"),
    [
        ({"some": ["a"]}, "a", "write {any"),
        ({"any": "a"}, "a", "needs a list"),
        ("> 5", "a", "compares quantities"),
        ("> {size}", parse_quantity("5/s"), "is a bytes, it is compared with a rate"),
        ("> many", parse_quantity("5/s"), "is not a quantity"),
    ],
)
def test_a_malformed_test_says_what_to_write(test: object, value: Value, error: str) -> None:
    with pytest.raises((FormulaError, QuantityError), match=error):
        decide(test, value, KNOWN.get)


def test_the_attributes_that_a_test_refers_to_are_found_at_any_depth() -> None:
    assert references({"all": ["> {a.b}", {"not": "< 2 * {c}"}, 3]}) == ("a.b", "c")
