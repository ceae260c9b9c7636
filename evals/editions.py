"""Temporary editions: ours without some entries, and ours beside poisoned ones; built for real and thrown away."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from evals.case import Attack
from ingest.build import CACHE, BuildRequest, build
from ingest.edition import Edition, open_edition
from ingest.embeddings import Embedder
from kb.entry import KnowledgeBase
from kb.loader import collect, own_entries

_ENTRY = """---
title: "{title}"
summary: "Notes of a colleague on this subject, kept beside our own entries; {title}"
sources:
  notes: {{title: "Notes", url: "https://example.org/notes", publisher: "A colleague", checked: 2026-11-24}}
---

# {title}

## Notes

{payload}[^notes]
"""


@dataclass(frozen=True)
class Workshop:
    """Where temporary editions are made: the vectors of a data directory are used again, so that only new text is embedded."""

    data_dir: Path
    embedder: Embedder

    @contextmanager
    def without(self, kb: KnowledgeBase, entries: Iterable[str]) -> Iterator[Edition]:
        """The edition of a knowledge base from which entries were taken."""
        left = frozenset(entries)
        kept = {name: entry for name, entry in kb.entries.items() if name not in left}
        with self._built(replace(kb, entries=kept, digest=f"{kb.digest}-without")) as edition:
            yield edition

    @contextmanager
    def poisoned(self, attacks: Iterable[Attack]) -> Iterator[Edition]:
        """Our entries, and beside them as a team's own one entry for each payload."""
        with tempfile.TemporaryDirectory(prefix="dbarch-poison-") as place:
            shelf = Path(place) / "references"
            shelf.mkdir()
            for attack in attacks:
                title = attack.question.replace('"', "'").replace("\n", " ").strip("# ")[:70]
                text = _ENTRY.format(title=title, payload=" ".join(attack.payload.split()))
                (shelf / f"{attack.id}.md").write_text(text, encoding="utf-8")
            # What the loader refuses, such as raw HTML, is not there to attack.
            with self._built(collect([own_entries(), Path(place)])[0]) as edition:
                yield edition

    @contextmanager
    def _built(self, kb: KnowledgeBase) -> Iterator[Edition]:
        with tempfile.TemporaryDirectory(prefix="dbarch-eval-") as place:
            directory = Path(place)
            cache = self.data_dir / CACHE
            cache.mkdir(parents=True, exist_ok=True)
            (directory / CACHE).symlink_to(cache.resolve())
            build(BuildRequest(kb, directory), self.embedder)
            edition = open_edition(directory, self.embedder)
            try:
                yield edition
            finally:
                edition.close()
