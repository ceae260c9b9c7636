"""The page to ask on where a model is configured: who words the answer is chosen there, and said with it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from service.answer.advice import Advice, ModelNote
from service.frontends.http.app import create_app
from service.frontends.http.pages import Asked, Pages
from service.frontends.keeping import Keeper
from service.question.request import AskRequest
from service.settings import Settings
from service.wiring import build_store

Client = TestClient[Litestar]


@pytest.fixture
def modelled(small: Any, tmp_path: Path) -> Iterator[Client]:
    settings = Settings(data_dir=tmp_path, llm="openai_like:some-model")
    with TestClient(create_app(small, settings, Keeper(lambda: build_store(settings)))) as client:
        yield client


def test_there_is_nothing_to_choose_where_no_model_is_configured(client: Client) -> None:
    assert 'name="composer"' not in client.get("/").text


def test_who_chooses_the_model_asks_for_it_and_finds_it_chosen_again(modelled: Client, small: Any) -> None:
    assert "Worded by some-model" in modelled.get("/").text
    seen: list[AskRequest] = []
    small.during = seen.append
    page = modelled.post("/", data={"question": "How?", "composer": "model"}).text
    assert seen[0].composer == "model"
    assert 'value="model" checked' in page
    assert 'value="deterministic" checked' in modelled.post("/", data={"question": "How?"}).text
    assert modelled.post("/", data={"question": "How?", "composer": "poet"}).status_code == 422


def test_the_directory_of_a_replay_is_not_shown(small: Any, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, llm="replay:/secret/place")
    with TestClient(create_app(small, settings, Keeper(lambda: build_store(settings)))) as client:
        page = client.get("/").text
    assert "Worded by replay" in page
    assert "secret" not in page


@pytest.fixture
def page_of(small: Any) -> Callable[[str, ModelNote], str]:
    def page(composer: str, note: ModelNote) -> str:
        advice: Advice = small.advise(AskRequest(question="How?"))
        return Pages("m").ask(Asked("How?"), advice.model_copy(update={"composer": composer, "model": note}))

    return page


def test_the_answer_says_who_spoke_and_why_no_model_did(page_of: Callable[[str, ModelNote], str]) -> None:
    note = ModelNote(name="ollama:m", supported=3, own=1, dropped=2, filled=("next_steps",))
    spoke = page_of("model", note)
    assert "Worded by ollama:m and checked: 3 statements stand in what they cite, 1 are its own (‡), 2 were dropped. Not by the model: next steps." in spoke  # fmt: skip
    silent = page_of("deterministic", ModelNote(name="ollama:m", reason="it is <b>busy</b>"))
    assert "Worded without a model: it is &lt;b&gt;busy&lt;/b&gt;." in silent
