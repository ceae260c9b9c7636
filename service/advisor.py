"""The use cases: advise, search, list, show. The story of an answer, from question to advice."""

from dataclasses import dataclass

from kb.entry import Design, Entry, Kind, KnowledgeBase
from kb.fact import Fact
from kb.vocabulary import Vocabulary
from service.analysis.choice import Choice, choose
from service.analysis.conclusions import conclude
from service.answer.advice import Advice
from service.answer.composer import Composer, decline
from service.answer.evidence import Evidence, Gap
from service.answer.plan import Plan, plan
from service.answer.selection import Selection, explaining, select
from service.catalogue import EntryCard, SearchResults, card, results
from service.errors import UnknownEntryError
from service.question.intents import speaks_of_data
from service.question.question import Question, understand
from service.question.request import AskRequest
from service.retrieval.search import Retrieved, Retriever

# Under this, not even words of our subject make a question ours ("database of French wines").
_FAINT = 0.25


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
        """Understand, retrieve, conclude, choose, select, compose. Raises ConstraintError and RetrievalError."""
        question = understand(request, self.vocabulary)
        retrieved = self.retriever.retrieve(question.context, self.retriever.embed(question.context))
        if not (retrieved.relevant or question.pasted or self._is_ours(question, retrieved)):
            return decline(request, self.edition, self.composer.name)
        outline = plan(question, request.detail)
        certain = conclude(self.kb, question.facts)
        selection = select(self.kb, question, retrieved, outline, explaining(certain.fired, retrieved))
        assumed = _assumed(question, selection)
        conclusions = conclude(self.kb, question.facts.extended(assumed)) if assumed else certain
        evidence = Evidence(
            request=request,
            question=question,
            plan=outline,
            kb=self.kb,
            vocabulary=self.vocabulary,
            retrieved=retrieved,
            conclusions=conclusions,
            selection=selection,
            choice=self._choice(question, request),
            gaps=self._gaps(question, retrieved, outline),
            assumed=assumed,
            edition=self.edition,
        )
        return self.composer.compose(evidence)

    def search(self, query: str, limit: int = 10) -> SearchResults:
        """The sections nearest to the query, best first."""
        retrieved = self.retriever.retrieve(query, self.retriever.embed(query))
        return results(query, retrieved, self.kb, limit, self.edition)

    def entries(self, kind: Kind | None = None) -> tuple[EntryCard, ...]:
        """Every entry as a card, by id."""
        return tuple(
            card(entry, self.public_url) for _, entry in sorted(self.kb.entries.items()) if kind in (None, entry.kind)
        )

    def entry(self, entry_id: str) -> Entry:
        """One entry. Raises UnknownEntryError."""
        try:
            return self.kb.entries[entry_id]
        except KeyError:
            raise UnknownEntryError(
                f"there is no entry {entry_id!r}; `dbarch kb list` and /v1/entries name them all"
            ) from None

    def _is_ours(self, question: Question, retrieved: Retrieved) -> bool:
        """A domain that no entry knows, asked about in words of our subject, is ours all the same."""
        return bool(question.intents) and speaks_of_data(question.text) and retrieved.relevance >= _FAINT

    def _gaps(self, question: Question, retrieved: Retrieved, outline: Plan) -> tuple[Gap, ...]:
        """Unwritten subjects nearer than any entry; a technology only where it is named, and always where it is to be chosen."""
        named = {
            f"technologies/{name.id}": name.id
            for name in question.technologies
            if name.part not in ("excluded", "simile")
        }
        found = [
            Gap(gap.subject, gap.title)
            for gap in retrieved.gaps
            if not gap.subject.startswith("technologies/") or gap.subject in named
        ]
        known = {gap.subject for gap in found}
        missing = (
            [entry for entry in sorted(named) if entry not in self.kb.entries and entry not in known]
            if outline.choosing
            else []
        )
        return (*found, *(Gap(entry, self.vocabulary.technologies[named[entry]].name) for entry in missing))

    def _choice(self, question: Question, request: AskRequest) -> Choice | None:
        compared = question.facts.get("compared")
        if not isinstance(compared, frozenset):
            return None
        candidates = tuple(f"technologies/{name}" for name in sorted(compared))
        return choose(self.kb, self.vocabulary, question.facts, candidates, request.weights)


def _assumed(question: Question, selection: Selection) -> tuple[Fact, ...]:
    """Where no engine is named, rules of an engine run under the one that the answer is built on, and the answer says so."""
    if any(question.facts.get(name) for name in ("engine", "migration.to", "compared")) or selection.backbone is None:
        return ()
    meta = selection.backbone.entry.meta
    return (Fact("engine", meta.store.removeprefix("technologies/"), "assumed"),) if isinstance(meta, Design) else ()
