"""Figures of a text: every number with its unit, every version, and every name that holds a digit."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import zip_longest

from kb.quantity import BYTES, MAGNITUDES, SECONDS
from service.question.number_words import FRACTIONS, WORDS

_UNITS = {**{k: ("bytes", v) for k, v in BYTES.items() if len(k) > 1}, **{k: ("time", v) for k, v in SECONDS.items()}}
_UNITS |= {"%": ("percent", 1.0), "percent": ("percent", 1.0), "per cent": ("percent", 1.0), "×": ("times", 1.0), "x": ("times", 1.0), "times": ("times", 1.0)}  # fmt: skip
_WORDS = {**WORDS, "hundred": 100.0}
_WRITTEN = "|".join(re.escape(w).replace(r"\ ", r"[\s-]") for w in sorted(_WORDS, key=len, reverse=True))
_PARTS = "|".join(re.escape(w).replace(r"\ ", r"[\s-]") for w in sorted((*FRACTIONS, "half", "third", "quarter", "tenth"), key=len, reverse=True))  # fmt: skip
_SCALE = "|".join(sorted((m for m in MAGNITUDES if m), key=len, reverse=True))
_UNIT = "|".join(re.escape(u) for u in sorted(_UNITS, key=len, reverse=True))
_FIGURE = re.compile(
    rf"(?<![\w.])(?:[$€£]\s?)?(?:(?P<digits>\d{{1,3}}(?:[,_' ]\d{{3}})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)+|\d+)|(?P<words>\b(?:{_WRITTEN})\b))"
    rf"(?:[^\S\n]?(?P<scale>(?:{_SCALE}|K|M|B|T)(?![A-Za-z])))?(?:(?:[^\S\n]|-)?(?P<unit>{_UNIT})(?![A-Za-z]))?",
    re.IGNORECASE,
)
_FRACTION = re.compile(rf"\b(?:{_PARTS})s?\b", re.IGNORECASE)
_NAME = re.compile(r"(?<![\w.])(?:[A-Za-z_]+[\w-]*\d[\w-]*|\d+[A-Z][A-Z0-9]*\d+)(?![\w])")
_PERCENTILE = re.compile(r"\b(\d+)(?:th|st|nd|rd) percentile", re.IGNORECASE)
_SET = re.compile(r"(?<![\w.])([A-Za-z_][\w.]*)\s*=\s*([\w.]+)")
# "15 to 20 s", "2 k or 3 k/s": the unit of the last is that of all.
_LINK = re.compile(r"^\s*(?:to|and|or|-|–|,)\s*$")
# "Yearly" is "every year"; in a source the bare word will do.
_PERIOD = re.compile(
    r"\b(?:(?P<ly>hour|dai|night|week|month|quarter|year|annual)ly|(?:every|each|once an?)\s+(?P<noun>hour|day|night|week|month|quarter|year))\b",
    re.IGNORECASE,
)
_PERIODS = {"dai": "day", "night": "day", "annual": "year"}
# "Nine of ten", "one in a thousand", "a hundredth", "half a percent".
_OF = re.compile(rf"(?<![\w.])(?P<one>\d+|one|{_WRITTEN}) (?:\w+ )?(?:of|in|out of) (?:every )?(?P<all>\d[\d,]*|an? (?:hundred|thousand|million)|{_WRITTEN})\b", re.IGNORECASE)  # fmt: skip
_PARTS_OF = {"part:half": 50, "part:third": 33, "part:quarter": 25, "part:fifth": 20, "part:tenth": 10}
_SMALL = {"tenth": 10.0, "hundredth": 1.0, "thousandth": 0.1}
_TINY = re.compile(r"\b(tenth|hundredth|thousandth)\b", re.IGNORECASE)
_HALF = re.compile(rf"\bhalf an? (?P<unit>{_UNIT})\b", re.IGNORECASE)
_BARELY = re.compile(r"\b(?:under|over|within|below|above|less than|more than) an? (?P<unit>second|minute|hour|day|week|month|year)\b", re.IGNORECASE)  # fmt: skip
_EACH = re.compile(r"\b(hour|day|night|week|month|quarter|year)s?\b")
_ONE = re.compile(r"\b(?:an?|one)\s+(?P<unit>second|minute|hour|day|week|month|year)\b", re.IGNORECASE)
_OR_TWO = re.compile(r"\ban? (?P<unit>second|minute|hour|day|week|month|year) or two\b", re.IGNORECASE)
_FOLD = re.compile(
    r"\b(?P<fold>twice|doubl(?:e[sd]?|ing)|tripl(?:e[sd]?|ing)|thrice|quadrupl(?:e[sd]?|ing))\b", re.IGNORECASE
)
_FOLDS = {"tw": 2.0, "do": 2.0, "tr": 3.0, "th": 3.0, "qu": 4.0}
_ROUGH = re.compile(r"\b(?:about|around|roughly|approximately|nearly|almost|some|over|under|ca|circa|~|≈)\W*$", re.IGNORECASE)  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """One number: its value in its base unit, the number alone, the kind of unit (empty: none), and whether it is given roughly."""

    text: str
    value: float
    bare: float
    unit: str
    rough: bool = False
    version: str = ""


@lru_cache(maxsize=16384)
def figures(text: str) -> tuple[Figure, ...]:
    """The numbers of a text in order, in digits or in words; fractions in words too."""
    named = [match.span() for match in _NAME.finditer(text)]
    matches = [
        match
        for match in _FIGURE.finditer(text)
        if not any(start <= match.start("digits") < end for start, end in named)
    ]
    found: list[Figure] = []
    for match, following in reversed(list(zip_longest(matches, matches[1:]))):
        figure = _figure(text, match)
        linked = following is not None and _LINK.match(text[match.end() : following.start()])
        if linked and not figure.unit and found[0].unit:
            figure = replace(figure, unit=found[0].unit, value=figure.value * found[0].value / (found[0].bare or 1.0))
        found.insert(0, figure)
    halves = [m.span() for m in _HALF.finditer(text)]
    found += [
        Figure(m.group(), 0.0, 0.0, f"part:{_part(m.group())}")
        for m in _FRACTION.finditer(text)
        if not any(start <= m.start() < end for start, end in halves)
    ]
    for m in _HALF.finditer(text):
        kind, size = _UNITS[m.group("unit").lower()]
        found.append(Figure(m.group(), 0.5 * size, 0.5, kind))
    found += [Figure(m.group(), SECONDS[m.group("unit").lower()], 1.0, "time") for m in _BARELY.finditer(text)]
    found += [Figure(m.group(), 0.0, 0.0, f"period:{_period(m)}") for m in _PERIOD.finditer(text)]
    return tuple(found)


def folds(text: str) -> tuple[Figure, ...]:
    """What a text may stand for beside its figures: `doubles` is two times, and a bare unit is one of it."""
    found = [Figure(m.group(), n := _FOLDS[m.group()[:2].lower()], n, "times") for m in _FOLD.finditer(text)]
    found += [Figure(m.group(), SECONDS[m.group("unit").lower()], 1.0, "time") for m in _ONE.finditer(text)]
    found += [Figure(m.group(), 2 * SECONDS[m.group("unit").lower()], 2.0, "time") for m in _OR_TWO.finditer(text)]
    for m in _OF.finditer(text):
        one, whole = (_plain(m.group(name)) for name in ("one", "all"))
        found += [Figure(m.group(), 100 * one / whole, 100 * one / whole, "percent")] if whole else []
    found += [Figure(m.group(), n := _SMALL[m.group().lower()], n, "percent") for m in _TINY.finditer(text)]
    return (*found, *(Figure(w, 0.0, 0.0, f"period:{_PERIODS.get(w, w)}") for w in _EACH.findall(text.lower())))


def elided(text: str) -> tuple[Figure, ...]:
    """Bare numbers with the units that stand at other numbers of the sentence: "48 ms for the one against 22 for the other"."""
    found = figures(text)
    units = {f.unit: f.value / f.bare for f in found if f.bare and f.unit and ":" not in f.unit}
    bare = [f for f in found if not f.unit and not f.version and f.bare]
    return tuple(replace(f, unit=unit, value=f.bare * size) for f in bare for unit, size in units.items())


def _plain(written: str) -> float:
    low = re.sub(r"[\s-]+", " ", written.lower()).removeprefix("a ").removeprefix("an ")
    return float(low.replace(",", "")) if low[:1].isdigit() else {"one": 1.0, **MAGNITUDES, **_WORDS}[low]


def _period(match: re.Match[str]) -> str:
    name = (match.group("ly") or match.group("noun")).lower()
    return _PERIODS.get(name, name)


@lru_cache(maxsize=16384)
def names(text: str) -> frozenset[str]:
    """Names that hold a digit (`uuidv7`, `p99`, `23P01`), and settings with their value (`work_mem=4MB`), lower case."""
    percentiles = {f"p{found}" for found in _PERCENTILE.findall(text)}
    set_ = {f"{name}={value.rstrip('.')}".lower() for name, value in _SET.findall(text)}
    return frozenset({match.group().lower() for match in _NAME.finditer(text)} | set_ | percentiles)


def stands(figure: Figure, among: Iterable[Figure], loosely: bool = False) -> bool:
    """Whether one of the figures is this one; rounded where it is given roughly, or where `loosely` says so."""
    return any(_same(figure, other, loosely or figure.rough) for other in among)


def _figure(text: str, match: re.Match[str]) -> Figure:
    written = match.group("digits")
    version = written if written and written.count(".") > 1 else ""
    number = _number(written) if written else float(_WORDS[re.sub(r"[\s-]+", " ", match.group("words").lower())])
    scale = MAGNITUDES[(match.group("scale") or "").lower()]
    kind, size = _UNITS.get((match.group("unit") or "").lower(), ("", 1.0))
    rough = bool(_ROUGH.search(text[: match.start()]))
    return Figure(match.group().strip(), number * scale * size, number * scale, kind, rough, version)


def _number(written: str) -> float:
    if written.count(".") > 1:
        return float(written.split(".", maxsplit=1)[0])
    return float(re.sub(r"[,_' ]", "", written))


def _part(text: str) -> str:
    low = re.sub(r"[\s-]+", " ", text.lower())
    return next(part for part in ("half", "third", "quarter", "fifth", "tenth") if part in low)


def _same(one: Figure, other: Figure, loosely: bool) -> bool:
    if one.version or other.version:
        return one.version == other.version
    if {one.unit, other.unit} & _PARTS_OF.keys() and "percent" in (one.unit, other.unit):
        part, share = (one, other) if other.unit == "percent" else (other, one)
        return part.unit in _PARTS_OF and _PARTS_OF[part.unit] == round(share.value)
    if one.unit.startswith(("part", "period")) or other.unit.startswith(("part", "period")):
        return one.unit == other.unit
    if {one.unit, other.unit} == {"", "times"}:
        return _equal(one.value, other.value, loosely)
    return one.unit == other.unit and _equal(one.value, other.value, loosely)


def _equal(one: float, other: float, loosely: bool) -> bool:
    if abs(one - other) <= 1e-9 * max(abs(one), abs(other)):
        return True
    # Said with two digits or more, a value is what it rounds to.
    return loosely and any(float(f"{other:.{d}e}") == float(f"{one:.6e}") for d in (1, 2))
