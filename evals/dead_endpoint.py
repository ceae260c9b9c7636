"""What a dead model costs who asks for one: the same questions to a service whose endpoint is dead and to one that has none.

Run as `python -m evals.dead_endpoint` on an edition that is built.
"""

import argparse
import json
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Literal, get_args

from evals.bench import QUESTIONS, Row, ask, percentile, serving, table

Death = Literal["refuses", "silent", "unroutable"]
# Who says nothing is waited for so long, by the first two questions.
_SECONDS = 2
_QUEUED = 4
# Pairs enough that the p95 is no single answer: other load falls on both of a pair, and which is asked first changes every round.
_ROUNDS = 20


@dataclass
class Times:
    """Seconds of each answer, side by side; and of those first answers that still waited for the endpoint."""

    first: list[float] = field(default_factory=list)
    dead: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)


@contextmanager
def endpoint(death: Death) -> Iterator[str]:
    """The address of an endpoint that refuses connections, takes them and says nothing, or lets the attempt to connect time out."""
    with ExitStack() as sockets:
        taken = sockets.enter_context(socket.socket())
        taken.bind(("127.0.0.1", 0))
        if death == "silent":
            taken.listen(128)
        if death == "unroutable":
            # A full queue of connections: who comes now gets no answer at all, as behind a route that leads nowhere.
            taken.listen(0)
            for _ in range(_QUEUED):
                waiting = sockets.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(taken.getsockname())
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/v1"


def measured(death: Death, rounds: int, questions: Sequence[str] = QUESTIONS) -> Times:
    """Each question to both services, first the one and then the other, after a round that warms up."""
    times = Times()
    with endpoint(death) as url:
        settings = {"DBARCH_LLM": "openai_like:none", "DBARCH_LLM_BASE_URL": url, "DBARCH_LLM_TIMEOUT": str(_SECONDS)}
        with serving(settings) as (dead, _), serving() as (plain, _):
            for question in questions:
                times.first.append(_timed(dead, question, "model"))
                ask(plain, question)
            pairs = [("model", dead, times.dead), ("deterministic", plain, times.plain)]
            for number in range(rounds):
                for question in questions:
                    for composer, base, seconds in pairs if number % 2 else reversed(pairs):
                        seconds.append(_timed(base, question, composer))
    return times


def _timed(base: str, question: str, composer: str) -> float:
    started = time.perf_counter()
    answer = json.loads(ask(base, question, composer))
    seconds = time.perf_counter() - started
    if answer["composer"] != "deterministic":
        raise SystemExit("dead_endpoint: a model answered, and there is none")
    return seconds


def rows(death: Death, rounds: int, questions: Sequence[str] = QUESTIONS) -> list[Row]:
    """The figures of one way to be dead."""
    times = measured(death, rounds, questions)
    waited = sorted(times.first)[-2:]
    found = [Row(f"{death}: the two answers that found it dead", f"{waited[0]:.2f} and {waited[1]:.2f} s")]
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        dead, plain = percentile(times.dead, share), percentile(times.plain, share)
        shown = f"{1000 * dead:.0f} and {1000 * plain:.0f} ms: {dead / plain:.2f}"
        found.append(Row(f"{death}: {name} of {len(times.dead)} answers, model asked for and not, ratio", shown))
    # Side by side on a busy machine: what slows one of a pair slows the other.
    ratios = [dead / plain for dead, plain in zip(times.dead, times.plain, strict=True)]
    return [*found, Row(f"{death}: ratio pair by pair, p50", f"{percentile(ratios, 0.5):.2f}")]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="dead_endpoint", description="Measures what a dead model costs who asks.")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help="how often each question is asked")
    parser.add_argument("--death", choices=get_args(Death), action="append", help="only this way to be dead")
    typed = parser.parse_args(arguments)
    sys.stdout.write(table([row for death in typed.death or get_args(Death) for row in rows(death, typed.rounds)]))


if __name__ == "__main__":
    main()
