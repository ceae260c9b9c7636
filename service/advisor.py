"""The use cases: advise, search, list, show. The story of an answer, from question to advice."""

from dataclasses import dataclass, replace

from kb.entry import Entry, Kind, KnowledgeBase
from kb.vocabulary import Vocabulary
from service.analysis.choice import choose
from service.analysis.conclusions import conclude
from service.answer.advice import Advice
from service.answer.composer import Composer, decline
from service.answer.evidence import Evidence
from service.answer.plan import plan
from service.answer.scope import assumed, gaps, is_ours
from service.answer.selection import explaining, select
from service.catalogue import EntryCard, SearchResults, card, results
from service.errors import UnknownEntryError
from service.question.question import understand
from service.question.request import AskRequest
from service.retrieval.search import Retriever


@dataclass(frozen=True)
class Advisor:
    """Answers from one edition; holds no state between questions."""

    kb: KnowledgeBase
    vocabulary: Vocabulary
    retriever: Retriever
    composer: Composer
    edition: str
    public_url: str = ""

    def advise(self, request: AskRequest) -> Advice:
        """Understand, retrieve, conclude, select, compose. Raises ConstraintError and RetrievalError."""
        question = understand(request, self.vocabulary)
        retrieved = self.retriever.retrieve(question.context, self.retriever.embed(question.context))
        certain = conclude(self.kb, question.facts)
        if not is_ours(question, retrieved, certain.estimates):
            return decline(request, self.edition, self.composer.name)
        outline = plan(question, request.detail)
        selection = select(self.kb, question, retrieved, outline, explaining(certain.fired, retrieved))
        taken = assumed(question, selection)
        evidence = Evidence(
            request=request,
            question=question,
            plan=outline,
            kb=self.kb,
            vocabulary=self.vocabulary,
            retrieved=retrieved,
            conclusions=conclude(self.kb, question.facts.extended(taken)) if taken else certain,
            selection=selection,
            choice=choose(self.kb, self.vocabulary, question.facts, request.weights),
            gaps=gaps(self.kb, self.vocabulary, question, retrieved, selection),
            assumed=taken,
            edition=self.edition,
        )
        return self.composer.compose(evidence)

    def search(self, query: str, limit: int = 10) -> SearchResults:
        """The sections nearest to the query, best first."""
        retrieved = self.retriever.retrieve(query, self.retriever.embed(query))
        best = replace(retrieved, hits=retrieved.hits[:limit])
        return results(query, best, self.kb, self.edition, self.public_url)

    def entries(self, kind: Kind | None = None) -> tuple[EntryCard, ...]:
        """Every entry as a card, by id."""
        return tuple(card(e, self.public_url) for _, e in sorted(self.kb.entries.items()) if kind in (None, e.kind))

    def entry(self, entry_id: str) -> Entry:
        """One entry. Raises UnknownEntryError."""
        try:
            return self.kb.entries[entry_id]
        except KeyError:
            raise UnknownEntryError(
                f"there is no entry {entry_id!r}; `dbarch kb list` and /v1/entries name them all"
            ) from None
