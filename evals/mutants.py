"""Proof that the suite sees: answers and systems are broken in known ways, and each must fail a gate."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from evals import baseline as baselines
from evals.answer_mutants import MUTANTS, Mutant
from evals.case import AnyCase
from evals.case_files import Cases
from evals.deliverables import Exam
from evals.errors import SuiteError
from evals.gates import findings
from evals.score import Row
from evals.scorers import Answered, nuggets
from evals.suite import Bench, Results, run, score
from ingest.edition import Edition
from ingest.embeddings import Vectors
from service.advisor import Advisor
from service.answer.advice import Advice, Claim, Connective
from service.answer.composer import decline
from service.answer.evidence import Evidence
from service.question.request import AskRequest
from service.retrieval.search import Retrieved, Retriever

# Ceilings for answers that deserve nothing, as shares of the weighted nuggets.
SOUP_CEILING, OTHER_CEILING = 0.10, 0.35


@dataclass(frozen=True)
class Fate:
    """Whether a mutant was noticed, and by what."""

    mutant: str
    killed: bool
    by: str


class Reranked(Retriever):
    """A retriever whose results are spoilt by a function."""

    def __init__(self, inner: Retriever, spoil: Callable[[Retrieved], Retrieved]) -> None:
        self._inner, self._spoil = inner, spoil

    def embed(self, text: str) -> Vectors:
        return self._inner.embed(text)

    def retrieve(self, text: str, vector: Vectors, limit: int = 40) -> Retrieved:
        return self._spoil(self._inner.retrieve(text, vector, limit))


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


_SYSTEM_SUITES: Mapping[str, tuple[str, ...]] = {
    "BM25 off": ("queries", "interactions"),
    "dense off": ("queries", "interactions"),
    "ranks reversed": ("queries", "interactions"),
    "one hit only": ("queries", "interactions"),
    "always abstain": ("in_scope", "interactions"),
    "never abstain": ("out_of_scope",),
    "obeys the question": ("adversarial",),
    "history forgotten": ("variants", "interactions"),
}


def kill(
    bench: Bench,
    loaded: Cases,
    watch: Callable[[str], None] = lambda _: None,
    mutants: Mapping[str, Mutant] = MUTANTS,
) -> tuple[Fate, ...]:
    """The fate of every mutant, and of the canaries. Raises SuiteError where there is nothing to break."""
    suites = tuple(dict.fromkeys(suite for used in _SYSTEM_SUITES.values() for suite in used))
    healthy = run(bench, loaded, suites)
    if len(healthy.answers) < 2:
        raise SuiteError("mutants break answers to interactions: at least two of those have to be answered")
    before = baselines.of_run(healthy, baselines.fingerprint(bench.edition, healthy.rows), "unbroken")
    fates = []
    for name, mutant in mutants.items():
        watch(name)
        broken = mutant(healthy.answers, bench.edition.kb)
        fates.append(_fate(name, before, _rescored(bench, loaded, broken)))
    for name, used in _SYSTEM_SUITES.items():
        watch(name)
        spoilt = run(replace(bench, advisor_of=_spoilt(name, bench)), loaded, used)
        fates.append(_fate(name, before, spoilt.rows))
    return (*fates, *canaries(bench, loaded, healthy))


def _fate(name: str, before: baselines.Baseline, rows: Sequence[Row]) -> Fate:
    found = findings(before, rows)
    return Fate(name, bool(found), f"{len(found)} findings, first: {found[0]}" if found else "")


def _rescored(bench: Bench, loaded: Cases, answers: Mapping[str, Advice]) -> list[Row]:
    vocabulary = bench.advisor_of(bench.edition).vocabulary
    return [
        score("interactions", case, Answered(case, Exam(answers[case.id], vocabulary, bench.cluster), bench.edition.kb))
        for case in loaded["interactions"]
    ]


def _spoilt(name: str, bench: Bench) -> Callable[[Edition], Advisor]:
    def advisor_of(edition: Edition) -> Advisor:
        advisor = bench.advisor_of(edition)
        if name in ("BM25 off", "dense off"):
            return replace(
                advisor, retriever=Retriever(edition, bench.embedder, alpha=1.0 if name == "BM25 off" else 0.0)
            )
        if name in _SPOILERS:
            return replace(advisor, retriever=Reranked(advisor.retriever, _SPOILERS[name]))
        if name == "always abstain":
            return replace(advisor, composer=Abstainer())
        if name == "obeys the question":
            return replace(advisor, composer=Obedient(advisor))
        return _Forgetful(**{f: getattr(advisor, f) for f in advisor.__dataclass_fields__})

    return advisor_of


def _reversed(found: Retrieved) -> Retrieved:
    """The last gets the score of the first: who reads scores is misled as much as who reads places."""
    hits = tuple(replace(hit, score=place.score) for hit, place in zip(found.hits[::-1], found.hits, strict=True))
    entries = tuple(
        replace(entry, score=place.score) for entry, place in zip(found.entries[::-1], found.entries, strict=True)
    )
    return replace(found, hits=hits, entries=entries)


_SPOILERS: Mapping[str, Callable[[Retrieved], Retrieved]] = {
    "ranks reversed": _reversed,
    "one hit only": lambda r: replace(r, hits=r.hits[:1], entries=r.entries[:1], rules=()),
    "never abstain": lambda r: replace(r, relevant=True, relevance=max(r.relevance, 0.6)),
}


class _Forgetful(Advisor):
    """An advisor that looks at the last turn alone."""

    def advise(self, request: AskRequest) -> Advice:
        return super().advise(request.model_copy(update={"history": ()}))


def canaries(bench: Bench, loaded: Cases, healthy: Results) -> tuple[Fate, ...]:
    """Answers that deserve nothing stay under their ceilings; in the matrix of answers by cases the diagonal is on top."""
    matrix = {
        case.id: {name: _share(case, a, bench) for name, a in healthy.answers.items()}
        for case in loaded["interactions"]
    }
    soup = MUTANTS["keyword soup"](healthy.answers, bench.edition.kb)
    souped = {case.id: _share(case, soup[case.id], bench) for case in loaded["interactions"]}
    others = [value for name, row in matrix.items() for other, value in row.items() if other != name]
    rows = [n for n, row in matrix.items() if row[n] < max(row.values())]
    columns = [n for n in matrix if matrix[n][n] < max(row[n] for row in matrix.values())]
    mean_soup, mean_other = sum(souped.values()) / len(souped), sum(others) / len(others)
    return (
        Fate("canary: other cases' answers", mean_other <= OTHER_CEILING, f"mean {mean_other:.2f}, at most {max(others):.2f}, ceiling of the mean {OTHER_CEILING}"),
        Fate("canary: soup", mean_soup <= SOUP_CEILING, f"mean {mean_soup:.2f}, ceiling {SOUP_CEILING}"),
        Fate("matrix: diagonal tops its rows", not rows, f"not in {', '.join(rows)}" if rows else "all"),
        Fate("matrix: diagonal tops its columns", not columns, f"not in {', '.join(columns)}" if columns else "all"),
    )  # fmt: skip


def _share(case: AnyCase, advice: Advice, bench: Bench) -> float:
    """The weighted share of the case's nuggets that an answer makes."""
    answered = Answered(case, Exam(advice, bench.advisor_of(bench.edition).vocabulary), bench.edition.kb)
    return next(found.value for found in nuggets(answered) if found.name == "weighted")
