"""Advice as an architecture decision record in Markdown: context, decision, options that lost, consequences, sources."""

import datetime as dt
from collections.abc import Iterable

from service.answer.advice import Advice, Claim, Judged

TITLE_CHARACTERS = 120


def decision_record(advice: Advice, on: dt.date | None = None) -> str:
    """The record, proposed, and dated where it has a date; what the team decides is for the team to write over it."""
    dated = f"- Date: {on.isoformat()}\n" if on is not None else ""
    parts = [
        f"# {title(advice)}",
        f"- Status: proposed\n{dated}- Prepared from: answer {advice.id}, edition {advice.edition}, confidence {advice.confidence.level} ({advice.confidence.reason})",
        "## Context",
        *_context(advice),
        "## Decision",
        *(_claim(claim) for claim in advice.summary),
        *_options(advice),
        *_consequences(advice),
        *_open(advice),
        *_sources(advice),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def title(advice: Advice) -> str:
    """The question on one line, nothing of it read as a mark."""
    flat = _plain(advice.question)
    return flat if len(flat) <= TITLE_CHARACTERS else f"{flat[: TITLE_CHARACTERS - 1]}…"


def _context(advice: Advice) -> Iterable[str]:
    yield "\n".join(f"> {_plain(line)}" for line in advice.question.splitlines())
    understood = advice.understanding
    if understood.facts:
        yield "\n".join(
            f"- {_plain(fact.phrase)}{'' if fact.origin == 'stated' else f' ({fact.origin})'}"
            for fact in understood.facts
        )
    if understood.not_taken_into_account:
        lines = (f"- “{_plain(item.text)}”: {item.reason}" for item in understood.not_taken_into_account)
        yield "Not taken into account:\n\n" + "\n".join(lines)


def _options(advice: Advice) -> Iterable[str]:
    if advice.alternatives:
        yield "## Options that were not chosen"
    for other in advice.alternatives:
        reasons = [_reason(other.name, claim) for claim in other.claims]
        yield f"- **{other.name}**: {'; '.join(reasons)}" if reasons else f"- **{other.name}**"


def _reason(name: str, claim: Claim) -> str:
    """A row of a table as words, without the name that stands before it."""
    return ". ".join(cell for cell in claim.text.split(" | ") if cell and cell != name) + _numbers(claim)


def _consequences(advice: Advice) -> Iterable[str]:
    """What the trade-offs and the next steps of the answer say; tables of it are listed row by row."""
    blocks = [b for s in advice.sections if s.kind in ("tradeoffs", "next_steps") for b in s.blocks]
    named = {claim.text for other in advice.alternatives for claim in other.claims}
    claims = [c for b in blocks if b.kind in ("paragraph", "list", "table") for c in b.claims if c.text not in named]
    if claims:
        yield "## Consequences"
        yield "\n".join(f"- {claim.text.replace(' | ', ': ', 1).replace(' | ', '; ')}{_numbers(claim)}" for claim in claims)  # fmt: skip


def _open(advice: Advice) -> Iterable[str]:
    if advice.clarifying_questions:
        yield "## Open questions"
        yield "\n".join(f"- {question.text}" for question in advice.clarifying_questions)


def _sources(advice: Advice) -> Iterable[str]:
    if not advice.citations:
        return
    yield "## Sources"
    lines = []
    for citation in advice.citations:
        named = "; ".join(f"[{source.title}]({source.url})" for source in citation.sources) or "our judgement"
        lines.append(f"{citation.number}. [{citation.title}: {citation.heading}]({citation.url}) — {named}")
    yield "\n".join(lines)


def _claim(claim: Claim) -> str:
    return f"{claim.text}{_numbers(claim)}"


def _numbers(claim: Claim) -> str:
    mark = "†" if isinstance(claim.support, Judged) else ""
    return "".join(f" [{number}{mark}]" for number in claim.citations)


def _plain(text: str) -> str:
    flat = " ".join(text.split())
    for sign in "\\`*_[]<>#|":
        flat = flat.replace(sign, f"\\{sign}")
    return flat
