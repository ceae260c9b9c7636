"""Gathering: from what was asked, found and concluded to the evidence that an answer is composed from."""

from dataclasses import dataclass

from kb.entry import KnowledgeBase
from kb.vocabulary import Vocabulary
from service.analysis.choice import Choice, choose, shortlist
from service.analysis.conclusions import Conclusions, conclude
from service.answer.bearing import bearing
from service.answer.evidence import Evidence
from service.answer.fit import fit_all
from service.answer.parts import Part, with_parts
from service.answer.plan import plan
from service.answer.scope import assumed, gaps, is_open
from service.answer.selection import Found, explaining, select
from service.answer.shortlisted import assumed_workload, shortlisted
from service.question.question import Question
from service.question.request import AskRequest
from service.retrieval.search import Retrieved


@dataclass(frozen=True)
class Asked:
    """A request as understood, with what was found on it and on each of its parts, and what certainly follows."""

    request: AskRequest
    question: Question
    retrieved: Retrieved
    certain: Conclusions
    parts: tuple[Part, ...] = ()


def gather(kb: KnowledgeBase, vocabulary: Vocabulary, asked: Asked, edition: str) -> Evidence:
    """Select what answers, choose a technology where one is wanted, and run the rules again under what is assumed."""
    question, retrieved = asked.question, asked.retrieved
    fits = fit_all(kb, question, retrieved)
    bears = bearing(kb, question, retrieved, fits)
    outline = plan(question, asked.request.detail, bears.kind if bears else None)
    found = Found(fits, bears, explaining(asked.certain.fired, retrieved))
    selection = select(kb, question, retrieved, outline, found)
    anything = is_open(question, retrieved, outline, selection)
    taken = (*assumed(question, selection), *(assumed_workload(kb, question, retrieved) if anything else ()))
    conclusions = conclude(kb, question.facts.extended(taken)) if taken else asked.certain
    choice = _choice(kb, vocabulary, asked, conclusions, anything)
    if choice is not None and choice.open:
        selection = shortlisted(kb, selection, choice, retrieved)
    selection, unanswered = with_parts(kb, selection, asked.parts)
    return Evidence(
        request=asked.request,
        question=question,
        plan=outline,
        kb=kb,
        vocabulary=vocabulary,
        retrieved=retrieved,
        conclusions=conclusions,
        selection=selection,
        choice=choice,
        gaps=gaps(kb, vocabulary, question, retrieved, selection),
        assumed=taken,
        parts=asked.parts,
        unanswered=unanswered,
        edition=edition,
    )


def _choice(
    kb: KnowledgeBase, vocabulary: Vocabulary, asked: Asked, conclusions: Conclusions, anything: bool
) -> Choice | None:
    """Among the named candidates; where none is named and no design carries the answer, among all."""
    weights = asked.request.weights
    named = choose(kb, vocabulary, conclusions.facts, weights, conclusions.fired)
    if named is not None or not anything:
        return named
    return shortlist(kb, vocabulary, conclusions.facts, weights, conclusions.fired)
