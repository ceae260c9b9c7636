"""One test of a rule's `when` against one value, in three-valued logic: true, false, or None for undecided."""

import re
from collections.abc import Callable, Iterable, Mapping
from operator import eq, ge, gt, le, lt, ne

from kb.errors import FormulaError, QuantityError
from kb.fact import Value
from kb.quantity import Quantity, parse_quantity

Lookup = Callable[[str], Value | None]
Truth = bool | None

_COMPARISON = re.compile(r"^\s*(!=|<=|>=|=|<|>)\s*(\S.*?)\s*$")
_REFERENCE = re.compile(r"^(?:([\d.]+)\s*\*\s*)?\{([a-z0-9_.]+)\}(?:\s*\*\s*([\d.]+))?$")
_OPERATORS: Mapping[str, Callable[[float, float], bool]] = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
_ENTITY = re.compile(r"^technologies/")


def decide(test: object, value: Value | None, lookup: Lookup) -> Truth:
    """What the test says of this value; `lookup` gives the attributes that the test refers to.

    None is "not known": a rule fires on true only, and is dropped on false only.
    """
    if isinstance(test, Mapping):
        return _compound(test, value, lookup)
    if test in ("known", "unknown"):
        return _known(test == "known", value)
    if value is None:
        return None
    if isinstance(test, str) and (match := _COMPARISON.match(test)):
        return _compare(match.group(1), match.group(2), value, lookup)
    return _equals(test, value)


def references(test: object) -> tuple[str, ...]:
    """The other attributes that a test refers to, `{db.capacity}`."""
    if isinstance(test, Mapping):
        return tuple(name for inner in test.values() for name in references(inner))
    if isinstance(test, list | tuple):
        return tuple(name for inner in test for name in references(inner))
    return tuple(re.findall(r"\{([a-z0-9_.]+)\}", test)) if isinstance(test, str) else ()


def _known(wanted: bool, value: Value | None) -> Truth:
    if value is None:
        return None if wanted else True
    return wanted


def _compound(test: Mapping[str, object], value: Value | None, lookup: Lookup) -> Truth:
    if len(test) != 1 or not test.keys() <= {"any", "all", "not"}:
        raise FormulaError(f"test {dict(test)!r} is not known: write {{any: […]}}, {{all: […]}} or {{not: …}}")
    ((word, inner),) = test.items()
    if word == "not":
        truth = decide(inner, value, lookup)
        # The guide: an absent attribute passes `not`; one whose inner reference is absent is undecided.
        return (True if value is None else None) if truth is None else not truth
    if not isinstance(inner, list | tuple):
        raise FormulaError(f"{word!r} needs a list of tests, not {inner!r}")
    truths = [decide(each, value, lookup) for each in inner]
    return _some(truths) if word == "any" else _every(truths)


def _some(truths: Iterable[Truth]) -> Truth:
    found = list(truths)
    return True if True in found else (None if None in found else False)


def _every(truths: Iterable[Truth]) -> Truth:
    found = list(truths)
    return False if False in found else (None if None in found else True)


def _compare(operator: str, text: str, value: Value, lookup: Lookup) -> Truth:
    if not isinstance(value, Quantity):
        equal = _equals(text, value)
        if operator not in ("=", "!="):
            raise FormulaError(f"{operator!r} compares quantities, {value!r} is none")
        return equal if operator == "=" else not equal
    other = _right_side(text, value, lookup)
    return None if other is None else _OPERATORS[operator](value.value, other)


def _right_side(text: str, value: Quantity, lookup: Lookup) -> float | None:
    match = _REFERENCE.match(text)
    if not match:
        return parse_quantity(text, value.unit).value
    other = lookup(match.group(2))
    if not isinstance(other, Quantity):
        return None
    if other.unit != value.unit:
        raise FormulaError(f"{{{match.group(2)}}} is a {other.unit}, it is compared with a {value.unit}")
    return other.value * float(match.group(1) or 1) * float(match.group(3) or 1)


def _equals(test: object, value: Value) -> bool:
    if isinstance(value, Quantity):
        return _equals_quantity(test, value)
    if isinstance(value, bool) or isinstance(test, bool):
        return value is test
    wanted = _plain(str(test))
    if isinstance(value, frozenset):
        return wanted in {_plain(each) for each in value}
    return wanted == _plain(value)


def _equals_quantity(test: object, value: Quantity) -> bool:
    if isinstance(test, bool) or not isinstance(test, int | float | str):
        return False
    try:
        return value.value == parse_quantity(str(test), value.unit).value
    except QuantityError:
        return False


def _plain(text: str) -> str:
    # Entries write `technologies/mysql` and `mysql` for the same thing.
    return _ENTITY.sub("", text.strip().lower())


def tests_absence(when: object) -> bool:
    """Whether a condition asks for something not to be there: such a rule is decided after all others."""
    if isinstance(when, Mapping):
        return any(name == "not" or tests_absence(value) for name, value in when.items())
    if isinstance(when, list | tuple):
        return any(tests_absence(value) for value in when)
    return when == "unknown"
