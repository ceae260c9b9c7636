"""The formula table: every computation that an answer or an entry may show; operation and stores have modules of their own."""

import math
from collections.abc import Mapping

from kb.formula import (
    COUNTS,
    DAY,
    DEFINITION,
    FACTOR,
    ITEM,
    RATES,
    SIZES,
    YEAR,
    Formula,
    FormulaSource,
    Role,
    bandwidth_role,
    count_role,
    duration_role,
    percent_role,
    rate_role,
    size_role,
)
from kb.formulas_operation import OPERATION
from kb.formulas_stores import UNITS_OF_STORES

LITTLE = FormulaSource("Little 1961: A Proof for the Queuing Formula: L = λW", "https://doi.org/10.1287/opre.9.3.383")
POOL = FormulaSource(
    "PostgreSQL wiki: Number Of Database Connections", "https://wiki.postgresql.org/wiki/Number_Of_Database_Connections"
)
PAGES = FormulaSource(
    "PostgreSQL 18: Database Page Layout", "https://www.postgresql.org/docs/18/storage-page-layout.html"
)
VECTORS = FormulaSource("pgvector: vector type", "https://github.com/pgvector/pgvector#vector-type")


_HEADROOM = percent_role("headroom", 0, 95, "30%")


def _usable(a: Mapping[str, float]) -> float:
    return 1 - a["headroom"] / 100


def _needed(total: float, each: float) -> float:
    # 1e-9 keeps a quotient that is whole but for rounding from costing one node more.
    return math.ceil(total / each - 1e-9)


def _parallel(a: Mapping[str, float]) -> float:
    return 100 * (1 - math.prod(1 - a[part] / 100 for part in "abcd"))


def _series(a: Mapping[str, float]) -> float:
    return 100 * math.prod(a[part] / 100 for part in "abcd")


# fmt: off
# One formula a line: a table is read down its columns.
_TABLE = (
    Formula("rate", (count_role("count"), duration_role("period")), "rate", *RATES, "events divided by the period in which they happen", DEFINITION, lambda a: a["count"] / a["period"]),
    Formula("rows", (rate_role(), duration_role("period")), "count", *COUNTS, "rate times period", DEFINITION, lambda a: a["rate"] * a["period"]),
    Formula("stored_bytes", (count_role("rows"), size_role("row_bytes", ITEM), count_role("overhead", *FACTOR, "1"), count_role("copies", 1, 100, "1")), "bytes", *SIZES, "rows times bytes a row times storage overhead times copies", DEFINITION, lambda a: a["rows"] * a["row_bytes"] * a["overhead"] * a["copies"]),
    Formula("bandwidth", (rate_role(), size_role("item_bytes", ITEM)), "bandwidth", 1e-6, 1e15, "rate times bytes an item", DEFINITION, lambda a: a["rate"] * a["item_bytes"]),
    Formula("grown", (Role("initial", None, 0, 1e24), percent_role("growth", -99, 10000), count_role("years", 0, 50)), None, 0, 1e24, "the initial amount compounded once a year", DEFINITION, lambda a: a["initial"] * (1 + a["growth"] / 100) ** a["years"]),
    Formula("connections", (rate_role(), duration_role("latency", DAY)), "count", 1e-6, 1e7, "rate times the time that one takes: how many are busy at once on average", LITTLE, lambda a: a["rate"] * a["latency"]),
    Formula("pool_size", (count_role("cores", 1, 4096), count_role("spindles", 0, 4096, "1")), "count", 1, 12288, "twice the cores plus the effective spindles", POOL, lambda a: 2 * a["cores"] + a["spindles"]),
    Formula("misses", (rate_role(), percent_role("hit_ratio")), "rate", 0, 1e10, "rate times the share that the cache does not hold", DEFINITION, lambda a: a["rate"] * (1 - a["hit_ratio"] / 100)),
    # Below a rate over capacity no cache is needed, and a negative ratio says nothing.
    Formula("hit_ratio_needed", (rate_role(), rate_role("capacity")), "percent", 0, 100, "one minus capacity over rate", DEFINITION, lambda a: 100 * (1 - a["capacity"] / a["rate"])),
    Formula("cache_bytes", (count_role("items"), size_role("item_bytes", ITEM), count_role("overhead", *FACTOR, "1")), "bytes", *SIZES, "items times bytes an item times the cache's overhead", DEFINITION, lambda a: a["items"] * a["item_bytes"] * a["overhead"]),
    Formula("shards_by_bytes", (size_role("total"), size_role("per_shard"), _HEADROOM), "count", 1, 1e6, "total over what one shard holds with headroom left free, rounded up", DEFINITION, lambda a: _needed(a["total"], a["per_shard"] * _usable(a))),
    Formula("shards_by_rate", (rate_role(), rate_role("per_shard"), _HEADROOM), "count", 1, 1e6, "rate over what one shard takes with headroom left free, rounded up", DEFINITION, lambda a: _needed(a["rate"], a["per_shard"] * _usable(a))),
    Formula("read_replicas", (rate_role(), rate_role("per_node"), _HEADROOM), "count", 1, 1e5, "read rate over what one node serves with headroom left free, rounded up", DEFINITION, lambda a: _needed(a["rate"], a["per_node"] * _usable(a))),
    Formula("transfer_time", (size_role("amount"), bandwidth_role("bandwidth")), "duration", 1e-9, 100 * YEAR, "amount over bandwidth", DEFINITION, lambda a: a["amount"] / a["bandwidth"]),
    Formula("downtime", (percent_role("availability", 1), duration_role("period")), "duration", 0, 200 * YEAR, "the share of the period that availability leaves", DEFINITION, lambda a: (1 - a["availability"] / 100) * a["period"]),
    Formula("availability_of_outage", (duration_role("outage"), duration_role("period")), "percent", 0, 100, "one minus the outage over the period", DEFINITION, lambda a: 100 * (1 - a["outage"] / a["period"])),
    Formula("series_availability", (percent_role("a", 1), percent_role("b", 1), percent_role("c", 1, default="100%"), percent_role("d", 1, default="100%")), "percent", 0, 100, "the product: all must be up, failing independently", DEFINITION, _series),
    Formula("parallel_availability", (percent_role("a", 1), percent_role("b", 1), percent_role("c", 0, default="0%"), percent_role("d", 0, default="0%")), "percent", 0, 100, "one minus the product of the unavailabilities: one must be up, failing independently", DEFINITION, _parallel),
    # 8 bytes of index tuple header and 4 of line pointer; inner pages add about one percent.
    Formula("index_bytes", (count_role("rows"), size_role("key_bytes", (1, 2704)), percent_role("fill", 10, 100, "90%")), "bytes", *SIZES, "rows times key, 8 bytes of tuple header and 4 of line pointer, over the fill of a leaf page", PAGES, lambda a: a["rows"] * (a["key_bytes"] + 12) / (a["fill"] / 100)),
    Formula("vector_bytes", (count_role("rows"), count_role("dimensions", 1, 65_536)), "bytes", *SIZES, "rows times four bytes a dimension and eight of header", VECTORS, lambda a: a["rows"] * (4 * a["dimensions"] + 8)),
    Formula("partitions", (duration_role("retention"), duration_role("interval")), "count", 1, 1e7, "retention over the interval of one partition, rounded up", DEFINITION, lambda a: _needed(a["retention"], a["interval"])),
    Formula("key_exhaustion", (rate_role(), count_role("bits", 4, 128), count_role("used", 0, 1e30, "0")), "duration", 1, 1e30, "two to the power of the key's bits, less the keys used, over the rate at which keys are used", DEFINITION, lambda a: (2 ** a["bits"] - a["used"]) / a["rate"]),
    Formula("quorum", (count_role("nodes", 1, 1001),), "count", 1, 501, "half of the nodes, rounded down, plus one", DEFINITION, lambda a: a["nodes"] // 2 + 1),
    Formula("round_trips", (count_role("count", 1, 1e9), duration_role("rtt", 60)), "duration", 1e-6, YEAR, "count times round-trip time, one after the other", DEFINITION, lambda a: a["count"] * a["rtt"]),
    Formula("peak", (rate_role(), count_role("factor", 1, 1000)), "rate", *RATES, "average rate times the peak factor", DEFINITION, lambda a: a["rate"] * a["factor"]),
    Formula("fleet_rate", (count_role("sources"), rate_role("each")), "rate", *RATES, "sources times what each one sends", DEFINITION, lambda a: a["sources"] * a["each"]),
    Formula("fleet_flow", (count_role("sources"), bandwidth_role("each")), "bandwidth", 1e-6, 1e15, "sources times the bytes a second of each", DEFINITION, lambda a: a["sources"] * a["each"]),
    Formula("stored", (size_role("bytes"), count_role("compression", 1, 1000, "1"), count_role("copies", 1, 100, "1")), "bytes", *SIZES, "bytes over the compression ratio, times the copies", DEFINITION, lambda a: a["bytes"] / a["compression"] * a["copies"]),
    Formula("bytes_in", (bandwidth_role("bandwidth"), duration_role("period")), "bytes", *SIZES, "bytes a second times the seconds of the period", DEFINITION, lambda a: a["bandwidth"] * a["period"]),
    Formula("grown_after", (Role("initial", None, 0, 1e24), percent_role("growth", -99, 10000), duration_role("period", 50 * YEAR)), None, 0, 1e24, "the initial amount compounded once a year over the period", DEFINITION, lambda a: a["initial"] * (1 + a["growth"] / 100) ** (a["period"] / YEAR)),
    Formula("grown_steadily", (size_role("initial"), bandwidth_role("growth"), duration_role("period", 50 * YEAR)), "bytes", *SIZES, "the initial amount plus the same growth in every period", DEFINITION, lambda a: a["initial"] + a["growth"] * a["period"]),
    Formula("share_of", (Role("total", None, 0, 1e24), percent_role("share")), None, 0, 1e24, "the share of the total", DEFINITION, lambda a: a["total"] * a["share"] / 100),
    Formula("remainder", (percent_role("share"),), "percent", 0, 100, "what is left of a hundred percent", DEFINITION, lambda a: 100 - a["share"]),
    Formula("all_connections", (count_role("instances", 1, 1e6), count_role("each", 1, 1e5)), "count", 1, 1e9, "application instances times the connections that each holds", DEFINITION, lambda a: a["instances"] * a["each"]),
    Formula("pool_throughput", (count_role("connections", 1, 1e6), duration_role("latency", DAY)), "rate", *RATES, "connections over the time that each request holds one", LITTLE, lambda a: a["connections"] / a["latency"]),
    Formula("redundant_availability", (percent_role("availability", 1), count_role("count", 1, 100)), "percent", 0, 100, "one minus the unavailability to the power of the count: one must be up, failing independently", DEFINITION, lambda a: 100 * (1 - (1 - a["availability"] / 100) ** a["count"])),
    Formula("chain_availability", (percent_role("availability", 1), count_role("count", 1, 1000)), "percent", 0, 100, "the availability to the power of the count: all must be up, failing independently", DEFINITION, lambda a: 100 * (a["availability"] / 100) ** a["count"]),
    Formula("rows_after", (count_role("initial", 0), rate_role(), duration_role("period")), "count", *COUNTS, "the initial rows plus rate times period", DEFINITION, lambda a: a["initial"] + a["rate"] * a["period"]),
    Formula("nodes_for", (count_role("failures", 0, 500),), "count", 1, 1001, "twice the failures plus one", DEFINITION, lambda a: 2 * a["failures"] + 1),
    Formula("tolerated", (count_role("nodes", 1, 1001),), "count", 0, 500, "the nodes less their quorum", DEFINITION, lambda a: a["nodes"] - (a["nodes"] // 2 + 1)),
)
# fmt: on

FORMULAS: Mapping[str, Formula] = {formula.name: formula for formula in (*_TABLE, *OPERATION, *UNITS_OF_STORES)}
