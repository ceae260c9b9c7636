"""Everything that evals raises.

EvalError
├── CaseError         one or more case files break the rules; carries every problem
├── SuiteError        the suite itself cannot be run or cannot be trusted
├── HarvestError      candidates cannot be written
└── BaselineError     there is no baseline, or none that this run can be compared with
"""

from collections.abc import Sequence

from kb.errors import Problem


class EvalError(Exception):
    """Root of everything that evals raises; the message says what happened and what to do."""


class CaseError(EvalError):
    """One or more cases break the rules."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


class SuiteError(EvalError):
    """The suite cannot be run, or cannot be trusted."""


class HarvestError(EvalError):
    """Candidates cannot be written."""


class BaselineError(EvalError):
    """There is no baseline, or none that this run can be compared with."""
