"""What a claim lets be and its source rules out: what is refused, what something is asked for, and what is not there."""

import re
from collections.abc import Iterable
from itertools import product

from service.check.case import Case
from service.check.denial import DENIES_SOMEHOW, parted, spoken
from service.check.words import Words, clauses, words

# What is not there at all.
_THERE_IS_NO = re.compile(r"\bthere (?:is|are) no (\w+ \w+)", re.IGNORECASE)
_THERE_IS = re.compile(r"\bthere (?:is|are) (?:a |an |some )?(?!no\b)(\w+ \w+)", re.IGNORECASE)
_NONE_OF = re.compile(r"\b(?:has|have|knows?|supports?|offers?) (?:no|neither) ([^;:.]+)", re.IGNORECASE)
_ITEMS = re.compile(r",\s*(?:and\s+|or\s+|nor\s+)?|\s+(?:or|nor)\s+")
_ELLIPSIS = re.compile(r"(?:and |but )?(?:never|not|nor)\b", re.IGNORECASE)
_ANYBODY = re.compile(
    r"\b(?:any|anyone|anybody|everyone|everybody|every|each|all|whoever)\b.*\b(?:may|can)\b", re.IGNORECASE
)
_MAY = re.compile(r"\b(?:may|can|is allowed|are allowed)\b", re.IGNORECASE)
_REFUSED = re.compile(
    r"\b(?:refuse[sd]?|forbids?|forbidden|den(?:y|ies|ied)|reject(?:s|ed)?|disallow(?:s|ed)?|rule[sd]? out|prevent(?:s|ed)?)\b",
    re.IGNORECASE,
)
_REFUSAL = words("refused forbidden denied rejected disallowed ruled prevented any").bag
_ASKS = re.compile(r"\b(?:needs?|requires?|takes?|wants?)\s+(.+)", re.IGNORECASE)
_FEWEST = 2


def granted(case: Case) -> str:
    """Why the claim grants or affirms what its source does not; or nothing."""
    said = spoken(case)
    none = [found.group(1).lower() for each in said for found in _THERE_IS_NO.finditer(each.text)]
    for found in _THERE_IS.finditer(case.sentence):
        if found.group(1).lower() in none:
            return f"{found.group()!r} affirms what is denied in what {case.sentence!r} cites"
    if never := _left_out(case.claim, said):
        return f"{case.sentence!r} affirms what {never!r} denies"
    return _allowed(case.sentence, [words(part) for each in said for part in parted(each.text)])


def _left_out(claim: Words, said: Iterable[Words]) -> str:
    """The sentence that denies what a claim affirms without a word of denial, where it leaves out of whom or in a list."""
    if claim.denies or DENIES_SOMEHOW.search(claim.text):
        return ""
    return next((each.text for each in said if _none_of(each, claim) or _never(each, claim)), "")


def _none_of(each: Words, claim: Words) -> bool:
    """Whether two things stand in the claim of a list of what there is not: "it has no triggers, savepoints or types"."""
    found = _NONE_OF.search(each.text)
    listed = [words(item).bag for item in _ITEMS.split(found.group(1))] if found else []
    return sum(bool(item) and item <= claim.bag for item in listed) >= _FEWEST


def _never(each: Words, claim: Words) -> bool:
    """Whether all that a denial names stands in a claim with its subject: "it takes a schema, never a tenant"."""
    if not each.stems or each.stems[0] not in claim.bag:
        return False
    short = (words(part).bag for part in clauses(each.text)[1:] if _ELLIPSIS.match(part))
    return any(len(bag) >= _FEWEST and bag <= claim.bag for bag in short)


def _allowed(sentence: str, parts: Iterable[Words]) -> str:
    """What the claim lets be done and the source refuses, or lets anybody do and the source asks something for that it does not name."""
    for part, each in product(filter(_MAY.search, parted(sentence)), parts):
        if _refuses(each, words(part)) and not DENIES_SOMEHOW.search(sentence):
            return f"{part!r} grants what {each.text!r} refuses"
        if _ANYBODY.search(part) and _asks(each, words(part)):
            return f"{part!r} lets anybody do what {each.text!r} asks something for"
    return ""


def _refuses(each: Words, part: Words) -> bool:
    refused = each.bag - _REFUSAL
    return bool(_REFUSED.search(each.text)) and len(refused) >= _FEWEST and refused <= part.bag


def _asks(each: Words, part: Words) -> bool:
    found = _ASKS.search(each.text)
    if found is None or part.bag & words(found.group(1)).bag:
        return False
    return len(part.bag & words(each.text[: found.start()]).bag) > _FEWEST
