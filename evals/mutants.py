"""Proof that the suite sees: answers and systems are broken in known ways, and each must fail a gate."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context

from evals import baseline as baselines
from evals.answer_mutants import MUTANTS
from evals.canaries import canaries
from evals.case_files import Cases, load_cases
from evals.deliverables import Exam
from evals.errors import SuiteError
from evals.gates import Finding, findings
from evals.score import Row
from evals.scorers import Answered
from evals.stand import Plan, bench, dealt, run_dealt
from evals.suite import Bench, Watch, run, score
from evals.system_mutants import SYSTEMS, cases_for_mutants, spoilt
from service.answer.advice import Advice

ALL = (*MUTANTS, *SYSTEMS)
DUMP = "the whole knowledge base"
# Seconds that the twelve answers take to be scored again, those of a dump two of them.
_RESCORED, _DUMPED = 5.0, 30.0


@dataclass(frozen=True)
class Fate:
    """Whether a mutant was noticed, and by what."""

    mutant: str
    killed: bool
    by: str


@dataclass(frozen=True)
class Healthy:
    """What unbroken answers score, and the answers to the interactions."""

    before: baselines.Baseline
    answers: Mapping[str, Advice]


def kill(stand: Bench, plan: Plan, loaded: Cases, watch: Watch = lambda _: None, names: Sequence[str] = ALL) -> tuple[Fate, ...]:  # fmt: skip
    """The fate of every mutant, then of the canaries. Raises SuiteError where there is nothing to break."""
    usual = cases_for_mutants(loaded)
    watch("none: the answers as they are")
    suites = tuple(dict.fromkeys(suite for system in SYSTEMS.values() for suite in system.suites))
    results = run_dealt(replace(stand, rivals=False), plan, usual, suites, lambda _: None)
    if len(results.answers) < 2:
        raise SuiteError("mutants break answers to interactions: at least two of those have to be answered")
    before = baselines.of_run(results, baselines.fingerprint(stand.edition, results.rows), "unbroken")
    healthy = Healthy(before, {c.id: results.answers[c.id] for c in usual["interactions"] if c.id in results.answers})
    mine, *others = dealt({name: _seconds(name) for name in names}, plan.jobs)
    with ProcessPoolExecutor(max(1, len(others)), mp_context=get_context("spawn")) as pool:
        away = [pool.submit(_share, plan, share, healthy) for share in others]
        fates = {fate.mutant: fate for fate in _fates(stand, usual, mine, healthy, watch)}
        watch("canaries")
        ceilings = [Fate(*canary) for canary in canaries(stand, usual, healthy.answers)]
        fates |= {fate.mutant: fate for future in away for fate in future.result()}
    return (*(fates[name] for name in names), *ceilings)


def _seconds(name: str) -> float:
    return SYSTEMS[name].seconds if name in SYSTEMS else _DUMPED if name == DUMP else _RESCORED


def _share(plan: Plan, names: Sequence[str], healthy: Healthy) -> tuple[Fate, ...]:
    """What another process does."""
    with bench(plan.settings) as stand:
        usual = cases_for_mutants(load_cases(plan.cases))
        return tuple(_fates(stand, usual, names, healthy, lambda _: None))


def _fates(stand: Bench, loaded: Cases, names: Sequence[str], healthy: Healthy, watch: Watch) -> Iterator[Fate]:
    for name in names:
        watch(name)
        yield _of_answers(name, stand, loaded, healthy) if name in MUTANTS else _of_system(name, stand, loaded, healthy)


def _of_system(name: str, stand: Bench, loaded: Cases, healthy: Healthy) -> Fate:
    found = findings(healthy.before, run(spoilt(name, stand), loaded, SYSTEMS[name].suites).rows)
    return Fate(name, bool(found), told(found))


def _of_answers(name: str, stand: Bench, loaded: Cases, healthy: Healthy) -> Fate:
    """Stored answers are broken and scored again; where a mutant has nothing to break there is nothing to notice."""
    # The whole knowledge base takes long to score: two answers show as much as twelve.
    answers = dict(list(healthy.answers.items())[: 2 if name == DUMP else None])
    broken = MUTANTS[name](answers, stand.edition.kb)
    changed = {each: advice for each, advice in broken.items() if advice != answers[each]}
    found = findings(healthy.before, tuple(rescored(stand, loaded, changed)))
    seen = len({finding.where for finding in found if finding.where.startswith("interactions/")})
    return Fate(name, bool(found), f"in {seen} of {len(changed)} answers, {told(found)}" if found else "")


def rescored(stand: Bench, loaded: Cases, answers: Mapping[str, Advice]) -> Iterator[Row]:
    """The rows of these answers to interactions."""
    vocabulary = stand.advisor_of(stand.edition).vocabulary
    for case in loaded["interactions"]:
        if case.id in answers:
            exam = Exam(answers[case.id], vocabulary, stand.cluster)
            yield score("interactions", case, Answered(case, exam, stand.edition.kb))


def told(found: Sequence[Finding]) -> str:
    """How often which gate caught it, and the first time in full."""
    if not found:
        return ""
    gates = ", ".join(f"{gate} {count}" for gate, count in sorted(Counter(f.gate for f in found).items()))
    return f"{gates}; first: {found[0]}"
