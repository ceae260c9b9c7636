"""Review cases: flaws planted by somebody who had not read the rules, and clean schemas; precision and recall by family.

`python -m evals.review` prints the figures, `--missed` also what was missed and each false alarm.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field

from kb.vocabulary import load_vocabulary
from service.analysis.review.finding import FAMILIES, Finding
from service.analysis.review.review import review
from service.question.question import understand
from service.question.request import AskRequest, Attachment

_CASES = Path(str(resources.files("evals").joinpath("review_cases")))
_ALARMING = ("high", "medium")
_NEUTRAL = "Please review what is attached."


class Flaw(BaseModel):
    """One planted flaw: a finding whose location names `object` and whose text has a word of every group finds it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: str
    object: str
    says: tuple[tuple[str, ...], ...]
    line: int = 0


class Case(BaseModel):
    """What is pasted, in which dialect or framework, with what question, and what is wrong with it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    dialect: str
    artefact: str
    clean: bool
    question: str = ""
    flaws: Annotated[tuple[Flaw, ...], Field()] = ()


@dataclass(frozen=True)
class Scored:
    """One case with what was found; `found` are its flaws that some finding names, `hitting` those findings."""

    case: Case
    findings: tuple[Finding, ...]
    found: tuple[Flaw, ...]
    hitting: frozenset[int]

    @property
    def missed(self) -> tuple[Flaw, ...]:
        return tuple(flaw for flaw in self.case.flaws if flaw not in self.found)

    @property
    def alarms(self) -> tuple[Finding, ...]:
        """Findings of medium severity or more on a clean schema."""
        return tuple(f for f in self.findings if f.severity in _ALARMING) if self.case.clean else ()


def load_review_cases(path: Path = _CASES) -> tuple[Case, ...]:
    """The cases of a file, or of every file of a folder, in order; one that is not well formed raises pydantic's ValidationError."""
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    raw = [yaml.load(each.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) for each in files]
    return tuple(Case.model_validate(item) for each in raw for item in each["cases"])


def score(case: Case) -> Scored:
    """Review the artefact as the service would and compare with what was planted."""
    request = AskRequest(
        question=case.question or _NEUTRAL,
        attachments=(Attachment(name=case.id, content=case.artefact, language=case.dialect),),
    )
    question = understand(request, load_vocabulary())
    findings = review(question.artefacts, question.facts).findings
    pairs = [(flaw, n) for flaw in case.flaws for n, finding in enumerate(findings) if finds(finding, flaw)]
    return Scored(
        case,
        findings,
        tuple(flaw for flaw in case.flaws if any(flaw == each for each, _ in pairs)),
        frozenset(n for _, n in pairs),
    )


def finds(finding: Finding, flaw: Flaw) -> bool:
    """Whether the location names the object, and the text has an alternative of each group."""
    text = f"{finding.say}. {finding.because}. {finding.fix}"
    named = _names(finding.location)
    return _names(flaw.object) <= named and all(any(_says(word, text) for word in group) for group in flaw.says)


def _names(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower()))


def _says(alternative: str, text: str) -> bool:
    """Whole words, hyphens as blanks; a star ends a stem."""
    parts = [re.escape(part) for part in re.split(r"[\s-]+", alternative.strip().rstrip("*"))]
    end = r"\w*" if alternative.endswith("*") else ""
    words = r"[\s-]+".join(parts)
    return re.search(rf"(?<!\w){words}{end}(?!\w)", text, re.IGNORECASE) is not None


def report(scored: Sequence[Scored], details: bool = False) -> str:
    """Recall and precision by family, and alarms per clean schema; `details` lists what was missed."""
    planted = Counter(flaw.family for s in scored for flaw in s.case.flaws)
    found = Counter(flaw.family for s in scored for flaw in s.found)
    told = Counter(str(f.family) for s in scored for f in s.findings if f.severity in _ALARMING)
    hit = Counter(
        str(f.family) for s in scored for n, f in enumerate(s.findings) if f.severity in _ALARMING and n in s.hitting
    )
    rows = [_row(family, found, planted, hit, told) for family in FAMILIES]
    rows.append(_row("all", _all(found), _all(planted), _all(hit), _all(told)))
    clean = [s for s in scored if s.case.clean]
    alarms = sum(len(s.alarms) for s in clean)
    rows.append(f"alarms of severity medium or more on {len(clean)} clean schemas: {alarms}, {alarms / max(len(clean), 1):.2f} each")  # fmt: skip
    return "\n".join((_HEAD, *rows, *(_details(scored) if details else ())))


_HEAD = f"{'family':<12}{'found':>7}{'planted':>9}{'recall':>8}{'of':>7}{'told':>6}{'planted among told':>20}"


def _all(counts: Mapping[str, int]) -> Mapping[str, int]:
    return {"all": sum(counts.values())}


def _row(name: str, found: Mapping[str, int], planted: Mapping[str, int], hit: Mapping[str, int], told: Mapping[str, int]) -> str:  # fmt: skip
    recall = found.get(name, 0) / planted[name] if planted.get(name) else float("nan")
    share = hit.get(name, 0) / told[name] if told.get(name) else float("nan")
    return f"{name:<12}{found.get(name, 0):>7}{planted.get(name, 0):>9}{recall:>8.2f}{hit.get(name, 0):>7}{told.get(name, 0):>6}{share:>20.2f}"


def _details(scored: Iterable[Scored]) -> Iterable[str]:
    for each in scored:
        for flaw in each.missed:
            yield f"missed {each.case.id} {flaw.family} {flaw.object} line {flaw.line}: {flaw.says}"
        for alarm in each.alarms:
            yield f"alarm  {each.case.id} {alarm.rule} {alarm.severity} {alarm.location}: {alarm.say}"


def main() -> None:
    """Print the figures of our own cases."""
    scored = [score(case) for case in load_review_cases()]
    sys.stdout.write(f"{report(scored, details='--missed' in sys.argv[1:])}\n")


if __name__ == "__main__":
    main()
