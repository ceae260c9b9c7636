"""Repetition: two entries that conclude the same from the same numbers are heard once."""

import re
from collections.abc import Iterable, Sequence

from service.analysis.conclusions import Conclusion

_WORD = re.compile(r"[a-z0-9][a-z0-9.,_/-]*[a-z0-9]|[a-z0-9]")
# Of the words of the shorter sentence; two rules on one subject share up to half.
_SAME = 0.6
_HOW = re.compile(r"[:;]")


def distinct(conclusions: Iterable[Conclusion], said: Sequence[Conclusion] = ()) -> list[Conclusion]:
    """Those that say something which neither one before them nor any of `said` says, in their order."""
    heard = [_words(each) for each in said]
    kept: list[Conclusion] = []
    for each in conclusions:
        words = _words(each)
        if _opening(each) in {_opening(other) for other in (*kept, *said)} - {""}:
            continue
        if any(len(words & other) >= _SAME * min(len(words), len(other)) for other in heard if other and words):
            continue
        heard.append(words)
        kept.append(each)
    return kept


def _opening(conclusion: Conclusion) -> str:
    """What is done, before how: of two rules that begin alike the nearer one is enough."""
    return _HOW.split((conclusion.firing.say or "").lower(), maxsplit=1)[0].strip()


def _words(conclusion: Conclusion) -> frozenset[str]:
    return frozenset(_WORD.findall((conclusion.firing.say or "").lower()))
