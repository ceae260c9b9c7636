"""Citations: numbered as they are used, resolved from the statement that was used to our section and on to its sources."""

from collections.abc import Iterable

from kb.entry import OWN_WORD, Entry, KnowledgeBase, Section, Statement
from service.answer.advice import Citation, CitedSource

_QUOTE = 240


class CitationBook:
    """Hands out one number per section and set of sources, so that a number leads to what backs the claim and nothing else."""

    def __init__(self, kb: KnowledgeBase, public_url: str = "") -> None:
        self._kb = kb
        self.page = f"{public_url.rstrip('/')}/kb"
        self._numbers: dict[tuple[str, tuple[str, ...]], int] = {}
        self._citations: list[Citation] = []

    def cite(self, section: Section, statement: Statement) -> int:
        """The number that leads to the section and the sources of the statement."""
        entry = self._kb.entries[section.entry]
        sources = tuple(self._sources(entry, statement))
        key = (section.id, tuple(source.id for source in sources))
        if key not in self._numbers:
            self._numbers[key] = len(self._citations) + 1
            self._citations.append(self._citation(self._numbers[key], entry, section, statement, sources))
        return self._numbers[key]

    def cite_section(self, section: Section) -> tuple[int, ...]:
        """The number for a section as a whole, by its first statement."""
        statements = [s for block in section.blocks for s in block.statements]
        return (self.cite(section, statements[0]),) if statements else ()

    def adopt(self, citation: Citation) -> int:
        """The number here of what another book cites; the same section and sources keep one number."""
        section = f"{citation.entry}#{citation.url.partition('#')[2]}"
        key = (section, tuple(source.id for source in citation.sources))
        if key not in self._numbers:
            self._numbers[key] = len(self._citations) + 1
            self._citations.append(citation.model_copy(update={"number": self._numbers[key]}))
        return self._numbers[key]

    def all(self) -> tuple[Citation, ...]:
        return tuple(self._citations)

    def url(self, section: Section) -> str:
        return f"{self.page}/{section.entry}#{section.anchor}"

    def _citation(
        self, number: int, entry: Entry, section: Section, statement: Statement, sources: tuple[CitedSource, ...]
    ) -> Citation:
        quote = statement.text if len(statement.text) <= _QUOTE else f"{statement.text[: _QUOTE - 1].rstrip()}…"
        checked = max((source.checked for source in sources), default=str(entry.meta.reviewed or ""))
        return Citation(
            number=number,
            entry=entry.id,
            title=entry.title,
            heading=section.heading,
            url=self.url(section),
            quote=quote,
            sources=sources,
            checked=checked,
        )

    def _sources(self, entry: Entry, statement: Statement) -> Iterable[CitedSource]:
        own = [s for s in statement.sources if s not in OWN_WORD]
        yield from (_cited(entry, source) for source in own)
        if own:
            return
        # A statement that refers to another entry is followed one hop, to the sources of the section it links to.
        for link in statement.links:
            target = self._kb.section(link) if "#" in link else None
            other = self._kb.entries.get(link.partition("#")[0])
            if other is None:
                continue
            section = target or next(iter(other.sections), None)
            yield from (_cited(other, source) for source in (section.sources if section else ()))


def _cited(entry: Entry, source_id: str) -> CitedSource:
    source = entry.meta.sources[source_id]
    return CitedSource(
        id=f"{entry.id}:{source_id}",
        title=source.title,
        url=source.url,
        publisher=source.publisher,
        checked=str(source.checked or ""),
    )
