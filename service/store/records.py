"""What goes into the store and comes out of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from service.answer.advice import Advice
from service.question.request import AskRequest, Turn, no_nul

Verdict = Literal["helpful", "wrong", "incomplete", "unclear"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
MAX_REASON = 2_000


AnswerId = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(no_nul)]
Reason = Annotated[str, Field(max_length=MAX_REASON), AfterValidator(no_nul)]


class Opinion(BaseModel):
    """What somebody thinks of an answer, and why; the body of `POST /v1/feedback`, with the same bounds at every door."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: AnswerId
    verdict: Verdict
    reason: Reason = ""


class Feedback(BaseModel):
    """An opinion as it is kept; `channel` is the door that it came through: `http`, `page`, `slack`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer_id: AnswerId
    verdict: Verdict
    reason: Reason = ""
    channel: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(no_nul)]
    at: AwareDatetime


@dataclass(frozen=True)
class KeptAnswer:
    """An answer with what was asked, and when it was asked last, in UTC."""

    request: AskRequest
    advice: Advice
    asked_at: datetime


@dataclass(frozen=True)
class ThreadState:
    """A conversation: its newest turns, oldest first, as many as a request takes, and the id of its last answer."""

    channel: str
    thread_ts: str
    turns: tuple[Turn, ...] = ()
    last_answer: str | None = None


@dataclass(frozen=True)
class Errand:
    """Something taken and not yet done: `work` says what, in the words of its front end, `held` what stands in the place of its answer."""

    id: str
    work: str
    held: str | None = None
    tries: int = 0
