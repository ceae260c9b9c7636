"""A bot of ours beside a small Slack: what Slack sends goes in signed, what the bot posts is looked at there."""

import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from kb.entry import Entry, Kind, KnowledgeBase
from service.answer.advice import Advice
from service.answer.explanation import Explanation
from service.answer.telling import Tell, unheard
from service.catalogue import EntryCard, SearchResults
from service.frontends.http.app import create_app
from service.frontends.keeping import Keeper
from service.frontends.slack.keys import Keys
from service.frontends.use_cases import UseCases
from service.question.request import AskRequest
from service.reviewing import ReviewAdvice, ReviewRequest
from service.settings import Settings
from tests.frontends.slack.fake_slack import APP_TOKEN, BOT_TOKEN, FakeSlack, running_slack
from tests.frontends.slack.sent import SECRET, encoded, signed

URL = "https://db.example.org"


class Asked:
    """The small advisor, with an id for each question, that remembers what it was asked."""

    def __init__(self, advisor: UseCases) -> None:
        self._advisor = advisor
        self.requests: list[AskRequest] = []
        # Without sections, hence without diagrams to draw.
        self.short = False

    @property
    def kb(self) -> KnowledgeBase:
        return self._advisor.kb

    @property
    def edition(self) -> str:
        return self._advisor.edition

    def advise(self, request: AskRequest, tell: Tell = unheard) -> Advice:
        self.requests.append(request)
        name = hashlib.sha256(request.model_dump_json().encode()).hexdigest()[:16]
        changed = {"id": name, **({"sections": ()} if self.short else {})}
        return self._advisor.advise(request).model_copy(update=changed)

    def explain(self, request: AskRequest) -> Explanation:
        return self._advisor.explain(request)

    def comparison(self, names: Sequence[str], purpose: str = "") -> AskRequest:
        return self._advisor.comparison(names, purpose)

    def review(self, request: ReviewRequest) -> ReviewAdvice:
        return self._advisor.review(request)

    def search(self, query: str, limit: int = 10) -> SearchResults:
        return self._advisor.search(query, limit)

    def entries(self, kind: Kind | None = None) -> tuple[EntryCard, ...]:
        return self._advisor.entries(kind)

    def entry(self, entry_id: str) -> Entry:
        return self._advisor.entry(entry_id)


@dataclass
class House:
    """The service with its bot; `send` signs what it sends, unless it is given headers."""

    app: Any
    slack: FakeSlack
    advisor: Asked

    async def send(self, payload: Any, headers: dict[str, str] | None = None) -> httpx.Response:
        body, media_type = encoded(payload)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://bot") as client:
            sent = {"Content-Type": media_type, **(signed(body) if headers is None else headers)}
            return await client.post("/slack/events", content=body, headers=sent)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def slack(anyio_backend: str) -> AsyncIterator[FakeSlack]:
    async with running_slack() as running:
        yield running
        assert running.faults == running.expected


@pytest.fixture
def keys(slack: FakeSlack) -> Keys:
    return Keys(BOT_TOKEN, SECRET, APP_TOKEN, slack.api, grace=0.3)


@pytest.fixture
def advisor(small: Any) -> Asked:
    return Asked(small)


@pytest.fixture
async def house_of(
    slack: FakeSlack, keys: Keys, settings: Settings, keeper: Keeper
) -> AsyncIterator[Callable[[UseCases], House]]:
    """A house around any advisor."""
    set_up = settings.model_copy(update={"public_url": URL, "queue": 4})
    apps = []

    def build(advisor: UseCases) -> House:
        asked = Asked(advisor)
        apps.append(create_app(asked, set_up, keeper, keys))
        return House(apps[-1], slack, asked)

    yield build
    # A test may end when an answer is there; closing waits for its pictures and for what is still written down.
    for app in apps:
        async with app.lifespan():
            pass


@pytest.fixture
def house(house_of: Callable[[UseCases], House], small: Any) -> House:
    return house_of(small)
