"""The README's ten minutes, walked through: real processes, their settings from the environment, Slack a stand-in on a real socket."""

import asyncio
import datetime as dt
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine

from ingest.build import BuildRequest, build
from ingest.embeddings import Embedder
from kb.entry import KnowledgeBase
from service.store.schema import ERRANDS
from service.wiring import STORE_FILE
from tests.frontends.slack import sent
from tests.frontends.slack.fake_slack import APP_TOKEN, BOT_TOKEN, FakeSlack, Posted
from tests.frontends.slack.sent import SECRET, encoded, signed

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
ROOT = Path(__file__).parents[3]
SECTION = (ROOT / "README.md").read_text().partition("\n## Slack\n")[2].partition("\n## ")[0]
VALUES = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_SIGNING_SECRET": SECRET}


@dataclass
class Running:
    """A process, and what it has printed."""

    process: asyncio.subprocess.Process
    printed: list[str] = field(default_factory=list)

    @property
    def said(self) -> str:
        return "".join(self.printed)

    async def listen(self) -> None:
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            self.printed.append(line.decode())

    async def until_it_says(self, words: str) -> None:
        while words not in self.said and self.process.returncode is None:
            await asyncio.sleep(0.05)
        assert words in self.said, self.said

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), 60)


@pytest.fixture(scope="module")
def data_dir(
    tmp_path_factory: pytest.TempPathFactory, make_kb: Callable[[], KnowledgeBase], embedder: Embedder
) -> Path:
    """What `make index` makes, of two entries."""
    directory = tmp_path_factory.mktemp("index")
    build(BuildRequest(make_kb(), directory), embedder)
    return directory


@asynccontextmanager
async def dbarch(slack: FakeSlack, data_dir: Path, *arguments: str, **environment: str) -> AsyncIterator[Running]:
    """`dbarch` with the variables that the README names, led to the stand-in."""
    given = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DBARCH_DATA_DIR": str(data_dir), "SLACK_API_URL": slack.api.rstrip("/"), **environment}  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "dbarch"), *arguments, env=given, cwd=data_dir, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )  # fmt: skip
    running = Running(process)
    listening = asyncio.create_task(running.listen())
    try:
        yield running
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await listening


def command_of_the_readme() -> tuple[dict[str, str], list[str]]:
    """What the README says to type: the variables, with values of the stand-in, and the arguments."""
    typed = re.search(r"^ *((?:\w+=\S+ )+)\.venv/bin/dbarch (.+)$", SECTION, re.MULTILINE)
    assert typed is not None
    names = [pair.partition("=") for pair in typed[1].split()]
    assert all(VALUES[name].startswith(value.rstrip("…")) for name, _, value in names)
    return {name: VALUES[name] for name, _, _ in names}, typed[2].split()


def question_of_the_readme() -> str:
    asked = re.search(r"`@architect (.+?)`", SECTION)
    assert asked is not None
    return asked[1]


async def an_answer(slack: FakeSlack, ts: str) -> Posted:
    await slack.until(lambda: any(m.buttons for m in slack.in_thread(ts)), 120)
    (message,) = slack.in_thread(ts)
    return message


async def over_http(slack: FakeSlack, data_dir: Path, left: dict[str, Any]) -> None:
    """`dbarch serve` with the variables that the README names answers Slack, until it is killed over a question."""
    paragraph = SECTION.partition("Over HTTP instead")[2]
    path = re.search(r"YOUR-HOST(/\S+)`", paragraph)
    assert path is not None
    environment = {name: VALUES[name] for name in re.findall(r"SLACK_\w+", paragraph)}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    async with (
        dbarch(slack, data_dir, "serve", "--port", str(port), **environment) as running,
        httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(retries=5), base_url=f"http://127.0.0.1:{port}", timeout=60
        ) as client,
    ):
        await running.until_it_says("on at /slack/events")

        async def post(event: dict[str, Any], secret: str = SECRET) -> int:
            body, media_type = encoded(event)
            headers = {"Content-Type": media_type, **signed(body, secret=secret)}
            return (await client.post(path[1], content=body, headers=headers)).status_code

        asked = sent.mention(question_of_the_readme())
        assert await post(asked, "f" * 32) == 401
        assert await post(asked) == 200
        await an_answer(slack, asked["event"]["ts"])
        slack.gates["chat.update"] = asyncio.Event()
        before = slack.calls["chat.update"]
        assert await post(left) == 200
        await slack.until(lambda: slack.calls["chat.update"] > before, 120)
        assert await running.stop(signal.SIGKILL) == -signal.SIGKILL
    slack.gates.clear()


async def over_socket_mode(slack: FakeSlack, data_dir: Path) -> None:
    """What the README says to type answers, and ends when it is told to."""
    environment, arguments = command_of_the_readme()
    greeting = re.search(r"It prints `(.+?)`", SECTION)
    assert greeting is not None
    async with dbarch(slack, data_dir, *arguments, **environment) as running:
        await running.until_it_says(greeting[1])
        asked = sent.mention(question_of_the_readme())
        assert "payload" not in await slack.send("events_api", asked)
        message = await an_answer(slack, asked["event"]["ts"])
        assert question_of_the_readme() in message.words
        assert await running.stop() == 0
    assert running.said.splitlines()[-1] == "Stop with Ctrl-C."


async def test_the_ten_minutes_work_over_both_transports_and_what_a_killed_process_has_left_is_answered_in_its_place(
    slack: FakeSlack, data_dir: Path
) -> None:
    left = sent.mention("Which workers take jobs from a table?")
    await over_http(slack, data_dir, left)
    (working,) = slack.in_thread(left["event"]["ts"])
    assert "Working on it" in working.words
    a_minute_later(data_dir)
    await over_socket_mode(slack, data_dir)
    assert (await an_answer(slack, left["event"]["ts"])).ts == working.ts
    assert slack.calls["chat.postMessage"] == 3


def a_minute_later(data_dir: Path) -> None:
    """The leases in the store have run out."""
    engine = create_engine(f"sqlite:///{data_dir / STORE_FILE}")
    with engine.begin() as connection:
        long_ago = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        assert connection.execute(ERRANDS.update().values(leased_until=long_ago)).rowcount == 1
    engine.dispose()
