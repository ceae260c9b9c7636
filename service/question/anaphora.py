"""Anaphora: turns that name nothing of their own and speak of what was said before."""

import re

from service.question.clauses import find_cue
from service.question.intents import intent_table

# "Can you draw that as an ERD and …": what is to be drawn was said before, whatever else is wanted with it.
_DRAWS_THAT = re.compile(
    r"\b(?:draw|show|sketch|picture)\s+(?:me\s+)?(?:that|this|it|them|these|those|the above)\b|\b(?:that|this|it|them|these|those|the above)\s+(?:as|in|into|for)\s+an?\s+(?:er|entity)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z']+")
# What a wish to have something drawn is made of, beside the words for a drawing.
_FUNCTION_WORDS = frozenset(
    [
        "a",
        "an",
        "the",
        "it",
        "its",
        "this",
        "that",
        "these",
        "those",
        "them",
        "of",
        "for",
        "from",
        "in",
        "as",
        "to",
        "with",
        "on",
        "by",
        "and",
        "also",
        "now",
        "then",
        "please",
        "can",
        "could",
        "will",
        "would",
        "you",
        "me",
        "us",
        "i",
        "we",
        "my",
        "our",
        "your",
        "so",
        "ok",
        "okay",
        "thanks",
        "just",
        "same",
        "above",
        "all",
        "whole",
        "full",
        "complete",
        "draw",
        "show",
        "give",
        "make",
        "create",
        "generate",
        "produce",
        "add",
        "get",
        "see",
        "need",
        "want",
        "like",
        "have",
        "let's",
        "lets",
        "picture",
        "image",
        "chart",
        "graphic",
        "visual",
        "schema",
        "schemas",
        "table",
        "tables",
        "design",
        "model",
        "data",
        "database",
        "relationships",
        "relations",
        "entities",
        "version",
        "form",
        "format",
    ]
)


def only_draws(text: str) -> bool:
    """Whether the text asks for a diagram and names nothing to be drawn, or only that: "and the ERD for it, please"."""
    places = [place for cue in intent_table()["erd"].cues for place in find_cue(cue, text)]
    if not places or _DRAWS_THAT.search(text):
        return bool(places)
    rest = "".join(
        " " if any(place.holds(at) for place in places) else letter for at, letter in enumerate(text.lower())
    )
    return all(word in _FUNCTION_WORDS for word in _WORD.findall(rest))
