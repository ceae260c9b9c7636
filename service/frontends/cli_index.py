"""`dbarch ingest`: the edition, built where it is missing or stale, and what changed."""

import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from ingest.build import BuildReport, BuildRequest, build
from ingest.embeddings import Embedder, Vectors, identify
from ingest.errors import BuildError
from ingest.graph import compile_model, graph_path, open_embedder
from kb.loader import load, own_entries
from service.settings import Settings, read_settings

SHOWN = 20


class LateEmbedder:
    """A model that is loaded by the first text: an edition that is up to date is recognised without it."""

    def __init__(self, name: str, data_dir: Path) -> None:
        self._identity = identify(name)
        self._data_dir = data_dir
        self._loaded: Embedder | None = None

    @property
    def name(self) -> str:
        return self._identity.name

    @property
    def digest(self) -> str:
        return self._identity.digest

    @property
    def dimension(self) -> int:
        return self._model().dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self._model().embed(texts)

    def _model(self) -> Embedder:
        if self._loaded is None:
            self._loaded = open_embedder(self._identity.name, self._data_dir)
        return self._loaded


def build_edition(rebuild: bool) -> None:
    """Build and say what changed; the progress bar shows where there is somebody to watch it."""
    settings = read_settings()
    request = BuildRequest(load(directories(settings)), settings.data_dir, settings.chroma_url, rebuild)
    compile_once(settings)
    with tqdm(desc="embedding", unit=" texts", disable=not sys.stderr.isatty(), leave=False) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        report = build(request, LateEmbedder(settings.embedding_model, settings.data_dir), progress)
    print(told(report))


def compile_once(settings: Settings) -> None:
    """The compiled model, where it is missing or damaged; what cannot be compiled is used as it is. Raises BuildError."""
    path = graph_path(settings.data_dir, identify(settings.embedding_model))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            print("compiling the embedding model, once, some ten seconds", file=sys.stderr)
        compiled = compile_model(settings.embedding_model, settings.data_dir)
    except OSError as error:
        raise BuildError(
            f"the compiled model cannot be written to {str(path)!r} ({error.strerror or error}): "
            "free some space or set DBARCH_DATA_DIR to a directory that can be written, then run `make index`"
        ) from error
    if compiled is None:
        print(
            f"{settings.embedding_model!r} has no graph that gives the same vectors: each start loads it whole, some ten seconds",
            file=sys.stderr,
        )


def directories(settings: Settings) -> tuple[Path, ...]:
    """Our entries, and a team's beside them."""
    return (own_entries(), *((settings.kb_dir,) if settings.kb_dir else ()))


def told(report: BuildReport) -> str:
    """What a build did, in a few lines."""
    size = f"{report.entries} entries, {report.sections} sections, {report.nodes} nodes"
    if not report.created:
        return f"edition {report.edition} is up to date: {size}"
    lines = [
        f"edition {report.edition} built in {report.seconds:.1f} s: {size}, {report.embedded} embedded, {report.cached} from the cache"
    ]
    for word, entries in (("added", report.added), ("changed", report.changed), ("removed", report.removed)):
        if entries:
            more = f" and {len(entries) - SHOWN} more" if len(entries) > SHOWN else ""
            lines.append(f"  {word}: {', '.join(entries[:SHOWN])}{more}")
    return "\n".join(lines)
