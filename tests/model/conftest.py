"""A server of the OpenAI form on a real socket, with scripted behaviour; and models that are compliant, sloppy or malicious."""

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
    """What the server does next: `reply` makes the text from the messages; the rest breaks it."""

    reply: Callable[[str], str] = lambda _: "DONE\n"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    half: bool = False
    seconds: float = 0.0
    asked: list[str] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    """Plays the script of its server."""

    script: Script

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        told = "\n".join(message["content"] for message in body["messages"])
        self.script.asked.append(told)
        if self.script.status != 200:
            self._fail()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        try:
            self._stream(self.script.reply(told))
        except (BrokenPipeError, ConnectionResetError):
            # The client has given up: so it should.
            self.close_connection = True

    def _fail(self) -> None:
        content = b'{"error": {"message": "out of order"}}'
        self.send_response(self.script.status)
        told = {"Content-Type": "application/json", "Content-Length": str(len(content)), **self.script.headers}
        for name, value in told.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _stream(self, text: str) -> None:
        pieces = [text[i : i + 40] for i in range(0, len(text), 40)]
        for piece in pieces[: len(pieces) // 2] if self.script.half else pieces:
            time.sleep(self.script.seconds)
            self._event({"choices": [{"index": 0, "delta": {"role": "assistant", "content": piece}}]})
        if self.script.half:
            # A reset, not an end: what a server that dies looks like.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.shutdown(socket.SHUT_RDWR)
            raise BrokenPipeError
        self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        self._event({"choices": [], "usage": {"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150}})
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, content: dict[str, Any]) -> None:
        told = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m", **content}
        self.wfile.write(f"data: {json.dumps(told)}\n\n".encode())
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served(script: Script) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Played", (_Handler,), {"script": script})) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        finally:
            server.shutdown()
            serving.join()


@pytest.fixture
def script() -> type[Script]:
    return Script


@pytest.fixture
def caller_of() -> Iterator[Callable[..., Caller]]:
    """A caller of the real provider, on a scripted server or on an address of nobody."""
    with ExitStack() as stack:

        def start(script: Script | None, seconds: float = 20.0) -> Caller:
            url = stack.enter_context(served(script)) if script else f"http://127.0.0.1:{_nobody()}/v1"
            model = load_model(Wanted("openai_like:some-model", url, seconds, 4000))
            return Caller(model, time.monotonic, Breaker(time.monotonic), Bounds(seconds, 2, (1.0, 2.0)))

        yield start


def _nobody() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def asking(edition: Edition, embedder: Embedder, caller_of: Callable[..., Caller]) -> Callable[..., Advisor]:
    """The real advisor with a model behind this script; None is an endpoint that is down."""

    def make(script: Script | None, marks: bool = True, seconds: float = 20.0) -> Advisor:
        return advisor_of(edition, embedder, model=ModelComposer(caller_of(script, seconds), marks=marks))

    return make
