"""The prompt of a writing model: everything the answer may be made of, numbered, as data."""

from collections.abc import Iterable, Iterator, Sequence

from kb.entry import SectionKind
from service.answer.advice import Advice
from service.answer.evidence import Evidence
from service.model.calls import Prompt
from service.model.items import Item
from service.model.prompt import block, instructions, prompt
from service.model.reading import Reading, asked_blocks


def writing_prompt(evidence: Evidence, known: Advice, found: Sequence[Item], reading: Reading) -> Prompt:
    """Plan, facts, conclusions and numbered evidence; the question comes last, as data."""
    return prompt(
        instructions("write"),
        (
            block("PLAN", _plan(evidence, known)),
            block("FACTS", (f"{f.phrase} ({f.attribute} = {f.value}, {f.origin})" for f in known.understanding.facts)),
            block("NOT TAKEN INTO ACCOUNT", (item.text for item in known.understanding.not_taken_into_account)),
            block("CONCLUSIONS", _conclusions(evidence)),
            block("JUDGED TO APPLY", (f"{a.entry}#{a.rule}, because of “{a.words}”" for a in reading.applies)),
            block("DESIGN", _design(evidence)),
            *(block(f"EVIDENCE {item.number}: {item.title}", (item.text,)) for item in found),
            *asked_blocks(evidence),
            block("QUESTION", (evidence.request.question,)),
        ),
    )


def repair_prompt(asked: Prompt, lacks: Iterable[SectionKind | None], reasons: Iterable[str]) -> Prompt:
    """The same data, with the sections that are wanted again and why."""
    again = block("AGAIN", (kind or "summary" for kind in lacks))
    return Prompt(
        f"{asked.system}\n{instructions('repair')}", f"{asked.data}\n\n{block('WHAT WAS WRONG', reasons)}\n\n{again}"
    )


def _plan(evidence: Evidence, known: Advice) -> Iterator[str]:
    kinds = dict.fromkeys(section.kind for section in known.sections)
    yield f"sections: {', '.join(('summary', *kinds))}"
    yield f"length: about {evidence.plan.words} words of prose in all"
    yield f"diagram: {'one is asked for' if evidence.plan.erd else 'none'}"


def _conclusions(evidence: Evidence) -> Iterator[str]:
    """What holds, with the facts that it rests on and what it is for or against."""
    facts = evidence.conclusions.facts.by_attribute
    for conclusion in evidence.fired:
        chain = ", ".join(f"{name} = {facts[name].spelling}" for name in conclusion.firing.used if name in facts)
        effects = ", ".join(f"{effect} {target}" for effect, target in conclusion.rule.effect.items())
        said = conclusion.firing.say or conclusion.rule.condition
        yield f"{said} (rests on {chain or 'the pasted schema'}{f'; {effects}' if effects else ''})"
    for gap in evidence.gaps:
        yield f"There is no entry on {gap.title}: say so."


def _design(evidence: Evidence) -> Iterator[str]:
    """The worked design that carries the answer, and what of its shape must hold in any domain."""
    backbone = evidence.selection.backbone
    if backbone is not None:
        fit = "written for this case" if backbone.fit == "near" else "of the same shape in another domain"
        yield f"{backbone.entry.title}, {fit}: its code may be adapted to the asker's domain"
    shape = evidence.question.facts.get("shape")
    term = evidence.vocabulary.shapes.get(shape) if isinstance(shape, str) else None
    if term is not None:
        yield from (f"must hold: {evidence.vocabulary.invariants[name].title}" for name in term.invariants)
