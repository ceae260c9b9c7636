"""Running the suites: every case asked, every answer scored, in the order of the files; an error is a row, never a gap."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from evals import case as cases
from evals.case import SUITES
from evals.case_files import Cases
from evals.deliverables import Exam
from evals.editions import Workshop
from evals.retrieval import Ranking, rank_all, rank_service
from evals.score import Row
from evals.scorers import SCORERS, Answered
from ingest.edition import Edition
from ingest.embeddings import Embedder
from kb.entry import KnowledgeBase
from kb.postgres import Cluster
from kb.vocabulary import Vocabulary
from service.advisor import Advisor
from service.answer.advice import Advice
from service.answer.markdown import render
from service.question.request import AskRequest

Watch = Callable[[str], None]
Advise = Callable[[AskRequest], Advice]


@dataclass(frozen=True)
class Subject:
    """What is under examination: something that answers, with the knowledge base that its citations lead into."""

    advise: Advise
    kb: KnowledgeBase
    vocabulary: Vocabulary


@dataclass(frozen=True)
class Bench:
    """Everything a run needs: the edition, who answers from it, a scratch PostgreSQL, and where other editions are made.

    With `rivals` retrieval is ranked beside BM25 alone, dense alone and reciprocal ranks.
    """

    edition: Edition
    advisor_of: Callable[[Edition], Advisor]
    embedder: Embedder
    workshop: Workshop
    cluster: Cluster | None = None
    rivals: bool = True
    composer: str = "deterministic"

    def subject(self, advisor: Advisor, kb: KnowledgeBase) -> Subject:
        """Somebody who answers, asked for the words of this bench's composer."""
        return Subject(
            lambda asking: advisor.advise(asking.model_copy(update={"composer": self.composer})), kb, advisor.vocabulary
        )


@dataclass(frozen=True)
class Results:
    """The rows of all suites that were run, the rankings of retrieval, and the answers to the interactions."""

    rows: tuple[Row, ...]
    rankings: tuple[Ranking, ...] = ()
    answers: Mapping[str, Advice] = field(default_factory=dict)


def run(bench: Bench, loaded: Cases, suites: Iterable[str], watch: Watch = lambda _: None) -> Results:
    """Run these suites in the order of SUITES, each once. Raises SuiteError where the suite itself is broken."""
    wanted = frozenset(suites)
    advisor = bench.advisor_of(bench.edition)
    subject = bench.subject(advisor, bench.edition.kb)
    rows: list[Row] = []
    originals: dict[str, Answered] = {}
    interactions = {case.id: case for case in loaded["interactions"]}
    for suite in (name for name in SUITES if name in wanted and name != "queries"):
        if suite == "variants" and "interactions" not in wanted:
            originals = _originals(bench, subject, loaded)
        for case, examined in _subjects(bench, suite, loaded[suite], subject):
            watch(f"{suite}/{case.id}")
            answered = answer(case, examined, bench.cluster, originals)
            if suite == "interactions" and isinstance(answered, Answered):
                originals[case.id] = answered
            rows.append(score(suite, case, answered, interactions.get(getattr(case, "of", ""))))
    queries = [case for case in loaded["queries"] if isinstance(case, cases.Query)]
    rankings: tuple[Ranking, ...] = ()
    if "queries" in wanted and queries:
        watch("queries")
        rank = rank_all if bench.rivals else rank_service
        rankings = rank(bench.edition, advisor.retriever, queries)
        rows += _query_rows(queries, rankings[0])
    return Results(tuple(rows), rankings, {name: each.advice for name, each in originals.items()})


def _originals(bench: Bench, subject: Subject, loaded: Cases) -> dict[str, Answered]:
    """The interactions that variants are compared with, where those are not run themselves."""
    named = {getattr(case, "of", "") for case in loaded["variants"]}
    answers = {c.id: answer(c, subject, bench.cluster, {}) for c in loaded["interactions"] if c.id in named}
    return {name: each for name, each in answers.items() if isinstance(each, Answered)}


def answer(
    case: cases.AnyCase, subject: Subject, cluster: Cluster | None, originals: Mapping[str, Answered]
) -> Answered | str:
    """The answer to a case, or what went wrong."""
    try:
        advice = subject.advise(request_of(case))
    except Exception as error:  # noqa: BLE001  whatever the service raises is this case's result
        return f"{type(error).__name__}: {error}"
    original = originals.get(case.of) if isinstance(case, cases.Variant) else None
    return Answered(case, Exam(advice, subject.vocabulary, cluster), subject.kb, original)


def request_of(case: cases.AnyCase) -> AskRequest:
    assert isinstance(case, cases.Case)
    return AskRequest.model_validate(
        {
            "question": case.question,
            "history": [turn.model_dump() for turn in case.history],
            "attachments": [
                {"name": a.name, "content": a.content, "language": a.language or None} for a in case.attachments
            ],
            "constraints": case.constraints,
            "detail": case.detail,
        }
    )


def score(suite: str, case: cases.AnyCase, answered: Answered | str, original: cases.AnyCase | None = None) -> Row:
    """The row of a case: scores named `nugget:` and `expects:` are points of it, the others metrics."""
    row = Row(suite, case.id, digest(case, original), group=_group(case), cluster=getattr(case, "of", case.id))
    if isinstance(answered, str):
        return replace(row, metrics={"errors": 1.0}, error=answered)
    metrics: dict[str, float] = {"errors": 0.0}
    points: dict[str, float] = {}
    reasons: dict[str, str] = {}
    for scorer in SCORERS:
        try:
            for found in scorer(answered):
                (points if ":" in found.name else metrics)[found.name] = round(found.value, 6)
                if found.reason:
                    reasons[found.name] = found.reason
        except Exception as error:  # noqa: BLE001  a scorer that crashes is this case's result, not the end of the run
            metrics["errors"] = 1.0
            reasons[scorer.__name__] = f"crashed: {type(error).__name__}: {error}"
    metrics["confidence"] = _CONFIDENCE[answered.advice.confidence.level]
    return replace(row, metrics=metrics, points=points, reasons=reasons, answer=render(answered.advice))


def _group(case: cases.AnyCase) -> str:
    return str(getattr(case, "group", getattr(case, "change", getattr(case, "aim", ""))))


_CONFIDENCE: Mapping[str, float] = {"high": 1.0, "medium": 0.6, "low": 0.3, "none": 0.0}


def digest(case: cases.AnyCase, original: cases.AnyCase | None = None) -> str:
    """What a baseline compares by: a case that was changed is another case, and so is a variant whose interaction asks or wants something else."""
    told = [case.model_dump(mode="json")]
    if isinstance(case, cases.Variant) and isinstance(original, cases.Graded):
        told.append(original.model_dump(mode="json", include=set(cases.Case.model_fields) - {"note"}))
        told += [nugget.model_dump(mode="json") for nugget in original.nuggets if nugget.id in case.keeps]
    text = json.dumps(told, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _query_rows(queries: Sequence[cases.Query], ranking: Ranking) -> Iterator[Row]:
    for query in queries:
        group = "far_words" if query.far_words else "near_words"
        yield Row("queries", query.id, digest(query), dict(ranking.per_query[query.id]), group=group)


def _subjects(
    bench: Bench, suite: str, loaded: Sequence[cases.AnyCase], usual: Subject
) -> Iterator[tuple[cases.AnyCase, Subject]]:
    """Each case with what answers it: a gap without its entries, an indirect attack beside its poisoned entry."""
    special = {"out_of_scope": _gaps, "adversarial": _poisoned}.get(suite)
    apart = [case for case in loaded if needs_own_edition(case)]
    yield from ((case, usual) for case in loaded if case not in apart)
    if special is not None and apart:
        edition = special(bench, apart)
        advisor = bench.advisor_of(edition)
        yield from ((case, bench.subject(advisor, edition.kb)) for case in apart)


def needs_own_edition(case: cases.AnyCase) -> bool:
    """Whether a case is asked of a temporary edition."""
    return bool(getattr(case, "without", ()) or getattr(case, "payload", ""))


def _gaps(bench: Bench, apart: Sequence[cases.AnyCase]) -> Edition:
    """One edition without all that any of them names: building one a case would take the rest of the budget."""
    names = {name for case in apart if isinstance(case, cases.OutOfScope) for name in case.without}
    return bench.workshop.without(bench.edition.kb, names)


def _poisoned(bench: Bench, apart: Sequence[cases.AnyCase]) -> Edition:
    return bench.workshop.poisoned([case for case in apart if isinstance(case, cases.Attack)])
