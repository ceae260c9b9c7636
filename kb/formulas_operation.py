"""Formulas of operation: loading, catching up, filling disks, wraparound and distance."""

import math
from collections.abc import Mapping

from kb.formula import (
    DEFINITION,
    RATES,
    YEAR,
    Formula,
    FormulaSource,
    bandwidth_role,
    count_role,
    duration_role,
    percent_role,
    rate_role,
    size_role,
)

WRAPAROUND = FormulaSource(
    "PostgreSQL 18: Routine Vacuuming", "https://www.postgresql.org/docs/18/routine-vacuuming.html"
)
FIBRE = FormulaSource(
    "High Performance Browser Networking: Primer on Latency and Bandwidth",
    "https://hpbn.co/primer-on-latency-and-bandwidth/",
)
# Light in glass: 200,000 km a second.
_KM_PER_SECOND = 200_000.0


def _caught_up(a: Mapping[str, float]) -> float:
    return _drained({**a, "backlog": a["lag"] * a["rate"]})


def _drained(a: Mapping[str, float]) -> float:
    spare = a["apply_rate"] - a["rate"]
    # What is slower than the writes never catches up; infinity is outside every range.
    return a["backlog"] / spare if spare > 0 else float("inf")


def _filled(a: Mapping[str, float]) -> float:
    return (a["capacity"] - a["used"]) / a["growth"]


def _reached(initial: float, limit: float, growth: float) -> float:
    # What does not grow reaches nothing; infinity is outside every range.
    return YEAR * math.log(limit / initial) / math.log(1 + growth / 100) if growth > 0 else float("inf")


# fmt: off
OPERATION = (
    Formula("load_time", (count_role("rows"), rate_role()), "duration", 1e-6, 100 * YEAR, "rows over the rate at which they are written", DEFINITION, lambda a: a["rows"] / a["rate"]),
    Formula("catch_up", (duration_role("lag", YEAR), rate_role(), rate_role("apply_rate")), "duration", 1e-6, YEAR, "lag times rate, over what the apply rate has to spare", DEFINITION, _caught_up),
    Formula("drain", (count_role("backlog"), rate_role(), rate_role("apply_rate")), "duration", 1e-6, YEAR, "backlog over what the apply rate has to spare above the rate", DEFINITION, _drained),
    Formula("time_to_fill", (size_role("capacity"), size_role("used"), bandwidth_role("growth")), "duration", 1, 100 * YEAR, "what is free over the growth", DEFINITION, _filled),
    Formula("growth_of_doubling", (duration_role("doubling", 50 * YEAR),), "percent", 0.1, 1e6, "two to the power of the doublings in a year, less one", DEFINITION, lambda a: 100 * (2 ** (YEAR / a["doubling"]) - 1)),
    Formula("rate_outgrown", (rate_role(), rate_role("capacity"), percent_role("growth", -99, 1e6)), "duration", 1, 50 * YEAR, "the logarithm of capacity over rate, divided by that of one year's growth", DEFINITION, lambda a: _reached(a["rate"], a["capacity"], a["growth"])),
    Formula("size_outgrown", (size_role("used"), size_role("capacity"), percent_role("growth", -99, 1e6)), "duration", 1, 50 * YEAR, "the logarithm of capacity over what is used, divided by that of one year's growth", DEFINITION, lambda a: _reached(a["used"], a["capacity"], a["growth"])),
    Formula("wraparound", (rate_role(), count_role("horizon", 1e6, 2**32, "2147483648")), "duration", 1, 1e12, "two to the power of 31 transaction ids over the rate at which they are used", WRAPAROUND, lambda a: a["horizon"] / a["rate"]),
    Formula("fibre_rtt", (count_role("km", 1, 50_000),), "duration", 1e-6, 1, "there and back at 200,000 km a second, the speed of light in glass: no network is faster", FIBRE, lambda a: 2 * a["km"] / _KM_PER_SECOND),
    Formula("partition_bytes", (duration_role("span"), duration_role("interval"), size_role("row_bytes", (1, 16e9))), "bytes", 1, 1e15, "rows of one source in the span of a partition times bytes a row", DEFINITION, lambda a: a["span"] / a["interval"] * a["row_bytes"]),
    Formula("reads_for_writes", (rate_role(), count_role("ratio", 0.001, 1e6)), "rate", *RATES, "writes times the reads for each of them", DEFINITION, lambda a: a["rate"] * a["ratio"]),
    Formula("exposure", (duration_role("behind", YEAR),), "duration", 1e-6, YEAR, "the time by which the copy is behind: what was written in it exists nowhere else", DEFINITION, lambda a: a["behind"]),
    Formula("bytes_with_overhead", (count_role("rows"), size_role("row_bytes", (1, 16e9)), size_role("overhead", (0, 1e6))), "bytes", 1, 1e19, "rows times the sum of bytes a row and overhead a row", DEFINITION, lambda a: a["rows"] * (a["row_bytes"] + a["overhead"])),
    Formula("rate_of_one", (duration_role("interval"),), "rate", *RATES, "one in every interval", DEFINITION, lambda a: 1 / a["interval"]),
)
# fmt: on
