"""One of several processes on one store: opens it when told to, asks for the same events and adds turns of its own."""

import datetime as dt
import sys

from service.question.request import Turn
from service.store.store import open_store

EVENTS = 30
TURNS = 15


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
    say(" ".join(event for event in map(str, range(EVENTS)) if store.first_seen(event, noon)))
    store.close()


if __name__ == "__main__":
    race(*sys.argv[1:])
