"""The model composer: reads, writes, is checked, mends once, and has the deterministic composer say whatever is still missing."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from ingest.embeddings import Embedder
from service.answer.advice import Advice, ModelNote
from service.answer.citations import CitationBook
from service.answer.composer import Composer
from service.answer.evidence import Evidence
from service.answer.telling import Judged, Tell, told
from service.check.code import Trial
from service.check.ground import ground
from service.check.meaning import Meaning
from service.errors import ModelError
from service.model.calls import Caller
from service.model.items import items
from service.model.reading import Reading, read
from service.model.work import Work, understood
from service.model.writing import Desk
from service.model.writing_prompt import repair_prompt, writing_prompt
from service.question.question import Question

Again = Callable[[Question], Evidence | None]
_REASONS = 12
_ABSENT = "no language model is configured: set DBARCH_LLM"
_NOTHING = "nothing of the model's reply passed the check"


@dataclass(frozen=True)
class ModelComposer:
    """Answers with a model where one is configured and answers; `marks` keeps sentences beyond the knowledge base, as the model's own;
    `embedder` tells other words for the same thing."""

    caller: Caller | None = None
    trial: Trial | None = None
    marks: bool = True
    public_url: str = ""
    embedder: Embedder | None = None

    def answer(self, evidence: Evidence, plain: Composer, again: Again, tell: Tell) -> Advice:
        """Never raises for what a model does: the answer of `plain`, with the reason, is the worst outcome."""
        if self.caller is None:
            return _plainly(plain.compose(evidence), ModelNote(name="", reason=_ABSENT), tell)
        reading, unread = _reading(evidence, self.caller, tell)
        question = reading.of(evidence.question)
        if question is not evidence.question:
            evidence = again(question) or evidence
        known = understood(plain.compose(evidence), reading)
        if unread is not None and unread.dead:
            return _plainly(known, ModelNote(name=self.caller.model.name, reason=str(unread)), tell)
        return self._written(known, self._desk(evidence, known), reading, tell)

    def _desk(self, evidence: Evidence, known: Advice) -> Desk:
        found = items(evidence, known)
        own = ground(evidence, [claim.text for item in found for claim in item.results])
        meaning = Meaning(self.embedder) if self.embedder else None
        own = replace(own, passages=tuple(item.passage for item in found), meaning=meaning)
        return Desk(evidence, own, found, CitationBook(evidence.kb, self.public_url), self.trial, self.marks)

    def _written(self, known: Advice, desk: Desk, reading: Reading, tell: Tell) -> Advice:
        assert self.caller is not None
        work = Work(known, desk, tell)
        asked = writing_prompt(desk.evidence, known, desk.items, reading)
        reason, dead = work.take(self.caller, "write", asked)
        if work.lacks and not dead:
            mending = repair_prompt(asked, work.lacks, work.wrong(reason)[:_REASONS])
            again, _ = work.take(self.caller, "repair", mending)
            reason = reason or again
        tally = desk.tally
        tell(Judged(tally.supported, tally.own, len(tally.dropped)))
        name = self.caller.model.name
        if not work.any:
            note = ModelNote(name=name, reason=reason or _NOTHING, dropped=len(tally.dropped))
            return _plainly(known, note, tell)
        return work.finished(name, reason)


def _reading(evidence: Evidence, caller: Caller, tell: Tell) -> tuple[Reading, ModelError | None]:
    """What the model read; what the rules read is enough where it did not."""
    try:
        return read(evidence, caller, tell), None
    except ModelError as error:
        return Reading(), error


def _plainly(known: Advice, note: ModelNote, tell: Tell) -> Advice:
    """The deterministic answer, which says why it is one."""
    return told(known.model_copy(update={"model": note}), tell)
