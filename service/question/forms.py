"""Forms: phrasings around a number that leave no doubt what it is, as kb/terms/attributes.yaml writes them."""

import re
from collections.abc import Iterator
from functools import lru_cache

from service.question.clauses import Stretch
from service.question.numbers import Mention

# Words that many forms share; `<node>` in a form stands for any of them.
_CLASSES = {
    "node": r"(?:nodes?|servers?|machines?|instances?|hosts?|boxe?s?|brokers?|replicas?|members?|primary|vms?)",
    "shard": r"(?:shards?|partitions?|nodes?|servers?|machines?|instances?|hosts?|boxe?s?)",
    "one": r"(?:one|a|an|each|every|per|single|any|any one|our)",
    "can": r"(?:can (?:take|handle|sustain|manage|cope with|serve|do|process|answer)|copes with|is good for|maxes out at|tops out at|saturates at|peaks at|handles at most|takes at most|serves at most|supports)",
    "takes": r"(?:takes|can take|take|handles|can handle|handle|sustains|can sustain|manages|can manage|copes with|can cope with|absorbs|serves|can serve|serve|does|can do|delivers|is good for|supports|processes|can process|accepts|maxes out at|tops out at|saturates at|peaks at|reaches|achieves|gives|answers|can answer)",
    "peaks": r"(?:peaks?|peaking|bursts?|bursting|spikes?|spiking|surges?)(?:[\s-]+(?:load|rate|traffic|hours?|times?|days?))?(?:[\s-]+(?:at|of|to|with|is|are|hits?|reach(?:es)?))?",
    "peaking": r"(?:at|during|in|on)\s+(?:the\s+|our\s+)?(?:peaks?|worst|rush(?: hour)?|lunch(?: ?time| hour)?|noon|midday|peak (?:hour|time|load|day)s?|black friday)",
    "strains": r"(?:falls? (?:over|apart)|chok(?:es?|ed|ing)|dies|died|melts?(?: down)?|melted|struggl(?:es?|ed|ing)|stalls?|stalled|times? out|timed out|degrad(?:es?|ed|ing)|slows?(?: down)?|breaks?(?: down)?|broke|collapses?|collapsed|gives? up|gave up|crawls?|suffers?|goes down|crash(?:es|ed)?|suffocates?|tips over|keels over|hits? (?:a|the|its) (?:wall|ceiling|limits?))",
    "about": r"(?:about|maybe|perhaps|probably|around|roughly|approximately|some|up to|at most|max|maximum|no more than|not more than|almost|nearly|only|just|over|more than|at least|a|an|the|of|is|are|was|~|≈|circa|ca\.?|say|currently|currently at|our|under|below|above)",
}


_REACH = 160
_LINK = r"(?:[\s(]+|(?<=[\s-]))"
_GAP = rf"(?:{_LINK}(?!\d)[\w'/-]+(?:\.\w+)*){{0,4}}?"


def places(form: str, text: str) -> Iterator[Stretch]:
    """Where words stand that are written as forms are, without a number."""
    for match in _whole(form).finditer(text):
        yield Stretch(match.start(), match.end())


@lru_cache(maxsize=2048)
def _whole(form: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){_pattern(form)}(?![\w])", re.IGNORECASE)


def form_length(form: str, text: str, mention: Mention) -> int:
    """How many characters of the text the form explains around the number; 0 where it does not stand there."""
    before, after = _compiled(form)
    if "{each}" in form:
        return len(mention.text) if mention.each else 0
    left = before.search(text[max(0, mention.start - _REACH) : mention.start]) if before else None
    if before and left is None:
        return 0
    ends = {mention.tail, mention.end}
    rights = [right for end in ends if after and (right := after.match(text, end))]
    if after and not rights:
        return 0
    taken = max((right.end() - right.start() for right in rights), default=0)
    return taken + (left.end() - left.start() if left else 0) + 1


@lru_cache(maxsize=2048)
def _compiled(form: str) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    left, _, right = form.partition("{n}")
    before, after = _pattern(left.strip()), _pattern(right.strip())
    gap = rf"[\s:=(~≈-]*(?:{_CLASSES['about']}\s+){{0,3}}(?<!\w)" if left.strip() else ""
    return (
        re.compile(rf"(?<![\w-]){before}{gap}$", re.IGNORECASE) if before else None,
        re.compile(rf"[\s)-]*{after}(?![\w])", re.IGNORECASE) if after else None,
    )


def _pattern(words: str) -> str:
    """Spaces match spaces and hyphens, `~` up to four words (`~.` with a full stop or comma behind them), `<name>` a class of words; the rest is a pattern as it stands."""
    for name, body in _CLASSES.items():
        words = words.replace(f"<{name}>", body)
    # A gap may be empty, so that an optional one is the same.
    parts = [part for part in re.split(r"\s+", words.replace("(~ )?", "~ ").replace(")?~", ")? ~")) if part]
    pattern = ""
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part in ("~", "~."):
            pattern += _GAP + (r"[.,;:]\s+" if part == "~." else "" if last else _LINK)
        elif number and part.startswith("(") and part.endswith(")?") and part.count("(") == part.count(")"):
            pattern += rf"(?:[\s-]+{part[:-1]})?"
        else:
            pattern += (r"[\s-]+" if number and parts[number - 1] not in ("~", "~.") else "") + part
    return pattern
