"""The bench: how long an answer takes beside the bare embedding of its question, a cold start, and the memory of a server.

Run by `make bench` on an edition that is built; prints a Markdown table and changes nothing.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingest.graph import open_embedder
from service.settings import read_settings

DBARCH = Path(sys.executable).parent / "dbarch"
ROUNDS = 5
START_SECONDS = 180

QUESTIONS: tuple[str, ...] = (
    "Design the database of a multi-tenant SaaS e-commerce platform with 2,000 shops and 800 orders per second at peak.",
    "How do we move 400 GB from MySQL to PostgreSQL without downtime?",
    "In which order do the columns of a composite index go?",
    "Do I delete or update the cached value when a row changes?",
    "PostgreSQL or MongoDB for a product catalogue with custom attributes?",
    "How much storage do 5,000 writes a second of 200 bytes need in a year?",
    "When a popular key expires our database gets hammered. What now?",
    "Is TimescaleDB right for 50,000 sensor readings per second kept for two years?",
    "How do we keep one tenant from reading the rows of another?",
    "Review our schema: which mistakes should we look for first?",
)


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    what: str
    figure: str


def percentile(seconds: Sequence[float], share: float) -> float:
    """The nearest rank: a time that was really measured."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def timed(work: Callable[[str], object], questions: Sequence[str], rounds: int) -> list[float]:
    """Seconds of each call, after one round that warms up."""
    for question in questions:
        work(question)
    seconds = []
    for question in (question for _ in range(rounds) for question in questions):
        started = time.perf_counter()
        work(question)
        seconds.append(time.perf_counter() - started)
    return seconds


def ask(base: str, question: str, composer: str = "deterministic") -> bytes:
    """One `POST /v1/ask`."""
    body = json.dumps({"question": question, "composer": composer}).encode()
    request = urllib.request.Request(f"{base}/v1/ask", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return bytes(response.read())


@contextmanager
def serving(settings: Mapping[str, str] | None = None) -> Iterator[tuple[str, int]]:
    """A server of its own on a free port, with these settings beside those of the environment: its address and its process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environ = {**os.environ, **(settings or {})}
    server = subprocess.Popen([DBARCH, "serve", "--port", str(port)], stdout=subprocess.DEVNULL, env=environ)
    try:
        _ready(f"http://127.0.0.1:{port}", server)
        yield f"http://127.0.0.1:{port}", server.pid
    finally:
        server.terminate()
        server.wait(START_SECONDS)


def _ready(base: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(START_SECONDS * 10):
        try:
            with urllib.request.urlopen(f"{base}/health/ready", timeout=5):
                return
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.1)
    raise SystemExit("bench: the server did not start; `dbarch serve` says why")


def resident(pid: int) -> int:
    """Bytes of memory that the process holds now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def rows(rounds: int = ROUNDS, questions: Sequence[str] = QUESTIONS) -> list[Row]:
    """Measure everything, in one run, so that the figures stand beside each other."""
    settings = read_settings()
    embedder = open_embedder(settings.embedding_model, settings.data_dir)
    with serving() as (base, pid):
        answers = timed(lambda question: ask(base, question), questions, rounds)
        memory = resident(pid)
    bare = timed(lambda question: embedder.embed([question]), questions, rounds)
    started = time.perf_counter()
    subprocess.run([DBARCH, "ask", questions[0]], check=True, stdout=subprocess.DEVNULL)
    cold = time.perf_counter() - started
    return [
        Row(f"POST /v1/ask, warm, p50 of {len(answers)}", f"{1000 * percentile(answers, 0.5):.0f} ms"),
        Row("POST /v1/ask, warm, p95", f"{1000 * percentile(answers, 0.95):.0f} ms"),
        Row("bare embedding of the same questions, p50", f"{1000 * percentile(bare, 0.5):.0f} ms"),
        Row("bare embedding of the same questions, p95", f"{1000 * percentile(bare, 0.95):.0f} ms"),
        Row("answer / embedding, p50", f"{percentile(answers, 0.5) / percentile(bare, 0.5):.1f}"),
        Row("`dbarch ask`, cold process", f"{cold:.1f} s"),
        Row("memory of the serving process", f"{memory / 2**20:.0f} MiB"),
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="bench", description="Measures answers, embeddings, a cold start and memory.")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each question is asked")
    sys.stdout.write(table(rows(parser.parse_args(arguments).rounds)))


def table(measured: Sequence[Row]) -> str:
    """The rows as Markdown."""
    lines = ["| what | measured |", "| --- | --- |", *(f"| {row.what} | {row.figure} |" for row in measured)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
