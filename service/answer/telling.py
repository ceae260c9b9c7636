"""What is told while an answer is made: what was found, each part as it stands, what a model cost."""

from collections.abc import Callable
from dataclasses import dataclass

from service.answer.advice import Advice, AdviceSection, Citation, Claim


@dataclass(frozen=True)
class Found:
    """The entries that will answer, best first."""

    entries: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """A part of the answer that will not change, with the citations that its numbers lead to; the summary has no section."""

    summary: tuple[Claim, ...] = ()
    section: AdviceSection | None = None
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True)
class Spent:
    """One call of a language model: what for, how it ended, tokens in and out, seconds, and dollars where a price is set."""

    task: str
    outcome: str
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    cost: float = 0.0


@dataclass(frozen=True)
class Judged:
    """How many claims of a model's answer got each verdict of the check."""

    supported: int
    own: int
    dropped: int


Event = Found | Said | Spent | Judged
Tell = Callable[[Event], None]


def unheard(_: Event) -> None:
    """Nobody listens."""


def told(advice: Advice, tell: Tell) -> Advice:
    """The finished answer, its parts told one by one."""
    tell(part(advice.citations, summary=advice.summary))
    for section in advice.sections:
        tell(part(advice.citations, section=section))
    return advice


def part(
    citations: tuple[Citation, ...], summary: tuple[Claim, ...] = (), section: AdviceSection | None = None
) -> Said:
    """A part with the citations that it uses."""
    claims = [*summary, *(c for block in (section.blocks if section else ()) for c in block.claims)]
    used = {number for claim in claims for number in claim.citations}
    return Said(summary, section, tuple(c for c in citations if c.number in used))
