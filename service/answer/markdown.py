"""Advice as Markdown, for the terminal, for HTTP and for the page."""

from collections.abc import Iterable

from service.answer.advice import Advice, AdviceSection, BlockUnion, Citation, Claim, Judged, Modelled, ModelNote
from service.answer.decision_record import decision_record
from service.answer.topics import TITLES


def render(advice: Advice) -> str:
    """The whole answer: decision, sections, what was not taken into account, questions back, sources; laid out as a decision record where one was asked for."""
    if advice.form == "record":
        return decision_record(advice)
    parts = [f"# {_one_line(advice.question)}", *_summary(advice.summary)]
    kind = ""
    for section in advice.sections:
        if section.kind != kind:
            kind = section.kind
            parts.append(f"## {TITLES[section.kind]}")
        parts += _section(section)
    parts += _understanding(advice)
    parts += _questions(advice)
    parts += _sources(advice.citations)
    parts += _model(advice.model)
    parts.append(
        f"*Confidence: {advice.confidence.level}, {advice.confidence.reason}. Answer {advice.id}, edition {advice.edition}, composer {advice.composer}.*"
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _summary(claims: tuple[Claim, ...]) -> Iterable[str]:
    return (_claim(claim) for claim in claims)


def _section(section: AdviceSection) -> Iterable[str]:
    if section.title != TITLES[section.kind]:
        yield f"### {section.title}"
    for block in section.blocks:
        yield _block(block)


def _block(block: BlockUnion) -> str:
    if block.kind == "paragraph":
        return " ".join(_claim(claim) for claim in block.claims)
    if block.kind == "list":
        return "\n".join(
            f"{f'{n}.' if block.ordered else '-'} {_claim(claim)}" for n, claim in enumerate(block.claims, 1)
        )
    if block.kind == "table":
        return _table(block.header, block.rows, block.claims)
    if block.kind == "calculation":
        return "\n".join(f"- {_claim(claim, code=True)}" for claim in block.claims)
    if block.kind == "diagram":
        return _fence("mermaid", block.claims)
    return f"{_fence(block.language, block.claims)}\n\n*{block.dialect or block.language}: {block.status}{_numbers(block.claims[0])}*"


def _claim(claim: Claim, code: bool = False) -> str:
    text = f"`{claim.text}`" if code and " = " in claim.text else claim.text
    return f"{text}{_numbers(claim)}"


def _numbers(claim: Claim) -> str:
    mark = "†" if isinstance(claim.support, Judged) else ""
    if is_own(claim):
        return " ‡"
    return "".join(f" [{n}{mark}](#source-{n})" for n in claim.citations)


def is_own(claim: Claim) -> bool:
    """Whether a model said it from its own knowledge."""
    return isinstance(claim.support, Modelled) and not claim.support.rests_on


def _model(note: ModelNote | None) -> Iterable[str]:
    """What a model had to do with the answer, where one was asked for."""
    if note is None:
        return
    if note.own:
        yield "‡ the model's own knowledge: it does not stand in the knowledge base and has no source."
    counts = f"{note.supported} claims supported, {note.own} its own, {note.dropped} dropped by the check"
    filled = f"; not by the model: {', '.join(note.filled)}" if note.filled else ""
    why = f"; {note.reason}" if note.reason else ""
    yield f"*Model {note.name or 'none'}: {counts}{filled}{why}.*"


def _table(header: tuple[str, ...], rows: tuple[tuple[str, ...], ...], claims: tuple[Claim, ...]) -> str:
    lines = ["| " + " | ".join((*header, "")) + " |", "|" + " --- |" * (len(header) + 1)]
    for row, claim in zip(rows, claims, strict=True):
        lines.append("| " + " | ".join((*(cell.replace("|", "\\|") for cell in row), _numbers(claim).strip())) + " |")
    return "\n".join(lines)


def _fence(language: str, claims: tuple[Claim, ...]) -> str:
    code = "\n".join(claim.text.rstrip("\n") for claim in claims)
    ticks = "````" if "```" in code else "```"
    return f"{ticks}{language}\n{code}\n{ticks}"


def _understanding(advice: Advice) -> Iterable[str]:
    understood = advice.understanding
    if understood.facts:
        yield "## What was understood"
        yield "\n".join(
            f"- {fact.phrase} (`{fact.attribute}={fact.value}`{'' if fact.origin == 'stated' else f', {fact.origin}'})"
            for fact in understood.facts
        )
    if understood.not_taken_into_account:
        yield "## Not taken into account"
        yield "\n".join(f"- {_quoted(item.text)}: {item.reason}" for item in understood.not_taken_into_account)


def _questions(advice: Advice) -> Iterable[str]:
    if advice.clarifying_questions:
        yield "## What would make this firmer"
        yield "\n".join(f"- {question.text} {_sentence(question.why)}" for question in advice.clarifying_questions)


def _sources(citations: tuple[Citation, ...]) -> Iterable[str]:
    if not citations:
        return
    yield "## Sources"
    lines = []
    for citation in citations:
        named = "; ".join(f"[{source.title}]({source.url})" for source in citation.sources) or "our judgement"
        lines.append(
            f'<a id="source-{citation.number}"></a>{citation.number}. [{citation.title}: {citation.heading}]({citation.url}) — {named}'
        )
    yield "\n\n".join(lines)
    yield "† our own judgement, not a sourced statement."


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('. ')}."


def _quoted(text: str) -> str:
    return f"“{_one_line(text).replace('`', '')}”"


def _one_line(text: str) -> str:
    """One line of plain text: what the asker typed is shown, never rendered."""
    flat = " ".join(text.split())
    for sign in "\\`*_[]<>#|!":
        flat = flat.replace(sign, f"\\{sign}")
    return flat if len(flat) <= 300 else f"{flat[:299]}…"
