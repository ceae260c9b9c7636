"""Which side of a figure is meant: at least or at most, above or below."""

import re

from service.check.figures import Figure, figures, stands

_WIDE = r"(?:\s+(?:about|around|roughly|some|a|an|the|than))*\s*[~≈$€£]?$"
_MORE = re.compile(
    rf"\b(?:more than|over|above|exceeds?|exceeding|beyond|past|longer than|larger than|bigger than|greater than|higher than|at least|no less than|no fewer than|minimum(?: of)?){_WIDE}",
    re.IGNORECASE,
)
_LESS = re.compile(
    rf"\b(?:fewer than|less than|under|below|shorter than|smaller than|lower than|at most|no more than|up to|within|maximum(?: of)?){_WIDE}",
    re.IGNORECASE,
)
# "Below a million …, above that …": both sides are spoken of.
_BOTH = re.compile(r"\b(?:above|below|beyond|over|under|from) (?:that|it|this|which)\b", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|never|no|cannot)\s+\w*\s*$|n't\s+\w*\s*$", re.IGNORECASE)


def bounded(text: str) -> tuple[tuple[Figure, int], ...]:
    """The figures of a text that are a bound, with 1 where more is meant and -1 where less is."""
    found = []
    for figure in figures(text):
        before = text[: max(text.find(figure.text), 0)]
        for pattern, side in ((_MORE, 1), (_LESS, -1)):
            if match := pattern.search(before):
                found.append((figure, -side if _NOT.search(before[: match.start()]) else side))
                break
    return tuple(found)


def overstepped(claim: str, source: str) -> str:
    """The figure of the claim that bounds from the other side in the source, or nothing."""
    if _BOTH.search(source) or _BOTH.search(claim):
        return ""
    theirs = bounded(source)
    for figure, side in bounded(claim):
        sides = {other for bound, other in theirs if stands(figure, (bound,))}
        if sides and side not in sides:
            return figure.text
    return ""
