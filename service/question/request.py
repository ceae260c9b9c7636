"""The request: a question with its history, attachments and constraints; the body of `POST /v1/ask`."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

MAX_QUESTION = 20_000
MAX_ATTACHED_BYTES = 256_000
MAX_HISTORY = 20


def no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("holds a NUL character: send plain text")
    return text


def not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty: ask a question in a sentence or two")
    return text


PlainText = Annotated[str, AfterValidator(no_nul)]


class Part(BaseModel):
    """Frozen, unknown keys forbidden."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Turn(Part):
    role: Literal["user", "assistant"]
    content: Annotated[str, Field(max_length=MAX_QUESTION), AfterValidator(no_nul)]


class Attachment(Part):
    name: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(no_nul)]
    content: PlainText
    language: PlainText | None = None


def bounded(attachments: Iterable[Attachment]) -> None:
    """Raises ValueError where they hold more than MAX_ATTACHED_BYTES in all."""
    size = sum(len(a.content.encode()) for a in attachments)
    if size > MAX_ATTACHED_BYTES:
        raise ValueError(
            f"attachments hold {size:,} bytes in all, {MAX_ATTACHED_BYTES:,} are taken: send the part that matters"
        )


class AskRequest(Part):
    """The body of `POST /v1/ask`; the same bounds hold at every door."""

    question: Annotated[str, Field(max_length=MAX_QUESTION), AfterValidator(no_nul), AfterValidator(not_blank)]
    history: Annotated[tuple[Turn, ...], Field(max_length=MAX_HISTORY)] = ()
    attachments: tuple[Attachment, ...] = ()
    constraints: dict[str, Any] = {}
    weights: dict[str, Annotated[float, Field(ge=0, le=10)]] = {}
    detail: Literal["brief", "full"] = "full"
    # Who words the answer. Left out of the dump where it is the default, so that ids of deterministic answers stay as they are.
    composer: Annotated[Literal["deterministic", "model"], Field(exclude_if=lambda who: who == "deterministic")] = (
        "deterministic"
    )

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        bounded(self.attachments)
        return self
