"""A computed value as an answer says it: three significant digits, large counts and times in words."""

from kb.quantity import Unit, round_significant, show

_COUNTS = ((1e12, " trillion"), (1e9, " billion"), (1e6, " million"))
_BYTES = ((1e15, "PB"), (1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "bytes"))
_TIMES = (
    (31536000.0, "years"), (86400.0, "days"), (3600.0, "hours"), (60.0, "minutes"), (1.0, "s"), (1e-3, "ms"), (1e-6, "µs"),
)  # fmt: skip


def figure(value: float, unit: Unit) -> str:
    """`47.3 billion`, `5.68 TB`, `34.7/s`, `13.3 hours`; percentages and money as they are shown everywhere."""
    if unit == "count":
        return _count(value)
    if unit == "rate":
        return f"{_count(value)}/s" if value >= 0.1 or value == 0 else f"{_count(value * 86400)}/d"
    if unit == "bytes":
        return _scaled(value, _BYTES)
    if unit == "bandwidth":
        return f"{_scaled(value, _BYTES).replace(' bytes', ' B')}/s"
    if unit == "duration":
        return _duration(value)
    return show(value, unit)


def _duration(value: float) -> str:
    for size, name in _TIMES:
        # 44 hours rather than 1.83 days, 62 days rather than 0.17 years.
        if value >= size * (2 if size >= 60 else 1):
            return f"{_digits(value / size)} {name}"
    return "0 s"


def _count(value: float) -> str:
    rounded = round_significant(value, 3)
    for size, name in _COUNTS:
        if abs(rounded) >= size:
            return f"{_digits(rounded / size)}{name}"
    # A small whole number is exact, not an estimate.
    return f"{int(value)}" if abs(value) < 1000 and value == int(value) else _digits(value)


def _scaled(value: float, sizes: tuple[tuple[float, str], ...]) -> str:
    rounded = round_significant(value, 3)
    size, name = next(((size, name) for size, name in sizes if abs(rounded) >= size), (1.0, "bytes"))
    return f"{_digits(rounded / size)} {name}"


def _digits(value: float) -> str:
    rounded = round_significant(value, 3)
    return f"{rounded:,.0f}" if abs(rounded) >= 100 or rounded == int(rounded) else f"{rounded:.3g}"
