"""Fixtures that several rooms share; what is slow to make is made once per session."""

import datetime as dt
import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import NDArray

from ingest.build import CACHE, BuildRequest, build
from ingest.edition import Edition, open_edition
from ingest.embeddings import BUNDLED, Embedder
from ingest.graph import MODELS, compile_model, open_embedder
from ingest.lexical import tokenize
from kb.entry import Answer, Block, Entry, Fence, KnowledgeBase, Rule, Section, Source, Statement
from kb.kinds import Pattern
from kb.loader import collect, own_entries
from kb.postgres import Cluster, running_postgres
from service.advisor import Advisor
from service.wiring import advisor_of

# What outlives the session, as it does between builds: what `make index` has compiled and embedded is not made again.
DATA = Path(__file__).parents[1] / "data"
# A loaded machine is slow, not wrong: no example is judged by a clock.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


class WordEmbedder:
    """A real embedder of sixteen dimensions: each word of a text adds to one of them."""

    name = "words"
    dimension = 16

    def __init__(self, digest: str = "d" * 64) -> None:
        self.digest = digest

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        matrix = np.full((len(texts), self.dimension), 0.01, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in tokenize(text):
                matrix[row, sum(word.encode()) % self.dimension] += 1
        return np.asarray(np.round(matrix / np.linalg.norm(matrix, axis=1, keepdims=True), 6), dtype=np.float32)


def small_section(entry: str, heading: str, prose: str, *blocks: Block) -> Section:
    anchor = heading.lower().replace(" ", "-")
    statement = Statement("paragraph", prose, prose, 0, len(prose), 9)
    paragraphs = (Block("paragraph", (statement,)),) if prose else ()
    return Section(entry, anchor, heading, (heading,), 2, 8, prose, (*paragraphs, *blocks))


def small_entry(slug: str, title: str, prose: str) -> Entry:
    source = Source(title="Notes", url="https://example.org/notes", publisher="Example", checked=dt.date(2026, 11, 24))
    rule = {"id": "never-alone", "if": f"{title} runs alone", "into": "caching", "explained": "problem", "source": "notes", "say": ("Give {name:names} company", "Give it company"), "because": "it fails {rate:rate} alone"}  # fmt: skip
    meta = Pattern(
        title=title,
        summary=f"{title} in a paragraph that is long enough to be an answer by itself.",
        sources={"notes": source},
        aliases=(f"{slug}-alias",),
        answers=(Answer(q=f"How does {title} help?", section="solution"),),
        tags=(f"{slug}-tag",),
        guidance=(Rule.model_validate(rule),),
        category="caching",
        complexity="low",
        reversibility="easy",
    )
    entry_id = f"patterns/{slug}"
    shown = Fence("sql", "postgresql", {}, f"CREATE TABLE {slug}_rows (tenant_id int);", 20, "a" * 64)
    hidden = Fence("sql", "postgresql", {"hidden": ""}, "SELECT secret_word;", 24, "b" * 64)
    row = Statement("row", "left right", "| left | right |", 0, 10, 15, cells=("left_cell", "right"))
    table = Block("table", (row,), header=("option", "price"))
    code = tuple(Block("code", (Statement("code", f.code, f.code, 0, 9, f.line),), fence=f) for f in (shown, hidden))
    sections = (
        small_section(entry_id, "Problem", prose),
        small_section(entry_id, "Solution", f"The solution of {title}.", *code),
        small_section(entry_id, "Numbers", "", table),
    )
    return Entry(entry_id, "patterns", f"kb/entries/{entry_id}.md", meta, sections)


def knowledge_base(digest: str = "k" * 64, **prose: str) -> KnowledgeBase:
    texts = prose or {"queue": "Workers take jobs from a table.", "ledger": "Money moves between accounts."}
    entries = {f"patterns/{slug}": small_entry(slug, slug.title(), text) for slug, text in texts.items()}
    return KnowledgeBase(entries, digest, {"a" * 64: "executed"})


@pytest.fixture(scope="session")
def make_kb() -> Callable[..., KnowledgeBase]:
    return knowledge_base


@pytest.fixture(scope="session")
def make_embedder() -> Callable[..., WordEmbedder]:
    return WordEmbedder


@pytest.fixture
def words() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    DATA.mkdir(exist_ok=True)
    with (DATA / "compile.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert compile_model(BUNDLED, DATA)
    return open_embedder(BUNDLED, DATA)


@pytest.fixture(scope="session")
def real_kb() -> KnowledgeBase:
    # What does not load is a failure of the knowledge base's own tests, not of every room's.
    return collect([own_entries()])[0]


@pytest.fixture(scope="session")
def real_data_dir(tmp_path_factory: pytest.TempPathFactory, real_kb: KnowledgeBase, embedder: Embedder) -> Path:
    # Workers of one session have directories beside each other; the first to come builds, the others find it up to date.
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with (shared / "data.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return built(shared / "data", real_kb, embedder)


def built(directory: Path, kb: KnowledgeBase, embedder: Embedder) -> Path:
    if not directory.exists():
        directory.mkdir()
        for name in (CACHE, MODELS):
            (DATA / name).mkdir(parents=True, exist_ok=True)
            (directory / name).symlink_to(DATA / name)
    build(BuildRequest(kb, directory), embedder)
    return directory


@pytest.fixture(scope="session")
def edition(real_data_dir: Path, embedder: Embedder) -> Iterator[Edition]:
    opened = open_edition(real_data_dir, embedder)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def real(edition: Edition, embedder: Embedder) -> Advisor:
    """The service on our own entries."""
    return advisor_of(edition, embedder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """One real PostgreSQL for all that runs SQL."""
    with running_postgres() as cluster:
        yield cluster
