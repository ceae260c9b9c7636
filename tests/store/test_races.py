"""However many write at once, nothing is lost and nothing is done twice."""

import datetime as dt
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import pytest
from sqlalchemy import select

from service.question.request import Turn
from service.store.errands import Errands
from service.store.schema import TURNS
from service.store.store import Store, open_store
from tests.store.taking import LEASE, took

HERE = Path(__file__).parent


def turns_of(store: Store) -> list[str]:
    with store.reading() as connection:
        return list(connection.execute(select(TURNS.c.content).order_by(TURNS.c.number)).scalars())


@pytest.mark.slow
def test_processes_that_start_at_once_share_an_empty_store(url: str) -> None:
    command = [sys.executable, str(HERE / "race_in_process.py"), url]
    racers = [
        subprocess.Popen([*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for name in "ab"
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    outputs = [racer.communicate(timeout=60)[0].split("\n") for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0]
    for line, what in enumerate(("taken", "taken over")):
        by_somebody = [int(event) for output in outputs for event in output[line].split()]
        assert sorted(by_somebody) == list(range(30)), what
    store = open_store(url)
    said = turns_of(store)
    store.close()
    assert len(said) == 60
    # Those of one call stay together, and each process finds its own in its own order.
    assert said[::2] == said[1::2]
    assert all(
        [turn for turn in said[::2] if turn[0] == name] == [f"{name}.{number}" for number in range(15)] for name in "ab"
    )


def test_threads_of_one_process_lose_no_turn_and_see_no_event_twice(store: Store, noon: dt.datetime) -> None:
    start = threading.Barrier(4)

    def race(name: int) -> int:
        start.wait()
        for number in range(10):
            store.append_turns("C1", "1.5", (Turn(role="user", content=f"{name}.{number}"),), noon)
        return sum(took(store, str(event), noon) for event in range(10))

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(race, range(4))) == 10
    assert sorted(turns_of(store)) == sorted(f"{name}.{number}" for name in range(4) for number in range(10))


def test_what_was_left_undone_is_taken_over_by_one(store: Store, noon: dt.datetime) -> None:
    for number in range(8):
        took(store, str(number), noon)
    start = threading.Barrier(4)

    def race(_: int) -> list[str]:
        start.wait()
        return [errand.id for errand in Errands(store).claim(noon + LEASE, noon + 2 * LEASE)]

    with ThreadPoolExecutor(4) as pool:
        assert sorted(chain.from_iterable(pool.map(race, range(4)))) == [str(number) for number in range(8)]


def test_replicas_that_open_an_empty_store_at_once_migrate_it_once(url: str, noon: dt.datetime) -> None:
    start = threading.Barrier(5)

    def race(_: int) -> bool:
        start.wait()
        store = open_store(url)
        first = took(store, "e1", noon)
        store.close()
        return first

    with ThreadPoolExecutor(5) as pool:
        assert sorted(pool.map(race, range(5))) == [False] * 4 + [True]
