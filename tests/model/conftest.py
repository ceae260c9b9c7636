"""A server on a real socket that speaks as OpenAI, Anthropic and Ollama do, with scripted behaviour."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ingest.edition import Edition
from ingest.embeddings import Embedder
from service.advisor import Advisor
from service.model.breaker import Breaker
from service.model.calls import Bounds, Caller
from service.model.composer import ModelComposer
from service.model.provider import Wanted, load_model
from service.wiring import advisor_of


@dataclass
class Script:
    """What the server does next: `reply` makes the text from the messages, in lines; the rest breaks it.

    Asked for an object of a schema, it says in that form what the lines say, unless `schemas` are unknown to it.
    """

    reply: Callable[[str], str] = lambda _: "DONE\n"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    half: bool = False
    fails_inside: bool = False
    schemas: bool = True
    seconds: float = 0.0
    asked: list[str] = field(default_factory=list)


def _openai(pieces: list[str], by_schema: bool, fails: bool) -> Iterator[str]:
    def event(**content: Any) -> str:
        told = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m", **content}
        return f"data: {json.dumps(told)}\n\n"

    for piece in pieces:
        yield event(choices=[{"index": 0, "delta": {"role": "assistant", "content": piece}}])
    if fails:
        yield f"data: {json.dumps({'error': {'message': 'out of order', 'type': 'server_error'}})}\n\n"
    yield event(choices=[{"index": 0, "delta": {}, "finish_reason": "stop"}])
    yield event(choices=[], usage={"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150})
    yield "data: [DONE]\n\n"


def _anthropic(pieces: list[str], by_schema: bool, fails: bool) -> Iterator[str]:
    def event(kind: str, **content: Any) -> str:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **content})}\n\n"

    begun: dict[str, Any] = {"id": "1", "type": "message", "role": "assistant", "content": [], "model": "m", "stop_reason": None, "stop_sequence": None}  # fmt: skip
    yield event("message_start", message={**begun, "usage": {"input_tokens": 120, "output_tokens": 1}})
    block = {"type": "tool_use", "id": "2", "name": "reply", "input": {}} if by_schema else {"type": "text", "text": ""}
    yield event("content_block_start", index=0, content_block=block)
    for piece in pieces:
        delta = {"type": "input_json_delta", "partial_json": piece} if by_schema else {"type": "text_delta", "text": piece}  # fmt: skip
        yield event("content_block_delta", index=0, delta=delta)
    if fails:
        yield event("error", error={"type": "overloaded_error", "message": "Overloaded"})
    yield event("content_block_stop", index=0)
    ended = {"stop_reason": "tool_use" if by_schema else "end_turn", "stop_sequence": None}
    yield event("message_delta", delta=ended, usage={"output_tokens": 30})
    yield event("message_stop")


def _ollama(pieces: list[str], by_schema: bool, fails: bool) -> Iterator[str]:
    def event(content: str, **more: Any) -> str:
        told = {
            "model": "m",
            "created_at": "2026-01-01T00:00:00Z",
            "message": {"role": "assistant", "content": content},
        }
        return f"{json.dumps({**told, **more})}\n"

    for piece in pieces:
        yield event(piece, done=False)
    if fails:
        yield f"{json.dumps({'error': 'out of order'})}\n"
    yield event("", done=True, done_reason="stop", prompt_eval_count=120, eval_count=30)


# By the address: how it streams, its type, and where a request says that the reply has a schema.
_WIRES: Mapping[str, tuple[Callable[[list[str], bool, bool], Iterator[str]], str, str]] = {
    "/v1/chat/completions": (_openai, "text/event-stream", "response_format"),
    "/v1/messages": (_anthropic, "text/event-stream", "tools"),
    "/api/chat": (_ollama, "application/x-ndjson", "format"),
}


def _told(body: Mapping[str, Any]) -> str:
    """The instructions and the data that a request holds, wherever its wire puts them."""
    system = [body["system"]] if body.get("system") else []
    parts = [*system, *(message["content"] for message in body["messages"])]
    return "\n".join(part if isinstance(part, str) else "\n".join(block["text"] for block in part) for part in parts)


def _object(lines: str) -> str:
    """What the lines of a reading say, as an object; what is no reading stays as it is."""
    if not lines.strip().endswith("DONE"):
        return lines
    rows = [(line.split(" ", 1)[0], line.split(" ", 1)[-1].split(" | ")) for line in lines.splitlines()]
    facts = [dict(zip(("attribute", "value", "words"), cells, strict=True)) for form, cells in rows if form == "FACT"]
    rules = [dict(zip(("rule", "words"), cells, strict=True)) for form, cells in rows if form == "APPLIES"]
    return json.dumps({"facts": facts, "parts": [cells[0] for form, cells in rows if form == "PART"], "applies": rules})


class _Handler(BaseHTTPRequestHandler):
    """Plays the script of its server."""

    script: Script

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        wire, media, named = _WIRES[self.path]
        told, by_schema = _told(body), bool(body.get(named))
        self.script.asked.append(told)
        if self.script.status != 200 or (by_schema and not self.script.schemas):
            self._fail(self.script.status if self.script.status != 200 else 400)
            return
        self.send_response(200)
        self.send_header("Content-Type", media)
        self.end_headers()
        text = self.script.reply(told)
        text = _object(text) if by_schema else text
        pieces = [text[i : i + 40] for i in range(0, len(text), 40)]
        broken = self.script.half or self.script.fails_inside
        try:
            self._stream(wire(pieces[: len(pieces) // 2] if broken else pieces, by_schema, self.script.fails_inside))
        except (BrokenPipeError, ConnectionResetError):
            # The client has given up: so it should.
            self.close_connection = True

    def _fail(self, status: int) -> None:
        content = b'{"error": {"message": "out of order"}}'
        self.send_response(status)
        told = {"Content-Type": "application/json", "Content-Length": str(len(content)), **self.script.headers}
        for name, value in told.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _stream(self, events: Iterator[str]) -> None:
        for event in events:
            if self.script.half and any(mark in event for mark in ("_stop", '"stop"', '"done": true')):
                # A reset, not an end: what a server that dies looks like.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.shutdown(socket.SHUT_RDWR)
                raise BrokenPipeError
            time.sleep(self.script.seconds)
            self.wfile.write(event.encode())
            self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served(script: Script) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Played", (_Handler,), {"script": script})) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            serving.join()


@pytest.fixture
def script() -> type[Script]:
    return Script


# The integration for Anthropic takes the names that it knows.
_MODELS = {"anthropic": "claude-sonnet-4-5"}


@pytest.fixture
def caller_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Caller]]:
    """A caller of the real provider, on a scripted server or on an address of nobody."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "none")
    with ExitStack() as stack:

        def start(script: Script | None, seconds: float = 20.0, provider: str = "openai_like") -> Caller:
            url = stack.enter_context(served(script)) if script else f"http://127.0.0.1:{_nobody()}"
            address = f"{url}/v1" if provider == "openai_like" else url
            model = load_model(Wanted(f"{provider}:{_MODELS.get(provider, 'some-model')}", address, seconds, 4000))
            return Caller(model, time.monotonic, Breaker(time.monotonic), Bounds(seconds, 2, (1.0, 2.0)))

        yield start


def _nobody() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def asking(edition: Edition, embedder: Embedder, caller_of: Callable[..., Caller]) -> Callable[..., Advisor]:
    """The real advisor with a model behind this script; None is an endpoint that is down."""

    def make(
        script: Script | None, marks: bool = True, seconds: float = 20.0, provider: str = "openai_like"
    ) -> Advisor:
        return advisor_of(edition, embedder, model=ModelComposer(caller_of(script, seconds, provider), marks=marks))

    return make
