"""Feedback to candidate cases: what was asked and what people said of the answer; what it owes is for an expert to write."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from evals.case import CANARY
from evals.errors import HarvestError
from service.errors import UnknownAnswerError
from service.settings import read_settings
from service.store.records import Feedback, KeptAnswer
from service.store.store import Store
from service.wiring import build_store

WIDTH = 120
# What a constraint of a case may be, or can be written as.
PLAIN = (str, bool, int, float)
HEAD = "# Candidates from feedback. Each becomes a case once somebody has written down what its answer owes: none of it is here.\n"


class _Dumper(yaml.SafeDumper):
    """Pasted text stays as it was pasted, line by line, where YAML can."""


def _scalar(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # Only between double quotes do the rarer line breaks of YAML come back as they went in.
    style = '"' if set("\x85\u2028\u2029") & set(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _scalar)


@dataclass(frozen=True)
class Candidate:
    """An answer, and everything but praise that was said of it, oldest first."""

    answer: KeptAnswer
    feedback: tuple[Feedback, ...]


def harvest(since: datetime | None, out: Path | None, force: bool) -> int:
    """Write candidates to `out` or to standard output. Raises HarvestError for a file that is there."""
    if out is not None and out.exists() and not force:
        raise HarvestError(f"{str(out)!r} is there already: name another file, or overwrite it with --force")
    store = build_store(read_settings())
    try:
        found = tuple(candidates(store, since))
    finally:
        store.close()
    if not found:
        print("no feedback but praise: there is nothing to harvest", file=sys.stderr)
        return 0
    _write(as_yaml(found), out)
    print(f"{len(found)} candidates from {sum(len(each.feedback) for each in found)} opinions", file=sys.stderr)
    return 0


def candidates(store: Store, since: datetime | None) -> Iterator[Candidate]:
    """One for each answer that somebody found something amiss in, by the first who did; unreadable ones are told apart."""
    amiss = [each for each in store.feedback(since) if each.verdict != "helpful"]
    first = {each.answer_id: each.at for each in reversed(amiss)}
    amiss.sort(key=lambda each: (first[each.answer_id], each.answer_id))
    for answer_id, feedback in groupby(amiss, key=lambda each: each.answer_id):
        try:
            answer = store.answer(answer_id)
        except UnknownAnswerError as error:
            print(f"left out: {error}", file=sys.stderr)
            continue
        if answer is not None:
            yield Candidate(answer, tuple(feedback))


def as_yaml(found: Sequence[Candidate]) -> str:
    """A file in the form of evals/cases; what was decided and said stands beside each case as a comment."""
    return f"{HEAD}canary: {CANARY}\ncases:\n" + "".join(map(_item, found))


def _item(candidate: Candidate) -> str:
    advice = candidate.answer.advice
    decision = advice.summary[0].text if advice.summary else f"none: {advice.confidence.reason}"
    comments = (f"decision: {decision}", *map(_opinion, candidate.feedback), *_beside(candidate.answer))
    case = yaml.dump([_case(candidate)], Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH)
    return "".join(f"  # {_line(comment)}\n" for comment in comments) + "".join(
        f"  {line}" if line.strip() else line for line in case.splitlines(keepends=True)
    )


def _case(candidate: Candidate) -> Mapping[str, Any]:
    """The keys of every case, those left out that say nothing."""
    request = candidate.answer.request
    plain = {name: value for name, value in request.constraints.items() if isinstance(value, PLAIN)}
    case = {
        "id": f"candidate-{candidate.answer.advice.id}",
        "question": request.question,
        "history": [turn.model_dump() for turn in request.history if turn.content.strip()],
        "attachments": [each.model_dump(exclude_none=True) for each in request.attachments if each.content.strip()],
        "constraints": {name: value if isinstance(value, bool) else str(value) for name, value in plain.items()},
        "detail": request.detail if request.detail != "full" else "",
        "note": f"candidate; {'; '.join(_opinion(each) for each in candidate.feedback)}",
    }
    return {key: value for key, value in case.items() if value}


def _beside(answer: KeptAnswer) -> Iterator[str]:
    """What was asked with the question and has no place in a case."""
    request = answer.request
    others = {name: value for name, value in request.constraints.items() if not isinstance(value, PLAIN)}
    for name, given in (("weights", request.weights), ("constraints", others)):
        if given:
            yield f"asked with {name} that a case cannot have: {given}"


def _opinion(feedback: Feedback) -> str:
    return f"{feedback.verdict}, {feedback.at:%Y-%m-%d}, by {feedback.channel}: {feedback.reason or 'no reason given'}"


def _line(text: str) -> str:
    """One line, whatever somebody typed: a line break would end the comment and begin YAML of theirs."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())


def _write(text: str, out: Path | None) -> None:
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise HarvestError(f"{str(out)!r} cannot be written: {error.strerror or error}") from error
