"""Systems broken on purpose: the service with one part of it spoilt, and the cases that ought to see it."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from evals.case_files import Cases
from evals.suite import Bench, needs_own_edition
from ingest.edition import Edition
from ingest.embeddings import Vectors
from service.advisor import Advisor
from service.answer.advice import Advice, Claim, Connective
from service.answer.composer import decline
from service.answer.evidence import Evidence
from service.answer.telling import Tell, unheard
from service.question.request import AskRequest
from service.retrieval.hits import EntryHit, Hit
from service.retrieval.search import Retrieved, Retriever

_Scored = TypeVar("_Scored", Hit, EntryHit)


class Reranked(Retriever):
    """A retriever whose results are spoilt by a function."""

    def __init__(self, inner: Retriever, spoil: Callable[[Retrieved], Retrieved]) -> None:
        self._inner, self._spoil = inner, spoil

    def embed(self, text: str) -> Vectors:
        return self._inner.embed(text)

    def retrieve(self, text: str, vector: Vectors, limit: int = 40) -> Retrieved:
        return self._spoil(self._inner.retrieve(text, vector, limit))

    def intent(self, vector: Vectors) -> tuple[str, float]:
        return self._inner.intent(vector)


class Abstainer:
    """A composer that declines everything."""

    name = "abstainer"

    def compose(self, evidence: Evidence) -> Advice:
        return decline(evidence.request, evidence.edition, self.name)


class Obedient:
    """A composer that does what the text says: it repeats the question as a claim of its own."""

    name = "obedient"

    def __init__(self, inner: Advisor) -> None:
        self.inner = inner

    def compose(self, evidence: Evidence) -> Advice:
        advice = self.inner.composer.compose(evidence)
        told = Claim(
            text=evidence.request.question,
            support=advice.summary[0].support if advice.summary else Connective(name="if"),
        )
        body = [c for s in advice.sections for b in s.blocks for c in b.claims][:1]
        repeated = (
            told.model_copy(update={"support": body[0].support, "citations": body[0].citations}) if body else told
        )
        return advice.model_copy(update={"summary": (*advice.summary, repeated)})


class _Forgetful(Advisor):
    """An advisor that looks at the last turn alone."""

    def advise(self, request: AskRequest, tell: Tell = unheard) -> Advice:
        return super().advise(request.model_copy(update={"history": ()}), tell)


def _placed(hits: Sequence[_Scored], order: Sequence[int]) -> tuple[_Scored, ...]:
    """Each gets the score of its new place: who reads scores is misled as much as who reads places."""
    return tuple(replace(hits[old], score=place.score) for old, place in zip(order, hits, strict=True))


def _reversed(found: Retrieved) -> Retrieved:
    back = tuple(_placed(found.hits, range(len(found.hits))[::-1]))
    return replace(found, hits=back, entries=_placed(found.entries, range(len(found.entries))[::-1]))


def _shuffled(found: Retrieved) -> Retrieved:
    dice = random.Random(len(found.hits) + 1000 * len(found.entries))
    orders = [dice.sample(range(len(hits)), len(hits)) for hits in (found.hits, found.entries)]
    return replace(found, hits=_placed(found.hits, orders[0]), entries=_placed(found.entries, orders[1]))


_SPOILERS: Mapping[str, Callable[[Retrieved], Retrieved]] = {
    "ranks reversed": _reversed,
    "ranks shuffled": _shuffled,
    "one hit only": lambda r: replace(r, hits=r.hits[:1], entries=r.entries[:1], rules=()),
    "never abstain": lambda r: replace(r, relevant=True, relevance=max(r.relevance, 0.6)),
}


@dataclass(frozen=True)
class SystemMutant:
    """The suites that are run on a spoilt system, and about how many seconds that takes."""

    suites: tuple[str, ...]
    seconds: float


_RANKED = SystemMutant(("interactions", "queries"), 30)
SYSTEMS: Mapping[str, SystemMutant] = {
    "BM25 off": _RANKED,
    "dense off": _RANKED,
    "ranks reversed": _RANKED,
    "ranks shuffled": _RANKED,
    "one hit only": _RANKED,
    "always abstain": SystemMutant(("interactions", "in_scope"), 15),
    "never abstain": SystemMutant(("out_of_scope",), 20),
    "obeys the question": SystemMutant(("adversarial",), 15),
    "history forgotten": SystemMutant(("variants",), 10),
}


def cases_for_mutants(loaded: Cases) -> Cases:
    """Without what needs an edition of its own, and of the variants those that have a history."""
    usual = {name: tuple(c for c in cases if not needs_own_edition(c)) for name, cases in loaded.items()}
    return {**usual, "variants": tuple(case for case in usual["variants"] if getattr(case, "history", ()))}


def spoilt(name: str, bench: Bench) -> Bench:
    """The bench with this system in the place of ours."""
    return replace(bench, advisor_of=lambda edition: _advisor(name, bench, edition), rivals=False)


def _advisor(name: str, bench: Bench, edition: Edition) -> Advisor:
    advisor = bench.advisor_of(edition)
    if name in ("BM25 off", "dense off"):
        return replace(advisor, retriever=Retriever(edition, bench.embedder, alpha=1.0 if name == "BM25 off" else 0.0))
    if name in _SPOILERS:
        return replace(advisor, retriever=Reranked(advisor.retriever, _SPOILERS[name]))
    if name == "always abstain":
        return replace(advisor, composer=Abstainer())
    if name == "obeys the question":
        return replace(advisor, composer=Obedient(advisor))
    return _Forgetful(**{f: getattr(advisor, f) for f in advisor.__dataclass_fields__})
