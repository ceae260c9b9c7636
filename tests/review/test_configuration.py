"""Configuration: what loses data, overruns the memory or opens the door is found, fenced or not, and sound files raise nothing."""

from collections.abc import Callable

import pytest

from kb.vocabulary import load_vocabulary
from service.analysis.review.review import Review, review
from service.question.question import understand
from service.question.request import AskRequest

Judge = Callable[..., Review]

FLAWED = [
    ("", "fsync = off", "fsync", "high"),
    ("", "full_page_writes = off\nwal_level = replica", "full_page_writes", "high"),
    ("", "autovacuum = off", "autovacuum", "high"),
    ("", "synchronous_commit = off", "synchronous_commit", "medium"),
    ("on 64 GB of RAM", "work_mem = 256MB\nmax_connections = 1000", "work_mem", "medium"),
    ("on 64 GB of RAM", "shared_buffers = 128MB", "shared_buffers", "medium"),
    ("on 16 GB of RAM", "shared_buffers = 12GB", "shared_buffers", "medium"),
    ("on NVMe disks", "random_page_cost = 4", "random_page_cost", "low"),
    ("with two replicas", "wal_level = minimal", "wal_level", "high"),
    ("", "wal_level = minimal", "wal_level", "medium"),
    ("", "wal_level = minimal\narchive_mode = on", "wal_level", "high"),
    ("", "max_connections = 2000\nwork_mem = 1MB", "max_connections", "medium"),
    ("", " fsync | off\n wal_level | replica", "fsync", "high"),
    ("", "innodb_flush_log_at_trx_commit = 2", "innodb_flush_log_at_trx_commit", "high"),
    ("", "sync_binlog=0", "sync_binlog", "medium"),
    ("on 32 GB of RAM", "[mysqld]\ninnodb_buffer_pool_size = 1G", "innodb_buffer_pool_size", "medium"),
    ("", "[mysqld]\ninnodb_buffer_pool_size = 128M", "innodb_buffer_pool_size", "medium"),
    ("for Sidekiq jobs", "maxmemory 4gb\nmaxmemory-policy allkeys-lru", "maxmemory-policy", "high"),
    ("as a cache", "maxmemory 4gb\nmaxmemory-policy noeviction", "maxmemory-policy", "medium"),
    ("", "maxmemory 4gb\nport 6379", "maxmemory", "medium"),
    ("", "maxmemory 0\nport 6379", "maxmemory", "high"),
    ("for our queue", 'appendonly no\nsave ""', "appendonly", "high"),
    ("", "appendonly no\nsave 900 1", "appendonly", "medium"),
    ("", "protected-mode no", "protected-mode", "high"),
    ("", "bind 0.0.0.0\nappendonly yes", "bind", "high"),
    ("", "net:\n  bindIp: 0.0.0.0\nsecurity:\n  authorization: disabled", "authorization", "high"),
    ("", "net:\n  bindIp: 127.0.0.1,0.0.0.0", "bindip", "high"),
    ("", "net:\n  bindIpAll: true\n  bindIp: localhost", "bindipall", "high"),
    ("", "[pgbouncer]\npool_mode = session", "pool_mode", "medium"),
]
SOUND = [
    ("on 64 GB of RAM with a standby", "fsync = on\nmax_connections = 200\nshared_buffers = 16GB\nwork_mem = 32MB\nwal_level = replica\nrandom_page_cost = 1.1"),
    ("on 64 GB of RAM", "shared_buffers = 2097152\nwork_mem = 32768\nmax_connections = 100"),
    ("on spinning disks", "random_page_cost = 4"),
    ("on 32 GB of RAM", "[mysqld]\ninnodb_buffer_pool_size = 24G\ninnodb_flush_log_at_trx_commit = 1\nsync_binlog = 1\nskip-name-resolve"),
    ("as a cache", 'maxmemory 4gb\nmaxmemory-policy allkeys-lfu\nappendonly no\nsave ""\nbind 10.0.0.5'),
    ("for queues and sessions", "maxmemory 4gb\nmaxmemory-policy noeviction\nappendonly yes\nappendfsync everysec"),
    ("", "bind 0.0.0.0\nrequirepass long-and-secret\nappendonly yes"),
    ("", "net:\n  bindIp: 0.0.0.0\nsecurity:\n  authorization: enabled"),
    ("whose clients LISTEN", "[pgbouncer]\npool_mode = session"),
]  # fmt: skip


def judged(words: str, text: str, fence: str) -> Review:
    question = f"Is this right {words}?\n\n{fence}\n{text}\n{fence}\n\nThanks"
    asked = understand(AskRequest(question=question), load_vocabulary())
    assert not asked.loose
    return review(asked.artefacts, asked.facts)


@pytest.mark.parametrize("fence", ["", "```"], ids=["bare", "fenced"])
@pytest.mark.parametrize(("words", "text", "name", "severity"), FLAWED)
def test_a_dangerous_setting_is_found(fence: str, words: str, text: str, name: str, severity: str) -> None:
    found = judged(words, text, fence)
    assert (name, severity) in {(f.object, f.severity) for f in found.findings}
    assert found.answers


@pytest.mark.parametrize("fence", ["", "```"], ids=["bare", "fenced"])
@pytest.mark.parametrize(("words", "text"), SOUND)
def test_a_sound_file_raises_no_alarm(fence: str, words: str, text: str) -> None:
    found = judged(words, text, fence)
    assert found.artefacts.settings
    assert [f.object for f in found.findings] == []
    assert not found.artefacts.unparsed


def test_the_sum_of_sorts_is_held_against_the_memory_that_is_stated() -> None:
    (said,) = [f.say for f in judged("on 64 GB of RAM", "work_mem = 256MB\nmax_connections = 400", "").findings]
    assert "100 GB against 64 GB of memory" in said


def test_each_setting_is_told_by_itself() -> None:
    found = judged("", "fsync = off\nfull_page_writes = off", "")
    assert [[f.object for f in group.findings] for group in found.groups] == [["fsync"], ["full_page_writes"]]
