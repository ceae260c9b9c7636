"""Reading with a model: the facts, parts and applicable rules that it proposes, of which only what stands in the question is taken."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kb.fact import Fact, FactSet, Span
from kb.quantity import Quantity
from kb.vocabulary import Attribute
from service.answer.evidence import Evidence
from service.answer.telling import Tell
from service.errors import ConstraintError, ModelError
from service.model.calls import Caller, Prompt
from service.model.prompt import MOST_ATTACHED, block, instructions, prompt
from service.question.constraints import stated
from service.question.numbers import mentions
from service.question.question import Question

_MOST_FACTS, _MOST_PARTS, _MOST_RULES = 20, 4, 6
_LINE = re.compile(r"^(?P<form>FACT|PART|APPLIES)\s+(?P<rest>.+)$")
_FEWEST_WORDS = 3
# A line of a reply, whatever form it came in: what it states, and its cells.
_Row = tuple[str, list[str]]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _StatedFact(_Part):
    attribute: str
    value: str
    words: str


class _MetRule(_Part):
    rule: str
    words: str


class _Reply(_Part):
    """The bounded schema of a reading; what is in it is judged as a line would be."""

    facts: Annotated[list[_StatedFact], Field(max_length=_MOST_FACTS)]
    parts: Annotated[list[str], Field(max_length=_MOST_PARTS)]
    applies: Annotated[list[_MetRule], Field(max_length=_MOST_RULES)]


_SCHEMA = _Reply.model_json_schema()


@dataclass(frozen=True)
class Applies:
    """A rule that the model judges to apply, with the words that show it."""

    entry: str
    rule: str
    words: str


@dataclass(frozen=True)
class Reading:
    """What was taken of what the model proposed; `dropped` says what was not, and why."""

    facts: tuple[Fact, ...] = ()
    parts: tuple[str, ...] = ()
    applies: tuple[Applies, ...] = ()
    dropped: tuple[str, ...] = ()

    def of(self, question: Question) -> Question:
        """The question with what was read beside what the rules read; they come first, for they are certain."""
        if not self.facts and not self.parts:
            return question
        old = question.facts
        return replace(
            question,
            facts=FactSet((*self.facts, *old.facts), old.objects, old.text),
            parts=question.parts or self.parts,
        )


def read(evidence: Evidence, caller: Caller, tell: Tell) -> Reading:
    """One call, bounded. Raises ModelError where the model does not answer, or not in the asked form.

    Where the endpoint refuses schemas it is asked again for lines, once: after that it is known to.
    """
    by_schema = caller.model.schemas
    try:
        return _asked(evidence, caller, tell, by_schema)
    except ModelError:
        if caller.model.schemas == by_schema:
            raise
        return _asked(evidence, caller, tell, False)


def _asked(evidence: Evidence, caller: Caller, tell: Tell, by_schema: bool) -> Reading:
    caller.expect("read", tell)
    asked = reading_prompt(evidence, by_schema)
    reply = "".join(caller.ask("read", asked, tell))
    rows = _from_object(reply) if by_schema else _from_lines(reply)
    caller.keep(asked, reply)
    return taken(rows, evidence)


def reading_prompt(evidence: Evidence, by_schema: bool = False) -> Prompt:
    """The question as data, with the closed lists that the reading is bounded by."""
    form = "read_object" if by_schema else "read_lines"
    asked = prompt(f"{instructions('read')}{instructions(form)}", _blocks(evidence))
    return replace(asked, schema=_SCHEMA) if by_schema else asked


def _blocks(evidence: Evidence) -> Iterator[str]:
    request, known = evidence.request, evidence.question.facts.by_attribute
    attributes = [_listed(a) for a in evidence.vocabulary.attributes.values() if a.kind not in ("pasted", "entity")]
    rules = [f"{entry}#{rule.id}: if {rule.condition}" for entry, rule in evidence.offers(_MOST_RULES)]
    yield block("ATTRIBUTES", attributes)
    yield block("RULES", rules)
    yield block("FACTS", (f"{fact.attribute} = {fact.spelling}" for fact in known.values()))
    yield from asked_blocks(evidence)
    yield block("QUESTION", (request.question,))


def asked_blocks(evidence: Evidence) -> Iterator[str]:
    """History and attachments, as data."""
    request = evidence.request
    yield block("HISTORY", (f"{turn.role}: {turn.content}" for turn in request.history))
    room = MOST_ATTACHED
    for attachment in request.attachments:
        yield block(f"ATTACHMENT {' '.join(attachment.name.split())}", (attachment.content[:room],))
        room = max(0, room - len(attachment.content))


def _listed(attribute: Attribute) -> str:
    values = f" ({', '.join(attribute.values)})" if attribute.values else ""
    return f"{attribute.name}: {attribute.unit or attribute.kind}{values}; {attribute.phrase.replace('{value}', '…')}"


def _from_lines(reply: str) -> list[_Row]:
    if not reply.strip().endswith("DONE"):
        raise ModelError("the model's reading is not in the asked form, or cut off")
    found = [match for line in reply.splitlines() if (match := _LINE.match(line.strip()))]
    return [(m["form"], [cell.strip() for cell in m["rest"].split("|")]) for m in found]


def _from_object(reply: str) -> list[_Row]:
    try:
        # Servers that pass over the schema often answer in its form all the same, with a few words around it.
        read = _Reply.model_validate_json(reply[reply.find("{") : reply.rfind("}") + 1])
    except ValidationError as error:
        raise ModelError("the model's reading is not in the asked form, or cut off") from error
    facts = [("FACT", [fact.attribute, fact.value, fact.words]) for fact in read.facts]
    rules = [("APPLIES", [rule.rule, rule.words]) for rule in read.applies]
    return [*facts, *(("PART", [part]) for part in read.parts), *rules]


def taken(rows: list[_Row], evidence: Evidence) -> Reading:
    """What of a reply may be used: known attributes, words that stand where they are said to stand, quantities in their words."""
    facts: list[Fact] = []
    parts: list[str] = []
    applies: list[Applies] = []
    dropped: list[str] = []
    for form, cells in rows:
        try:
            if form == "FACT":
                facts.append(_fact(cells, evidence))
            elif form == "PART":
                parts.append(_part(" | ".join(cells), evidence))
            else:
                applies.append(_applies(cells, evidence))
        except ConstraintError as error:
            dropped.append(f"{form} {' | '.join(cells)[:120]}: {error}")
    new = {fact.attribute: fact for fact in reversed(facts[:_MOST_FACTS])}
    known = evidence.question.facts.by_attribute
    kept = tuple(fact for name, fact in new.items() if name not in known)
    return Reading(kept, tuple(parts[:_MOST_PARTS]), tuple(applies[:_MOST_RULES]), tuple(dropped))


def _fact(cells: list[str], evidence: Evidence) -> Fact:
    if len(cells) != 3:
        raise ConstraintError("a fact is attribute | value | words")
    name, value, said = cells
    span = _span(said, evidence)
    (fact,) = stated({name: value}, evidence.vocabulary)
    if isinstance(fact.value, Quantity) and not _holds(span.text, fact.value):
        raise ConstraintError(f"{value!r} does not stand in {span.text!r}")
    spelled = replace(fact.value, spelling=value) if isinstance(fact.value, Quantity) else fact.value
    return Fact(fact.attribute, spelled, "stated", span)


def _holds(words: str, quantity: Quantity) -> bool:
    """Whether the words state this quantity, with its unit; a rate may be counted in another period."""
    return any(
        abs(each.value - quantity.value) <= 1e-6 * max(abs(quantity.value), 1e-12)
        and each.unit in (quantity.unit, "count" if quantity.unit in ("percent", "money") else quantity.unit)
        for each in mentions(words)
    )


def _span(words: str, evidence: Evidence) -> Span:
    """Where the words stand, in the question or in an earlier turn of the asker. Raises ConstraintError where they do not."""
    turns = [(f"history:{n}", t.content) for n, t in enumerate(evidence.request.history) if t.role == "user"]
    if words:
        for source, text in (("question", evidence.request.question), *reversed(turns)):
            if (start := text.find(words)) >= 0:
                return Span(source, start, start + len(words), words)
    raise ConstraintError(f"{words!r} does not stand in the question")


def _part(words: str, evidence: Evidence) -> str:
    if len(words.split()) < _FEWEST_WORDS:
        raise ConstraintError(f"{words!r} asks nothing")
    return _span(words, evidence).text


def _applies(cells: list[str], evidence: Evidence) -> Applies:
    offered = {f"{entry}#{rule.id}": (entry, rule.id) for entry, rule in evidence.offers(_MOST_RULES)}
    if len(cells) != 2 or cells[0] not in offered:
        raise ConstraintError("no such rule was offered")
    return Applies(*offered[cells[0]], _span(cells[1], evidence).text)
