"""Whether a claim denies what nothing near it in its source denies, or affirms what everything near it denies, whatever the words."""

import re
from collections.abc import Iterable

from service.check.case import CLOSE, Case
from service.check.words import Words, clauses, propositions, words

# "Not only", "no more than", "no difference" and "do not forget" deny nothing.
_DENIES = re.compile(
    r"\b(?:not(?! (?:only|just|merely|forget)\b)|never|cannot|no(?! (?:difference|doubt|matter|more than|less than|fewer than|later than|longer than)\b)|nothing|none|nobody|neither|nor)\b|n't\b",
    re.IGNORECASE,
)
# Whoever restricts, loses, prevents or excludes may be said to deny: "stays in the service" and "never leaves it".
_MAY_DENY = re.compile(
    _DENIES.pattern
    + r"|\b(?:without|lack\w*|instead|rather|avoid\w*|refus\w*|reject\w*|forbid\w*|prevent\w*|block\w*|fail\w*|only|alone|but|except|unless|hardly|little|few|fewer|less|stop\w*|lose\w*|lost|left|away|out|off|drop\w*|den(?:y|ied)\w*|ignore\w*|skip\w*|miss\w*|empty|free|zero|un\w+|in(?:visible|valid|consistent|complete|compatible|dependent)\w*|dis\w+|im(?:possible|mutable)\w*|\w+less|wrong|poor|beyond|other|else|last|end\w*|exclu\w*|hid\w*|outside|absent|gone|either|believing|stay\w*|too|once|unique\w*)\b",
    re.IGNORECASE,
)
# A claim that holds one of these may deny as well: with them it is not said to affirm.
_DENIES_SOMEHOW = re.compile(
    _DENIES.pattern
    + r"|\b(?:without|lack\w*|instead|rather|avoid\w*|refus\w*|reject\w*|forbid\w*|prevent\w*|block\w*|fail\w*|only|except|unless|hardly|less|stop\w*|lose\w*|lost|den(?:y|ied)\w*|ignore\w*|skip\w*|miss\w*|empty|zero|un(?!til|der|ion|ique|it)\w+|in(?:visible|valid|consistent|complete|compatible|dependent)\w*|dis(?!k|tinct|tribut)\w+|im(?:possible|mutable)\w*|\w+less|wrong|exclu\w*|hid\w*|absent|gone|too (?!$|[,.;]))\b",
    re.IGNORECASE,
)
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
# Shares of a part's words: for the nearest wording to be about it, and for others to be as near; and the fewest words that both hold.
_ABOUT, _AS_NEAR = 0.4, 0.6
_FEWEST, _FEWEST_WHOLE = 3, 2


def denied(case: Case) -> str:
    """The part of the claim that stands alone with its denial, or with its lack of one; or nothing."""
    adverse = frozenset(text for passage in case.passages for text in passage.adverse)
    said = [w for passage in case.passages for w in passage.read if w.text not in adverse]
    parts = [words(part) for each in said for part in _parts(each.text)]
    nearest = case.window[0].words if case.best >= CLOSE else None
    held = [m.group(1).lower() for each in said for m in _THERE_IS_NO.finditer(each.text)]
    for found in _THERE_IS.finditer(case.sentence):
        if found.group(1).lower() in held:
            return f"{found.group()!r} affirms what is denied in what {case.sentence!r} cites"
    for part in propositions(case.sentence):
        if not _DENIES.search(part):
            continue
        if nearest is not None and _DENIES.search(nearest.text) and words(part).bag & nearest.bag:
            continue
        for among, fewest in ((said, _FEWEST_WHOLE), (parts, _FEWEST)):
            near = _near(words(part), among, fewest)
            if near and not any(_MAY_DENY.search(each.text) for each in near):
                return f"{part!r} denies what {near[0].text!r} says"
    if never := _left_out(case.claim, said):
        return f"{case.sentence!r} affirms what {never!r} denies"
    if asked := _granted(case.sentence, parts):
        return asked
    if _DENIES_SOMEHOW.search(case.sentence):
        return ""
    for part in _parts(case.sentence):
        near = _near(words(part), parts, _FEWEST, back=True)
        if near and all(_DENIES.search(each.text) for each in near):
            return f"{part!r} affirms what {near[0].text!r} denies"
    return ""


def _left_out(claim: Words, said: Iterable[Words]) -> str:
    """A denial that leaves out what it denies, all of it in a claim with the same subject: "it takes a schema, never a tenant"."""
    if claim.denies or _DENIES_SOMEHOW.search(claim.text):
        return ""
    for each in said:
        if found := _NONE_OF.search(each.text):
            listed = [words(item).bag for item in _ITEMS.split(found.group(1))]
            if sum(bool(item) and item <= claim.bag for item in listed) >= _FEWEST_WHOLE:
                return each.text
        for part in clauses(each.text)[1:]:
            bag = words(part).bag
            if _ELLIPSIS.match(part) and len(bag) >= _FEWEST_WHOLE and bag <= claim.bag and each.stems[0] in claim.bag:
                return each.text
    return ""


def _granted(sentence: str, parts: Iterable[Words]) -> str:
    """What the claim lets anybody do and the source asks something for, which the claim does not name."""
    for part in _parts(sentence):
        if not _MAY.search(part):
            continue
        bag = words(part).bag
        for each in parts:
            if (
                _REFUSED.search(each.text)
                and not _DENIES_SOMEHOW.search(sentence)
                and len(rest := each.bag - _REFUSAL) >= _FEWEST_WHOLE
                and rest <= bag
            ):
                return f"{part!r} grants what {each.text!r} refuses"
            found = _ANYBODY.search(part) and _ASKS.search(each.text)
            if (
                found
                and len(bag & words(each.text[: found.start()]).bag) >= _FEWEST
                and not bag & words(found.group(1)).bag
            ):
                return f"{part!r} lets anybody do what {each.text!r} asks something for"
    return ""


def _parts(sentence: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*clauses(sentence), *propositions(sentence))))


def _near(claim: Words, among: Iterable[Words], fewest: int, back: bool = False) -> list[Words]:
    """The wordings that are about the same as the nearest one; `back` asks that the claim says a good part of what that one says."""
    if not claim.bag:
        return []
    shares = [(len(claim.bag & each.bag) / len(claim.bag), each) for each in among]
    most, nearest = max(shares, key=lambda pair: pair[0], default=(0.0, claim))
    shared = len(claim.bag & nearest.bag)
    if shared < fewest and not (back and shared == len(nearest.bag) > 1):
        return []
    if most < _ABOUT or (back and shared < _ABOUT * len(nearest.bag)):
        return []
    return [each for share, each in sorted(shares, key=lambda pair: -pair[0]) if share >= _AS_NEAR * most]
