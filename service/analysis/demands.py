"""Hard constraints: what a technology must be before its scores count, each decided by one typed fact of its profile."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kb.fact import FactSet
from kb.kinds import Technology
from kb.quantity import Quantity

# The least score on "sustained write throughput" that carries a rate, by the anchors of kb/terms/criteria.yaml:
# 3 is tens of thousands a second on one primary, 5 a million and more by adding nodes.
_WRITE_STEPS: tuple[tuple[float, int], ...] = ((1e6, 5), (2e5, 4), (3e4, 3), (5e3, 2), (5e2, 1))
ANYWHERE = frozenset({"self-hosted", "embedded"})
_SOMEBODY_ELSES = frozenset({"managed", "serverless"})


@dataclass(frozen=True)
class Exclusion:
    """A candidate that does not meet a demand: what is demanded, the attribute that states it, and what the profile says instead."""

    candidate: str
    attribute: str
    phrase: str
    found: str
    anchor: str = "typed-facts"


@dataclass(frozen=True)
class _Demand:
    """What is demanded when `holds`, and the values of one typed fact that meet it."""

    attribute: str
    phrase: str
    holds: Callable[[FactSet], bool]
    fact: str
    meets: frozenset[str]


def _stated(attribute: str, value: object) -> Callable[[FactSet], bool]:
    return lambda facts: facts.get(attribute) == value


def _several(facts: FactSet) -> bool:
    regions = facts.get("regions")
    return isinstance(regions, Quantity) and regions.value >= 2


def _agreeing(facts: FactSet) -> bool:
    return facts.get("writes.several_regions") is True and facts.get("consistency") == "strong"


def _needs(workload: str) -> Callable[[FactSet], bool]:
    return lambda facts: workload in names(facts, "workload")


_DEMANDS: tuple[_Demand, ...] = (
    _Demand("transactions.multi_row", "transactions over several records", _stated("transactions.multi_row", True), "transaction_scope", frozenset({"shard", "database", "cluster"})),
    _Demand("consistency", "strong consistency", _stated("consistency", "strong"), "read_consistency", frozenset({"linearizable"})),
    _Demand("regions", "more than one region", _several, "replication", frozenset({"asynchronous", "synchronous_optional", "quorum", "consensus"})),
    _Demand("writes.several_regions", "writes in several regions that agree", _agreeing, "multi_region_writes", frozenset({"consensus"})),
    _Demand("writes.several_regions", "writes in several regions", _stated("writes.several_regions", True), "multi_region_writes", frozenset({"conflicts_resolved", "consensus"})),
    _Demand("workload", "full-text search", _needs("search"), "full_text", frozenset({"basic", "advanced"})),
)  # fmt: skip


def names(facts: FactSet, attribute: str) -> frozenset[str]:
    """The values of a set attribute, none where it is not stated."""
    value = facts.get(attribute)
    return value if isinstance(value, frozenset) else frozenset()


def exclusions(candidate: str, meta: Technology, facts: FactSet) -> tuple[Exclusion, ...]:
    """Every demand that the candidate does not meet."""
    found = [
        Exclusion(candidate, demand.attribute, demand.phrase, f"{demand.fact.replace('_', ' ')} is {str(typed.value).replace('_', ' ')}")
        for demand in _DEMANDS
        if demand.holds(facts) and (typed := meta.facts.get(demand.fact)) is not None and str(typed.value) not in demand.meets
    ]  # fmt: skip
    return (*found, *_of_profile(candidate, meta, facts))


def _of_profile(candidate: str, meta: Technology, facts: FactSet) -> list[Exclusion]:
    """Demands on whether it lives, where it runs, and how much it takes."""
    found = []
    if meta.lifecycle.status == "ended":
        since = f" since {meta.lifecycle.since}" if meta.lifecycle.since else ""
        found.append(Exclusion(candidate, "engine", "a product that still exists", f"the service has ended{since}", "licence-and-lifecycle"))  # fmt: skip
    if candidate.removeprefix("technologies/") in names(facts, "excluded"):
        found.append(Exclusion(candidate, "excluded", "your own exclusion", "you ruled it out", "at-a-glance"))
    found += _of_place(candidate, meta, facts)
    at_peak = facts.get("workload.peak_writes_per_s")
    rate = at_peak or facts.get("workload.writes_per_s")
    score = meta.scores.get("write_throughput")
    if isinstance(rate, Quantity) and score is not None:
        least = next((needed for above, needed in _WRITE_STEPS if rate.value >= above), 0)
        if score.score < least:
            found.append(Exclusion(candidate, "workload.writes_per_s", f"{rate.spelling or rate} {'at peak' if at_peak else 'sustained'}", f"it scores {score.score} of 5 on write throughput where {least} is needed", "scores"))  # fmt: skip
    return found


def _of_place(candidate: str, meta: Technology, facts: FactSet) -> list[Exclusion]:
    clouds = names(facts, "cloud")
    deployment = set(meta.deployment)
    if facts.get("managed_only") is True and not deployment & _SOMEBODY_ELSES:
        return [Exclusion(candidate, "managed_only", "a managed service", "nobody runs it for you", "at-a-glance")]
    if "on_premises" in clouds and not deployment & ANYWHERE:
        return [Exclusion(candidate, "cloud", "your own hardware", "it exists as a cloud service only", "at-a-glance")]
    public = clouds - {"on_premises"}
    offered = set(meta.clouds)
    if public and not public & offered and (facts.get("managed_only") is True or not deployment & ANYWHERE):
        return [Exclusion(candidate, "cloud", f"a service on {', '.join(sorted(public))}", f"it is offered on {', '.join(sorted(offered)) or 'no cloud'}", "at-a-glance")]  # fmt: skip
    return []


FAMILIES: Mapping[str, str] = {"warehouse": "columnar"}


def family(meta: Technology) -> str:
    """The family as rules name it: `store.family`."""
    name = meta.family.lower().replace(" ", "_").replace("-", "_")
    return FAMILIES.get(name, name)
