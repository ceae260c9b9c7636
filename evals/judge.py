"""The judge: a language model's opinion of answers through llama-index; off by default, advisory, never a gate.

Verdicts on single answers agree badly even with people (per-topic tau about .49 for nugget judges), so they are listed, not averaged
into any score that is compared.
"""

import hashlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from statistics import median
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evals.case import AnyCase, Graded
from evals.errors import EvalError, SuiteError

VOTES = 3
_JSON = re.compile(r"\{.*\}", re.DOTALL)


class Model(Protocol):
    """What is used of a llama-index LLM."""

    def complete(self, prompt: str) -> object: ...


class Vote(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    score: int = Field(ge=1, le=5)
    reason: str


@dataclass(frozen=True)
class Opinion:
    """The median of the votes on one answer, or what went wrong."""

    case: str
    score: float | None
    reasons: tuple[str, ...]


def load_model(name: str, url: str) -> Model:
    """An OpenAI-compatible endpoint; its key is read from OPENAI_API_KEY. Raises SuiteError without address or the extra `judge`."""
    if not url:
        raise SuiteError("the judge is asked only where you say: name its address, `--judge-url http://…/v1`")
    try:
        from llama_index.llms.openai_like import OpenAILike  # noqa: PLC0415  an optional dependency
    except ImportError as error:
        raise SuiteError("the judge needs llama-index-llms-openai-like: install the extra, `pip install -e '.[judge]'`") from error  # fmt: skip
    # The client refuses to be without a key, which servers of one's own do not ask for.
    key = os.environ.get("OPENAI_API_KEY") or "none"
    model: Model = OpenAILike(
        model=name, api_base=url, api_key=key, temperature=0.0, max_retries=1, timeout=60.0, is_chat_model=True
    )
    return model


def prompt_of(case: AnyCase, answer: str) -> str:
    """The prompt for one answer; what an expert would demand comes from the case's nuggets."""
    demands = [n.text for n in case.nuggets] if isinstance(case, Graded) else []
    text = resources.files("evals").joinpath("judge.md").read_text(encoding="utf-8")
    fields = {
        "question": getattr(case, "question", ""),
        "demands": "\n".join(f"- {d}" for d in demands),
        "answer": answer,
    }
    # One pass: what an answer holds is never filled in again.
    return re.sub(r"\{(question|demands|answer)\}", lambda m: str(fields[m.group(1)]), text)


def judge(model: Model, cases: Sequence[tuple[AnyCase, str]], cache: Path) -> tuple[Opinion, ...]:
    """An opinion on each answer; replies are kept by the digest of the prompt, so that a run can be replayed without the model."""
    cache.mkdir(parents=True, exist_ok=True)
    return tuple(_opinion(model, case, prompt_of(case, answer), cache) for case, answer in cases)


def _opinion(model: Model, case: AnyCase, prompt: str, cache: Path) -> Opinion:
    votes: list[Vote] = []
    reasons: list[str] = []
    for number in range(VOTES):
        try:
            votes.append(_vote(_reply(model, f"{prompt}\n<!-- vote {number} -->", cache)))
        except EvalError as error:
            reasons.append(str(error))
    score = float(median(v.score for v in votes)) if votes else None
    return Opinion(case.id, score, (*(v.reason for v in votes), *reasons))


def _reply(model: Model, prompt: str, cache: Path) -> str:
    kept = cache / f"{hashlib.sha256(prompt.encode()).hexdigest()}.txt"
    if kept.exists():
        return kept.read_text(encoding="utf-8")
    try:
        reply = str(model.complete(prompt))
    except Exception as error:
        raise SuiteError(f"the judge did not answer: {type(error).__name__}: {error}") from error
    kept.write_text(reply, encoding="utf-8")
    return reply


def _vote(reply: str) -> Vote:
    found = _JSON.search(reply)
    try:
        return Vote.model_validate(json.loads(found.group() if found else reply))
    except (ValueError, ValidationError) as error:
        raise SuiteError(f"the judge's reply is no verdict: {reply[:80]!r}") from error
