"""Reading with a model: the facts, parts and applicable rules that it proposes, of which only what stands in the question is taken."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kb.fact import Fact, FactSet, Span
from kb.quantity import Quantity
from kb.vocabulary import Attribute
from service.answer.evidence import Evidence
from service.answer.telling import Tell
from service.errors import ConstraintError, ModelError
from service.model.calls import Caller, Prompt
from service.model.prompt import MOST_ATTACHED, block, prompt
from service.question.constraints import stated
from service.question.numbers import mentions
from service.question.question import Question

_MOST_FACTS, _MOST_PARTS, _MOST_RULES = 20, 4, 6
_LINE = re.compile(r"^(?P<form>FACT|PART|APPLIES)\s+(?P<rest>.+)$")
_FEWEST_WORDS = 3


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
    """One call, bounded. Raises ModelError where the model does not answer, or not in lines of the asked form."""
    asked = reading_prompt(evidence)
    reply = "".join(caller.ask("read", asked, tell))
    if not reply.strip().endswith("DONE"):
        raise ModelError("the model's reading is not in the asked form, or cut off")
    caller.keep(asked, reply)
    return taken(reply, evidence)


def reading_prompt(evidence: Evidence) -> Prompt:
    """The question as data, with the closed lists that the reading is bounded by."""
    request, known = evidence.request, evidence.question.facts.by_attribute
    attributes = [_listed(a) for a in evidence.vocabulary.attributes.values() if a.kind not in ("pasted", "entity")]
    rules = [f"{entry}#{rule.id}: if {rule.condition}" for entry, rule in evidence.offers(_MOST_RULES)]
    return prompt(
        "read",
        (
            block("ATTRIBUTES", attributes),
            block("RULES", rules),
            block("FACTS", (f"{fact.attribute} = {fact.spelling}" for fact in known.values())),
            *asked_blocks(evidence),
            block("QUESTION", (request.question,)),
        ),
    )


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


def taken(reply: str, evidence: Evidence) -> Reading:
    """What of a reply may be used: known attributes, words that stand where they are said to stand, quantities in their words."""
    facts: list[Fact] = []
    parts: list[str] = []
    applies: list[Applies] = []
    dropped: list[str] = []
    for line in reply.splitlines():
        match = _LINE.match(line.strip())
        if match is None:
            continue
        cells = [cell.strip() for cell in match["rest"].split("|")]
        try:
            if match["form"] == "FACT":
                facts.append(_fact(cells, evidence))
            elif match["form"] == "PART":
                parts.append(_part(match["rest"].strip(), evidence))
            else:
                applies.append(_applies(cells, evidence))
        except ConstraintError as error:
            dropped.append(f"{line.strip()[:120]}: {error}")
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
