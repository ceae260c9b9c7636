"""Entries and search results as front ends show them."""

from pydantic import BaseModel, ConfigDict

from kb.entry import Entry, KnowledgeBase
from service.errors import UnknownEntryError
from service.retrieval.search import Retrieved

_EXCERPT = 280


class Shown(BaseModel):
    """Frozen, unknown keys forbidden."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class EntryCard(Shown):
    """An entry in a list: what it is, what it answers, where its page is."""

    id: str
    kind: str
    title: str
    summary: str
    answers: tuple[str, ...]
    tags: tuple[str, ...]
    reviewed: str
    url: str


class SearchResult(Shown):
    """One section: `score` between 0 and 1, `excerpt` the beginning of its text."""

    entry: str
    title: str
    heading: str
    anchor: str
    url: str
    excerpt: str
    score: float


class SearchResults(Shown):
    query: str
    edition: str
    relevant: bool
    results: tuple[SearchResult, ...]


def card(entry: Entry, public_url: str = "") -> EntryCard:
    """The card of an entry."""
    meta = entry.meta
    return EntryCard(
        id=entry.id,
        kind=entry.kind,
        title=meta.title,
        summary=meta.summary,
        answers=tuple(answer.q for answer in meta.answers),
        tags=meta.tags,
        reviewed=str(meta.reviewed or ""),
        url=f"{public_url.rstrip('/')}/kb/{entry.id}",
    )


def entry_of(kb: KnowledgeBase, entry_id: str) -> Entry:
    """One entry. Raises UnknownEntryError."""
    try:
        return kb.entries[entry_id]
    except KeyError:
        raise UnknownEntryError(
            f"there is no entry {entry_id!r}; `dbarch kb list` and /v1/entries name them all"
        ) from None


def results(query: str, retrieved: Retrieved, kb: KnowledgeBase, edition: str, public_url: str = "") -> SearchResults:
    """Hits as results; a hit in a section that is gone would be a fault of the edition, never of the query."""
    found = []
    for hit in retrieved.hits:
        entry = kb.entries[hit.entry]
        section = entry.anchors[hit.section.partition("#")[2]]
        text = " ".join(section.text.split())
        excerpt = text if len(text) <= _EXCERPT else f"{text[: _EXCERPT - 1].rstrip()}…"
        found.append(
            SearchResult(
                entry=entry.id,
                title=entry.title,
                heading=section.heading,
                anchor=section.anchor,
                url=f"{public_url.rstrip('/')}/kb/{hit.section}",
                excerpt=excerpt,
                score=hit.score,
            )
        )
    return SearchResults(query=query, edition=edition, relevant=retrieved.relevant, results=tuple(found))
