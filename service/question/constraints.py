"""Constraints: facts stated outright in the request, `{attribute: value}`, checked against the vocabulary."""

from collections.abc import Mapping
from difflib import get_close_matches

from kb.errors import QuantityError
from kb.fact import Fact, Span, Value
from kb.quantity import Quantity, parse_quantity
from kb.vocabulary import Attribute, Vocabulary
from service.errors import ConstraintError


def stated(constraints: Mapping[str, object], vocabulary: Vocabulary) -> tuple[Fact, ...]:
    """The facts that the request states; raises ConstraintError for an unknown attribute or a value that does not fit."""
    by_name = {
        alias: attribute
        for attribute in vocabulary.attributes.values()
        for alias in (attribute.name, *attribute.aliases)
    }
    facts = []
    for name, given in constraints.items():
        attribute = by_name.get(name)
        if attribute is None or attribute.kind == "pasted":
            close = get_close_matches(name, by_name, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise ConstraintError(f"constraint {name!r} is not an attribute that we know{hint}")
        span = Span("constraints", 0, 0, f"{name}={given}")
        facts.append(Fact(attribute.name, _value(attribute, given), "stated", span))
    return tuple(facts)


def check_weights(weights: Mapping[str, float], vocabulary: Vocabulary) -> None:
    """Raises ConstraintError for a weight of a criterion that there is not."""
    for name in weights:
        if name not in vocabulary.criteria:
            raise ConstraintError(f"weight {name!r} is no criterion: they are {', '.join(vocabulary.criteria)}")


def _value(attribute: Attribute, given: object) -> Value:
    if attribute.kind == "quantity":
        return _quantity(attribute, given)
    if attribute.kind == "flag":
        given = {"yes": True, "no": False}.get(given, given) if isinstance(given, str) else given
        if not isinstance(given, bool):
            raise ConstraintError(f"constraint {attribute.name!r} takes true or false, not {given!r}")
        return given
    if attribute.kind == "set":
        values = [part.strip() for part in given.split(",")] if isinstance(given, str) else given
        if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
            raise ConstraintError(f"constraint {attribute.name!r} takes a text or a list of texts, not {given!r}")
        return frozenset(_known(attribute, str(value)) for value in values)
    if not isinstance(given, str):
        raise ConstraintError(f"constraint {attribute.name!r} takes a text, not {given!r}")
    return _known(attribute, given)


def _quantity(attribute: Attribute, given: object) -> Quantity:
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise ConstraintError(
            f"constraint {attribute.name!r} takes a quantity such as '800/s' or '5 TB', not {given!r}"
        )
    try:
        return parse_quantity(str(given), attribute.unit or None)
    except QuantityError as error:
        raise ConstraintError(f"constraint {attribute.name!r}: {error}") from error


def _known(attribute: Attribute, value: str) -> str:
    if attribute.values and value not in attribute.values:
        raise ConstraintError(
            f"constraint {attribute.name!r} is one of {', '.join(sorted(attribute.values))}, not {value!r}"
        )
    return value
