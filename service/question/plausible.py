"""What a number can be at all: of the attribute's unit, and within the range that anybody has of it."""

from collections.abc import Mapping

from kb.vocabulary import Attribute
from service.question.numbers import Mention

# A quantity outside its range is somebody else's number: no query is answered in a week, nothing is kept for a millisecond.
_PLAUSIBLE: Mapping[str, tuple[float, float]] = {
    "latency.p99": (1e-4, 20.0),
    "latency.rtt": (1e-5, 5.0),
    "query.time": (1e-5, 30.0),
    "workload.retention": (3600.0, 3.2e9),
    "workload.writes_per_s": (2e-5, 1e12),
    "workload.interval": (1e-3, 2.7e6),
    "workload.item_bytes": (1.0, 1e9),
    # Fewer are a part of something: the 14 pages of a score, the 500 articles that all read.
    "workload.rows": (1000.0, 1e18),
    "table.rows": (1000.0, 1e18),
    "workload.devices": (2.0, 1e12),
    "workload.users": (5.0, 1e11),
    "key.bytes": (1.0, 2704.0),
    # No node takes so few that they are told by the day.
    "node.capacity": (1.0, 1e12),
    "db.capacity": (1.0, 1e12),
    "deadline": (86400.0, 3.2e8),
    "horizon": (2.4e6, 3.2e9),
    "partition.interval": (60.0, 3.2e7),
    "replication.lag": (0.001, 2.7e6),
    "downtime.window": (0.0, 7 * 86400.0),
    "availability": (90.0, 100.0),
    "rto": (1.0, 3.2e6),
    "account.followers": (50.0, 1e10),
    "headroom": (1.0, 90.0),
    "workload.peak_factor": (1.0, 1000.0),
    "compression.ratio": (1.0, 1000.0),
    "copies": (1.0, 20.0),
    "team.size": (1.0, 120.0),
    "regions": (1.0, 40.0),
    "tenants": (1.0, 2e6),
    "nodes": (1.0, 10_000.0),
    "graph.hops": (1.0, 20.0),
    "db.size": (1e6, 1e19),
    "shard.bytes": (1e6, 1e16),
    "disk.size": (1e8, 1e18),
    "freshness": (0.0, 7 * 86400.0),
    "cache.ttl": (1e-3, 3.2e7),
}
_ZERO_DURATION = ("rpo", "rto", "downtime.window", "freshness")


def fits(mention: Mention, attribute: Attribute) -> bool:
    """Whether the number can be the attribute; a bare zero may be a length of time, a bare number what has no unit."""
    zero = mention.value == 0 and not mention.noun and attribute.name in _ZERO_DURATION
    bare = attribute.bare and mention.unit == "count" and not mention.noun
    if bare and attribute.unit == "percent" and not 99 <= mention.value < 100:
        return False
    if attribute.unit != mention.unit and not (zero or bare):
        return False
    low, high = _PLAUSIBLE.get(attribute.name, (0.0, float("inf")))
    return zero or low <= mention.value <= high
