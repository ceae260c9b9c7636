"""What a formula is: typed roles with units and ranges, a statement in words, and the source that it comes from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kb.quantity import Quantity, Unit, parse_quantity


@dataclass(frozen=True)
class FormulaSource:
    """Where a formula comes from; one that only spells out its terms is a `definition`, without a page."""

    title: str
    url: str = ""

    def __str__(self) -> str:
        return f"{self.title}, {self.url}" if self.url else self.title


@dataclass(frozen=True)
class Role:
    """An argument: its unit (None: any, which the result then has), its default, and the range in which it makes sense."""

    name: str
    unit: Unit | None
    low: float
    high: float
    default: str = ""

    @property
    def required(self) -> bool:
        return not self.default

    def default_quantity(self) -> Quantity:
        return parse_quantity(self.default, self.unit)


@dataclass(frozen=True)
class Formula:
    """One formula; outside `low` to `high`, in the result's base unit, nothing is said."""

    name: str
    roles: tuple[Role, ...]
    unit: Unit | None
    low: float
    high: float
    statement: str
    source: FormulaSource
    apply: Callable[[Mapping[str, float]], float]

    @property
    def signature(self) -> str:
        parts = (f"{r.name}={r.default}" if r.default else r.name for r in self.roles)
        return f"{self.name}({', '.join(parts)})"


DEFINITION = FormulaSource("definition")
DAY, YEAR = 86400.0, 31536000.0
RATES = (1e-9, 1e10)
COUNTS = (1e-6, 1e16)
SIZES = (1.0, 1e21)

# An item of less than a byte or more than 16 GB is a number that was read in the wrong role.
ITEM = (1.0, 16e9)
FACTOR = (1.0, 100.0)


def rate_role(name: str = "rate") -> Role:
    return Role(name, "rate", *RATES)


def count_role(name: str, low: float = 1.0, high: float = 1e16, default: str = "") -> Role:
    return Role(name, "count", low, high, default)


def duration_role(name: str, high: float = 200 * YEAR, default: str = "") -> Role:
    return Role(name, "duration", 1e-6, high, default)


def percent_role(name: str, low: float = 0.0, high: float = 100.0, default: str = "") -> Role:
    return Role(name, "percent", low, high, default)


def size_role(name: str, bounds: tuple[float, float] = SIZES, default: str = "") -> Role:
    return Role(name, "bytes", *bounds, default)


def bandwidth_role(name: str) -> Role:
    return Role(name, "bandwidth", 1e-6, 1e15)
