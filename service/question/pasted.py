"""What is pasted: code in the question or in attachments, taken apart so that prose is read as prose and code as code."""

import re
from collections.abc import Iterator

from service.question.artefact.artefacts import Given
from service.question.request import AskRequest

_FENCED = re.compile(r"```[ \t]*([\w-]*)[^\n]*\n(.*?)(?:```|\Z)", re.DOTALL)
_BARE_DDL = re.compile(
    r"\bCREATE\s+(?:TEMP\w*\s+|UNIQUE\s+|UNLOGGED\s+)?(?:TABLE|INDEX)\b.*?(?:;|\n\s*\n|\Z)", re.IGNORECASE | re.DOTALL
)


def pasted(request: AskRequest) -> tuple[str, tuple[Given, ...]]:
    """The question with its pasted code blanked out (same length, so that spans hold), and the pasted texts."""
    prose = request.question
    texts = [Given("question", match.group(2), match.group(1)) for match in _FENCED.finditer(prose)]
    prose = _FENCED.sub(_blank, prose)
    bare = "\n".join(match.group() for match in _BARE_DDL.finditer(prose))
    if bare:
        texts.append(Given("question", bare))
    prose = _BARE_DDL.sub(_blank, prose)
    return prose, (*texts, *_attached(request))


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


def _attached(request: AskRequest) -> Iterator[Given]:
    for attachment in request.attachments:
        yield Given(attachment.name, attachment.content, attachment.language or "")
