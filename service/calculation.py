"""Direct use of the formula table: one formula, its inputs as people write them, the result with what it rests on."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from kb.calculation import FORMULAS, compute, role_of
from kb.errors import FormulaError, QuantityError
from kb.figure import figure
from kb.quantity import Quantity, exact, parse_quantity
from service.errors import CalculationError


class Calculation(BaseModel):
    """A result; `exact` is in the base unit and can be given back as an input, `assumed` are defaults that were not given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    formula: str
    inputs: dict[str, str]
    assumed: tuple[str, ...]
    result: str
    exact: str
    statement: str
    source: str


def calculate(formula: str, inputs: Mapping[str, str]) -> Calculation:
    """The result of a formula. Raises CalculationError, which says what to write instead."""
    try:
        given = {role: _quantity(formula, role, text) for role, text in inputs.items()}
        found = compute(formula, given)
    except FormulaError as error:
        raise CalculationError(str(error)) from error
    return Calculation(
        formula=formula,
        inputs={role: str(value) for role, value in found.arguments.items()},
        assumed=tuple(role for role in found.arguments if role not in given),
        result=figure(found.result.value, found.result.unit),
        exact=exact(found.result),
        statement=found.statement,
        source=str(found.source),
    )


def formulas() -> tuple[tuple[str, str], ...]:
    """Every formula as it is written, with its statement, by name."""
    return tuple((found.signature, found.statement) for _, found in sorted(FORMULAS.items()))


def _quantity(formula: str, role: str, text: str) -> Quantity:
    unit = role_of(formula, role).unit
    try:
        return parse_quantity(text, unit)
    except QuantityError as error:
        raise CalculationError(f"{role!r} of {formula!r}: {error}") from error
