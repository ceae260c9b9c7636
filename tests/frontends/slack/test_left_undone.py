"""A process that ends or dies leaves nobody without a word, and replicas answer once between them."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kb.postgres import Cluster
from service.errors import AnswerStoreError
from service.frontends.http.app import create_app
from service.frontends.keeping import Keeper
from service.frontends.pool import Pool
from service.frontends.slack import desk, words
from service.frontends.slack.bot import Bot, create_bot
from service.frontends.slack.errands import Order
from service.frontends.slack.keys import Keys
from service.frontends.slack.socket import listen
from service.settings import Settings
from service.store.errands import Errands
from service.store.records import Errand
from service.store.schema import ERRANDS
from service.store.store import Store
from service.wiring import build_store
from tests.frontends.slack import sent
from tests.frontends.slack.conftest import Asked, House
from tests.frontends.slack.fake_slack import FakeSlack

pytestmark = pytest.mark.anyio
LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
MakeBot = Callable[[], Bot]
# A process, and the store in which another one has left something.
LeftOver = tuple[Bot, Store]


@pytest.fixture
def a_bot(advisor: Asked, keys: Keys, keeper: Keeper) -> MakeBot:
    """Another process, as far as the store can tell."""
    return lambda: create_bot(keys, advisor, Pool(1, 4), keeper)


@pytest.fixture
def left_over(a_bot: MakeBot, keeper: Keeper) -> LeftOver:
    return a_bot(), keeper.store()


@contextlib.asynccontextmanager
async def tended(bot: Bot) -> Any:
    tending = asyncio.create_task(bot.desk.tend(0.05))
    yield
    tending.cancel()
    await asyncio.gather(tending, return_exceptions=True)
    await bot.close()


def left(store: Store) -> list[str]:
    with store.reading() as connection:
        return [row.id for row in connection.execute(ERRANDS.select())]


def leave(store: Store, order: Order, held: str | None = None, tries: int = 0) -> None:
    """As a process leaves an order that was killed over it."""
    errand = Errand("left", order.model_dump_json(), held, tries)
    assert Errands(store).take(("left",), errand, LONG_AGO, LONG_AGO)


async def test_what_is_answered_is_not_kept_as_undone(house: House, slack: FakeSlack, keeper: Keeper) -> None:
    asked = sent.mention("Which index?")
    slack.gates = {"chat.update": asyncio.Event(), "assistant.threads.setStatus": asyncio.Event()}
    await house.send(asked)
    await slack.until(lambda: slack.calls["chat.update"] or slack.calls["assistant.threads.setStatus"])
    assert len(left(keeper.store())) == 1
    for gate in slack.gates.values():
        gate.set()
    await slack.until(lambda: any("Which index?" in m.words for m in slack.in_thread(asked["event"]["ts"])))
    await slack.until(lambda: not left(keeper.store()))
    (message,) = slack.in_thread(asked["event"]["ts"])
    assert "Which index?" in message.words
    assert left(keeper.store()) == []


@pytest.mark.parametrize(
    "event", [sent.mention("Which index?"), sent.direct("Which index?")], ids=["channel", "direct"]
)
async def test_a_process_that_is_told_to_end_says_so_and_the_next_one_answers_in_its_place(
    event: dict[str, Any], a_bot: MakeBot, keys: Keys, slack: FakeSlack, keeper: Keeper
) -> None:
    first, ts, stopped = a_bot(), event["event"]["ts"], asyncio.Event()
    slack.gates = {"chat.update": asyncio.Event(), "assistant.threads.setStatus": asyncio.Event()}
    listening = asyncio.create_task(listen(first, keys, stopped))
    await slack.send("events_api", event)
    await slack.until(lambda: slack.calls["chat.update"] or slack.calls["assistant.threads.setStatus"])
    for gate in slack.gates.values():
        gate.set()
    slack.gates = {}
    await first.desk.settle(0)
    (message,) = slack.in_thread(ts)
    assert "I am being restarted" in message.words
    assert "Reference" in message.words
    assert len(left(keeper.store())) == 1
    async with tended(a_bot()):
        await slack.until(lambda: message.buttons and not left(keeper.store()))
    assert slack.in_thread(ts) == [message]
    stopped.set()
    await asyncio.wait_for(listening, 60)
    # Asked again, it is not among what was said before: only the question, asked once, and the answer.
    state = keeper.store().thread(event["event"]["channel"], ts)
    assert state is not None
    assert [turn.role for turn in state.turns] == ["user", "assistant"]


async def test_where_nothing_is_kept_a_process_that_ends_asks_to_be_asked_again(
    keys: Keys, advisor: Asked, slack: FakeSlack
) -> None:
    def fail() -> Store:
        raise AnswerStoreError("the store is away")

    bot, stopped = create_bot(keys, advisor, Pool(1, 4), Keeper(fail)), asyncio.Event()
    slack.gates = {"chat.update": asyncio.Event()}
    asked = sent.mention("Which index?")
    listening = asyncio.create_task(listen(bot, keys, stopped))
    await slack.send("events_api", asked)
    await slack.until(lambda: slack.calls["chat.update"])
    slack.gates.pop("chat.update").set()
    await bot.desk.settle(0)
    (message,) = slack.in_thread(asked["event"]["ts"])
    assert "Ask again" in message.words
    stopped.set()
    await asyncio.wait_for(listening, 60)


async def test_a_command_that_was_left_is_answered_to_its_asker(
    a_bot: MakeBot, slack: FakeSlack, keeper: Keeper
) -> None:
    leave(keeper.store(), Order(url=f"{slack.url}/respond/1", question="Which index?"))
    async with tended(a_bot()):
        await slack.until(lambda: slack.responses)
        await slack.until(lambda: not left(keeper.store()))
    assert slack.responses[0]["response_type"] == "ephemeral"
    assert "Which index?" in str(slack.responses[0]["blocks"])


@pytest.mark.parametrize(
    ("question", "tries", "said"),
    [("", 0, "Press again"), ("Which index?", desk.TAKEN_OVER, "stopped each time")],
    ids=["pressed", "deadly"],
)
async def test_what_cannot_be_done_anew_gets_a_reason_in_its_place(
    question: str, tries: int, said: str, left_over: LeftOver, slack: FakeSlack
) -> None:
    (bot, store), order = left_over, Order(channel="C1", thread_ts="1.5", question=question)
    held = await bot.desk.poster.post(order.place, words.handed_over("r"))
    leave(store, order, held, tries)
    async with tended(bot):
        await slack.until(lambda: said in slack.messages[held].words)
        await slack.until(lambda: not left(store))
    assert "Reference" in slack.messages[held].words
    assert len(slack.messages) == 1


async def test_an_error_that_nobody_foresaw_is_said_too_when_something_is_taken_over(
    a_bot: MakeBot, slack: FakeSlack, keeper: Keeper, small: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: Any) -> None:
        raise ZeroDivisionError("secret detail")

    small.during = fail
    leave(keeper.store(), Order(channel="C1", thread_ts="1.5", question="Which index?"))
    async with tended(a_bot()):
        await slack.until(lambda: slack.messages and not left(keeper.store()))
    (message,) = slack.messages.values()
    assert "secret detail" not in message.words
    assert message.words.partition("Reference ")[2][:12] in "".join(capsys.readouterr())


async def test_what_another_version_has_left_is_logged_and_forgotten(
    a_bot: MakeBot, keeper: Keeper, slack: FakeSlack, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Errands(keeper.store()).take(("old",), Errand("old", '{"shape": "old"}'), LONG_AGO, LONG_AGO)
    async with tended(a_bot()):
        await slack.until(lambda: not left(keeper.store()))
    assert "another version" in "".join(capsys.readouterr())


async def test_what_slack_did_not_take_at_all_is_tried_again_later(
    a_bot: MakeBot, slack: FakeSlack, keeper: Keeper
) -> None:
    leave(keeper.store(), Order(channel="C1", thread_ts="1.5", question="Which index?"))
    slack.errors = {"chat.postMessage": ["is_archived", "is_archived"]}
    bot = a_bot()
    async with tended(bot):
        await slack.until(lambda: not slack.errors["chat.postMessage"] and not bot.desk.hand)
        assert left(keeper.store()) == ["left"]
        await bot.desk.memory.release(["left"])
        await slack.until(lambda: slack.messages)
    assert "stopped each time" in next(iter(slack.messages.values())).words


async def test_past_what_may_wait_a_question_is_told_to_come_back(a_bot: MakeBot, keys: Keys, slack: FakeSlack) -> None:
    bot = a_bot()
    bot.desk.waiting = 1
    slack.gates = {"assistant.threads.setStatus": asyncio.Event()}
    events = [sent.direct(f"Question {n}?", channel=f"D{n}") for n in range(3)]
    stopped = asyncio.Event()
    listening = asyncio.create_task(listen(bot, keys, stopped))
    for event in events:
        await slack.send("events_api", event)
    await slack.until(lambda: slack.messages)
    assert "questions are waiting: ask again" in next(iter(slack.messages.values())).words
    slack.gates.pop("assistant.threads.setStatus").set()
    stopped.set()
    await asyncio.wait_for(listening, 60)
    assert len(slack.messages) == 3


# ---- replicas


@pytest.fixture
def shared(postgres: Cluster, settings: Settings) -> Iterator[Callable[[], Keeper]]:
    """One PostgreSQL, and a store on it for each replica."""
    with postgres.database() as name:
        url = f"postgresql://postgres@/{name}?host={postgres.directory}"
        keepers: list[Keeper] = []

        def made() -> Keeper:
            keepers.append(Keeper(lambda: build_store(settings.model_copy(update={"store_url": url}))))
            return keepers[-1]

        yield made
        for keeper in keepers:
            keeper.close()


@pytest.mark.slow
async def test_replicas_on_one_postgresql_answer_an_event_once_whichever_way_it_comes(
    shared: Callable[[], Keeper], settings: Settings, keys: Keys, advisor: Asked, slack: FakeSlack
) -> None:
    houses = [House(create_app(advisor, settings, shared(), keys), slack, advisor) for _ in range(2)]
    bot, stopped = create_bot(keys, advisor, Pool(1, 4), shared()), asyncio.Event()
    listening = asyncio.create_task(listen(bot, keys, stopped))
    events = [sent.direct(f"Question {n}?", channel=f"D{n}") for n in range(8)]
    for event in events:
        await asyncio.gather(*(house.send(event) for house in houses), slack.send("events_api", event))
    store = shared().store()
    await slack.until(lambda: len(slack.messages) >= len(events) and not left(store), 120)
    stopped.set()
    await asyncio.wait_for(listening, 60)
    assert sorted(request.question for request in advisor.requests) == [f"Question {n}?" for n in range(8)]
    assert len(slack.messages) == len(events)
