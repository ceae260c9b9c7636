"""Numbers as people type them: value, unit, the noun they count, and where they stand; their role is decided elsewhere."""

import re
from dataclasses import dataclass

from kb.quantity import BITS, BYTES, MAGNITUDES, SECONDS, Unit
from service.question.number_words import (
    BARE_ARTICLES,
    NO_NUMBER_AFTER,
    NO_NUMBER_BEFORE,
    NUMBER,
    SIZE,
    TIME,
    lasts,
    share,
    spelled,
    thousands,
)

# "400 B" is bytes and "5 m" is anyone's guess, "2B messages" and "5m users" are not.
_MAGNITUDE = re.compile(
    r"(?:\s?(?:(?i:thousand|lakhs?|crores?|millions?|mln|mill?|mn|mio|billions?|bn|bln|trillions?)|[kK]|M)|[BTt]|[mb](?=\s+[A-Za-z]{3}))(?![\w])"
)
# "10 GbE" and "1 Gbps" are bits; "Gb" with a small b is, where a second follows.
_LINE = re.compile(
    r"[\s-]*(?:(?P<bit>(?i:[kmgt]))(?:(?i:bit)s?(?:/s(?:ec)?|ps|\s+per\s+second|\s+a\s+second)?|b(?:ps|/s(?:ec)?|E)|bps|igabits?)(?![\w])|(?P<gig>(?i:gig))(?=\s+(?:link|line|network|ethernet|nic|connection|pipe|uplink)))"
)
_UNIT = re.compile(
    rf"[\s-]*(?:(?P<percent>%|percent\b|per cent\b)|(?P<size>(?i:{SIZE})|B)(?P<bps>ps)?(?![\w])|(?P<chars>(?i:characters?|chars?))(?![\w])|(?P<money>[€$£]|(?i:euros?|eur|dollars?|usd|bucks|gbp|chf|francs|rupees|yen)(?![\w]))|(?P<time>(?i:{TIME}))(?![\w]))"
)
# "16 vCPU / 64G", "64G of RAM"
_BARE_GIGA = re.compile(
    r"\s?Gi?(?=\s+(?:of\s+)?(?:ram|memory|heap|disk|ssd|nvme)\b|\s*(?:[,;)/+]|[.?!](?:\s|$)|$))", re.IGNORECASE
)
_AND_A_HALF = re.compile(r"\s+and\s+a\s+half\b", re.IGNORECASE)
_HALF_OF_SCALE = re.compile(r"\s+and\s+a\s+half(?=\s+(?:thousand|million|billion|trillion)s?\b)", re.IGNORECASE)
# "3h20", "5h50m", "3m40s"
_CLOCKED = re.compile(r"\s?(?P<large>[hm])\s?(?P<small>[0-5]\d)\s?(?:m(?:in)?|s(?:ec)?)?(?!\w)")
# Sensors are sampled in hertz and kilohertz; what is in megahertz and more is a clock of a processor.
_HERTZ = re.compile(r"\s?(?P<k>[kK])?[hH]z\b")
_TIMES = re.compile(r"\s?(?:[x×]|-?fold)(?![\w-])(?!\s*\d)", re.IGNORECASE)
# The next line of a form is no noun: "Sites: 14\nUsers: 260".
_NOUN = re.compile(
    r"(?:[^\S\n]+|\s+(?![\w /()-]{2,40}:)|-(?=[A-Za-z]{2})|(?=(?i:km|vcpus?|cpus?|cores?)\b))(?P<noun>[A-Za-z][\w'-]*(?:\s+(?!w/)[A-Za-z][\w'-]*){0,3})"
)
# "2 million daily active users" are people, "2 million daily orders" a rate.
_PEOPLE = r"(?!\s+(?:active\s+|unique\s+)?(?:users?|visitors?|customers?|actives?|players?|readers?|riders?|shoppers?|listeners?|viewers?|subscribers?|backups?|partitions?|snapshots?|tables?))"
_PER = re.compile(
    rf"\s*(?:/\s*|\b(?:per|in an?|an?|on an?|each|every)\s+(?:(?:working|work|business|calendar|week|school|normal|busy|quiet|good|bad|average|typical)[\s-]?|(?<=\bon a )[a-z]+ (?=day\b))?)(?P<per>(?i:{TIME}|nights?))(?![\w])|\s*(?P<adverb>(?:daily|hourly|monthly|weekly|yearly|annually){_PEOPLE}|qps\b|tps\b|rps\b|iops\b)",
    re.IGNORECASE,
)
_EACH = re.compile(
    rf"\s+(?:each|apiece|(?:per|for each|for every|from each|from every|by each)\s+(?!(?:{TIME})\b)[A-Za-z]+(?:\s+and)?)(?=\s+(?:per|an?|each|every)\s+(?:{TIME})\b|\s*/\s*(?:{TIME})\b)",
    re.IGNORECASE,
)
# "Every train sends 10 telegrams a second": of one, unless it is a server of ours or a time.
EVERY = re.compile(
    rf"\b(?:1|one|an?\s+(?:typical|average|single)|the\s+average)\s+(?!(?:nodes?|servers?|shards?|partitions?|machines?|boxe?s?|instances?|replicas?|brokers?|hosts?|consumers?|workers?|members?|primary|core|database|db)\b)[a-z]+\s+(?:does|makes|sends|writes|places|produces|creates|uploads|posts|reports|records|generates)\s+(?:[~]\s*|about\s+|around\s+|some\s+)?$|[,;(]\s*each\s+(?:[~]\s*|about\s+|around\s+|some\s+|with\s+|has\s+|does\s+|makes\s+|sells\s+)?$|(?:(?:^|[.;:!?,(]\s*|\b(?:and|where|when|that|because)\s+)(?:each|every)|\b[a-z]+s\s+each(?=\s+[a-z]+\s)(?!\s+(?:and|or|with|of|in|on|at|for|to|than)\b))(?:\s+(?:single|one))?(?:\s+of)?(?!\s+(?:[\w.]+\s+)?(?:{TIME})\b)(?:(?!\b(?:nodes?|servers?|shards?|partitions?|machines?|boxe?s?|instances?|replicas?|brokers?|hosts?|consumers?|workers?|members?|can|takes?|quer(?:y|ies)|table|row)\b)[^.;:!?,]){{4,90}}$",
    re.IGNORECASE,
)
# "4 scans per second per gate" are one gate's; a place of ours sends nothing.
_FOR_ONE = re.compile(
    rf"(?:/|\s*\b(?:per|(?:for|from|by|on) (?:each|every))\s+)(?!(?:{TIME})\b)(?!(?:nodes?|servers?|shards?|partitions?|machines?|instances?|replicas?|brokers?|hosts?|consumers?|workers?|cores?|regions?|clusters?|databases?|topics?|streams?|tables?|queues?|zones?|sites?|cit(?:y|ies)|countr(?:y|ies))\b)[A-Za-z]+",
    re.IGNORECASE,
)
# "40 drones x 10 positions per second"
_OF_EACH = re.compile(r"[a-z]\s+[x×]\s*(?:~|approx\.?|about|around|roughly|ca\.?)?\s*$", re.IGNORECASE)
_OF_WHAT = re.compile(
    r"\s+of\s+(?:(?:[A-Za-z][\w'-]*\s+){1,3}?(?=per\b|an?\b|each\b|every\b|daily\b)|[A-Za-z][\w'-]*(?=/))"
)
_ADVERBS = {
    "daily": 86400.0,
    "hourly": 3600.0,
    "weekly": 604800.0,
    "monthly": 2628000.0,
    "yearly": 31536000.0,
    "annually": 31536000.0,
    "qps": 1.0,
    "tps": 1.0,
    "rps": 1.0,
    "iops": 1.0,
}
# What comes once a night comes once a day.
_PERIODS = SECONDS | {"night": 86400.0, "nights": 86400.0}
_OFTEN = re.compile(r"^(?:daily|monthly|weekly|unique)\s+(?:(?:active|unique)\s+)?", re.IGNORECASE)
# Words that end a noun phrase: "400 tenants with one database" counts tenants, not databases.
_STOP = re.compile(
    r"\b(?:per|a|an|each|every|with|and|or|of|in|on|at|for|to|from|that|which|who|is|are|was|were|has|have|we|by|as|the|so|but|if|must|should|can|will|need|needs|want|wants|run|runs|into|over|under|within|when|while|until|because|during|after|before|except|without|plus|since|between|among|against|across|than|takes|took|costs|where|if|otherwise|normally|usually|typically|now|today|currently|expected|planned|daily|hourly|monthly|weekly|yearly|annually|rpo|rto|x|s|sec|second|seconds)\b"
    r"|(?<=\s)(?:once|twice|send|transmit|emit|report(?=\s+(?:once|twice|hourly|every|each|their|its|in)\b))\b",
    re.IGNORECASE,
)
_BLANK = re.compile(r"\s")
_NINES = re.compile(r"^nines?\b")


@dataclass(frozen=True)
class Mention:
    """One number: characters start to end, its unit, and the words it counts (`noun`, lower case, may be empty).

    `tail` is where the number and its unit end and the counted words begin; `period` the seconds that a rate was given for; `each` that it is one source's.
    """

    start: int
    end: int
    text: str
    value: float
    unit: Unit
    noun: str = ""
    tail: int = 0
    period: float = 1.0
    each: bool = False


def mentions(text: str) -> tuple[Mention, ...]:
    """Every number in the text in order; calendar years, clock times and versions (`v16`, `version 8.0`) are not counted."""
    found: list[Mention] = []
    position = 0
    while match := NUMBER.search(text, position):
        position = match.end()
        if _counts_nothing(text, match):
            position = max(position, nothing.end() if (nothing := NO_NUMBER_AFTER.match(text, position)) else 0)
            continue
        mention = _read(text, match)
        position = max(mention.end, match.end())
        if not _is_year(mention, match):
            found.append(mention)
    return tuple(found)


def _counts_nothing(text: str, match: re.Match[str]) -> bool:
    article = match.group("article")
    if article and (article.lower() in BARE_ARTICLES and not lasts(text, match)):
        return True
    return bool(NO_NUMBER_BEFORE.search(text[: match.start()]) or NO_NUMBER_AFTER.match(text, match.end()))


def _is_year(mention: Mention, match: re.Match[str]) -> bool:
    digits = match.group("digits") or ""
    return (
        len(digits) == 4
        and digits.isdigit()
        and 1990 <= int(digits) <= 2060
        and mention.unit == "count"
        and not mention.noun
    )


def _read(text: str, match: re.Match[str]) -> Mention:
    if (part := share(match)) is not None:
        return Mention(match.start(), match.end(), match.group().strip(), part, "percent", "", match.end())
    value, end = spelled(match), match.end()
    if half := _HALF_OF_SCALE.match(text, end):
        value, end = value + 0.5, half.end()
    if scale := _MAGNITUDE.match(text, end):
        value *= MAGNITUDES[scale.group().strip().lower()]
        end = scale.end()
    unit: Unit = "money" if match.group("money") else "percent" if match.group("fraction") else "count"
    if match.group("ratio"):
        return Mention(match.start(), end, text[match.start() : end].strip(), value, "count", "ratio", end)
    if unit == "count":
        scaled = scale is not None
        value, unit, end = _with_unit(text, end, value)
        value *= 1.0 if scaled else thousands(text, match.group("digits") or "", unit in ("count", "money"))
    if unit == "count" and (times := _TIMES.match(text, end)):
        return Mention(
            match.start(), times.end(), text[match.start() : times.end()].strip(), value, "count", "times", end
        )
    return _with_rate(text, match.start(), end, value, unit)


def _with_unit(text: str, end: int, value: float) -> tuple[float, Unit, int]:
    if line := _LINE.match(text, end):
        return value * BITS[f"{(line.group('bit') or 'g').lower()}bit"], "bandwidth", line.end()
    if clocked := _CLOCKED.match(text, end):
        large, small = (3600, 60) if clocked["large"] == "h" else (60, 1)
        return value * large + float(clocked["small"]) * small, "duration", clocked.end()
    found = _UNIT.match(text, end)
    if found is None and (giga := _BARE_GIGA.match(text, end)):
        return value * 1e9, "bytes", giga.end()
    if found is None:
        return value, "count", end
    if found.group("percent"):
        return value, "percent", found.end()
    if size := found.group("size"):
        return value * BYTES[size.lower()], ("bandwidth" if found.group("bps") else "bytes"), found.end()
    if found.group("chars"):
        return value, "bytes", found.end()
    if found.group("money"):
        return value, "money", found.end()
    half = _AND_A_HALF.match(text, found.end())
    return (value + (0.5 if half else 0)) * SECONDS[found.group("time").lower()], "duration", (half or found).end()


def _with_rate(text: str, start: int, tail: int, value: float, unit: Unit) -> Mention:
    """The noun behind the number and the period behind the noun: `800 orders/s`, `2 GB per day`, `5k a minute`."""
    if unit == "count" and (hertz := _HERTZ.match(text, tail)):
        value, end = value * (1e3 if hertz.group("k") else 1), hertz.end()
        return Mention(start, end, text[start:end].strip(), value, "rate", "", end, each=True)
    noun, after = _noun(text, tail) if unit == "count" else ("", tail)
    if _NINES.match(noun):
        return Mention(start, after, text[start:after].strip(), 100 - 10 ** (2 - value), "percent", "", after)
    each = _EACH.match(text, after) if unit == "count" else None
    after = each.end() if each else after
    of_one = each or EVERY.search(text[:start]) or _OF_EACH.search(text[:start])
    per = _PER.match(text, after) or (_PER.match(text, tail) if noun else None)
    if per is None and unit == "bytes" and (what := _OF_WHAT.match(text, tail)):
        per = _PER.match(text, what.end())
    if per is None or unit not in ("count", "bytes"):
        end = after if noun else tail
        return Mention(start, end, text[start:end].strip(), value, unit, noun, tail)
    seconds = _ADVERBS.get((per.group("adverb") or "").lower()) or _PERIODS[per.group("per").lower()]
    behind = _FOR_ONE.match(text, per.end()) if unit == "count" else None
    end = (behind or per).end()
    rate: Unit = "rate" if unit == "count" else "bandwidth"
    of_one = of_one or behind
    if per.group("adverb") and not noun and unit == "count":
        noun, end = _noun(text, end)
    return Mention(start, end, text[start:end].strip(), value / seconds, rate, noun, tail, seconds, bool(of_one))


def _noun(text: str, end: int) -> tuple[str, int]:
    words = _NOUN.match(text, end)
    if words is None:
        return "", end
    phrase, begins = words.group("noun"), words.start("noun")
    if (often := _OFTEN.match(phrase)) and re.match(_PEOPLE.replace("(?!", "(?:", 1), f" {phrase[often.end() :]}"):
        phrase, begins = phrase[often.end() :], begins + often.end()
    # "1536-dim vectors" are not so many vectors: what a hyphen joins is the first word alone.
    cut = _STOP.search(phrase) if text[end : end + 1] != "-" else _BLANK.search(phrase)
    noun = (phrase[: cut.start()] if cut else phrase).strip()
    return noun.lower(), (begins + len(noun) if noun else end)
