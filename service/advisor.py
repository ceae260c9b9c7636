"""The use cases: advise, compare, search, list, show. The story of an answer, from question to advice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kb.entry import Entry, Kind, KnowledgeBase
from kb.vocabulary import Vocabulary
from service.answer.advice import Advice
from service.answer.composer import Composer, decline
from service.answer.explanation import Explanation, explain
from service.answer.gathering import ask, gather
from service.answer.scope import is_ours
from service.catalogue import EntryCard, SearchResults, card, entry_of, results
from service.comparison import comparison_of
from service.question.request import AskRequest
from service.retrieval.search import Retriever
from service.reviewing import ReviewAdvice, ReviewRequest, Shelf, review_of


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
        asked = ask(self.kb, self.vocabulary, self.retriever, request)
        if not is_ours(asked.question, asked.retrieved, asked.certain.estimates):
            return decline(request, self.edition, self.composer.name)
        return self.composer.compose(gather(self.kb, self.vocabulary, asked, self.edition))

    def explain(self, request: AskRequest) -> Explanation:
        """What was considered, chosen and dropped for the question, and why. Raises as `advise` does."""
        asked = ask(self.kb, self.vocabulary, self.retriever, request)
        ours = is_ours(asked.question, asked.retrieved, asked.certain.estimates)
        evidence = gather(self.kb, self.vocabulary, asked, self.edition) if ours else None
        return explain(asked.question, asked.retrieved, evidence)

    def compare(self, names: Sequence[str], purpose: str = "") -> Advice:
        """Two or more technologies for a purpose: table, verdict, what flips it. Raises UnknownEntryError and RequestError."""
        return self.advise(comparison_of(self.kb, self.vocabulary, names, purpose))

    def review(self, request: ReviewRequest) -> ReviewAdvice:
        """What is pasted, judged without a question. Raises ConstraintError."""
        return review_of(Shelf(self.kb, self.vocabulary, self.edition, self.public_url), request)

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
        return entry_of(self.kb, entry_id)
