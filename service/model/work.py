"""An answer of a model in the making: sections that passed are told at once, others wait for the repair, the rest is filled in."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from kb.entry import SectionKind
from service.answer.advice import Advice, AdviceSection, Claim, Filled, ModelNote
from service.answer.composer import answer_id
from service.answer.telling import Tell, part
from service.errors import ModelError
from service.model.calls import Caller, Prompt
from service.model.reading import Reading
from service.model.reply import Draft, Reader
from service.model.writing import Checked, Desk


@dataclass
class Work:
    """An answer in the making: sections that passed and were told, others that wait for the repair, and what is known without a model."""

    known: Advice
    desk: Desk
    tell: Tell
    settled: dict[SectionKind | None, Checked] = field(default_factory=dict)
    held: dict[SectionKind | None, Checked] = field(default_factory=dict)
    replies: list[str] = field(default_factory=list)

    @property
    def any(self) -> bool:
        return any(each.supported for each in (*self.settled.values(), *self.held.values()))

    def wrong(self, reason: str) -> tuple[str, ...]:
        """What is told to the model that is to mend its reply."""
        held = tuple(fault for each in self.held.values() for fault in each.faults)
        return tuple(dict.fromkeys((*((reason,) if reason else ()), *held)))

    @property
    def lacks(self) -> tuple[SectionKind | None, ...]:
        """Parts that the plan wants and that have not passed whole."""
        wanted: list[SectionKind | None] = [None, *dict.fromkeys(section.kind for section in self.known.sections)]
        return tuple(kind for kind in (*wanted, *(k for k in self.held if k not in wanted)) if kind not in self.settled)

    def take(self, caller: Caller, task: str, asked: Prompt) -> tuple[str, bool]:
        """Ask, check each section as it comes, tell what passes whole; why the reply ends badly, and whether nobody answers."""
        reader = Reader()
        try:
            for draft in _drafts(caller.ask(task, asked, self.tell), reader):
                self._place(self.desk.checked(draft))
        except ModelError as error:
            return str(error), error.dead
        self.replies.append(reader.text)
        if reader.done:
            caller.keep(asked, reader.text)
            return "", False
        return _form(reader.text), False

    def _place(self, checked: Checked) -> None:
        if checked.kind in self.settled:
            return
        if checked.faults or not self._covers(checked):
            best = self.held.get(checked.kind)
            if best is None or checked.supported >= best.supported:
                self.held[checked.kind] = checked
            return
        self.held.pop(checked.kind, None)
        self.settled[checked.kind] = checked
        self._say(checked)

    def _covers(self, checked: Checked) -> bool:
        """Whether the section stands for what is known of its kind: something supported, and code where there is code."""
        code = any(b.kind == "code" for s in self.known.sections if s.kind == checked.kind for b in s.blocks)
        return checked.supported > 0 and (not code or any(b.kind == "code" for b in checked.blocks))

    def _say(self, checked: Checked) -> None:
        if checked.kind is None:
            summary = (*self._always(), *checked.claims)
            self.tell(part(self.desk.book.all(), summary=summary))
        for section in checked.sections:
            self.tell(part(self.desk.book.all(), section=section))

    def _always(self) -> tuple[Claim, ...]:
        """What the summary says whoever words it: that this only recommends, where the knowledge base ends, and corrections."""
        corrections = {f"{c.entry}#rule-{c.rule.id}" for c in self.desk.evidence.fired if "correct" in c.rule.effect}
        kept = [
            claim
            for claim in self.known.summary
            if claim.support.kind == "connective"
            or (isinstance(claim.support, Filled) and claim.support.origin in corrections)
        ]
        return tuple(self._adopted(claim) for claim in kept)

    def _adopted(self, claim: Claim) -> Claim:
        """A claim of the deterministic answer with the numbers of this one."""
        cited = {c.number: c for c in self.known.citations}
        numbers = tuple(self.desk.book.adopt(cited[number]) for number in claim.citations)
        return claim.model_copy(update={"citations": numbers})

    def _filled(self, section: AdviceSection) -> AdviceSection:
        blocks = tuple(
            b.model_copy(update={"claims": tuple(self._adopted(c) for c in b.claims)}) for b in section.blocks
        )
        return section.model_copy(update={"blocks": blocks})

    def finished(self, name: str, reason: str) -> Advice:
        """The answer: what passed, then what the deterministic composer says of the parts that are missing."""
        filled: list[str] = []
        summary = self._summary(filled)
        sections = tuple(self._sections(filled))
        lost = [
            a.model_copy(update={"claims": tuple(self._adopted(c) for c in a.claims)}) for a in self.known.alternatives
        ]
        tally, evidence = self.desk.tally, self.desk.evidence
        return self.known.model_copy(
            update={
                "id": answer_id(evidence.request, evidence.edition, "\0".join(("model", name, *self.replies))),
                "summary": summary,
                "sections": sections,
                "alternatives": tuple(lost),
                "citations": self.desk.book.all(),
                "composer": "model",
                "model": ModelNote(
                    name=name,
                    reason=reason,
                    supported=tally.supported,
                    own=tally.own,
                    dropped=len(tally.dropped),
                    filled=tuple(filled),
                ),
            }
        )

    def _summary(self, filled: list[str]) -> tuple[Claim, ...]:
        if None in self.settled:
            return (*self._always(), *self.settled[None].claims)
        held = self.held.get(None)
        if held is not None and held.supported:
            summary = (*self._always(), *held.claims)
        else:
            filled.append("summary")
            summary = tuple(self._adopted(claim) for claim in self.known.summary)
        self.tell(part(self.desk.book.all(), summary=summary))
        return summary

    def _sections(self, filled: list[str]) -> Iterator[AdviceSection]:
        kinds = dict.fromkeys((*(s.kind for s in self.known.sections), *self.settled, *self.held))
        for kind in (k for k in kinds if k is not None):
            if kind in self.settled:
                yield from self.settled[kind].sections
                continue
            held = self.held.get(kind)
            new: list[AdviceSection] = []
            if held is not None and held.supported:
                new += held.sections
            if held is None or not self._covers(held):
                filled.append(kind)
                new += [self._filled(s) for s in self.known.sections if s.kind == kind]
            for section in new:
                self.tell(part(self.desk.book.all(), section=section))
            yield from new


def _drafts(pieces: Iterator[str], reader: Reader) -> Iterator[Draft]:
    for piece in pieces:
        yield from reader.feed(piece)
    yield from reader.close()


def _form(reply: str) -> str:
    """What is wrong with a reply that does not end as it should."""
    if not reply.strip():
        return "the model's reply is empty"
    if "SECTION" not in reply:
        return f"the model's reply is not in the asked form: {' '.join(reply.split())[:80]!r}"
    return "the model's reply breaks off"


def understood(known: Advice, reading: Reading) -> Advice:
    """What the model read is shown as its reading, with the words it rests on, whoever words the answer."""
    read = {fact.attribute: fact for fact in reading.facts}
    lines = tuple(
        f"{fact.phrase}, read by the model from “{span.text}”"
        for fact in known.understanding.facts
        if fact.attribute in read and (span := read[fact.attribute].span) is not None
    )
    assumptions = (*known.understanding.assumptions, *lines)
    return known.model_copy(
        update={"understanding": known.understanding.model_copy(update={"assumptions": assumptions})}
    )
