"""Quantities: a number with one of our units, read from what people write and shown as they would write it."""

import re
from dataclasses import dataclass
from typing import Literal, get_args

from kb.errors import QuantityError

Unit = Literal["count", "rate", "bytes", "duration", "percent", "bandwidth", "money"]
UNITS: tuple[str, ...] = get_args(Unit)

MAGNITUDES = {
    "": 1.0,
    "k": 1e3,
    "thousand": 1e3,
    "m": 1e6,
    "mn": 1e6,
    "mio": 1e6,
    "mil": 1e6,
    "mill": 1e6,
    "mln": 1e6,
    "million": 1e6,
    "millions": 1e6,
    "lakh": 1e5,
    "lakhs": 1e5,
    "crore": 1e7,
    "crores": 1e7,
    "b": 1e9,
    "bn": 1e9,
    "bln": 1e9,
    "billion": 1e9,
    "billions": 1e9,
    "t": 1e12,
    "trillion": 1e12,
    "trillions": 1e12,
}
BYTES = {
    "b": 1.0,
    "byte": 1.0,
    "bytes": 1.0,
    "kb": 1e3,
    "mb": 1e6,
    "gb": 1e9,
    "tb": 1e12,
    "pb": 1e15,
    "kib": 2.0**10,
    "mib": 2.0**20,
    "gib": 2.0**30,
    "tib": 2.0**40,
    "pib": 2.0**50,
    "kilobytes": 1e3,
    "megabytes": 1e6,
    "gigabytes": 1e9,
    "terabytes": 1e12,
    "petabytes": 1e15,
    "kilobyte": 1e3,
    "megabyte": 1e6,
    "gigabyte": 1e9,
    "terabyte": 1e12,
    "petabyte": 1e15,
    "gig": 1e9,
    "gigs": 1e9,
    "kbyte": 1e3,
    "kbytes": 1e3,
    "mbyte": 1e6,
    "mbytes": 1e6,
    "gbyte": 1e9,
    "gbytes": 1e9,
    "tbyte": 1e12,
    "tbytes": 1e12,
    "kbs": 1e3,
    "mbs": 1e6,
    "gbs": 1e9,
    "tbs": 1e12,
}
# Lines are sold in bits, copies are measured in bytes: one unit here, bytes a second.
BITS = {"kbit": 125.0, "mbit": 125e3, "gbit": 125e6, "tbit": 125e9}
# A month is a twelfth of 365 days: projections add up to the year.
SECONDS = {
    "us": 1e-6,
    "µs": 1e-6,
    "microsecond": 1e-6,
    "microseconds": 1e-6,
    "ms": 1e-3,
    "msec": 1e-3,
    "millisecond": 1e-3,
    "milliseconds": 1e-3,
    "millis": 1e-3,
    "s": 1.0,
    "sec": 1.0,
    "secs": 1.0,
    "second": 1.0,
    "seconds": 1.0,
    "min": 60.0,
    "mins": 60.0,
    "minute": 60.0,
    "minutes": 60.0,
    "h": 3600.0,
    "hr": 3600.0,
    "hrs": 3600.0,
    "hour": 3600.0,
    "hours": 3600.0,
    "d": 86400.0,
    "day": 86400.0,
    "days": 86400.0,
    "night": 86400.0,
    "w": 604800.0,
    "week": 604800.0,
    "weeks": 604800.0,
    "wk": 604800.0,
    "wks": 604800.0,
    "mo": 2628000.0,
    "mos": 2628000.0,
    "mth": 2628000.0,
    "mths": 2628000.0,
    "month": 2628000.0,
    "months": 2628000.0,
    "y": 31536000.0,
    "yr": 31536000.0,
    "yrs": 31536000.0,
    "year": 31536000.0,
    "years": 31536000.0,
    "quarters": 7884000.0,
    "fortnight": 1209600.0,
    "decade": 315360000.0,
    "decades": 315360000.0,
}

_NUMBER = re.compile(r"^([$€£]?)\s*(\d[\d,_ ]*(?:\.\d+)?|\.\d+)\s*(.*)$")


@dataclass(frozen=True)
class Quantity:
    """A value in the base unit of its kind (per second, bytes, seconds, percent of 100), and how it was spelled."""

    value: float
    unit: Unit
    spelling: str = ""

    def __str__(self) -> str:
        return self.spelling or show(self.value, self.unit)


def parse_quantity(text: str, unit: Unit | None = None) -> Quantity:
    """`5 TB`, `23/s`, `2M`, `15 ms`, `3 y`, `99.95%`, `5 GB/s`, `$400`: one quantity, the whole text.

    `unit` decides where a spelling is ambiguous (`5 m` is a count, never a duration).
    Raises QuantityError when the text is none, or one of another unit.
    """
    match = _NUMBER.match(text.strip())
    if not match:
        raise QuantityError(
            f"{text!r} is not a quantity: write a number with a unit, such as '5 TB', '23/s', '2M', '15 ms' or '99.9%'"
        )
    currency, digits, rest = match.groups()
    number = float(re.sub(r"[,_ ]", "", digits))
    found = _money(number, rest) if currency else _unit_of(number, rest.strip())
    if found is None:
        raise QuantityError(f"{text!r} has a unit that is not known: {rest!r}")
    value, kind = found
    if unit is not None and kind != unit:
        if kind == "count" and rest.strip() == "" and (number == 0 or unit in ("rate", "percent", "money")):
            kind = unit
        else:
            raise QuantityError(f"{text!r} is a {kind}, a {unit} is needed here")
    return Quantity(value, kind, text.strip())


def _money(number: float, rest: str) -> tuple[float, Unit] | None:
    scale = MAGNITUDES.get(rest.strip().lower())
    return None if scale is None else (number * scale, "money")


def _unit_of(number: float, rest: str) -> tuple[float, Unit] | None:
    if rest == "%":
        return number, "percent"
    head, slash, per = rest.partition("/")
    head, per = head.strip(), per.strip().lower()
    if slash and head.lower() in BITS and per in ("s", "sec", "second"):
        return number * BITS[head.lower()], "bandwidth"
    if slash:
        amount = _amount(number, head)
        period = SECONDS.get(per)
        if amount is None or period is None:
            return None
        return amount[0] / period, ("bandwidth" if amount[1] == "bytes" else "rate")
    return _amount(number, head)


def _amount(number: float, word: str) -> tuple[float, Unit] | None:
    low = word.lower()
    # 'B' alone is bytes after a space in entries and billions glued to a number; entries write '400 B', people '2B users'.
    if word in MAGNITUDES or (low in MAGNITUDES and word not in ("B", "b")):
        return number * MAGNITUDES[low], "count"
    if low in BYTES:
        return number * BYTES[low], "bytes"
    if low in SECONDS:
        return number * SECONDS[low], "duration"
    return None


def exact(quantity: Quantity) -> str:
    """The quantity in its base unit, as `parse_quantity` reads it back without loss: `900/s`, `7200 s`, `3000000000000 B`."""
    suffix: dict[Unit, str] = {
        "count": "",
        "rate": "/s",
        "bytes": " B",
        "duration": " s",
        "percent": "%",
        "bandwidth": " B/s",
        "money": "",
    }
    prefix = "$" if quantity.unit == "money" else ""
    number = f"{quantity.value:.15g}"
    return (
        f"{prefix}{quantity.value:.0f}{suffix[quantity.unit]}"
        if "e+" in number
        else f"{prefix}{number}{suffix[quantity.unit]}"
    )


def show(value: float, unit: Unit) -> str:
    """A computed value as people write it, two significant digits: `69M`, `1.1 TB`, `2.3k/s`, `15 ms`, `99.95%`."""
    if unit == "count":
        return _scaled(value)
    if unit == "rate":
        return f"{_scaled(value)}/s" if value >= 0.1 or value == 0 else f"{_scaled(value * 86400)}/d"
    if unit == "bytes":
        return _bytes(value)
    if unit == "bandwidth":
        return f"{_bytes(value)}/s"
    if unit == "percent":
        return f"{_percent(value)}%"
    if unit == "money":
        return f"${_scaled(value)}"
    return _duration(value)


def round_significant(value: float, digits: int = 2) -> float:
    """Half-even rounding to significant digits, the form in which computed values are compared and shown."""
    return float(f"{value:.{digits - 1}e}")


def _plain(value: float) -> str:
    rounded = round_significant(value)
    return f"{rounded:,.0f}" if rounded >= 10 or rounded == int(rounded) else f"{rounded:.3g}"


def _scaled(value: float) -> str:
    # A small whole number is exact, not an estimate: three regions, 365 partitions.
    if abs(value) < 1000 and value == int(value):
        return f"{int(value)}"
    rounded = round_significant(value)
    for size, suffix in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(rounded) >= size:
            return f"{_plain(rounded / size)}{suffix}"
    return _plain(rounded)


def _bytes(value: float) -> str:
    rounded = round_significant(value)
    for size, suffix in ((1e15, "PB"), (1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if abs(rounded) >= size:
            return f"{_plain(rounded / size)} {suffix}"
    return f"{_plain(value)} B"


def _percent(value: float) -> str:
    # 99.95 and 99.995 differ by a factor of ten in downtime: near 100 what counts is the distance to 100.
    if 90 < value < 100:
        distance = round_significant(100 - value)
        return f"{100 - distance:.6f}".rstrip("0").rstrip(".")
    return _plain(value)


def _duration(value: float) -> str:
    for size, suffix in ((31536000.0, "y"), (86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms")):
        if value >= size * (2 if suffix in ("y", "d", "h", "min") and value % size else 1):
            return f"{_plain(value / size)} {suffix}"
    return f"{_plain(value * 1e6)} µs" if value else "0 s"
