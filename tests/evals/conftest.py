"""What the tests of evals share: benches on the real edition and on a small one, and directories of cases."""

from collections.abc import Callable, Iterator, Mapping, Sequence
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
