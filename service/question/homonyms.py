"""Homonyms: words of our trade that are said of other things, so that a museum's shards shard no database."""

import re

# By what stands beside them, the meaning is certain; the plain word takes their place where the question is searched and sorted.
_OTHERS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), plain)
    for pattern, plain in (
        (r"\bshards? (?=of (?:pottery|glass|ceramics?|porcelain|stone|bone|tiles?|clay|amphora)\b)", "pieces "),
        (r"(?<=\b)(pottery|glass|ceramic|porcelain|clay) shards?\b", r"\1 pieces"),
        (r"\bclusters? (?=of (?:grapes?|trees|stars|galaxies|flowers|houses|infections|cases|patients)\b)", "groups "),
        (r"\breplicas? (?=of (?:paintings?|statues?|artworks?|sculptures?|artefacts?|artifacts?|coins?)\b)", "copies "),
        (r"\bindex (?=(?:cards?|funds?|fingers?)\b)", "register "),
        (r"\bcaches? (?=of (?:weapons|coins|food|letters)\b)", "stores "),
        (r"\bbackup (?=(?:singers?|dancers?|goalkeepers?|drivers?|musicians?|players?|generators?|crews?)\b)", "reserve "),
        # Who has a lease or lives in a flat is nobody whose rows are kept apart.
        (r"(?<![-\w])tenant(s?)\b(?=[^.!?]{0,150}\b(?:leases?|flats?|apartments?|landlords?|rents?|rented)\b)", r"renter\1"),
        (r"(\b(?:leases?|flats?|apartments?|landlords?|rents?)\b[^.!?]{0,150}?)(?<![-\w])tenant(s?)\b", r"\1renter\2"),
        (r"\bprimary (?=(?:schools?|care|physicians?|teachers?)\b)", "elementary "),
    )
)  # fmt: skip


def plain(text: str) -> str:
    """The text with plain words where one of ours means something else."""
    for pattern, word in _OTHERS:
        text = pattern.sub(word, text)
    return text
