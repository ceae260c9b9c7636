"""Samples: the questions of docs/samples/questions.txt answered in full, one Markdown file each: `python -m evals.samples`."""

import re
import sys
from pathlib import Path

from service.answer.markdown import render
from service.question.request import AskRequest
from service.settings import read_settings
from service.wiring import build_advisor

PLACE = Path(__file__).parents[1] / "docs" / "samples"
_LETTERS = re.compile(r"[^a-z0-9]+")


def name_of(number: int, question: str) -> str:
    """A file name from the number and the first words of a question."""
    words = _LETTERS.sub("-", question.lower()).strip("-")
    return f"{number:02}-{words[:48].rstrip('-')}.md"


def main(place: Path = PLACE) -> None:
    """Write every answer; files of questions that are gone are removed."""
    questions = [line for line in (place / "questions.txt").read_text(encoding="utf-8").splitlines() if line.strip()]
    advisor = build_advisor(read_settings())
    wanted = {name_of(number, question): question for number, question in enumerate(questions, 1)}
    for old in place.glob("*.md"):
        if old.name not in wanted:
            old.unlink()
    for name, question in wanted.items():
        (place / name).write_text(render(advisor.advise(AskRequest(question=question))), encoding="utf-8")
    sys.stdout.write(f"{len(wanted)} answers in {place}\n")


if __name__ == "__main__":
    main()
