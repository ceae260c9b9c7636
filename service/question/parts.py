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
