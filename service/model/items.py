"""The numbered evidence that a model writes from: sections, rules that hold, rules that are offered, scores and results."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from kb.entry import Section
from kb.guidance import offer
from service.answer.advice import Advice, BlockUnion, Calculation, Claim
from service.answer.citations import CitationBook
from service.answer.claims import quoted_block, sentence
from service.answer.evidence import Evidence
from service.check.ground import Passage, passage
from service.check.words import words
from service.model.prompt import MOST_TEXT

_MOST_OFFERS = 8


@dataclass(frozen=True)
class Item:
    """One numbered piece of the evidence: what is shown of it, what it is checked against, and where it is cited."""

    number: int
    title: str
    text: str
    passage: Passage
    section: Section
    results: tuple[Claim, ...] = ()

    def cite(self, text: str, book: CitationBook) -> int:
        """The number that leads to the statement nearest to what is said."""
        statements = [s for block in self.section.blocks for s in block.statements]
        bag = words(text).bag
        best = max(statements, key=lambda s: (len(bag & words(s.text).bag), -s.start))
        return book.cite(self.section, best)

    def shown(self, evidence: Evidence, book: CitationBook) -> tuple[BlockUnion, ...]:
        """Its code, tables and results as they stand."""
        if self.results:
            cited = book.cite_section(self.section)
            claims = tuple(claim.model_copy(update={"citations": cited}) for claim in self.results)
            return (Calculation(title=self.title, claims=claims),)
        kept = [b for b in self.section.blocks if b.kind in ("code", "table")]
        blocks = [quoted_block(self.section, block, book, evidence.kb.fences) for block in kept]
        return tuple(b for b in blocks if b is not None and (evidence.plan.erd or b.kind != "diagram"))


def items(evidence: Evidence, known: Advice) -> tuple[Item, ...]:
    """Everything that may be cited, numbered from 1; what is too much to read is left out from the end."""
    found: list[Item] = []
    room = MOST_TEXT
    for title, text, section, results in _all(evidence, known):
        if room < len(text) or not any(block.statements for block in section.blocks):
            continue
        room -= len(text)
        read = passage(section, evidence.kb.entries[section.entry])
        said = tuple(claim.text for claim in results) or ((text,) if text != _text(section) else ())
        more = replace(read, sentences=(*read.sentences, *said), whole=(*read.whole, *said))
        found.append(Item(len(found) + 1, title, text, more, section, results))
    return tuple(found)


_Raw = tuple[str, str, Section, tuple[Claim, ...]]


def _all(evidence: Evidence, known: Advice) -> Iterator[_Raw]:
    yield from _results(evidence, known)
    for conclusion in evidence.fired:
        firing = conclusion.firing
        if firing.say:
            said = sentence(firing.say, firing.because, firing.unless)
            yield "It holds", said, evidence.rule_section(conclusion.key), ()
    if evidence.choice is not None:
        verdicts = " ".join(c.text for c in known.summary if c.support.kind == "computed")
        for name in evidence.choice.ranking:
            scores = evidence.kb.entries[name].anchors["scores"]
            yield f"Scores of {evidence.kb.entries[name].title}", f"{verdicts}\n{_text(scores)}", scores, ()
    for chosen in evidence.selection.chosen:
        for section in chosen.sections:
            yield f"{chosen.entry.title}: {section.heading}", _text(section), section, ()
    for entry, rule in evidence.offers(_MOST_OFFERS):
        yield "It depends", offer(rule), evidence.rule_section((entry, rule.id)), ()


def _results(evidence: Evidence, known: Advice) -> Iterator[_Raw]:
    """What was computed, as the deterministic answer says it, under the section that it cites."""
    sections = {c.number: evidence.kb.section(f"{c.entry}#{c.url.partition('#')[2]}") for c in known.citations}
    for section in known.sections:
        for block in section.blocks:
            if block.kind != "calculation" or not block.claims or not block.claims[0].citations:
                continue
            cited = sections[block.claims[0].citations[0]]
            own = all(claim.support.kind == "computed" for claim in block.claims)
            if cited is not None and own and not any(_in_fence(cited, claim) for claim in block.claims):
                yield block.title, "\n".join(claim.text for claim in block.claims), cited, block.claims


def _in_fence(section: Section, claim: Claim) -> bool:
    """A worked example of an entry comes with its section."""
    return any(block.fence is not None and claim.text in block.fence.code for block in section.blocks)


def _text(section: Section) -> str:
    return "\n".join(_shown(section))


def _shown(section: Section) -> Iterable[str]:
    for block in section.blocks:
        if block.kind == "code":
            if block.fence is not None and not block.fence.hidden and block.fence.language != "mermaid":
                yield f"[{block.fence.language} {block.fence.engine}]\n{block.fence.code.rstrip()}"
        elif block.kind == "table":
            yield " | ".join(block.header)
            yield from (" | ".join(statement.cells) for statement in block.statements)
        else:
            yield from (f"{'- ' if block.kind == 'list' else ''}{statement.text}" for statement in block.statements)
