"""Numbers written in words, and the shapes of everything that stands for a number in a sentence."""

import re

from kb.quantity import BYTES, SECONDS

_UNITS = ("two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_LARGE = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}


def _spelled() -> dict[str, float]:
    small: dict[str, float] = {word: n for n, word in enumerate(_UNITS, start=2)}
    words = small | {word: n for n, word in enumerate(_TEENS, start=10)}
    words |= {word: 10 * n for n, word in enumerate(_TENS, start=2)}
    words |= {f"{ten} {unit}": words[ten] + n for ten in _TENS for unit, n in {"one": 1, **small}.items()}
    words |= {f"{unit} hundred": 100 * n for unit, n in {"a": 1, "one": 1, **small}.items()}
    words |= {f"{unit} dozen": 12 * n for unit, n in {"a": 1, "one": 1, **small}.items()}
    words |= {f"{unit} and a half": n + 0.5 for unit, n in {"one": 1, **small}.items()}
    for name, size in _LARGE.items():
        words |= {f"{one} {name}": size for one in ("a", "one")}
        words |= {f"half a {name}": size / 2, f"a quarter of a {name}": size / 4, f"a quarter {name}": size / 4}
    return words | {"zero": 0}


WORDS = _spelled()
FRACTIONS = {
    "half": 50.0, "a half": 50.0, "a third": 100 / 3, "one third": 100 / 3, "two thirds": 200 / 3, "a quarter": 25.0,
    "one quarter": 25.0, "three quarters": 75.0, "a fifth": 20.0, "one fifth": 20.0, "a tenth": 10.0, "one tenth": 10.0,
}  # fmt: skip
# "an hour" is a length of time only where the words before it say so: "orders an hour" is a rate.
_ARTICLES = {
    "one": 1.0, "a": 1.0, "an": 1.0, "half a": 0.5, "half an": 0.5, "half of an": 0.5, "half of a": 0.5,
    "a quarter of an": 0.25, "a quarter of a": 0.25, "quarter of an": 0.25, "quarter of a": 0.25,
    "three quarters of an": 0.75, "three quarters of a": 0.75, "a third of a": 1 / 3, "a third of an": 1 / 3,
}  # fmt: skip
BARE_ARTICLES = frozenset({"a", "an"})
_LASTING = re.compile(
    r"\b(?:for|kept|keep|keeps|keeping|retain|retained|within|in|after|over|last|past|under|than|every|about|lags?|lasts?|takes?|of|is|was|for up to|at least|at most)\s$",
    re.IGNORECASE,
)
_OF_HISTORY = re.compile(r"\s+\w+\s+(?:of (?:history|data|retention|logs|events|readings|backups)|retention|history)\b")


def _alternatives(words: list[str]) -> str:
    return "|".join(re.escape(word).replace(r"\ ", r"[\s-]+") for word in sorted(words, key=len, reverse=True))


# "w/" is "with", no week.
TIME = rf"(?!w/)(?:{_alternatives(list(SECONDS))})"
SIZE = _alternatives([word for word in BYTES if word != "b"])
_LONG_UNITS = _alternatives([word for word in (*SECONDS, *BYTES) if len(word) > 3])
# In half of Europe "99,95 %" and "1,5 TB" have a comma where others have a point.
_DECIMAL = r"\d+,\d{1,2}(?=\s?(?:%|percent\b|[kKMGTP]i?B\b|[MGTP]\b|mi?o\b|mln\b|mrd\b|bn\b|millions?\b|billions?\b|crores?\b|h(?:ours?|rs?)?\b|ms\b|s(?:ec(?:onds?)?)?\b|min(?:utes?)?\b|days?\b|years?\b|times\b))"
_DIGITS = rf"{_DECIMAL}|" r"[1-9]\d{0,2}(?:\.\d{3}){2,}(?!\d)|\d{1,3}(?:[,_' ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_COMMA = re.compile(r"\d+,\d{1,2}")
_SCALE = r"k|K|M|m|mn|mil|mln|mio|bn|bln|B|T|thousand|millions?|billions?|trillion|lakhs?|crores?"

# ... and points between thousands: "1.250 users" are no users and a quarter, and "1.450 GB" are so many where others are written so.
_DOTTED = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_SO_WRITTEN = re.compile(
    rf"(?<![\w.,]){_DECIMAL}|(?<![\w.,/-])[1-9]\d{{0,2}}(?:\.\d{{3}})+\s+(?!(?:{_LONG_UNITS}|[kmun]?s|[hd])\b)[A-Za-z]{{4}}"
)

_COUNT = rf"\d+|{_alternatives(list(WORDS))}"
_SHARE = rf"(?:\b(?P<part>one|1)\s+in|\b(?P<parts>{_COUNT})\s+out\s+of)\s+(?:every\s+)?(?P<whole>(?!0|zero)(?:{_COUNT}))\b(?![.,]\d)(?!\s?(?:%|{_LONG_UNITS}\b))"

NUMBER = re.compile(
    rf"(?<![\w.#/-])(?:{_SHARE}|(?:(?P<money>[$€£])\s?)?(?:(?P<ratio>\d+(?:\.\d+)?)\s?(?::|\bto\b)\s?1\b(?![\d:]|[.,]\d)|(?:(?P<low>{_DIGITS})\s*(?:{_SCALE})?\s*(?:-|–|to)\s*)?(?P<digits>{_DIGITS})"
    rf"|(?P<article>\b(?:{_alternatives(list(_ARTICLES))})\b)(?=[\s-]+(?:{_LONG_UNITS})\b|(?<=half a)\s+day\b|(?<=quarter of a)\s+day\b|(?<=quarters of a)\s+day\b)|(?P<words>\b(?:{_alternatives(list(WORDS))})\b)"
    rf"|(?P<fraction>\b(?:{_alternatives(list(FRACTIONS))})\b)(?=\s+(?:of|is|are|stays|remains|kept|left|free|in reserve|spare|unused|idle|empty|more|headroom|reserve|slack|margin)\b)))",
    re.IGNORECASE,
)
# Clock times, dates, ordinals, "24/7" and parts of names count nothing.
NO_NUMBER_BEFORE = re.compile(r"(?:\bv|\bversion\s|\b(?:RFC|ISO|step|chapter|issue|ticket)[\s-])$", re.IGNORECASE)
NO_NUMBER_AFTER = re.compile(
    r"(?:st|nd|rd|th)\b|/\d|:\d\d(?::\d\d)?(?:\s*[-–]\s*\d{1,2}:\d\d)?\b|-\d\d(?:-\d\d)?\b|\s?[ap]\.?m\b|\.\d+\.\d|o'clock|\s+o'clock",
    re.IGNORECASE,
)


def spelled(match: re.Match[str]) -> float:
    """The value of a match of NUMBER, its magnitude not yet counted."""
    if words := match.group("words"):
        return float(WORDS[_plain(words)])
    if article := match.group("article"):
        return _ARTICLES[_plain(article)]
    if fraction := match.group("fraction"):
        return FRACTIONS[_plain(fraction)]
    digits = match.group("ratio") or match.group("digits")
    digits = digits.replace(".", "") if digits.count(".") > 1 else digits
    return float(digits.replace(",", ".") if _COMMA.fullmatch(digits) else re.sub(r"[,_' ]", "", digits))


def thousands(text: str, digits: str, counts: bool) -> float:
    """By how much a number with a point before three digits is larger than it looks: a thousandfold where it counts things or the text is so written."""
    return 1000.0 if _DOTTED.fullmatch(digits) and (counts or _SO_WRITTEN.search(text)) else 1.0


def share(match: re.Match[str]) -> float | None:
    """The percentage that "one in five" and "3 out of 4" are; None where the match is another number."""
    if not match.group("whole"):
        return None
    part, whole = (_count(match.group(name)) for name in ("parts" if match.group("parts") else "part", "whole"))
    return 100 * part / whole


def _count(word: str) -> float:
    return 1.0 if word.lower() == "one" else float(WORDS.get(_plain(word), word))


def lasts(text: str, match: re.Match[str]) -> bool:
    """Whether an article in front of a unit means one of it: "for a year", "a year of history", never "orders a day"."""
    return bool(_LASTING.search(text[: match.start("article")]) or _OF_HISTORY.match(text, match.end()))


def _plain(words: str) -> str:
    return re.sub(r"[\s-]+", " ", words.lower())
