"""Providers of language models through llama-index: the only module that imports their packages, and only when one is configured."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.errors import ModelError, SettingsError
from service.model.calls import Model, Prompt, Usage
from service.model.replay import Replay

# Who is not there is known soon; who thinks may take as long as the setting says.
_CONNECT_SECONDS = 3.0
# Where a server counts no tokens: a token is about four characters of English.
_TOKEN = 4
# Who refuses the key or does not know the model will not answer the next question either; other refusals are of one prompt.
_CLOSED = frozenset({401, 403, 404})
_BUSY = frozenset({429, 503, 529})
# An endpoint that knows no schemas says so with one of these.
_REFUSED = frozenset({400, 422})


@dataclass(frozen=True)
class Wanted:
    """A model as it is configured: `provider:name`, its address if it is not the provider's own, seconds to wait, tokens of a reply."""

    spec: str
    base_url: str
    seconds: float
    tokens: int

    @property
    def model(self) -> str:
        return self.spec.partition(":")[2]


def load_model(wanted: Wanted) -> Model:
    """The model that is configured. Raises SettingsError where its package is not installed or its key is missing."""
    provider = wanted.spec.partition(":")[0]
    if provider == "replay":
        return Replay(Path(wanted.model))
    try:
        return Endpoint(wanted.spec, _PROVIDERS[provider](wanted), _SHAPES[provider])
    except ImportError as error:
        raise SettingsError(f"DBARCH_LLM is {wanted.spec!r}, which needs {error.name!r}: install the extra, `pip install -e '.[llm]'`") from error  # fmt: skip


def _openai_like(wanted: Wanted) -> Any:
    import httpx  # noqa: PLC0415  comes with the optional dependency
    from llama_index.llms.openai_like import OpenAILike  # noqa: PLC0415  an optional dependency

    # The client refuses to be without a key, which servers of one's own do not ask for.
    key = os.environ.get("OPENAI_API_KEY") or "none"
    return OpenAILike(
        model=wanted.model, api_base=wanted.base_url or "https://api.openai.com/v1", api_key=key, is_chat_model=True, temperature=0.0,
        max_tokens=wanted.tokens, max_retries=0, timeout=wanted.seconds, http_client=httpx.Client(timeout=httpx.Timeout(wanted.seconds, connect=_CONNECT_SECONDS)),
        additional_kwargs={"stream_options": {"include_usage": True}},
    )  # fmt: skip


def _anthropic(wanted: Wanted) -> Any:
    from anthropic import Timeout  # noqa: PLC0415  comes with the optional dependency
    from llama_index.llms.anthropic import Anthropic  # noqa: PLC0415  an optional dependency

    if not os.environ.get("ANTHROPIC_API_KEY"):
        raise SettingsError(f"DBARCH_LLM is {wanted.spec!r}: its key is read from ANTHROPIC_API_KEY, which is not set")
    llm = Anthropic(
        model=wanted.model, base_url=wanted.base_url or None, timeout=wanted.seconds, max_tokens=wanted.tokens, max_retries=0, temperature=0.0,
        additional_kwargs={"timeout": Timeout(wanted.seconds, connect=_CONNECT_SECONDS)},
    )  # fmt: skip
    try:
        # It knows its models by name, and would say so only when it is asked.
        _ = llm.metadata
    except ValueError as error:
        raise SettingsError(f"DBARCH_LLM is {wanted.spec!r}: llama-index-llms-anthropic knows no such model; upgrade it, or name another") from error  # fmt: skip
    return llm


def _ollama(wanted: Wanted) -> Any:
    import httpx  # noqa: PLC0415  comes with the optional dependency
    from llama_index.llms.ollama import Ollama  # noqa: PLC0415  an optional dependency
    from ollama import Client  # noqa: PLC0415  comes with the optional dependency

    address = wanted.base_url or "http://localhost:11434"
    return Ollama(
        model=wanted.model, base_url=address, temperature=0.0, context_window=32_768, additional_kwargs={"num_predict": wanted.tokens},
        client=Client(host=address, timeout=httpx.Timeout(wanted.seconds, connect=_CONNECT_SECONDS)),
    )  # fmt: skip


_PROVIDERS: Mapping[str, Callable[[Wanted], Any]] = {
    "openai_like": _openai_like,
    "anthropic": _anthropic,
    "ollama": _ollama,
}


Schema = Mapping[str, Any]
_FORM = "reply"
# How each provider is told the schema of a reply.
_SHAPES: Mapping[str, Callable[[Schema], dict[str, Any]]] = {
    "openai_like": lambda schema: {
        "response_format": {"type": "json_schema", "json_schema": {"name": _FORM, "schema": schema, "strict": True}}
    },
    "anthropic": lambda schema: {
        "tools": [{"name": _FORM, "description": "The reply.", "input_schema": schema}],
        "tool_choice": {"type": "tool", "name": _FORM},
    },
    "ollama": lambda schema: {"format": schema},
}


@dataclass
class Endpoint:
    """A llama-index LLM as ours: text in pieces, tokens counted, every failure a ModelError.

    `schemas` becomes false once the endpoint has refused one: servers that call themselves OpenAI-compatible need not know them.
    """

    name: str
    llm: Any
    shape: Callable[[Schema], dict[str, Any]]
    schemas: bool = True

    def stream(self, prompt: Prompt, usage: Usage) -> Iterator[str]:
        """The reply as it comes. Raises ModelError."""
        from llama_index.core.base.llms.types import ChatMessage, MessageRole  # noqa: PLC0415  seconds to import

        usage.tokens_in = (len(prompt.system) + len(prompt.data)) // _TOKEN
        messages = [
            ChatMessage(role=MessageRole.SYSTEM, content=prompt.system),
            ChatMessage(role=MessageRole.USER, content=prompt.data),
        ]
        length, piece = 0, None
        try:
            for piece in self.llm.stream_chat(messages, **(self.shape(prompt.schema) if prompt.schema else {})):
                _count(piece.raw, usage)
                length += len(piece.delta or "")
                if piece.delta:
                    yield str(piece.delta)
        except Exception as error:
            self.schemas = self.schemas and not (prompt.schema and _status(error) in _REFUSED)
            raise _fault(error) from error
        usage.tokens_out = usage.tokens_out or length // _TOKEN
        if prompt.schema and piece is not None:
            yield from _called(piece.message)


def _count(raw: Any, usage: Usage) -> None:
    """Tokens as the server counts them, wherever it says so."""
    told = raw if isinstance(raw, Mapping) else getattr(raw, "__dict__", {})
    inner = told.get("usage") or told
    counts = inner if isinstance(inner, Mapping) else getattr(inner, "__dict__", {})
    for name in ("prompt_tokens", "input_tokens", "prompt_eval_count"):
        usage.tokens_in = _whole(counts.get(name)) or usage.tokens_in
    for name in ("completion_tokens", "output_tokens", "eval_count"):
        usage.tokens_out = _whole(counts.get(name)) or usage.tokens_out


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _called(message: Any) -> Iterator[str]:
    """What a tool was called with: where a schema is that of a tool, the call is the reply."""
    for block in message.blocks:
        if block.block_type == "tool_call":
            called = block.tool_kwargs
            yield called if isinstance(called, str) else json.dumps(called)


def _status(error: Exception) -> int:
    """The HTTP status of a failure, 0 where it has none: an error inside a stream bears the 200 that the stream began with."""
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) and status >= 400 else 0


def _fault(error: Exception) -> ModelError:
    """What went wrong in one line; who is busy says for how long, who does not answer is dead."""
    status = _status(error)
    # Ollama's client hides the response of which its error speaks.
    responses = (getattr(each, "response", None) for each in (error, error.__context__))
    headers: Mapping[str, str] = next((response.headers for response in responses if response is not None), {})
    first = (str(error).splitlines() or [""])[0][:160]
    if status in _BUSY:
        return ModelError(f"the model's endpoint is busy ({status})", _seconds(headers.get("retry-after")), dead=True)
    if status:
        return ModelError(f"the model's endpoint answered {status}: {first}", dead=status in _CLOSED or status >= 500)
    return ModelError(f"the model's endpoint does not answer: {type(error).__name__}: {first}", dead=True)


def _seconds(told: str | None) -> float:
    """Retry-After in seconds; a date, or nothing, is half a minute."""
    try:
        return max(0.0, float(told or ""))
    except ValueError:
        return 30.0
