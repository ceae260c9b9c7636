"""The parts of a question: several things asked at once, each of which wants its own answer."""

import re

from service.question.clauses import sentences

_ASKING = r"how|what|which|when|where|why|who|should|shall|do|does|can|could|is|are|will|would"
_SPLIT = re.compile(rf"[,;]?\s+(?:and|plus|also|then)\s+(?=(?:{_ASKING})\b)", re.IGNORECASE)
_ASKS = re.compile(
    rf"\?|^\W*(?:(?:and|also|then|so|but|ok|please)\s+)*(?:{_ASKING}|design|plan|choose|compare|explain|show|help|create|propose|recommend|suggest|tell|give|estimate)\b",
    re.IGNORECASE,
)
_FEWEST_WORDS, _MOST = 4, 4
# Who tells a long story says which sentence is the question, or asks only once.
_LONG = 50
_MARKED = re.compile(
    r"\b(?:what (?:i|we) (?:(?:actually|really|just)\s+)?(?:want|wanted|need|would like|'d like) to (?:know|ask|understand)|(?:my|our|the) (?:(?:actual|real|main|only|one|big)\s+)?question(?: is|:| was| would be)|(?:i|we)(?:'m| am|'re| are)? wonder(?:ing)? (?:if|whether|how|what|which)|bottom line|tl;?dr|so (?:basically|in short))",
    re.IGNORECASE,
)


def parts(text: str) -> tuple[str, ...]:
    """Each thing asked, in order; empty where only one thing is. What is told beside them belongs to all of them."""
    asked: list[str] = []
    for stretch in sentences(text):
        sentence = text[stretch.start : stretch.end].strip()
        if not _ASKS.search(sentence):
            continue
        asked += [part.strip(" ,;") for part in _SPLIT.split(sentence)]
    once = dict.fromkeys(part for part in asked if len(part.split()) >= _FEWEST_WORDS and _ASKS.search(part))
    return tuple(once)[:_MOST] if len(once) > 1 else ()


def focus(text: str) -> str:
    """Of a long story the one sentence that is the question; empty where it is short, or asks several things."""
    if len(text.split()) < _LONG:
        return ""
    told = [text[stretch.start : stretch.end].strip() for stretch in sentences(text)]
    marked = [sentence for sentence in told if _MARKED.search(sentence)]
    asked = marked or [sentence for sentence in told if sentence.endswith("?")]
    return asked[0] if len(asked) == 1 and len(asked[0].split()) >= _FEWEST_WORDS else ""
