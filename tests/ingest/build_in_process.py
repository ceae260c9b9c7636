"""Builds an edition in a process of its own, and at a given point kills itself (`kill:STEP`) or stays (`hold:STEP`)."""

import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.build import BuildRequest, Machinery, build
from ingest.steps import STEPS, Draft, Step
from kb.snapshot import restore


class Even:
    """Every text the same vector: the build does not care."""

    name = "words"
    digest = "d" * 64
    dimension = 16

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.full((len(texts), self.dimension), 0.25, dtype=np.float32)


def main(data_dir: str, snapshot: str, stop: str) -> None:
    action, _, point = stop.partition(":")

    def halt(_draft: Draft | None = None) -> None:
        sys.stdout.write("reached\n")
        sys.stdout.flush()
        if action == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(60)

    def watch(done: int, total: int) -> None:
        if point == "embedding" and done == total:
            halt()

    steps: list[Step] = []
    for step in STEPS:
        steps += [halt, step] if step.__name__ == point else [step]
    request = BuildRequest(restore(Path(snapshot).read_bytes()), Path(data_dir), subjects={})
    build(request, Even(), watch, Machinery(steps=tuple(steps)))


if __name__ == "__main__":
    main(*sys.argv[1:])
