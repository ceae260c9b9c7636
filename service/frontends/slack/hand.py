"""What this process has at hand: it keeps its leases, takes over what others have left undone, and hands over when it ends."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog
from anyio import create_task_group, move_on_after

from service.frontends.slack import words
from service.frontends.slack.errands import Job, job_of
from service.frontends.slack.memory import Memory
from service.frontends.slack.posting import FAILURES, Poster, told

log = structlog.get_logger("dbarch.slack")
# What is not said by then is done without a word by whoever comes next.
GOODBYE_SECONDS = 5


@dataclass
class Held:
    """A job and the task that is at it; it is `done` unless nothing could be said, not even why there is no answer."""

    job: Job
    task: asyncio.Task[object]
    done: bool = True


@dataclass
class Hand:
    """The jobs of this process, from the first word about them to the last."""

    memory: Memory
    poster: Poster
    _held: dict[str, Held] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._held)

    @asynccontextmanager
    async def at(self, job: Job) -> AsyncIterator[Held]:
        """While the current task is at a job; afterwards it is done, unless it was let go of."""
        task = asyncio.current_task()
        assert task is not None
        held = self._held[job.id] = Held(job, task)
        try:
            yield held
        finally:
            if self._held.pop(job.id, None) is held and held.done:
                await self.memory.finish(job.id)

    async def left_undone(self) -> tuple[Job, ...]:
        """Jobs that nobody is at any more: they are ours from now on. Says at the same time that we are still at our own."""
        await self.memory.renew(tuple(self._held))
        jobs = []
        for errand in await self.memory.claim():
            job = job_of(errand, self.poster)
            if job is None:
                await self.memory.finish(errand.id)
            elif job.id not in self._held:
                jobs.append(job)
        return tuple(jobs)

    async def empty(self, seconds: float) -> bool:
        """Wait until nothing is at hand, but not longer than that; whether it is so."""

        async def idle() -> None:
            while self._held:
                await asyncio.sleep(0.02)

        try:
            await asyncio.wait_for(idle(), seconds)
        except TimeoutError:
            return False
        return True

    async def hand_over(self) -> None:
        """Stop what is at hand, say so in its place, and leave it to whoever comes next."""
        left, self._held = tuple(self._held.values()), {}
        for held in left:
            held.task.cancel()
        await asyncio.gather(*(held.task for held in left), return_exceptions=True)
        with move_on_after(GOODBYE_SECONDS):
            async with create_task_group() as tasks:
                for held in left:
                    tasks.start_soon(self._goodbye, held.job)
        await self.memory.release([held.job.id for held in left])

    async def _goodbye(self, job: Job) -> None:
        reference = uuid.uuid4().hex[:12]
        kept = await self.memory.hold(job.id, job.reply.held)
        log.warning("stopped before it was answered", reference=reference, kept=kept)
        try:
            if kept:
                await job.reply.hold(words.handed_over(reference))
                await self.memory.hold(job.id, job.reply.held)
            else:
                await job.reply.give(words.stopped(reference))
        except FAILURES as failure:
            told(failure, "say that it was stopped", reference)
