"""Numbers as people type them: value, unit, the noun they count, and where they stand; their role is decided elsewhere."""

import re
from dataclasses import dataclass

from kb.quantity import BYTES, MAGNITUDES, SECONDS, Unit

_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "a dozen": 12, "two dozen": 24, "three dozen": 36, "a hundred": 100,
    "a thousand": 1e3, "a million": 1e6, "half a million": 5e5, "a billion": 1e9, "zero": 0,
}  # fmt: skip
_WORD_NUMBER = "|".join(sorted((re.escape(word).replace(r"\ ", r"\s+") for word in _WORDS), key=len, reverse=True))
_DIGITS = r"\d{1,3}(?:[,_ ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SCALE = r"k|K|M|m|mn|mio|bn|B|T|thousand|millions?|billions?|trillion"
_TIME = "|".join(sorted((re.escape(word) for word in SECONDS), key=len, reverse=True))
_SIZE = "|".join(sorted((re.escape(word) for word in BYTES if word != "b"), key=len, reverse=True))

_NUMBER = re.compile(
    rf"(?<![\w.#/-])(?P<money>[$€£])?\s?(?:(?:(?P<low>{_DIGITS})\s*(?:{_SCALE})?\s*(?:-|–|to)\s*)?(?P<digits>{_DIGITS})|(?P<words>\b(?:{_WORD_NUMBER})\b))",
    re.IGNORECASE,
)
# "400 B" is bytes and "5 m" is anyone's guess, "2B messages" and "5m users" are not.
_MAGNITUDE = re.compile(
    r"(?:\s?(?:thousand|millions?|mn|mio|billions?|bn|trillion|[kK]|M)|[BTt]|[mb](?=\s+[A-Za-z]{3}))(?![\w])"
)
_UNIT = re.compile(
    rf"[\s-]*(?:(?P<percent>%|percent\b|per cent\b)|(?P<size>(?i:{_SIZE})|B)(?![\w])|(?P<time>(?i:{_TIME}))(?![\w]))"
)
_NOUN = re.compile(r"\s+(?P<noun>[A-Za-z][\w'-]*(?:\s+[A-Za-z][\w'-]*){0,3})")
_PER = re.compile(
    rf"\s*(?:/\s*|\bper\s+|\ban?\s+|\beach\s+|\bevery\s+)(?P<per>(?i:{_TIME}))(?![\w])|\s*(?P<adverb>daily|hourly|monthly|weekly|yearly|annually|qps\b|tps\b|rps\b|iops\b)",
    re.IGNORECASE,
)
_ADVERBS = {
    "daily": 86400.0,
    "hourly": 3600.0,
    "weekly": 604800.0,
    "monthly": 2628000.0,
    "yearly": 31536000.0,
    "annually": 31536000.0,
    "qps": 1.0,
    "tps": 1.0,
    "rps": 1.0,
    "iops": 1.0,
}
# Words that end a noun phrase: "400 tenants with one database" counts tenants, not databases.
_STOP = re.compile(
    r"\b(?:per|a|an|each|every|with|and|or|of|in|on|at|for|to|from|that|which|who|is|are|was|were|has|have|we|by|as|the|so|but|if|must|should|can|will|need|needs|into|over|under|within|daily|hourly|monthly|weekly|yearly|annually|s|sec|second|seconds)\b",
    re.IGNORECASE,
)
_VERSION_BEFORE = re.compile(r"(?:\bv|\bversion\s)$", re.IGNORECASE)


@dataclass(frozen=True)
class Mention:
    """One number: characters start to end, its unit, and the words it counts (`noun`, lower case, may be empty)."""

    start: int
    end: int
    text: str
    value: float
    unit: Unit
    noun: str = ""


def mentions(text: str) -> tuple[Mention, ...]:
    """Every number in the text in order; calendar years and versions (`v16`, `version 8.0`) are not counted."""
    found: list[Mention] = []
    position = 0
    while match := _NUMBER.search(text, position):
        mention = _read(text, match)
        position = max(mention.end, match.end())
        if not (_is_year(mention, match) or _VERSION_BEFORE.search(text[: match.start()])):
            found.append(mention)
    return tuple(found)


def _is_year(mention: Mention, match: re.Match[str]) -> bool:
    digits = match.group("digits") or ""
    return (
        len(digits) == 4
        and digits.isdigit()
        and 1990 <= int(digits) <= 2060
        and mention.unit == "count"
        and not mention.noun
    )


def _read(text: str, match: re.Match[str]) -> Mention:
    value = _value(match)
    end = match.end()
    if scale := _MAGNITUDE.match(text, end):
        value *= MAGNITUDES[scale.group().strip().lower()]
        end = scale.end()
    unit: Unit = "money" if match.group("money") else "count"
    if unit == "count" and (found := _UNIT.match(text, end)):
        value, unit = _with_unit(value, found)
        end = found.end()
    noun, end, value, unit = _with_rate(text, end, value, unit)
    return Mention(match.start(), end, text[match.start() : end].strip(), value, unit, noun)


def _value(match: re.Match[str]) -> float:
    if words := match.group("words"):
        return float(_WORDS[re.sub(r"\s+", " ", words.lower())])
    return float(re.sub(r"[,_ ]", "", match.group("digits")))


def _with_unit(value: float, found: re.Match[str]) -> tuple[float, Unit]:
    if found.group("percent"):
        return value, "percent"
    if size := found.group("size"):
        return value * BYTES[size.lower()], "bytes"
    return value * SECONDS[found.group("time").lower()], "duration"


def _with_rate(text: str, end: int, value: float, unit: Unit) -> tuple[str, int, float, Unit]:
    """The noun behind the number and the period behind the noun: `800 orders/s`, `2 GB per day`, `5k a minute`."""
    noun, after = "", end
    if unit == "count" and (words := _NOUN.match(text, end)):
        phrase = words.group("noun")
        cut = _STOP.search(phrase)
        noun = (phrase[: cut.start()] if cut else phrase).strip().lower()
        after = words.start("noun") + len(noun) if noun else end
    per = _PER.match(text, after) or (_PER.match(text, end) if noun else None)
    if per is None or unit not in ("count", "bytes"):
        return noun, (after if noun else end), value, unit
    seconds = _ADVERBS.get((per.group("adverb") or "").lower()) or SECONDS[per.group("per").lower()]
    return noun, per.end(), value / seconds, ("rate" if unit == "count" else "bandwidth")
