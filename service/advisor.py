"""The use cases: advise, compare, search, list, show. The story of an answer, from question to advice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kb.entry import Entry, Kind, KnowledgeBase
from kb.vocabulary import Vocabulary
from service.analysis.choice import Choice, choose, shortlist
from service.analysis.conclusions import Conclusions, conclude
from service.answer.advice import Advice
from service.answer.bearing import bearing
from service.answer.composer import Composer, decline
from service.answer.evidence import Evidence
from service.answer.explanation import Explanation, explain
from service.answer.fit import fit_all
from service.answer.parts import Part, with_parts
from service.answer.plan import plan
from service.answer.scope import assumed, gaps, is_open, is_ours
from service.answer.selection import Found, explaining, select
from service.answer.shortlisted import assumed_workload, shortlisted
from service.catalogue import EntryCard, SearchResults, card, results
from service.comparison import comparison_of
from service.errors import UnknownEntryError
from service.question.question import Question, understand
from service.question.request import AskRequest
from service.retrieval.search import Retrieved, Retriever


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
        question, retrieved = self._asked(request)
        certain = conclude(self.kb, question.facts)
        if not is_ours(question, retrieved, certain.estimates):
            return decline(request, self.edition, self.composer.name)
        return self.composer.compose(self._evidence(request, question, retrieved, certain))

    def explain(self, request: AskRequest) -> Explanation:
        """What was considered, chosen and dropped for the question, and why. Raises as `advise` does."""
        question, retrieved = self._asked(request)
        certain = conclude(self.kb, question.facts)
        ours = is_ours(question, retrieved, certain.estimates)
        return explain(question, retrieved, self._evidence(request, question, retrieved, certain) if ours else None)

    def compare(self, names: Sequence[str], purpose: str = "") -> Advice:
        """Two or more technologies for a purpose: table, verdict, what flips it. Raises UnknownEntryError and RequestError."""
        return self.advise(comparison_of(self.kb, self.vocabulary, names, purpose))

    def _asked(self, request: AskRequest) -> tuple[Question, Retrieved]:
        question = understand(request, self.vocabulary)
        return question, self._found(question.context)

    def _found(self, text: str) -> Retrieved:
        return self.retriever.retrieve(text, self.retriever.embed(text))

    def _evidence(
        self, request: AskRequest, question: Question, retrieved: Retrieved, certain: Conclusions
    ) -> Evidence:
        fits = fit_all(self.kb, question, retrieved)
        bears = bearing(self.kb, question, retrieved, fits)
        outline = plan(question, request.detail, bears.kind if bears else None)
        found = Found(fits, bears, explaining(certain.fired, retrieved))
        selection = select(self.kb, question, retrieved, outline, found)
        anything = is_open(question, retrieved, outline, selection)
        taken = (*assumed(question, selection), *(assumed_workload(self.kb, question, retrieved) if anything else ()))
        conclusions = conclude(self.kb, question.facts.extended(taken)) if taken else certain
        choice = self._choice(request, anything, conclusions)
        if choice is not None and choice.open:
            selection = shortlisted(self.kb, selection, choice, retrieved)
        parts = tuple(Part(text, self._found(text)) for text in question.parts)
        selection, unanswered = with_parts(self.kb, selection, parts)
        return Evidence(
            request=request,
            question=question,
            plan=outline,
            kb=self.kb,
            vocabulary=self.vocabulary,
            retrieved=retrieved,
            conclusions=conclusions,
            selection=selection,
            choice=choice,
            gaps=gaps(self.kb, self.vocabulary, question, retrieved, selection),
            assumed=taken,
            parts=parts,
            unanswered=unanswered,
            edition=self.edition,
        )

    def _choice(self, request: AskRequest, anything: bool, conclusions: Conclusions) -> Choice | None:
        """Among the named candidates; where none is named and no design carries the answer, among all."""
        named = choose(self.kb, self.vocabulary, conclusions.facts, request.weights, conclusions.fired)
        if named is not None or not anything:
            return named
        return shortlist(self.kb, self.vocabulary, conclusions.facts, request.weights, conclusions.fired)

    def search(self, query: str, limit: int = 10) -> SearchResults:
        """The sections nearest to the query, best first."""
        retrieved = self._found(query)
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
