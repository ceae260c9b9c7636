"""The use cases: advise, compare, search, list, show. The story of an answer, from question to advice."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from kb.entry import Entry, Kind, KnowledgeBase
from kb.vocabulary import Vocabulary
from service.answer.advice import Advice
from service.answer.composer import Composer, decline
from service.answer.evidence import Evidence
from service.answer.explanation import Explanation, explain
from service.answer.gathering import Asked, ask, gathered
from service.answer.telling import Found, Tell, told, unheard
from service.catalogue import EntryCard, SearchResults, card, entry_named, results
from service.comparison import comparison_of
from service.model.composer import ModelComposer
from service.question.question import Question
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
    model: ModelComposer = field(default_factory=ModelComposer)

    def advise(self, request: AskRequest, tell: Tell = unheard) -> Advice:
        """Understand, retrieve, conclude, select, compose. Raises ConstraintError and RetrievalError."""
        evidence = self._gathered(self.asked(request))
        if evidence is None:
            return told(decline(request, self.edition, self.composer.name), tell)
        tell(Found(tuple(chosen.entry.id for chosen in evidence.selection.chosen)))
        if request.composer == "deterministic":
            return told(self.composer.compose(evidence), tell)
        return self.model.answer(evidence, self.composer, lambda q: self._gathered(self.asked(request, q)), tell)

    def explain(self, request: AskRequest) -> Explanation:
        """What was considered, chosen and dropped for the question, and why. Raises as `advise` does."""
        asked = self.asked(request)
        return explain(asked.question, asked.retrieved, self._gathered(asked))

    def comparison(self, names: Sequence[str], purpose: str = "") -> AskRequest:
        """What to ask to compare two or more technologies for a purpose. Raises UnknownEntryError and RequestError."""
        return comparison_of(self.kb, self.vocabulary, names, purpose)

    def _gathered(self, asked: Asked) -> Evidence | None:
        return gathered(self.kb, self.vocabulary, asked, self.edition)

    def asked(self, request: AskRequest, reread: Question | None = None) -> Asked:
        """The request as understood, or as it was read again, with what is found on it."""
        return ask(self.kb, self.vocabulary, self.retriever, request, reread)

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
        return entry_named(self.kb, entry_id)
