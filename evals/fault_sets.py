"""Reply sets: hand-written replies of a model with honest and with faulty lines, and what the check makes of each."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field

from evals.errors import SuiteError
from kb.entry import Section
from service.advisor import Advisor
from service.answer.advice import Advice, Modelled
from service.answer.evidence import Evidence
from service.answer.gathering import gather
from service.answer.selection import Chosen
from service.answer.telling import unheard
from service.check.code import Trial
from service.model.breaker import Breaker
from service.model.calls import Caller
from service.model.items import items
from service.model.reading import Reading, reading_prompt
from service.model.replay import Replay
from service.model.writing_prompt import writing_prompt
from service.question.request import AskRequest

Label = Literal["honest", "number", "engine", "invented", "negation", "unsupported", "sql"]
FAULTS: tuple[str, ...] = tuple(name for name in get_args(Label) if name != "honest")
_INVENTED = 99


class Planted(BaseModel):
    """One line of a reply: what it is, the sections that it cites by their letter, and its text; code where it names an engine."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    is_: Label = Field(alias="is")
    cites: str = ""
    says: str
    engine: str = ""


class ReplySet(BaseModel):
    """A question and a reply to it; `uses` are the sections that the lines cite, by letter."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    question: str
    uses: Mapping[str, str]
    lines: tuple[Planted, ...]


@dataclass(frozen=True)
class Fate:
    """What became of one line: said with a source, said as the model's own, or not said."""

    set_id: str
    line: Planted
    became: Literal["cited", "own", "dropped"]

    @property
    def right(self) -> bool:
        """Honest lines keep their source; what is merely unsupported loses it; every other fault is not said at all."""
        if self.line.is_ == "honest":
            return self.became == "cited"
        return self.became == "dropped" or (self.line.is_ == "unsupported" and self.became == "own")


@dataclass(frozen=True)
class Score:
    """Recall: faults caught of faults planted; precision: of what was caught, how much was faulty; false drops of honest lines."""

    planted: int
    caught: int
    honest: int
    false_drops: int

    @property
    def recall(self) -> float:
        return self.caught / self.planted if self.planted else 1.0

    @property
    def precision(self) -> float:
        return self.caught / (self.caught + self.false_drops) if self.caught else 1.0

    @property
    def false_drop_rate(self) -> float:
        return self.false_drops / self.honest if self.honest else 0.0


def score(fates: Iterable[Fate]) -> Score:
    """The score of the check over these lines."""
    told = tuple(fates)
    faulty = [fate for fate in told if fate.line.is_ != "honest"]
    honest = [fate for fate in told if fate.line.is_ == "honest"]
    return Score(len(faulty), sum(fate.right for fate in faulty), len(honest), sum(not fate.right for fate in honest))


def load_sets(name: str) -> tuple[ReplySet, ...]:
    """The sets of evals/faults/NAME.yaml. Raises SuiteError."""
    text = resources.files("evals").joinpath(f"faults/{name}.yaml").read_text(encoding="utf-8")
    try:
        return tuple(ReplySet.model_validate(each) for each in yaml.safe_load(text))
    except (ValueError, yaml.YAMLError) as error:
        raise SuiteError(f"evals/faults/{name}.yaml cannot be read: {error}") from error


def replayed(advisor: Advisor, sets: Iterable[ReplySet], directory: Path, trial: Trial | None = None) -> Iterator[Fate]:
    """Each reply written where `replay` looks for it, composed as any model's, and every line looked up in the answer."""
    caller = Caller(Replay(directory), lambda: 0.0, Breaker(lambda: 0.0))
    composer = replace(advisor.model, caller=caller, trial=trial)
    for each in sets:
        evidence = _evidence(advisor, each)
        _write(each, evidence, advisor, directory)
        advice = composer.answer(evidence, advisor.composer, lambda _: None, unheard)
        yield from (Fate(each.id, line, _became(line, advice)) for line in each.lines)


def _evidence(advisor: Advisor, each: ReplySet) -> Evidence:
    """What the service finds on the question, and the sections that the set was written on, whether they were found or not."""
    asked = advisor.asked(AskRequest(question=each.question, composer="model"))
    evidence = gather(advisor.kb, advisor.vocabulary, asked, advisor.edition)
    chosen = {c.entry.id: c for c in evidence.selection.chosen}
    for section_id in each.uses.values():
        section = _section(advisor, each, section_id)
        entry = advisor.kb.entries[section.entry]
        old = chosen.get(entry.id, Chosen(entry, 0.0, "subject", ()))
        if section not in old.sections:
            chosen[entry.id] = replace(old, sections=(*old.sections, section))
    return replace(evidence, selection=replace(evidence.selection, chosen=tuple(chosen.values())))


def _section(advisor: Advisor, each: ReplySet, section_id: str) -> Section:
    section = advisor.kb.section(section_id)
    if section is None:
        raise SuiteError(
            f"reply set {each.id!r} is written on {section_id!r}, which is gone: write it on another section"
        )
    return section


def _write(each: ReplySet, evidence: Evidence, advisor: Advisor, directory: Path) -> None:
    known = advisor.composer.compose(evidence)
    found = items(evidence, known)
    numbers = {item.section.id: item.number for item in reversed(found)}
    letters = {letter: numbers[section] for letter, section in each.uses.items()}
    directory.mkdir(parents=True, exist_ok=True)
    read = directory / f"{reading_prompt(evidence).digest}.reply.txt"
    read.write_text("DONE\n", encoding="utf-8")
    asked = writing_prompt(evidence, known, found, Reading())
    lines = ["SECTION summary", *(_line(line, letters) for line in each.lines), "DONE"]
    (directory / f"{asked.digest}.reply.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _line(line: Planted, letters: Mapping[str, int]) -> str:
    numbers = ", ".join(str(letters.get(letter, _INVENTED)) for letter in line.cites) or "-"
    if line.engine:
        return f"CODE sql {line.engine} | {numbers}\n{line.says.rstrip()}\nEND"
    return f"CLAIM {numbers} | {line.says}"


def _became(line: Planted, advice: Advice) -> Literal["cited", "own", "dropped"]:
    said = [*advice.summary, *(c for s in advice.sections for b in s.blocks for c in b.claims)]
    mine = [c for c in said if isinstance(c.support, Modelled) and c.text.strip() == line.says.strip()]
    if not mine:
        return "dropped"
    return "cited" if any(c.citations for c in mine) else "own"
