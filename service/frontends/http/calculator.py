"""The formula table as forms: which formulas there are, what each asks for, and what was computed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kb.calculation import FORMULAS
from kb.formula import Role
from kb.quantity import Unit
from service.calculation import Calculation, calculate
from service.errors import CalculationError

# The order of the list; every formula stands in exactly one group.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "Load": ("rate", "peak", "fleet_rate", "fleet_flow", "rate_of_one", "bandwidth", "reads_for_writes", "share_of", "remainder"),
    "Volume and growth": ("rows", "rows_after", "stored_bytes", "bytes_with_overhead", "bytes_in", "stored", "grown", "grown_after", "grown_steadily", "growth_of_doubling", "rate_outgrown", "size_outgrown", "time_to_fill", "index_bytes", "vector_bytes"),
    "Keys and partitions": ("key_exhaustion", "wraparound", "partitions", "partition_bytes"),
    "Connections and caches": ("connections", "pool_size", "pool_throughput", "all_connections", "hit_ratio_needed", "misses", "cache_bytes"),
    "Servers, shards and streams": ("shards_by_bytes", "shards_by_rate", "read_replicas", "lanes_by_rate", "lanes_by_bytes"),
    "Capacity units": ("write_units", "read_units", "request_units", "hot_key_splits"),
    "Moving data": ("transfer_time", "load_time", "catch_up", "drain", "exposure"),
    "Availability and distance": ("downtime", "availability_of_outage", "series_availability", "parallel_availability", "redundant_availability", "chain_availability", "quorum", "nodes_for", "tolerated", "round_trips", "fibre_rtt"),
}  # fmt: skip
_SUCH_AS: Mapping[Unit | None, str] = {
    "count": "such as 20k",
    "rate": "such as 900/s",
    "bytes": "such as 120 B",
    "duration": "such as 4 ms",
    "percent": "such as 95%",
    "bandwidth": "such as 125 MB/s",
    "money": "such as $400",
    None: "with its unit",
}


@dataclass(frozen=True)
class Field:
    """One input of the form: `hint` says how it is written, or what is taken where it stays empty."""

    name: str
    label: str
    hint: str
    required: bool


@dataclass(frozen=True)
class Calculating:
    """What stands in the form of a formula, so that it stands there again, and what came of it."""

    formula: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    result: Calculation | None = None
    fault: str = ""

    @property
    def statement(self) -> str:
        return FORMULAS[self.formula].statement

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(_field(role) for role in FORMULAS[self.formula].roles)


def chosen(formula: str) -> Calculating:
    """The empty form of a formula; the list alone where there is none of that name."""
    return Calculating(formula if formula in FORMULAS else "")


def calculating(formula: str, given: Mapping[str, str]) -> Calculating:
    """The form filled as it was sent, with its result or with what is wrong with it; what is empty is left to its default."""
    if formula not in FORMULAS:
        return Calculating(fault="There is no such formula: take one from the list.")
    inputs = {role.name: text for role in FORMULAS[formula].roles if (text := given.get(role.name, "").strip())}
    try:
        return Calculating(formula, inputs, calculate(formula, inputs))
    except CalculationError as error:
        return Calculating(formula, inputs, fault=str(error))


def titled(name: str) -> str:
    """`Hit ratio needed` of `hit_ratio_needed`."""
    return name.replace("_", " ").capitalize()


def _field(role: Role) -> Field:
    hint = f"{role.default} if left empty" if role.default else _SUCH_AS[role.unit]
    return Field(role.name, titled(role.name), hint, role.required)
