"""The stand: the current edition with everything that a run needs, and suites dealt to processes that have one each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from evals.case import SUITES
from evals.case_files import Cases, load_cases
from evals.editions import Workshop
from evals.errors import SuiteError
from evals.suite import Bench, Results, Watch, run
from ingest.edition import open_edition
from ingest.embeddings import Embedder, Vectors
from ingest.graph import open_embedder
from kb.loader import load, own_entries
from kb.postgres import running_postgres
from service.settings import Settings
from service.wiring import advisor_of, build_model

# Suites that need each other's answers, or write to one cache of vectors.
_TOGETHER: tuple[tuple[str, ...], ...] = (("interactions", "variants"), ("out_of_scope", "adversarial"))
# Seconds that a case takes, roughly: shares are dealt by it.
_SECONDS: Mapping[str, float] = {"interactions": 0.5, "variants": 0.3, "queries": 0.08}
_OTHERS = 0.2
Dealt = TypeVar("Dealt")
# Another process takes ten seconds to begin.
WORTH_A_PROCESS = 20.0


@dataclass(frozen=True)
class Plan:
    """Where a run finds what it needs, and how many processes it may use."""

    settings: Settings
    cases: Path | None = None
    jobs: int = 1
    composer: str = "deterministic"


@dataclass(frozen=True)
class Remembering:
    """An embedder that embeds a question once: variants, mutants and rivals ask the same ones again."""

    inner: Embedder
    known: dict[str, Vectors] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def digest(self) -> str:
        return self.inner.digest

    @property
    def dimension(self) -> int:
        return self.inner.dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        if len(texts) != 1:
            return self.inner.embed(texts)
        if texts[0] not in self.known:
            self.known[texts[0]] = self.inner.embed(texts)
        return self.known[texts[0]]


@contextmanager
def bench(settings: Settings, composer: str = "deterministic") -> Iterator[Bench]:
    """The current edition with everything that a run needs. Raises SuiteError where it is not that of the entries on disk."""
    embedder = Remembering(open_embedder(settings.embedding_model, settings.data_dir))
    edition = open_edition(settings.data_dir, embedder, settings.chroma_url)
    try:
        own = load([own_entries()]).digest
        if edition.manifest.kb_digest != own:
            raise SuiteError("the edition is of another knowledge base than the entries here: run `dbarch ingest`, without DBARCH_KB_DIR, and run again")  # fmt: skip
        model = build_model(settings)
        with running_postgres() as cluster:
            yield Bench(
                edition,
                lambda e: advisor_of(e, embedder, model=model),
                embedder,
                Workshop(settings.data_dir, embedder),
                cluster,
                composer=composer,
            )
    finally:
        edition.close()


def run_dealt(stand: Bench, plan: Plan, loaded: Cases, suites: Iterable[str], watch: Watch) -> Results:
    """Run these suites, a share of them here and the others in processes beside; the results are those of one process."""
    mine, *others = deal(loaded, suites, plan.jobs)
    with ProcessPoolExecutor(max(1, len(others)), mp_context=get_context("spawn")) as pool:
        # A process is started by its first task only.
        away = [pool.submit(_share, plan, share) for share in others]
        here = run(stand, loaded, mine, watch)
        there = [future.result() for future in away]
    for results in there:
        for row in results.rows:
            if row.suite != "queries":
                watch(row.key)
        if results.rankings:
            watch("queries")
    return merged((here, *there))


def deal(loaded: Cases, suites: Iterable[str], jobs: int) -> tuple[tuple[str, ...], ...]:
    """Shares of suites that take about as long as each other."""
    wanted = frozenset(suites)
    groups = [tuple(name for name in group if name in wanted) for group in _groups()]
    shares = dealt({group: _seconds(loaded, group) for group in groups if group}, jobs)
    return tuple(tuple(name for group in share for name in group) for share in shares)


def dealt(seconds: Mapping[Dealt, float], jobs: int) -> tuple[tuple[Dealt, ...], ...]:
    """At most `jobs` shares of about the same length, the longest things first, as many as are worth a process each."""
    count = max(1, min(jobs, len(seconds), int(sum(seconds.values()) / WORTH_A_PROCESS)))
    shares: list[tuple[Dealt, ...]] = [()] * count
    for thing in sorted(seconds, key=lambda thing: -seconds[thing]):
        least = min(range(count), key=lambda place: sum(seconds[each] for each in shares[place]))
        shares[least] = (*shares[least], thing)
    return tuple(shares)


def _groups() -> tuple[tuple[str, ...], ...]:
    bound = frozenset(name for group in _TOGETHER for name in group)
    return (*_TOGETHER, *((name,) for name in SUITES if name not in bound))


def _seconds(loaded: Cases, suites: Iterable[str]) -> float:
    return sum(len(loaded[name]) * _SECONDS.get(name, _OTHERS) for name in suites)


def merged(parts: Sequence[Results]) -> Results:
    """One result of many, rows in the order of SUITES."""
    order = {name: place for place, name in enumerate(SUITES)}
    rows = sorted((row for part in parts for row in part.rows), key=lambda row: order[row.suite])
    rankings = tuple(ranking for part in parts for ranking in part.rankings)
    return Results(tuple(rows), rankings, {name: each for part in parts for name, each in part.answers.items()})


def _share(plan: Plan, suites: tuple[str, ...]) -> Results:
    """What another process does."""
    with bench(plan.settings, plan.composer) as stand:
        return run(stand, load_cases(plan.cases), suites)
