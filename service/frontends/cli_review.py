"""`dbarch review`: files to a review on standard output, and to a diagram where one is asked for."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from service.answer.markdown import render
from service.errors import RequestError
from service.frontends.bodies import body
from service.frontends.cli_ask import attached, explained, write
from service.frontends.drawing import FORMATS, drawn
from service.reviewing import ReviewRequest
from service.settings import read_settings
from service.wiring import build_advisor


@dataclass(frozen=True)
class ToReview:
    """The arguments of `dbarch review`."""

    files: tuple[Path, ...]
    dialect: str = ""
    question: str = ""
    diagram: Path | None = None


def review(typed: ToReview, as_json: bool) -> None:
    """The review on standard output. Raises RequestError before anything heavy is loaded."""
    request = request_of(typed)
    advice = build_advisor(read_settings()).review(request)
    if typed.diagram is not None:
        _draw(advice.diagram, typed.diagram)
    write(body(advice) if as_json else render(advice).encode())


def request_of(typed: ToReview) -> ReviewRequest:
    """The same request as from any other door. Raises RequestError."""
    ending = typed.diagram.suffix.lstrip(".") if typed.diagram else "mmd"
    if ending not in FORMATS:
        raise RequestError(f"{ending!r} is no format of a diagram: use {', '.join(FORMATS)}")
    content = {
        "artefacts": [attached(path) for path in typed.files],
        "dialect": typed.dialect,
        "question": typed.question,
        "diagram": typed.diagram is not None,
    }
    try:
        return ReviewRequest.model_validate(content)
    except ValidationError as error:
        raise RequestError(explained(error)) from error


def _draw(mermaid: str, path: Path) -> None:
    picture = drawn(mermaid, path.suffix.lstrip("."))
    try:
        path.write_bytes(picture)
    except OSError as error:
        raise RequestError(f"{str(path)!r} cannot be written: {error.strerror}") from error
