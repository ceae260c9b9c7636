"""What the tests of evals share: benches on the real edition and on a small one, and directories of cases."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from evals.case import CANARY, SUITES
from evals.case_files import own_cases
from evals.editions import Workshop
from evals.suite import Bench
from ingest.build import BuildRequest, build
from ingest.edition import Edition, open_edition
from ingest.embeddings import Embedder
from kb.loader import load
from kb.postgres import Cluster
from kb.vocabulary import Vocabulary, load_vocabulary
from service.wiring import advisor_of

SAMPLE = Path(__file__).parents[1] / "kb" / "sample"


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return load_vocabulary()


@pytest.fixture(scope="session")
def bench(edition: Edition, embedder: Embedder, real_data_dir: Path, postgres: Cluster) -> Bench:
    return Bench(edition, lambda e: advisor_of(e, embedder), embedder, Workshop(real_data_dir, embedder), postgres)


@pytest.fixture(scope="session")
def small_bench(
    tmp_path_factory: pytest.TempPathFactory, make_embedder: Callable[[], Embedder], postgres: Cluster
) -> Iterator[Bench]:
    """The seven sample entries, embedded by their words: other editions of it are built in a moment."""
    directory, words = tmp_path_factory.mktemp("small"), make_embedder()
    build(BuildRequest(load([SAMPLE]), directory), words)
    edition = open_edition(directory, words)
    yield Bench(edition, lambda e: advisor_of(e, words), words, Workshop(directory, words, SAMPLE), postgres)
    edition.close()


@pytest.fixture(scope="session")
def committed() -> Mapping[str, Sequence[Mapping[str, object]]]:
    """The committed cases as they are written, by suite."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(own_cases().glob("*.yaml"))}
    return {suite: yaml.load(text, Loader=yaml.CSafeLoader)["cases"] for suite, text in texts.items()}


@pytest.fixture(scope="session")
def write_cases() -> Callable[..., Path]:
    """Write a directory of cases, with an empty file for each suite that is not named."""

    def write(directory: Path, **suites: Sequence[Mapping[str, object]]) -> Path:
        directory.mkdir(parents=True, exist_ok=True)
        for suite in SUITES:
            content = {"canary": CANARY, "cases": list(suites.get(suite, ()))}
            text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
            (directory / f"{suite}.yaml").write_text(text, encoding="utf-8")
        return directory

    return write


@contextmanager
def served(replies: Sequence[str | int], asked: list[Mapping[str, object]]) -> Iterator[str]:
    """A server of the OpenAI form on a real socket: it gives these replies in turn, the last for ever; a number is a failure."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            status, body = completion(replies[min(len(asked), len(replies)) - 1])
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        finally:
            server.shutdown()
            serving.join()


def completion(reply: str | int) -> tuple[int, bytes]:
    if isinstance(reply, int):
        return reply, b'{"error": {"message": "out of order"}}'
    choice = {"index": 0, "message": {"role": "assistant", "content": reply}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    told = {"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice], "usage": usage}
    return 200, json.dumps(told).encode()


@pytest.fixture
def endpoint() -> Iterator[Callable[..., tuple[str, list[Mapping[str, object]]]]]:
    """Start a server with these replies: its address, and what it will have been asked."""
    with ExitStack() as stack:

        def start(*replies: str | int) -> tuple[str, list[Mapping[str, object]]]:
            asked: list[Mapping[str, object]] = []
            return stack.enter_context(served(replies, asked)), asked

        yield start
