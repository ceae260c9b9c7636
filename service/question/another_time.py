"""Whose number it is and of when: another's, another time's, tried, supposed or quoted, or the one of now."""

import re

from service.question.clauses import around, clauses, sentences
from service.question.numbers import Mention

# A figure of the case is said by the asker, of what is: not where the clause before it is another's, or of the past.
_ELSEWHERE = re.compile(
    r"(?<![\w-])(?:some(?:one|body)|reddit|hacker news|stack ?overflow|competitors?|rivals?|vendors?|sales(?:man|woman|person|people| reps?)|(?:a|the|some|this|that|his|her) (?:blog|article)|brochures?|data\s?sheets?|advis[eo]rs?|consultants?|marketing|neighbou?rs?|sister company|(?:an)?other (?:team|department|company|site|city|bank|hospital|school|shop|vendor|customer)|colleagues?|(?:the|our|an|his|their) (?:old|previous|former)|before (?:the|we|our|that)|last (?:year|month|week|night|time|summer|winter|spring|autumn|season)|ago|used to|(?<!as )(?:was|were|had|did|took|ran|gave|came|wrote|told|said|says|claimed))(?![\w-])",
    re.IGNORECASE,
)
# What was, and what may be: figures of the case only where no other of their kind is.
_ANOTHER_TIME = re.compile(
    r"\b(?:used to|formerly|previously|originally|back then|initially|(?:back )?in (?:19|20)\d\d,? (?:we|it|there|this|that)|last (?:year|month|summer|winter|spring|autumn|season)|(?:the|our|an) (?:old|previous|former)|years ago|one day|some ?day|eventually|hop(?:e|es|ing)|dream(?:s|ing)?|pitch|might|may (?:one day|become|grow|reach)|could (?:become|grow|reach)|if (?:we|it) (?:ever|wins?|get|gets|land|lands)|by (?:20\d\d|next|the end of|summer|christmas|then)|before (?:the|we|our|that|last))\b[^.;]{0,50}$",
    re.IGNORECASE,
)
_ANOTHER_TIME_BEHIND = re.compile(
    r"[\s,(]*(?:back then|at the time|in those days|in (?:19|20)\d\d\b|last (?:year|month|summer|winter|season)|(?:\w+ )?years ago|one day|some ?day|eventually|before (?:the|we|that)\b|by (?:20\d\d|next|the end of|summer|christmas)|next (?:year|month|summer|winter|season)|planned|hoped for|if all goes|was the (?:old|former))",
    re.IGNORECASE,
)
# What was tried is no figure of what runs.
_TRIED = re.compile(
    r"\b(?:pilot|trial|poc|proof of concept|prototype|benchmark|load[\s-]?test|stress[\s-]?test|dry[\s-]?run|test[\s-]?run|rehearsal|simulation|simulated|demo|staging|sandbox|test (?:system|environment|lab|data|set))\b[^.;!?]{0,60}$",
    re.IGNORECASE,
)
_TRIED_BEHIND = re.compile(
    r"[\s,(]*(?:in|during|from|at) (?:our|the|a|your|my)? ?(?:own )?(?:load |stress |last )?(?:tests?|benchmarks?|trials?|pilot|poc|prototype|staging)\b",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(
    r"\b(?:suppose|supposing|imagine|hypothetical(?:ly)?|what if|in theory)\b[^.;!?]{0,60}$", re.IGNORECASE
)
_ASKED = re.compile(
    r"\b(?:(?:could|can|would|will|might) (?:an?|one|the|our|a single|it|this|that|\w+)(?: \w+){0,3} (?:do|handle|take|cope|manage|sustain|survive))\b[^.;!?]{0,50}$",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"\b(?:now|today|currently|at present|presently|these days|nowadays|at the moment|right now|so far|more like|in truth|in reality|actually|honestly|normal(?:ly)?|usual(?:ly)?|we (?:may|need|see)|from now on)\b[^.;,!?]{0,25}$",
    re.IGNORECASE,
)
_NOW_BEHIND = re.compile(
    r"\s*(?:now|today|currently|at present|at the moment|right now|these days|otherwise|normally|usually|typically)\b",
    re.IGNORECASE,
)
_QUOTES = re.compile(r"[\"\u201c\u201d\u201e]")


def is_of_another(text: str, mention: Mention) -> bool:
    """Whether somebody else says it or has it, or it was so."""
    begins = around(clauses(text), mention.start).start
    return bool(_ELSEWHERE.search(text[begins : mention.start]))


def is_tried(text: str, mention: Mention) -> bool:
    """Whether it is the figure of a trial or of a supposition."""
    before = text[around(sentences(text), mention.start).start : mention.start]
    return bool(_TRIED.search(before) or _SUPPOSED.search(before) or _TRIED_BEHIND.match(text, mention.end))


def is_asked(text: str, mention: Mention) -> bool:
    """Whether it is asked of a thing whether it can do so much."""
    return bool(_ASKED.search(text[around(sentences(text), mention.start).start : mention.start]))


def is_quoted(text: str, mention: Mention) -> bool:
    """Whether it stands in quotation marks: somebody's words; a whole question in them is the asker's."""
    marks = [match.start() for match in _QUOTES.finditer(text)]
    pairs = zip(marks[::2], marks[1::2], strict=False)
    return any(
        begin < mention.start and mention.end <= end and end - begin < len(text) * 2 // 3 for begin, end in pairs
    )


def says_now(text: str, mention: Mention) -> bool:
    """Whether it is said to be the figure of now."""
    return bool(_NOW.search(text[: mention.start]) or _NOW_BEHIND.match(text, mention.end))


def is_of_another_time(text: str, mention: Mention) -> bool:
    """Whether it is a past figure, or one that is hoped for."""
    sentence = around(sentences(text), mention.start)
    before = re.split(r"\b(?:now|today|currently)\b", text[sentence.start : mention.start], flags=re.IGNORECASE)[-1]
    return bool(_ANOTHER_TIME.search(before) or _ANOTHER_TIME_BEHIND.match(text, mention.end))
