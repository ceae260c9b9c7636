"""Settings that are right or wrong by what else is known: the machine's memory, its disks, replicas, and what a store is for."""

import re
from collections.abc import Iterable

from kb.quantity import Quantity
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.subject import Subject
from service.question.artefact.settings_file import Product, Setting, amount

_GIB = 1024**3
_FEWEST, _MOST = 0.125, 0.5
_QUEUE = re.compile(r"\b(?:queues?|jobs?|sidekiq|celery|bull(?:mq)?|resque|rq|workers?|sessions?|carts?|streams?)\b", re.IGNORECASE)  # fmt: skip
_CACHE = re.compile(r"\bcach\w+", re.IGNORECASE)
_COPIED = re.compile(r"\b(?:replicas?|standby|stand-by|replication|backups?|pitr|point[- ]in[- ]time|pg_basebackup|barman|pgbackrest|wal-g|failover|ha)\b", re.IGNORECASE)  # fmt: skip
_WIDE = re.compile(r"no$|(?:0\.0\.0\.0|\*|::)(?:\s|$)", re.IGNORECASE)
_DISKS = re.compile(r"\b(?:hdds?|spinning|7200|magnetic|sata disks?|st1|sc1)\b", re.IGNORECASE)


def memory_gib(subject: Subject) -> float | None:
    """The memory that the asker states, in GiB."""
    value = subject.facts.get("memory")
    return float(value.value) / 1e9 if isinstance(value, Quantity) and value.value else None


def _of(subject: Subject, product: Product) -> dict[str, Setting]:
    return {s.name: s for s in subject.artefacts.settings if s.product == product}


def share_of_memory(subject: Subject) -> Iterable[Hit]:
    """What a server keeps of its pages against the memory of the machine."""
    memory = memory_gib(subject)
    wanted: tuple[tuple[Product, str, float, float, str], ...] = (
        ("postgresql", "shared_buffers", _FEWEST, _MOST, "a quarter"),
        ("mysql", "innodb_buffer_pool_size", 0.4, 0.9, "half to three quarters"),
    )
    for product, name, fewest, most, right in wanted if memory else ():
        setting = _of(subject, product).get(name)
        size = (amount(setting.value) or 0) / _GIB if setting else 0
        if setting is None or memory is None or not size or fewest <= size / memory <= most:
            continue
        few = size / memory < fewest
        yield Hit(
            setting.name,
            setting.place,
            f"{name} is {setting.value} of {memory:,.0f} GB of memory: give it {right} of the memory where the machine serves nothing else",
            "pages are read from disk or from the system's cache that memory could hold"
            if few
            else "connections, sorts and the system's own cache are left too little, and the machine swaps",
        )


def copies_of_the_log(subject: Subject) -> Iterable[Hit]:
    found = _of(subject, "postgresql")
    level = found.get("wal_level")
    if level is None or level.value.lower() != "minimal":
        return
    senders, archive = found.get("max_wal_senders"), found.get("archive_mode")
    wanted = _COPIED.search(subject.facts.text) or (senders and senders.value != "0") or (archive and archive.value.lower() != "off")  # fmt: skip
    yield Hit(
        level.name,
        level.place,
        "wal_level is minimal: set replica, which standbys, base backups and an archive of the log need",
        "the log then holds too little to replay, so a lost disk or a wrong DELETE costs everything since the last dump",
        severity="high" if wanted else "medium",
    )


def cost_of_spinning_disks(subject: Subject) -> Iterable[Hit]:
    setting = _of(subject, "postgresql").get("random_page_cost")
    if setting is not None and (amount(setting.value) or 0) >= 3 and not _DISKS.search(subject.facts.text):
        yield Hit(
            setting.name,
            setting.place,
            f"random_page_cost is {setting.value}, a figure for spinning disks: set 1.1 where the data is on SSD or in memory",
            "the planner takes index scans for dearer than they are and reads tables in full",
        )


def eviction_by_purpose(subject: Subject) -> Iterable[Hit]:
    """A cache evicts, and what must stay is not evicted; without a limit or a policy, neither is decided."""
    found, said = _of(subject, "redis"), subject.facts.text
    limit, policy = found.get("maxmemory"), found.get("maxmemory-policy")
    evicts = policy is not None and policy.value.lower().startswith("allkeys")
    jobs, cache = _QUEUE.search(said), _CACHE.search(said)
    if policy is not None and evicts and jobs:
        yield Hit(
            policy.name,
            policy.place,
            f"maxmemory-policy is {policy.value} although “{jobs.group()}” live here: it deletes any key at the limit; give queues and sessions an instance of their own with noeviction",
            "at the limit the server makes room by deleting keys, and a job is a key like any other",
            severity="high",
        )
    if limit is not None and (amount(limit.value) or 0) == 0:
        yield Hit(limit.name, limit.place, "maxmemory is 0, no limit: set it to what the machine can spare", "on 64-bit the server grows until the system stops it", severity="high")  # fmt: skip
    elif limit is not None and (policy is None or policy.value.lower() == "noeviction") and (cache or policy is None) and not jobs:  # fmt: skip
        stands = "has no maxmemory-policy beside it, and the default is" if policy is None else "stands beside"
        yield Hit(
            (policy or limit).name,
            (policy or limit).place,
            f"maxmemory {stands} noeviction: choose by purpose, allkeys-lru for a cache, noeviction only for queues and sessions",
            "at the limit every write is answered with an error",
        )


def memory_alone(subject: Subject) -> Iterable[Hit]:
    """Neither log nor snapshots where something is kept that is no cache."""
    found, said = _of(subject, "redis"), subject.facts.text
    log, policy = found.get("appendonly"), found.get("maxmemory-policy")
    cached = (policy is not None and policy.value.lower().startswith("allkeys")) or _CACHE.search(said) is not None
    jobs = _QUEUE.search(said)
    if log is None or log.value.lower() != "no" or (cached and not jobs):
        return
    save = found.get("save")
    none = save is not None and not save.value
    yield Hit(
        log.name,
        log.place,
        f"appendonly is no{' and save is empty' if none else ''}: turn it on with appendfsync everysec unless everything here can be computed again",
        "a restart loses every key" if none else "a crash loses what came after the last snapshot, which is minutes",
        severity="high" if jobs and none else "medium",
    )


def open_redis(subject: Subject) -> Iterable[Hit]:
    """A server that anybody can reach and that asks nobody who he is."""
    found = _of(subject, "redis")
    guarded = "requirepass" in found or "aclfile" in found
    for setting in (found.get("protected-mode"), found.get("bind")):
        if setting is None or guarded or not _WIDE.match(setting.value):
            continue
        yield Hit(
            setting.name,
            setting.place,
            f"{setting.name} is {setting.value} and no password is set: bind it privately, with ACL users and TLS",
            "whoever reaches the port reads and deletes everything",
        )


def open_mongodb(subject: Subject) -> Iterable[Hit]:
    found = _of(subject, "mongodb")
    asks = found.get("authorization")
    if asks is not None and asks.value.lower() == "disabled":
        yield Hit(
            asks.name,
            asks.place,
            "authorization is disabled: enable it, with TLS and a private bind address",
            "whoever reaches the port reads and drops every collection",
        )
    for setting in (found.get("bindip"), found.get("bindipall")):
        wide = setting is not None and ("0.0.0.0" in setting.value or setting.value.lower() == "true")
        if setting is not None and wide and (asks is None or asks.value.lower() != "enabled"):
            yield Hit(
                setting.name,
                setting.place,
                f"{setting.place.text} without authorization listens to everybody: bind the private address only",
                "the server starts without access control, so the network is its only guard",
            )


CONFIGURATION = (
    Rule("share-of-memory", "query", "medium", "patterns/cache-layers#engine-notes", share_of_memory),
    Rule("copies-of-the-log", "integrity", "medium", "patterns/backup-strategies#a-physical-base-and-an-unbroken-log", copies_of_the_log),
    Rule("cost-of-spinning-disks", "query", "low", "patterns/index-selection#costs-tuned-for-spinning-disks", cost_of_spinning_disks),
    Rule("eviction-by-purpose", "growth", "medium", "technologies/redis#design-rules", eviction_by_purpose, asked=True, apart=True),
    Rule("memory-alone", "integrity", "medium", "technologies/redis#what-a-crash-costs", memory_alone),
    Rule("open-redis", "tenancy", "high", "technologies/redis#security", open_redis, apart=True),
    Rule("open-mongodb", "tenancy", "high", "technologies/mongodb#security", open_mongodb, apart=True),
)  # fmt: skip
