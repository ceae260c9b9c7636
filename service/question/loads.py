"""A load that is stated twice: the usual one, and the one at peak."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from kb.fact import Fact, Span
from kb.quantity import Quantity
from service.question.numbers import Mention
from service.question.roles import Bound

_PEAKS: Mapping[str, str] = {
    "workload.writes_per_s": "workload.peak_writes_per_s",
    "workload.reads_per_s": "workload.peak_requests_per_s",
    "workload.requests_per_s": "workload.peak_requests_per_s",
}
_SERVED = frozenset({"workload.reads_per_s", "workload.requests_per_s"})
_USUAL = r"(?:otherwise|normal|normally|usual|usually|typical|typically|on average|average|avg|the rest|rest of|baseline|mostly|off-peak|the whole week|all week|all day)"
_BEFORE = re.compile(rf"\b{_USUAL}\b[\s:,]*(?:[\w~]+\s+){{0,2}}$", re.IGNORECASE)
_BEHIND = re.compile(rf"^[\s,(]*(?:[\w]+\s+){{0,2}}?{_USUAL}\b", re.IGNORECASE)
_PEAK_BEFORE = re.compile(
    r"\b(?:peaks?|peaking|bursts?|spikes?|worst|busiest|rush(?: hour)?|sales?)\b[\s:,]*(?:[\w~]+\s+){0,2}$",
    re.IGNORECASE,
)
_PEAK_BEHIND = re.compile(
    r"^[\s,(]*(?:\w+\s+)?(?:during|at (?:the )?(?:peak|worst|weekend)|(?:in|on|at) (?:an? |the )?(?:\w+ )?(?:peaks?|rush|sales?|match(?:es)?|launch(?:es)?|black friday|christmas|xmas|holidays?|weekends?|evenings?|mornings?|(?:mon|tues|wednes|thurs|fri|satur|sun)days?))\b",
    re.IGNORECASE,
)  # fmt: skip


def loads(text: str, counted: Sequence[Mention], roles: Sequence[Bound | None], source: str) -> list[Bound | None]:
    """The roles, where of two loads the usual one is the load and the other its peak; a bare second rate is of the same kind."""
    shared = list(roles)
    for n, (mention, bound) in enumerate(zip(counted, roles, strict=True)):
        before = next((b for b in reversed(shared[:n]) if b and b.fact.attribute in _PEAKS), None)
        if bound is None and before and mention.unit == "rate" and not mention.noun and _mark(text, counted, n):
            shared[n] = _same(text, mention, before, source)
            if before.fact.attribute == "workload.writes_per_s" and _READ_BEFORE.search(text[: mention.start]):
                shared[n] = _with_name(shared[n], "workload.reads_per_s")
    for attribute in _PEAKS:
        places = [n for n, bound in enumerate(shared) if bound and bound.fact.attribute == attribute]
        if len(places) > 1:
            _tell_apart(text, counted, shared, places)
    return shared


def _tell_apart(text: str, counted: Sequence[Mention], shared: list[Bound | None], places: Sequence[int]) -> None:
    marks = {n: _mark(text, counted, n) for n in places}
    usual = next((n for n in places if marks[n] == "usual"), None)
    usual = next((n for n in places if not marks[n]), None) if usual is None else usual
    if usual is None:
        return
    for n in places:
        bound = shared[n]
        if bound and (marks[n] == "peak" or counted[n].value > counted[usual].value) and marks[usual] + marks[n]:
            shared[n] = replace(bound, fact=replace(bound.fact, attribute=_PEAKS[bound.fact.attribute]))


def _mark(text: str, counted: Sequence[Mention], n: int) -> str:
    """What the words next to the number say of it: "usual", "peak", or nothing."""
    begins = counted[n - 1].end if n else 0
    ends = counted[n + 1].start if n + 1 < len(counted) else len(text)
    before, behind = text[begins : counted[n].start], text[counted[n].end : ends]
    if _BEFORE.search(before) or _BEHIND.search(behind):
        return "usual"
    return "peak" if _PEAK_BEFORE.search(before) or _PEAK_BEHIND.search(behind) else ""


def _with_name(bound: Bound | None, attribute: str) -> Bound | None:
    return replace(bound, fact=replace(bound.fact, attribute=attribute)) if bound else None


def _same(text: str, mention: Mention, other: Bound, source: str) -> Bound:
    span = Span(source, mention.start, mention.end, text[mention.start : mention.end])
    value = Quantity(mention.value, "rate", span.text.strip())
    return replace(other, fact=Fact(other.fact.attribute, value, "stated", span))


# "Reads spike to 25k/s" beside a load of writes are reads.
_READ_BEFORE = re.compile(
    r"\b(?:reads?|quer(?:y|ies)|lookups?|searches|views|requests?)\b[^.;,\d]{0,24}$", re.IGNORECASE
)
# What counts reads and writes alike.
_BOTH = re.compile(r"\b(?:tps|qps|rps|ops|transactions?|requests?|operations?|calls?)\b", re.IGNORECASE)


def shared_out(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """Of a load of reads and writes together and the share that reads, how many of each: 80% of 11,000 tps leave 2,200 writes."""
    last = {fact.attribute: fact for fact in facts}
    share, whole = last.get("workload.read_share"), last.get("workload.writes_per_s")
    whole = last.get("workload.requests_per_s") or whole
    if share is None or whole is None or whole.span is None or not _BOTH.search(whole.span.text):
        return ()
    if not isinstance(share.value, Quantity) or not isinstance(whole.value, Quantity):
        return ()
    read = whole.value.value * share.value.value / 100
    parts = (("workload.reads_per_s", read, "reads"), ("workload.writes_per_s", whole.value.value - read, "writes"))
    return tuple(
        replace(whole, attribute=name, value=Quantity(rate, "rate", f"{rate:,.0f} {noun}/s"))
        for name, rate, noun in parts
        if name == whole.attribute or name not in last
    )


_READ = re.compile(r"\b(?:views?|reads?|quer(?:y|ies)|pages?|hits?|search(?:es)?|lookups?|visits?)\b", re.IGNORECASE)


_USUALLY = re.compile(rf"\b{_USUAL}\b", re.IGNORECASE)


def sized_by_peak(facts: Sequence[Fact], text: str) -> tuple[Fact, ...]:
    """Where only the peak of a load is stated, it is what the load is taken for: whoever sizes a store sizes it for that.

    Where the text speaks of the usual load too, its figure was not understood, and the peak does not stand for it.
    """
    if _USUALLY.search(text):
        return ()
    known = {fact.attribute for fact in facts}
    taken = []
    for fact in facts:
        if fact.attribute == "workload.peak_writes_per_s" and "workload.writes_per_s" not in known:
            taken.append(replace(fact, attribute="workload.writes_per_s", origin="assumed"))
        if fact.attribute == "workload.peak_requests_per_s" and not known & _SERVED and fact.span is not None:
            base = "workload.reads_per_s" if _READ.search(fact.span.text) else "workload.requests_per_s"
            taken.append(replace(fact, attribute=base, origin="assumed"))
    return tuple(taken)
