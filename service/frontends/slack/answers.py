"""An answer as one message: the decision, its sections in full or folded, what to ask back, sources, buttons. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from service.answer.advice import Advice, ClarifyingQuestion
from service.frontends.slack import blocks as kit
from service.frontends.slack.blocks import Block, Message
from service.frontends.slack.mrkdwn import escape, mrkdwn, plain, shortened
from service.frontends.slack.parts import Part, Writer, folded, full, size

# Past so many characters nobody reads in a thread: the rest stands in the full answer.
LONG = 7_000
# Slack refuses a message whose blocks hold more than some thirteen thousand characters, without saying how many.
MAX_CHARACTERS = 12_000
# Of what does not fit whole sections are left out: small ones leave out less.
TOGETHER = 1_200
SOURCES_SHOWN = 8
MAX_OPTIONS = 5
# Before a condition that is not an option but something that may hold.
YES = "Yes: "
MAX_NOTES = 12
QUOTED = 200
# What stands around the sections: notes, questions, sources, buttons.
ROOM_AFTER = 3_500
# A decision is a paragraph or two; what is longer was pasted by somebody.
MAX_BEFORE = 3

HELPFUL, UNHELPFUL, RECORD, WHOLE, OPEN, SHARE, CLARIFY = "helpful", "unhelpful", "decision_record", "whole_answer", "open_answer", "share", "clarify"  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """How an answer is shown: whether to its asker only, and what could not be read of what came with the question."""

    public_url: str = ""
    privately: bool = False
    unread: tuple[str, ...] = ()


def answered(advice: Advice, shown: Shown) -> Message:
    """The message; always within the limits of Block Kit."""
    writer = Writer(advice, shown.public_url)
    decision = Part(
        "\n\n".join(writer.claim(claim) for claim in advice.summary),
        numbers=frozenset(n for claim in advice.summary for n in claim.citations),
    )
    parts = _sections(writer, advice)
    used = decision.numbers.union(*(part.numbers for part in parts))
    before = [kit.header(plain_question(advice.question)), *kit.sections(decision.text)][:MAX_BEFORE]
    after = _fitting(
        [_notes(advice, shown), _questions(advice), _sources(writer, used), _closing(advice, shown)],
        MAX_CHARACTERS - sum(map(weight, before)),
    )
    body = [kit.divider(), *chain.from_iterable(_runs(parts))] if parts else []
    text = escape(shortened(plain(" ".join(claim.text for claim in advice.summary)), QUOTED))
    return Message(text, (*before, *_bounded(body, before + after), *after))


def weight(block: Block) -> int:
    """Characters of a block as it is sent."""
    return len(json.dumps(block, ensure_ascii=False))


def plain_question(question: str) -> str:
    """The question on one line, for a header; what was typed is shown, not rendered."""
    return shortened(" ".join(question.split()), kit.MAX_HEADER)


@dataclass(frozen=True)
class Choice:
    """What a pressed button says: as a sentence, and as a fact stated outright where the question is about one."""

    sentence: str
    constraints: Mapping[str, str]


def choice(advice: Advice, value: str) -> Choice | None:
    """What the button of that value says; None if the answer has no such question."""
    try:
        pressed = json.loads(value)
        question = next(q for q in advice.clarifying_questions if q.id == pressed["question"])
        said = options(question)[pressed["option"]]
    except (ValueError, KeyError, IndexError, TypeError, StopIteration):
        return None
    if question.options:
        return Choice(f"{question.text} {said}", {question.id: said})
    return Choice(_sentence(said), {})


def answer_of(value: str) -> str:
    """The id of the answer that a button for a clarifying question belongs to; empty if the value is not ours."""
    try:
        return str(json.loads(value)["answer"])
    except (ValueError, KeyError, TypeError):
        return ""


def options(question: ClarifyingQuestion) -> tuple[str, ...]:
    """What can be answered by a button: the options, or the conditions that would change the answer."""
    offered = question.options or tuple(question.changes)
    return tuple(o for o in offered if len(o) + len(YES) <= kit.MAX_BUTTON)[:MAX_OPTIONS]


def _sections(writer: Writer, advice: Advice) -> list[Part]:
    whole = list(full(writer, advice.sections))
    short = size(whole) <= LONG and sum(map(weight, chain.from_iterable(_runs(whole)))) <= MAX_CHARACTERS - ROOM_AFTER
    return whole if short else list(folded(writer, advice.sections))


def _runs(parts: Sequence[Part]) -> Iterator[list[Block]]:
    """Texts that follow one another share a section as long as they fit; code has blocks of its own."""
    held: list[str] = []
    for part in parts:
        if part.is_code:
            yield list(kit.sections("\n\n".join(held), TOGETHER))
            held = []
            yield list(kit.code(part.text))
        elif part.text:
            held.append(part.text)
    yield list(kit.sections("\n\n".join(held), TOGETHER))


def _fitting(groups: Sequence[Iterable[Block]], room: int) -> list[Block]:
    """What stands after the sections, in its order; where there is no room for all, what comes last has it first."""
    kept: list[list[Block]] = []
    for group in map(list, reversed(groups)):
        weighed = sum(map(weight, group))
        if weighed <= room:
            kept.append(group)
            room -= weighed
    return list(chain.from_iterable(reversed(kept)))


def _bounded(blocks: Sequence[Block], others: Sequence[Block]) -> Iterator[Block]:
    """As many blocks as fit beside the others, and a word where some did not."""
    characters = sum(map(weight, others))
    for number, block in enumerate(blocks):
        characters += weight(block)
        last = number + 1 == kit.MAX_BLOCKS - len(others) and number + 1 < len(blocks)
        if last or characters > MAX_CHARACTERS:
            yield from kit.contexts(["_The rest stands in the full answer._"])
            return
        yield block


def _notes(advice: Advice, shown: Shown) -> Iterator[Block]:
    understood = advice.understanding
    facts = [f"{_quoted(f.phrase)}{'' if f.origin == 'stated' else f' _({f.origin})_'}" for f in understood.facts]
    if facts:
        yield kit.fields("*What was understood*", facts)
    lines = [f"Not read: {_quoted(reason)}" for reason in shown.unread]
    lines += [f"“{_quoted(item.text)}”: {escape(item.reason)}" for item in understood.not_taken_into_account]
    if lines:
        told = "*Not taken into account*\n" + "\n".join(f"• {line}" for line in lines[:MAX_NOTES])
        yield from list(kit.sections(told))[:1]


def _questions(advice: Advice) -> Iterator[Block]:
    """Each with buttons where it has short answers; any of them can also be answered in words."""
    if not advice.clarifying_questions:
        return
    yield from kit.sections("*What would make this firmer*\n_Press, or answer in the thread._")
    shown: set[str] = set()
    for question in advice.clarifying_questions[:3]:
        # Two questions may wait for the same condition: it is said and offered once.
        why = _sentence(mrkdwn(question.why)) if question.why not in shown else ""
        shown.add(question.why)
        yield from list(kit.sections(f"{mrkdwn(question.text)}\n{why}"))[:1]
        offered = [(n, text) for n, text in enumerate(options(question)) if question.options or text not in shown]
        shown.update(text for _, text in offered)
        if offered:
            yield kit.actions([_option(advice, question, n, text) for n, text in offered])


def _option(advice: Advice, question: ClarifyingQuestion, number: int, text: str) -> Block:
    value = json.dumps({"answer": advice.id, "question": question.id, "option": number})
    return kit.button(f"{CLARIFY}_{number}", text if question.options else f"{YES}{text}", value)


def _sources(writer: Writer, used: frozenset[int]) -> Iterator[Block]:
    lines = list(writer.sources(used))
    if not lines:
        return
    more = [f"and {len(lines) - SOURCES_SHOWN} more in the full answer"] if len(lines) > SOURCES_SHOWN else []
    judged = ["† our own judgement, not a sourced statement"] if "†" in _said(writer) else []
    text = "\n".join([*lines[:SOURCES_SHOWN], *more, *judged])
    yield from list(kit.contexts([text]))[:1]


def _said(writer: Writer) -> str:
    claims = (claim for s in writer.advice.sections for block in s.blocks for claim in block.claims)
    return "".join(writer.numbers(claim) for claim in chain(writer.advice.summary, claims))


def _closing(advice: Advice, shown: Shown) -> Iterator[Block]:
    yield from kit.contexts([f"Confidence: {advice.confidence.level}, {escape(advice.confidence.reason)}. Answer {escape(advice.id)}, edition {escape(advice.edition)}."])  # fmt: skip
    yield kit.actions([*_buttons(advice, shown)])


def _buttons(advice: Advice, shown: Shown) -> Iterator[Block]:
    if shown.privately:
        yield kit.button(SHARE, "Share", advice.id, "primary")
    if advice.sections and shown.public_url:
        yield kit.link_button(OPEN, "Full answer", f"{shown.public_url.rstrip('/')}/answers/{advice.id}")
    elif advice.sections and not shown.privately:
        yield kit.button(WHOLE, "Full answer", advice.id)
    if advice.sections and not shown.privately:
        yield kit.button(RECORD, "Decision record", advice.id)
    yield kit.button(HELPFUL, "👍 Helpful", advice.id)
    yield kit.button(UNHELPFUL, "👎 Not helpful", advice.id)


def _quoted(text: str) -> str:
    """What somebody said, on a line, escaped, and no longer than it has to be."""
    return escape(shortened(" ".join(text.split()), QUOTED))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('. ')}."
