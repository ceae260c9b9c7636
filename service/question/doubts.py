"""What takes the certainty from a reading: a denied number, a label, another's or another year's figure, two loads alike."""

import re
from collections.abc import Sequence

from kb.quantity import Quantity
from service.question.another_time import (
    is_asked,
    is_of_another,
    is_of_another_time,
    is_quoted,
    is_tried,
    says_now,
)
from service.question.clauses import around, sentences
from service.question.numbers import Mention, mentions
from service.question.roles import Bound

# "We're not doing 10k inserts/s"; "not more than" and "cannot be down for" are limits and deny nothing.
_DENIED = re.compile(
    r"(?:\b(?:not|never|no longer|nowhere near|far from|rather than|instead of|and no)|n['’]t)\s+(?:(?:do|doing|at|have|having|had|get|getting|see|seeing|run|running|need|really|anymore|like|about|talking|the|an?|your|those|these|that|usual|of|even|yet)\s+){0,4}[~\s]*$",
    re.IGNORECASE,
)
_DENIED_BEHIND = re.compile(
    r"\s*[,(–-]*\s*(?:(?:is|was|are|were)\s+(?:not|n['’]t|wrong|nonsense|a (?:typo|guess|joke)|made up|too (?:high|low|optimistic))|[^.;,!?]{0,30}?\s(?:is|was)\s+(?:wrong|nonsense|a (?:typo|joke)|made up)\b|(?:isn|wasn|aren|weren)['’]t|is\s+what\s+(?!we\b|i\b|our\b))",
    re.IGNORECASE,
)
# "Page 12", "gate 7": which one it is, not how many there are.
_REFERENCE = re.compile(
    r"\b(?:page|section|sect\.|chapter|art(?:icle|\.)|paragraph|para|appendix|annex|figure|fig\.|slide|question|exhibit|clause|phase|tier|stage|sprint|milestone|level|room|floor|building|hall|dock|gate|terminal|platform|track|route|flight|station|revision|rev\.?|release|class|category|type|model|mark|nr\.?|port|grade|zone|sector|pier|berth|lane|ward|act|directive|regulation|season|windows|office)\s+#?$|§\s*$",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"\d{1,4}(?![\d.,]*\s?[kKmMbB%])")
# "MySQL 8, 64 GB" may as well be the memory of its server.
_GIGABYTES = (2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 244, 256, 384, 488, 512, 768, 1000, 1024, 1500, 2000)
_SIZES_OF_MEMORY = frozenset(size * 1e9 for size in _GIGABYTES)
_BESIDE_CORES = re.compile(r"(?:cores?|v?cpus?)\s*[,/+&]\s*$", re.IGNORECASE)
_IS_MEMORY = re.compile(r"\s*(?:of\s+)?(?:ram|memory)\b", re.IGNORECASE)
_BESIDE_VERSION = re.compile(
    r"\b(?:pg|postgres\w*|mysql|mariadb|mongo\w*|oracle|server|rds|aurora|cloud sql|instance|vm|vps|droplet|box)\s*[\d.]*\w?\s*[,/(]\s*$",
    re.IGNORECASE,
)
# So many clients and companies are people and rows, unless they are called tenants.
_MANY_TENANTS, _TENANTS = 50_000, ("tenant", "workspace", "org")
_OUT_OF = re.compile(r"\s+out\s+of\s+[~]?\d")
_OF_WHICH = re.compile(
    r"\s+of\s+(?:which|whom)\s+(?:is|are|was|were|only|just|for|go|goes|belongs?|sits?|needs?)\b", re.IGNORECASE
)
# "6,000 reads/s of 20,000"
_OF_ALL = re.compile(r"\s+of\s+(?:the\s+|our\s+|about\s+)*\d[\d.,]*(?![\d.,]|\s?(?:[kKMGT]?i?B|bytes?)\b)")
_SHARE_OF_THAT = re.compile(r"\s+of\s+(?:that|those|this|these)\b", re.IGNORECASE)
_OF_SUBSET = re.compile(
    r"\b(?:of\s+(?:whom|which|these|those|them)|belongs?\s+to)\s+(?:only\s+|about\s+|just\s+)*[~\s]*$",
    re.IGNORECASE,
)
# Visits and calls are requests where there is something to be requested, and things to be recorded elsewhere.
_REQUESTED = re.compile(
    r"\b(?:web\w*|sites?|pages?|portals?|apps?|apis?|services?|visitors?|endpoints?|servers?|online|traffic|urls?|clicks?|reads?|quer(?:y|ies)|https?|clients?)\b",
    re.IGNORECASE,
)
_SEEN_TO = re.compile(r"\b(?:visits|calls)\b", re.IGNORECASE)
# Whose customers have a share of the rows each has tenants.
_TENANCY = re.compile(
    r"\b(?:multi-?\s?tenan\w+|tenants?|(?:biggest|largest|top|smallest) (?:customer|client)|(?:customer|client)_id)\b",
    re.IGNORECASE,
)
_READ = re.compile(r"\b(?:reads|requests|queries|lookups|hits|views|visits|searches)\b", re.IGNORECASE)
_MARKED = re.compile(
    r"\b(?:sustained|steady|constant(?:ly)?|on average|average|avg|normal(?:ly)?|usual(?:ly)?|typical(?:ly)?|today|now|currently|at the moment|overall|total|in all|altogether)\b",
    re.IGNORECASE,
)
# From this strength on a noun of its own names the role; a weak noun yields to whatever is stronger.
_NOUN, _WEAK = 5, 3
# A case has several kinds of users, readings and parts; loads have marks of their own.
_SEVERAL = frozenset(
    (
        "workload.users",
        "workload.interval",
        "availability",
        "workload.writes_per_s",
        "workload.reads_per_s",
        "workload.requests_per_s",
    )
)
_NEAR, _BREAK = 24, re.compile(r"[,.;!?](?=\s)")
# Targets are of another time by nature, and whoever's says it.
_OF_THE_CASE = (
    "workload.",
    "db.size",
    "db.growth",
    "table.",
    "tenants",
    "team.size",
    "app.instances",
    "connections",
    "nodes",
    "regions",
    "cores",
    "memory",
    "utilisation",
    "hot.",
)
_MEASURED = ("availability", "cache.hit_ratio", "utilisation", "budget")
_RESPONSE = 20.0
_WISHED = re.compile(
    r"(?:\b(?:must|should|shall|has to|have to|needs? to|wants?|target|goal|slo|sla|budget|within|under|below|at most|max(?:imum)?|less than|no more than|allowed|in)|[<≤]=?)\b[^.;!?]{0,25}$|[<≤]=?\s*$",
    re.IGNORECASE,
)
_WANTED = ("latency", "rpo", "rto", "freshness")
_LOADS = ("workload.writes_per_s", "workload.reads_per_s", "workload.requests_per_s")


def is_denied(text: str, mention: Mention) -> bool:
    """Whether the number is said not to be so."""
    return bool(_DENIED.search(text[: mention.start]) or _DENIED_BEHIND.match(text, mention.end))


def is_label(text: str, mention: Mention) -> bool:
    """Whether the number says which thing it is: "page 12"."""
    plain = mention.unit == "count" and _PLAIN.match(text, mention.start)
    return bool(plain and _REFERENCE.search(text[: mention.start]))


def _is_of_some(text: str, mention: Mention) -> bool:
    """Whether some of what was counted before have it: "18 people, of whom 3 write SQL", "80 GB, 75 GB of which is one table"."""
    before = mention.unit == "count" and _OF_SUBSET.search(text[: mention.start])
    of_all = mention.unit in ("rate", "bandwidth") and (
        _OF_ALL.match(text, mention.end) or _OUT_OF.match(text, mention.end)
    )
    return bool(before or of_all or _OF_WHICH.match(text, mention.end))


def _one_of_several(text: str, mention: Mention) -> bool:
    """Whether the clauses beside count further people: "4 backend people, 1 data engineer"."""
    sentence = around(sentences(text), mention.start)
    return any(
        sentence.holds(other.start) and other.start != mention.start and other.unit == "count" and other.noun
        for other in mentions(text)
    )


def without_doubtful(text: str, counted: Sequence[Mention], roles: Sequence[Bound | None]) -> list[Bound | None]:
    """The roles but those of numbers that are denied, labels, another's, of another time, or one of two loads not told apart."""
    kept = [bound if bound and not _doubtful(text, m, bound) else None for m, bound in zip(counted, roles, strict=True)]
    for n, bound in enumerate(kept):
        if bound and (
            (_of_the_case(bound) and _is_doubted(text, counted, kept, n)) or _is_unsettled(text, counted, kept, n)
        ):
            kept[n] = None
    for load in _LOADS:
        _only_the_marked(text, counted, kept, load)
    _without_rivals(text, counted, kept)
    return kept


def _without_rivals(text: str, counted: Sequence[Mention], roles: list[Bound | None]) -> None:
    """Of several numbers that are the same figure the one of now is certain, where only one is; else none."""
    for name in {role.fact.attribute for role in roles if role} - _SEVERAL:
        places = [n for n, role in enumerate(roles) if role and role.fact.attribute == name and role.strength != _WEAK]
        if len({_value(roles[n]) for n in places}) < 2:
            continue
        # What is wanted is not what is now.
        now = [n for n in places if says_now(text, counted[n]) != name.startswith(_WANTED)]
        if len(now) > 1 and name.startswith(_WANTED):
            now = [n for n in now if _WISHED.search(text[: counted[n].start])]
        for n in places:
            if now != [n]:
                roles[n] = None


def _doubtful(text: str, mention: Mention, bound: Bound) -> bool:
    if is_denied(text, mention) or is_label(text, mention) or _is_of_some(text, mention):
        return True
    if mention.unit == "percent" and _SHARE_OF_THAT.match(text, mention.end):
        return True
    if bound.fact.attribute == "workload.requests_per_s" and _SEEN_TO.search(
        text[max(0, mention.start - 8) : mention.end]
    ):
        return not _REQUESTED.search(text)
    if bound.fact.attribute == "workload.users" and mention.noun.startswith(("customers", "clients")):
        return bool(_TENANCY.search(text))
    if bound.fact.attribute == "memory" and mention.value not in _SIZES_OF_MEMORY:
        return bool(_BESIDE_CORES.search(text[: mention.start])) and not _IS_MEMORY.match(text, mention.end)
    if bound.fact.attribute == "db.size" and mention.value in _SIZES_OF_MEMORY:
        return bool(_BESIDE_VERSION.search(text[: mention.start]))
    if bound.fact.attribute == "db.capacity" and mention.unit == "count" and not mention.noun:
        return not any(other.unit == "rate" for other in mentions(text))
    if bound.fact.attribute == "tenants" and mention.value > _MANY_TENANTS:
        return not mention.noun.startswith(_TENANTS)
    if bound.fact.attribute == "team.size" and mention.value == 1:
        return _one_of_several(text, mention)
    is_wish = bound.fact.attribute == "workload.retention"
    return _of_the_case(bound) and not is_wish and is_of_another(text, mention)


def _is_doubted(text: str, counted: Sequence[Mention], roles: Sequence[Bound | None], n: int) -> bool:
    """Whether a figure of the case is another time's, tried or supposed, quoted, or one of a load of which it is not said what it does."""
    mention = counted[n]
    if is_tried(text, mention) or is_quoted(text, mention):
        return True
    if is_of_another_time(text, mention) and _has_rival(counted, n) and not says_now(text, mention):
        return True
    bound = roles[n]
    if bound is None or "peak" in bound.fact.attribute:
        return False
    loose = [other for other, role in zip(counted, roles, strict=True) if role is None]
    if _is_outdated(text, mention, loose):
        return True
    return bound.fact.attribute == "workload.writes_per_s" and bound.strength < _NOUN and _may_be_read(text, mention)


def _is_unsettled(text: str, counted: Sequence[Mention], roles: Sequence[Bound | None], n: int) -> bool:
    """Whether a measure that is now another, or a response time beside another of which it is not said which is wanted."""
    bound, one = roles[n], counted[n]
    loose = [other for other, role in zip(counted, roles, strict=True) if role is None]
    if bound and bound.fact.attribute == "latency.p99":
        alike = [o for o in loose if o.unit == "duration" and o.value <= _RESPONSE and o.value != one.value]
        return bool(alike) and not _WISHED.search(text[: one.start])
    if bound is None or bound.fact.attribute not in _MEASURED or says_now(text, one) or not _has_rival(counted, n):
        return False
    return _is_outdated(text, one, loose) or is_of_another_time(text, one)


def _is_outdated(text: str, one: Mention, loose: Sequence[Mention]) -> bool:
    """Whether another number without a noun of its own is said to be the one of now: "200M rows, today 510M"."""
    if says_now(text, one):
        return False
    others = (o for o in loose if o.start > one.start and o.value != one.value and not o.noun)
    alike = [o for o in others if o.unit == one.unit or (o.unit == "count" and one.unit == "rate")]
    return any(says_now(text, o) for o in alike) or bool(alike and is_asked(text, one))


def _may_be_read(text: str, mention: Mention) -> bool:
    """Whether a rate of nothing in particular stands where something is read or requested."""
    if mention.noun:
        return False
    sentence = around(sentences(text), mention.start)
    return bool(_READ.search(text[sentence.start : sentence.end]))


def _of_the_case(bound: Bound) -> bool:
    return bound.fact.attribute.startswith(_OF_THE_CASE)


def _has_rival(counted: Sequence[Mention], n: int) -> bool:
    """Whether another number is of the same unit and counts the same."""
    one = counted[n]
    return any(
        other is not one and other.unit == one.unit and (other.noun == one.noun or not other.noun or not one.noun)
        for other in counted
    )


def _only_the_marked(text: str, counted: Sequence[Mention], roles: list[Bound | None], load: str) -> None:
    """Of several rates that are all taken for the load, the one that is marked as it, or the first of the strongest kind; two alike are none."""
    places = [n for n, bound in enumerate(roles) if bound and bound.fact.attribute == load]
    if len({_value(roles[n]) for n in places}) < 2:
        return
    strongest = max(bound.strength for n in places if (bound := roles[n]))
    best = [n for n in places if (bound := roles[n]) and bound.strength == strongest]
    marked = [n for n in best if _MARKED.search(_beside(text, counted, n))] if len(best) > 1 else best
    for n in places:
        if marked != [n]:
            roles[n] = None


def _value(bound: Bound | None) -> float:
    return bound.fact.value.value if bound and isinstance(bound.fact.value, Quantity) else 0.0


def _beside(text: str, counted: Sequence[Mention], n: int) -> str:
    begins = counted[n - 1].end if n else 0
    ends = counted[n + 1].start if n + 1 < len(counted) else len(text)
    before = _BREAK.split(text[max(begins, counted[n].start - _NEAR) : counted[n].start])[-1]
    return f"{before} {_BREAK.split(text[counted[n].end : min(ends, counted[n].end + _NEAR)])[0]}"
