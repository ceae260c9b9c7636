"""What is pasted: code in the question or in attachments, taken apart so that prose is read as prose and code as code."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from service.question.artefact.artefacts import Given
from service.question.artefact.described_table import described_tables
from service.question.artefact.plan_text import is_plan, without_plan
from service.question.bare_code import bare_code
from service.question.bare_sql import bare_statements, bare_tables
from service.question.request import AskRequest

_FENCED = re.compile(r"```[ \t]*([\w-]*)[^\n]*\n(.*?)(?:```|\Z)", re.DOTALL)


# A statement ends in whatever its client ends it with: a semicolon, a batch separator, the border of a table.
_END = re.compile(r"[\s;|]*(?:\n\s*GO\s*)?\Z", re.IGNORECASE)
# What a server or a program reports. Its words tell what is asked; its numbers are of no design.
_REPORTED = re.compile(
    r"^[ \t]*(?:\S*[ \t])?(?:(?:ERROR|FATAL|PANIC|DETAIL|HINT|CONTEXT|STATEMENT|LOG|WARNING|NOTICE|QUERY|LOCATION)\b ?[\d(]*[^\n:]{0,30}:|Process \d+ waits for |ORA-\d+|Msg \d+, Level|SQLSTATE|Traceback |File \"[^\"]+\", line \d+|at [\w.$<>]+\([^\n)]*\)|Caused by:|[\w.]+(?:Error|Exception|Failure|Detected)\b:?|\*\*\* |TRANSACTION \d+)[^\n]*",
    re.MULTILINE,
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
    described = list(described_tables(prose))
    texts += [Given("question", statement) for _, _, statement in described]
    prose = _without(prose, ((start, end) for start, end, _ in described))
    codes = list(bare_code(prose))
    texts += [Given("question", prose[start:end]) for start, end in codes]
    prose = _without(prose, codes)
    asked = _without(prose, bare_tables(prose))
    asked = without_plan(asked) if is_plan(asked) else asked
    prose, bare = _without_bare(prose)
    if bare:
        texts.append(Given("question", bare))
    prose = _REPORTED.sub(lambda line: re.sub(r"\d", " ", line.group()), prose)
    return Pasted(prose, asked, (*texts, *_attached(request)))


def prose_of(text: str) -> str:
    """What of a text is prose, at the same length."""
    prose = _FENCED.sub(_blank, text)
    prose = _without(prose, ((start, end) for start, end, _ in described_tables(prose)))
    return _without_bare(_without(prose, bare_code(prose)))[0]


def _without(prose: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in spans:
        prose = f"{prose[:start]}{' ' * (end - start)}{prose[end:]}"
    return prose


def _without_bare(prose: str) -> tuple[str, str]:
    """The prose without the code that stands in it unfenced, and that code: tables, statements, plans."""
    spans = list(bare_tables(prose))
    spans += list(bare_statements(_without(prose, spans)))
    rest = _without(prose, spans)
    parts = [(start, f"{_END.sub('', prose[start:end])};") for start, end in spans]
    plan = without_plan(rest) if is_plan(rest) else rest
    if plan != rest:
        at = next(n for n, (old, new) in enumerate(zip(rest, plan, strict=True)) if old != new)
        kept = "".join(old if old != new or old == "\n" else " " for old, new in zip(rest, plan, strict=True))
        parts.append((at, kept.strip("\n")))
    return plan, "\n".join(text for _, text in sorted(parts))


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


def _attached(request: AskRequest) -> Iterator[Given]:
    for attachment in request.attachments:
        yield Given(attachment.name, attachment.content, attachment.language or "")
