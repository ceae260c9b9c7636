"""What is pasted: code in the question or in attachments, taken apart so that prose is read as prose and code as code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.question.artefact.artefacts import Given
from service.question.clauses import Stretch
from service.question.request import AskRequest
from service.question.written_queries import written_plan, written_queries

_FENCED = re.compile(r"```[ \t]*([\w-]*)[^\n]*\n(.*?)(?:```|\Z)", re.DOTALL)
_BARE_DDL = re.compile(
    r"\bCREATE\s+(?:TEMP\w*\s+|UNIQUE\s+|UNLOGGED\s+)?(?:TABLE|INDEX)\b.*?(?:;|\n\s*\n|\Z)", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True)
class Pasted:
    """The question with its code blanked out (same length, so that spans hold), and the texts that are code.

    `asked` still has the queries that stand in a sentence: what they ask is part of what is asked.
    """

    prose: str
    asked: str
    given: tuple[Given, ...]


def pasted(request: AskRequest) -> Pasted:
    """What of a request is prose and what is code."""
    prose = request.question
    texts = [Given("question", match.group(2), match.group(1)) for match in _FENCED.finditer(prose)]
    prose = _FENCED.sub(_blank, prose)
    bare = "\n".join(match.group() for match in _BARE_DDL.finditer(prose))
    if bare:
        texts.append(Given("question", bare))
    asked = prose = _BARE_DDL.sub(_blank, prose)
    plan = written_plan(prose)
    if plan is not None:
        texts.append(Given("question", prose[plan.start : plan.end]))
        prose = _without(prose, plan)
    queries = list(written_queries(prose))
    if queries:
        texts.append(Given("question", ";\n".join(prose[q.start : q.end] for q in queries)))
    for query in queries:
        prose = _without(prose, query)
    return Pasted(prose, asked, (*texts, *_attached(request)))


def _without(text: str, code: Stretch) -> str:
    return f"{text[: code.start]}{' ' * (code.end - code.start)}{text[code.end :]}"


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


def _attached(request: AskRequest) -> Iterator[Given]:
    for attachment in request.attachments:
        yield Given(attachment.name, attachment.content, attachment.language or "")
