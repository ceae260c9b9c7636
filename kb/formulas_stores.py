"""Formulas of single stores: capacity units, lanes of a stream."""

import math
from collections.abc import Mapping

from kb.formula import Formula, FormulaSource, bandwidth_role, count_role, rate_role, size_role

DYNAMODB = FormulaSource(
    "Amazon DynamoDB: read and write operations",
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html",
)
DYNAMODB_PARTITIONS = FormulaSource(
    "Amazon DynamoDB: designing partition keys to distribute the workload",
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-uniform-load.html",
)
COSMOS = FormulaSource(
    "Azure Cosmos DB: request unit charge for point reads and writes",
    "https://learn.microsoft.com/en-us/azure/cosmos-db/key-value-store-cost",
)
KAFKA = FormulaSource(
    "Confluent: How to Choose the Number of Topics/Partitions in a Kafka Cluster",
    "https://www.confluent.io/blog/how-choose-number-topics-partitions-kafka-cluster/",
)
_KB, _DYNAMODB_ITEM = 1024.0, (1.0, 400 * 1024.0)


# What one partition gives, whatever the table has: write units a second.
_DYNAMODB_PARTITION_UNITS = 1000.0


def _splits(a: Mapping[str, float]) -> float:
    return math.ceil(_write_units(a) / _DYNAMODB_PARTITION_UNITS - 1e-9)


def _blocks(size: float, block: float) -> float:
    return math.ceil(size / block - 1e-9)


def _write_units(a: Mapping[str, float]) -> float:
    return math.ceil(a["rate"] - 1e-9) * _blocks(a["item_bytes"], _KB)


def _read_units(a: Mapping[str, float]) -> float:
    return math.ceil(a["rate"] * _blocks(a["item_bytes"], 4 * _KB) * a["weight"] - 1e-9)


# fmt: off
UNITS_OF_STORES = (
    Formula("write_units", (rate_role(), size_role("item_bytes", _DYNAMODB_ITEM)), "count", 1, 1e9, "writes a second times the item's size in blocks of 1 KB, each block begun counted whole", DYNAMODB, _write_units),
    Formula("read_units", (rate_role(), size_role("item_bytes", _DYNAMODB_ITEM), count_role("weight", 0.5, 2, "1")), "count", 1, 1e9, "reads a second times the item's size in blocks of 4 KB, each block begun counted whole; an eventually consistent read weighs 0.5, a transactional one 2", DYNAMODB, _read_units),
    Formula("hot_key_splits", (rate_role(), size_role("item_bytes", _DYNAMODB_ITEM, "1024 B")), "count", 1, 1e6, "write units of the hot key over the 1,000 a second that one partition gives, rounded up", DYNAMODB_PARTITIONS, _splits),
    Formula("request_units", (rate_role("reads"), rate_role("writes"), size_role("item_bytes", (1, 1024))), "count", 1, 1e9, "one unit a point read and five a write of an item up to 1 KB", COSMOS, lambda a: math.ceil(a["reads"] + 5 * a["writes"] - 1e-9)),
    Formula("lanes_by_rate", (rate_role(), rate_role("per_lane")), "count", 1, 1e6, "messages a second over what one partition's producer or consumer takes, rounded up", KAFKA, lambda a: math.ceil(a["rate"] / a["per_lane"] - 1e-9)),
    Formula("lanes_by_bytes", (bandwidth_role("bandwidth"), bandwidth_role("per_lane")), "count", 1, 1e6, "bytes a second over what one partition's producer or consumer takes, rounded up", KAFKA, lambda a: math.ceil(a["bandwidth"] / a["per_lane"] - 1e-9)),
)
# fmt: on
