"""Numbers said in passing: what was before, what is left, from when on, and what one of many has."""

import re

from service.question.numbers import EVERY, Mention

# "Fell from 97% to 88%": the first is past.
_WAS = re.compile(
    r"\b(?:fell|dropped|rose|went|jumped|grew|increased|decreased|climbed|sank|shrank|slipped|declined|has gone|have gone|used to be)\s+(?:\w+\s+)?(?:from\s+)?[~\s]*$",
    re.IGNORECASE,
)
_TO = re.compile(r"\s+to\s+[~\s]*\d", re.IGNORECASE)
# "90 GB left", "180 GB behind" are no sizes of anything.
_LEFT = re.compile(
    r"\s*(?:left|remaining|behind|missing|short|to go|to spare|too (?:many|much|big|large))\b", re.IGNORECASE
)
_FROM_THERE = re.compile(
    r"\b(?:once|if|when|whenever|as soon as|until|unless)\b[^.;,]{0,40}\b(?:more than|over|above|beyond|past|exceeds?|exceed|reach(?:es)?|pass(?:es)?|hits?|cross(?:es)?)\s+(?:about\s+)?$",
    re.IGNORECASE,
)
_EACH = re.compile(r"\b(?:each|apiece)\s+(?:with|has|of)?[~\s]*$", re.IGNORECASE)
# "The biggest customer has 9,000 employees": its own, not all of them.
_LARGEST = re.compile(
    r"\b(?:biggest|largest|busiest|smallest|top)\s+(?:customer|client|tenant|account|shop|school|hospital|company|site|store|venue|one)?\b[\s:,]*\(?(?:(?:alone|has|have|with|of|is|had|about|around|some|over)\s+)*[~\s]*$",
    re.IGNORECASE,
)
_LARGEST_IN_BRACKETS = re.compile(
    r"\b(?:biggest|largest|busiest|smallest|top)\s+(?:customer|client|tenant|account|shop|school|hospital|company|site|store|venue|one)\b[\s:,]*\([^()]*$",
    re.IGNORECASE,
)
_ON_AVERAGE = re.compile(
    r"\b(?:avg\.?|average|averaging|mean|median|typically|on average)\s+(?:of\s+)?[~\s]*$", re.IGNORECASE
)
_AT_MOST = re.compile(r"\s*(?:max|maximum|limit|cap|quota)\b", re.IGNORECASE)
_OF_OURS = re.compile(r"\b(?:each|every)(?:\s+(?:single|one))?\s+(?:of\s+)?(?:(?:our|the|these|those|all|its|their|my)\s+)*$", re.IGNORECASE)  # fmt: skip
# "Costs 14k a month", "a bill of 900": money, whatever is counted elsewhere.
_SAME = re.compile(r"(?:two|three|several|[23])(?:\s+[\w-]+){1,6}?\s+(?:the\s+)?(?:very\s+)?same\b", re.IGNORECASE)
_PRICE = re.compile(
    r"\b(?:costs?|costing|pay|pays|paying|paid|spend|spends|spending|spent|bills?|budget|prices?|priced|fees?)\b[\s:,]*(?:(?:us|me|is|are|of|about|around|roughly|over|nearly|almost|some|at|for|up|to|now|already|currently)\s+)*[~\s]*$",
    re.IGNORECASE,
)


def is_aside(text: str, mention: Mention) -> bool:
    """Whether the number is a past one, a price, what is left of something, or a threshold."""
    before = text[: mention.start]
    if mention.unit in ("count", "rate") and not mention.noun and _PRICE.search(before):
        return True
    # "+115 € a month" is added to what nobody has told.
    if before.rstrip().endswith("+") and mention.unit == "money":
        return True
    if _WAS.search(before) and (_TO.match(text, mention.end) or "used to be" in before[-14:]):
        return True
    if mention.unit in ("bytes", "rate") and _AT_MOST.match(text, mention.end):
        return True
    if mention.unit == "rate" and _FROM_THERE.search(before):
        return True
    if mention.unit in ("bytes", "count"):
        return bool(_LEFT.match(text, mention.tail) or _LEFT.match(text, mention.end) or _FROM_THERE.search(before))
    return False


def is_of_a_fault(text: str, mention: Mention) -> bool:
    """Whether the number tells how many met in one place: the two of "two people bought the same seat" size nothing."""
    return _SAME.match(text, mention.start) is not None


def is_of_one(text: str, mention: Mention) -> bool:
    """Whether one of many has the counted things: the 14 events of "each bag makes 14 events" are not all events."""
    before = text[: mention.start]
    each = bool(EVERY.search(before) or _EACH.search(before)) and not _OF_OURS.search(before)
    return mention.unit == "count" and (each or bool(_ON_AVERAGE.search(before)))


def is_of_largest(text: str, mention: Mention) -> bool:
    """Whether the counted things are the largest one's own: the 9,000 employees of the biggest customer."""
    before = text[: mention.start]
    return mention.unit == "count" and bool(_LARGEST.search(before) or _LARGEST_IN_BRACKETS.search(before))
