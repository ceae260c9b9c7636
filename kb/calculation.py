"""Computing with the formula table: one call, its typed arguments, its result, and the calc fences of entries."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from kb.errors import FormulaError, ImplausibleError, QuantityError
from kb.formula import Formula, FormulaSource, Role
from kb.formulas import FORMULAS
from kb.quantity import Quantity, Unit, parse_quantity, show

__all__ = [
    "FORMULAS",
    "Calculated",
    "Call",
    "Formula",
    "FormulaSource",
    "LineProblem",
    "Role",
    "agrees",
    "check_block",
    "compute",
    "parse_call",
    "role_of",
]

_CALL = re.compile(r"^\s*([a-z_]+)\s*\((.*)\)\s*$", re.DOTALL)
_NAMED = re.compile(r"^\s*([a-z_]+)\s*=\s*(\S.*?)\s*$", re.DOTALL)
_LINE = re.compile(r"^\s*([a-z][a-z0-9_]*)\s*:\s*([a-z_]+\s*\(.*\))\s*=\s*(\S.*?)\s*$")
# A comma between digits groups thousands, as in 20,000/s; every other comma separates arguments.
_COMMA = re.compile(r",(?!\d{3}(?!\d))")


@dataclass(frozen=True)
class Call:
    """A formula and its arguments as they were written, by role: literals, labels or attributes."""

    formula: str
    arguments: Mapping[str, str]


@dataclass(frozen=True)
class Calculated:
    """A computed value with everything that it was computed from; defaults are among the arguments."""

    formula: str
    arguments: Mapping[str, Quantity]
    result: Quantity
    source: FormulaSource

    @property
    def text(self) -> str:
        """`misses(rate=20000/s, hit_ratio=95%) = 1k/s`, in the syntax of a calc fence."""
        arguments = ", ".join(f"{role}={value}" for role, value in self.arguments.items())
        return f"{self.formula}({arguments}) = {self.result}"

    @property
    def statement(self) -> str:
        return FORMULAS[self.formula].statement


@dataclass(frozen=True)
class LineProblem:
    """A fault in a block, `line` counted from 1 at its first line."""

    line: int
    text: str


def _formula(name: str) -> Formula:
    formula = FORMULAS.get(name)
    if formula is None:
        raise FormulaError(f"formula {name!r} is not known: use one of {', '.join(sorted(FORMULAS))}")
    return formula


def role_of(formula: str, role: str) -> Role:
    """The role of that name, so that a literal can be read in its unit."""
    found = next((r for r in _formula(formula).roles if r.name == role), None)
    if found is None:
        raise FormulaError(f"{formula!r} has no argument {role!r}: write {_formula(formula).signature}")
    return found


def parse_call(text: str) -> Call:
    """`rows(rate=workload.writes_per_s, period=1 d)` or, by position, `rows(workload.writes_per_s, 1 d)`."""
    match = _CALL.match(text)
    if not match:
        raise FormulaError(f"{text!r} is not a formula: write name(argument, …), such as rows(rate=23/s, period=1 d)")
    formula = _formula(match.group(1))
    arguments: dict[str, str] = {}
    for position, part in enumerate(_COMMA.split(match.group(2)) if match.group(2).strip() else []):
        named = _NAMED.match(part)
        if not named and position >= len(formula.roles):
            raise FormulaError(
                f"{formula.name!r} was given more than {len(formula.roles)} arguments: write {formula.signature}"
            )
        name, value = named.groups() if named else (formula.roles[position].name, part.strip())
        if not value:
            raise FormulaError(f"argument {name!r} of {formula.name!r} is empty: write {formula.signature}")
        if role_of(formula.name, name).name in arguments:
            raise FormulaError(f"argument {name!r} of {formula.name!r} is given twice")
        arguments[name] = value
    return Call(formula.name, arguments)


def compute(name: str, arguments: Mapping[str, Quantity]) -> Calculated:
    """The formula's result for these arguments.

    Raises FormulaError when an argument is missing, unknown or of another unit, and ImplausibleError when
    an argument or the result is outside the formula's range: a number read in a wrong role is not carried on.
    """
    formula = _formula(name)
    for given in arguments:
        role_of(name, given)
    filled = {role.name: _argument(formula, role, arguments) for role in formula.roles}
    value = float(formula.apply({role: quantity.value for role, quantity in filled.items()}))
    unit = formula.unit or _free_unit(formula, filled)
    # A billionth of slack: 99.95% twice is not above 100% because of binary fractions.
    if not formula.low - 1e-9 <= value <= formula.high * (1 + 1e-9):
        raise ImplausibleError(
            f"{name!r} gives {show(value, unit) if math.isfinite(value) and value > 0 else value}, outside {_range(formula.low, formula.high, unit)}: nothing follows from that; check the arguments"
        )
    return Calculated(name, filled, Quantity(value, unit), formula.source)


def _argument(formula: Formula, role: Role, arguments: Mapping[str, Quantity]) -> Quantity:
    quantity = arguments.get(role.name)
    if quantity is None:
        if role.required:
            raise FormulaError(f"{formula.name!r} needs {role.name!r}{_unit_of(role.unit)}: write {formula.signature}")
        quantity = role.default_quantity()
    if role.unit is not None and quantity.unit != role.unit:
        raise FormulaError(
            f"{role.name!r} of {formula.name!r} is a {role.unit}, {str(quantity)!r} is a {quantity.unit}"
        )
    if not role.low <= quantity.value <= role.high:
        raise ImplausibleError(
            f"{role.name!r} of {formula.name!r} is {quantity}, outside {_range(role.low, role.high, quantity.unit)}: nothing follows from that"
        )
    return quantity


def _free_unit(formula: Formula, filled: Mapping[str, Quantity]) -> Unit:
    return next(filled[role.name].unit for role in formula.roles if role.unit is None)


def _unit_of(unit: Unit | None) -> str:
    return f", a {unit}" if unit else ""


def _range(low: float, high: float, unit: Unit) -> str:
    return f"{show(low, unit)} to {show(high, unit)}" if low >= 0 else f"{low:g} to {high:g}"


def agrees(stated: Quantity, computed: Quantity) -> bool:
    """Whether both are the same to two significant digits; near 100% what counts is the distance to 100."""
    first, second = stated.value, computed.value
    if computed.unit == "percent" and 90 < second < 100:
        first, second = 100 - first, 100 - second
    if second == 0:
        return first == 0
    # 667 s is shown as 11 min: two digits in minutes, not in seconds.
    if show(stated.value, stated.unit) == show(computed.value, computed.unit):
        return True
    unit: float = 10.0 ** (math.floor(math.log10(abs(second)) + 1e-12) - 1)
    # Half a unit of the second digit: 1.25 may be written 1.2 or 1.3.
    return abs(first - second) <= unit * 0.5 * (1 + 1e-6)


def check_block(code: str) -> tuple[LineProblem, ...]:
    """Recompute every line of a calc fence; a line may use the labels of the lines before it."""
    labels: dict[str, Quantity] = {}
    problems: list[LineProblem] = []
    for number, line in enumerate(code.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            problem = _check_line(line, labels)
        except (FormulaError, QuantityError) as error:
            problem = str(error)
        if problem:
            problems.append(LineProblem(number, problem))
    return tuple(problems)


def _check_line(line: str, labels: dict[str, Quantity]) -> str:
    match = _LINE.match(line)
    if not match:
        return f"{line.strip()!r} is not a calculation: write label: formula(argument=value, …) = result"
    label, text, stated = match.groups()
    if label in labels:
        return f"label {label!r} is used twice"
    call = parse_call(text)
    values = {role: _value(call.formula, role, written, labels) for role, written in call.arguments.items()}
    result = compute(call.formula, values).result
    labels[label] = result
    if not agrees(parse_quantity(stated, result.unit), result):
        return f"{label!r} is {show(result.value, result.unit)}, not {stated}"
    return ""


def _value(formula: str, role: str, written: str, labels: Mapping[str, Quantity]) -> Quantity:
    if written in labels:
        return labels[written]
    try:
        return parse_quantity(written, role_of(formula, role).unit)
    except QuantityError as error:
        raise FormulaError(
            f"{role!r} of {formula!r}: {written!r} is neither a label of a line above nor a quantity that fits: {error}"
        ) from None
