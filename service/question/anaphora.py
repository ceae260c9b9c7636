"""Anaphora: turns that name nothing of their own and speak of what was said before."""

import re

from service.question.clauses import find_cue
from service.question.intents import intent_table

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
    """Whether the text asks for a diagram and names nothing to be drawn: "and the ERD for it, please"."""
    places = [place for cue in intent_table()["erd"].cues for place in find_cue(cue, text)]
    if not places:
        return False
    rest = "".join(
        " " if any(place.holds(at) for place in places) else letter for at, letter in enumerate(text.lower())
    )
    return all(word in _FUNCTION_WORDS for word in _WORD.findall(rest))
