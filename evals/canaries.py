"""Canaries: answers that deserve nothing, or little, stay under a ceiling; the suite that lets one through is gamed."""

from collections.abc import Callable, Iterator, Mapping
from statistics import mean
from typing import NamedTuple

from evals.answer_mutants import MUTANTS, Answers, empty, template
from evals.case import AnyCase
from evals.case_files import Cases
from evals.deliverables import Exam
from evals.scorers import Answered, nuggets
from evals.suite import Bench
from service.answer.advice import Advice

# Of the weighted nuggets, as the mean over the cases.
CEILINGS: Mapping[str, float] = {
    "empty": 0.0,
    "keyword soup": 0.10,
    "templates without values": 0.50,
    "other cases' answers": 0.35,
}


class Canary(NamedTuple):
    """A name, whether it stayed where it should, and what was seen."""

    name: str
    held: bool
    seen: str


def canaries(bench: Bench, loaded: Cases, answers: Answers) -> tuple[Canary, ...]:
    """Each canary, and of the matrix of cases by answers whether the diagonal tops its rows and columns."""
    asked = [case for case in loaded["interactions"] if case.id in answers]
    vocabulary = bench.advisor_of(bench.edition).vocabulary

    def share(case: AnyCase, advice: Advice) -> float:
        answered = Answered(case, Exam(advice, vocabulary), bench.edition.kb)
        return next(found.value for found in nuggets(answered) if found.name == "weighted")

    matrix = {case.id: {name: share(case, advice) for name, advice in answers.items()} for case in asked}
    soup = MUTANTS["keyword soup"](answers, bench.edition.kb)
    spoilt: Mapping[str, Callable[[str], Advice]] = {
        "empty": lambda name: empty(answers[name]),
        "keyword soup": lambda name: soup[name],
        "templates without values": lambda name: template(answers[name]),
    }
    worth = {name: {case.id: share(case, of(case.id)) for case in asked} for name, of in spoilt.items()}
    worth["other cases' answers"] = {
        name: mean(value for other, value in row.items() if other != name) for name, row in matrix.items()
    }
    return (*(_ceiling(name, values) for name, values in worth.items()), *_diagonal(matrix))


def _ceiling(name: str, worth: Mapping[str, float]) -> Canary:
    """Held by the mean over the cases."""
    highest = max(worth, key=lambda case: worth[case])
    seen = f"mean {mean(worth.values()):.2f}, ceiling {CEILINGS[name]:.2f}; highest {worth[highest]:.2f} in {highest}"
    return Canary(f"canary: {name}", mean(worth.values()) <= CEILINGS[name], seen)


def _diagonal(matrix: Mapping[str, Mapping[str, float]]) -> Iterator[Canary]:
    rows = [name for name, row in matrix.items() if row[name] < max(row.values())]
    columns = [name for name in matrix if matrix[name][name] < max(row[name] for row in matrix.values())]
    for what, below in (("rows", rows), ("columns", columns)):
        seen = f"not in {', '.join(below)}" if below else f"all {len(matrix)}"
        yield Canary(f"matrix: diagonal tops its {what}", not below, seen)
