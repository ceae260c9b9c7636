"""One of several processes on one store: opens it when told to, asks for the same events and adds turns of its own."""

import datetime as dt
import sys

from service.question.request import Turn
from service.store.errands import Errands
from service.store.records import Errand
from service.store.store import open_store

EVENTS = 30
TURNS = 15
MINUTE = dt.timedelta(minutes=1)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def race(url: str, name: str) -> None:
    noon = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)
    say("ready")
    sys.stdin.readline()
    store = open_store(url)
    for number in range(TURNS):
        pair = (Turn(role="user", content=f"{name}.{number}"), Turn(role="assistant", content=f"{name}.{number}"))
        store.append_turns("C1", "1.5", pair, noon)
    errands = Errands(store)
    say(" ".join(e for e in map(str, range(EVENTS)) if errands.take((e,), Errand(e, "{}"), noon, noon)))
    # Those of both are there to be taken over, each by one.
    say(" ".join(errand.id for _ in range(EVENTS) for errand in errands.claim(noon, noon + MINUTE)))
    store.close()


if __name__ == "__main__":
    race(*sys.argv[1:])
