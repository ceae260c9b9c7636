"""The formula table: every computation that an answer or an entry may show, with roles, units, ranges and source."""

import math
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
LITTLE = FormulaSource("Little 1961: A Proof for the Queuing Formula: L = λW", "https://doi.org/10.1287/opre.9.3.383")
POOL = FormulaSource(
    "PostgreSQL wiki: Number Of Database Connections", "https://wiki.postgresql.org/wiki/Number_Of_Database_Connections"
)
PAGES = FormulaSource(
    "PostgreSQL 18: Database Page Layout", "https://www.postgresql.org/docs/18/storage-page-layout.html"
)

_DAY, _YEAR = 86400.0, 31536000.0
_RATES = (1e-9, 1e10)
_COUNTS = (1e-6, 1e16)
_SIZES = (1.0, 1e21)

# An item of less than a byte or more than 16 GB is a number that was read in the wrong role.
_ITEM = (1.0, 16e9)
_FACTOR = (1.0, 100.0)


def _rate(name: str = "rate") -> Role:
    return Role(name, "rate", *_RATES)


def _count(name: str, low: float = 1.0, high: float = 1e16, default: str = "") -> Role:
    return Role(name, "count", low, high, default)


def _duration(name: str, high: float = 200 * _YEAR) -> Role:
    return Role(name, "duration", 1e-6, high)


def _percent(name: str, low: float = 0.0, high: float = 100.0, default: str = "") -> Role:
    return Role(name, "percent", low, high, default)


def _size(name: str, bounds: tuple[float, float] = _SIZES) -> Role:
    return Role(name, "bytes", *bounds)


_HEADROOM = _percent("headroom", 0, 95, "30%")


def _usable(a: Mapping[str, float]) -> float:
    return 1 - a["headroom"] / 100


def _needed(total: float, each: float) -> float:
    # 1e-9 keeps a quotient that is whole but for rounding from costing one node more.
    return math.ceil(total / each - 1e-9)


def _parallel(a: Mapping[str, float]) -> float:
    return 100 * (1 - (1 - a["a"] / 100) * (1 - a["b"] / 100))


# fmt: off
# One formula a line: a table is read down its columns.
_TABLE = (
    Formula("rate", (_count("count"), _duration("period")), "rate", *_RATES, "events divided by the period in which they happen", DEFINITION, lambda a: a["count"] / a["period"]),
    Formula("rows", (_rate(), _duration("period")), "count", *_COUNTS, "rate times period", DEFINITION, lambda a: a["rate"] * a["period"]),
    Formula("stored_bytes", (_count("rows"), _size("row_bytes", _ITEM), _count("overhead", *_FACTOR, "1"), _count("copies", 1, 100, "1")), "bytes", *_SIZES, "rows times bytes a row times storage overhead times copies", DEFINITION, lambda a: a["rows"] * a["row_bytes"] * a["overhead"] * a["copies"]),
    Formula("bandwidth", (_rate(), _size("item_bytes", _ITEM)), "bandwidth", 1e-6, 1e15, "rate times bytes an item", DEFINITION, lambda a: a["rate"] * a["item_bytes"]),
    Formula("grown", (Role("initial", None, 0, 1e24), _percent("growth", -99, 10000), _count("years", 0, 50)), None, 0, 1e24, "the initial amount compounded once a year", DEFINITION, lambda a: a["initial"] * (1 + a["growth"] / 100) ** a["years"]),
    Formula("connections", (_rate(), _duration("latency", _DAY)), "count", 1e-6, 1e7, "rate times the time that one takes: how many are busy at once on average", LITTLE, lambda a: a["rate"] * a["latency"]),
    Formula("pool_size", (_count("cores", 1, 4096), _count("spindles", 0, 4096, "1")), "count", 1, 12288, "twice the cores plus the effective spindles", POOL, lambda a: 2 * a["cores"] + a["spindles"]),
    Formula("misses", (_rate(), _percent("hit_ratio")), "rate", 0, 1e10, "rate times the share that the cache does not hold", DEFINITION, lambda a: a["rate"] * (1 - a["hit_ratio"] / 100)),
    # Below a rate over capacity no cache is needed, and a negative ratio says nothing.
    Formula("hit_ratio_needed", (_rate(), _rate("capacity")), "percent", 0, 100, "one minus capacity over rate", DEFINITION, lambda a: 100 * (1 - a["capacity"] / a["rate"])),
    Formula("cache_bytes", (_count("items"), _size("item_bytes", _ITEM), _count("overhead", *_FACTOR, "1")), "bytes", *_SIZES, "items times bytes an item times the cache's overhead", DEFINITION, lambda a: a["items"] * a["item_bytes"] * a["overhead"]),
    Formula("shards_by_bytes", (_size("total"), _size("per_shard"), _HEADROOM), "count", 1, 1e6, "total over what one shard holds with headroom left free, rounded up", DEFINITION, lambda a: _needed(a["total"], a["per_shard"] * _usable(a))),
    Formula("shards_by_rate", (_rate(), _rate("per_shard"), _HEADROOM), "count", 1, 1e6, "rate over what one shard takes with headroom left free, rounded up", DEFINITION, lambda a: _needed(a["rate"], a["per_shard"] * _usable(a))),
    Formula("read_replicas", (_rate(), _rate("per_node"), _HEADROOM), "count", 1, 1e5, "read rate over what one node serves with headroom left free, rounded up", DEFINITION, lambda a: _needed(a["rate"], a["per_node"] * _usable(a))),
    Formula("transfer_time", (_size("amount"), Role("bandwidth", "bandwidth", 1e-3, 1e15)), "duration", 1e-9, 100 * _YEAR, "amount over bandwidth", DEFINITION, lambda a: a["amount"] / a["bandwidth"]),
    Formula("downtime", (_percent("availability", 1), _duration("period")), "duration", 0, 200 * _YEAR, "the share of the period that availability leaves", DEFINITION, lambda a: (1 - a["availability"] / 100) * a["period"]),
    Formula("series_availability", (_percent("a", 1), _percent("b", 1)), "percent", 0, 100, "the product: both must be up, failing independently", DEFINITION, lambda a: a["a"] * a["b"] / 100),
    Formula("parallel_availability", (_percent("a", 1), _percent("b", 1)), "percent", 0, 100, "one minus the product of both unavailabilities: one must be up, failing independently", DEFINITION, _parallel),
    # 8 bytes of index tuple header and 4 of line pointer; inner pages add about one percent.
    Formula("index_bytes", (_count("rows"), _size("key_bytes", (1, 2704)), _percent("fill", 10, 100, "90%")), "bytes", *_SIZES, "rows times key, 8 bytes of tuple header and 4 of line pointer, over the fill of a leaf page", PAGES, lambda a: a["rows"] * (a["key_bytes"] + 12) / (a["fill"] / 100)),
    Formula("partitions", (_duration("retention"), _duration("interval")), "count", 1, 1e7, "retention over the interval of one partition, rounded up", DEFINITION, lambda a: _needed(a["retention"], a["interval"])),
    Formula("key_exhaustion", (_rate(), _count("bits", 4, 128)), "duration", 1, 1e30, "two to the power of the key's bits over the rate at which keys are used", DEFINITION, lambda a: 2 ** a["bits"] / a["rate"]),
    Formula("quorum", (_count("nodes", 1, 1001),), "count", 1, 501, "half of the nodes, rounded down, plus one", DEFINITION, lambda a: a["nodes"] // 2 + 1),
    Formula("round_trips", (_count("count", 1, 1e9), _duration("rtt", 60)), "duration", 1e-6, _YEAR, "count times round-trip time, one after the other", DEFINITION, lambda a: a["count"] * a["rtt"]),
    Formula("peak", (_rate(), _count("factor", 1, 1000)), "rate", *_RATES, "average rate times the peak factor", DEFINITION, lambda a: a["rate"] * a["factor"]),
)
# fmt: on

FORMULAS: Mapping[str, Formula] = {formula.name: formula for formula in _TABLE}
