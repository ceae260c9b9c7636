"""Temporary editions: ours without some entries, and ours beside poisoned ones; in memory, searched exactly."""

import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from evals.case import Attack
from ingest.build import BuildRequest
from ingest.edition import Edition
from ingest.embeddings import Embedder
from ingest.memory import edition_in_memory
from kb.entry import KnowledgeBase
from kb.loader import collect, own_entries

_ENTRY = """---
title: {quoted}
summary: {summary}
sources:
  notes: {{title: "Notes", url: "https://example.org/notes", publisher: "A colleague", checked: 2026-11-24}}
---

# {title}

## Notes

{payload}[^notes]
"""


def _entry(attack: Attack) -> str:
    """The poisoned entry: titled as the question, so that it is found, and holding the payload as a sourced sentence."""
    title = " ".join(attack.question.split()).strip("# ")[:70].strip()
    summary = f"Notes of a colleague on this subject, kept beside our own entries; {title}"
    # What JSON quotes, YAML reads: a question may hold quotes, backslashes and colons.
    return _ENTRY.format(
        title=title, quoted=json.dumps(title), summary=json.dumps(summary), payload=" ".join(attack.payload.split())
    )


@dataclass(frozen=True)
class Workshop:
    """Where temporary editions are made: the vectors of a data directory are used again, so that only new text is embedded."""

    data_dir: Path
    embedder: Embedder
    entries: Path = field(default_factory=own_entries)

    def without(self, kb: KnowledgeBase, entries: Iterable[str]) -> Edition:
        """The edition of a knowledge base from which entries were taken."""
        left = frozenset(entries)
        kept = {name: entry for name, entry in kb.entries.items() if name not in left}
        return self._built(replace(kb, entries=kept, digest=f"{kb.digest}-without"))

    def poisoned(self, attacks: Iterable[Attack]) -> Edition:
        """Our entries, and beside them as a team's own one entry for each payload."""
        with tempfile.TemporaryDirectory(prefix="dbarch-poison-") as place:
            shelf = Path(place) / "references"
            shelf.mkdir()
            for attack in attacks:
                (shelf / f"{attack.id}.md").write_text(_entry(attack), encoding="utf-8")
            # What the loader refuses, such as raw HTML, is not there to attack.
            return self._built(collect([self.entries, Path(place)])[0])

    def _built(self, kb: KnowledgeBase) -> Edition:
        # In memory: writing an index of Chroma takes most of a minute, and what it finds is the same.
        return edition_in_memory(BuildRequest(kb, self.data_dir), self.embedder)
