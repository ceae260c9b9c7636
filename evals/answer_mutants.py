"""Answers broken on purpose: each mutant is a function from the answers to the interactions to worse ones."""

import random
import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from kb.entry import KnowledgeBase
from service.answer.advice import (
    Advice,
    AdviceSection,
    BlockUnion,
    Citation,
    Claim,
    Code,
    Diagram,
    Filled,
    Judged,
    Quoted,
    Table,
)  # fmt: skip
from service.answer.citations import CitationBook
from service.answer.claims import quoted_block

Answers = Mapping[str, Advice]
Mutant = Callable[[Answers, KnowledgeBase], Answers]
_NUMBER = re.compile(r"\d+")
_VERB = re.compile(r"\b(is|are|has|have|needs|takes|keeps|holds|gives|makes)\b")
_Block = TypeVar("_Block", bound=BlockUnion)


def each(change: Callable[[Advice], Advice]) -> Mutant:
    return lambda answers, _: {name: change(advice) for name, advice in answers.items()}


def claims(change: Callable[[Claim], Claim]) -> Mutant:
    """Change every claim that states a fact, wherever it stands."""

    def one(claim: Claim) -> Claim:
        return claim if claim.support.kind == "connective" else change(claim)

    def change_advice(advice: Advice) -> Advice:
        sections = tuple(
            _blocks(s, lambda b: b.model_copy(update={"claims": tuple(map(one, b.claims))})) for s in advice.sections
        )
        return advice.model_copy(update={"sections": sections, **_around(advice, one)})

    return each(change_advice)


def texts(change: Callable[[str], str]) -> Mutant:
    """Change every claim's words, and the cells of tables with them."""

    def block(b: BlockUnion) -> BlockUnion:
        changed = {"claims": tuple(_retold(c, change) for c in b.claims)}
        if isinstance(b, Table):
            return b.model_copy(update={**changed, "rows": tuple(tuple(map(change, row)) for row in b.rows)})
        return b.model_copy(update=changed)

    def change_advice(advice: Advice) -> Advice:
        sections = tuple(_blocks(s, block) for s in advice.sections)
        return advice.model_copy(update={"sections": sections, **_around(advice, lambda c: _retold(c, change))})

    return each(change_advice)


def _around(advice: Advice, one: Callable[[Claim], Claim]) -> Mapping[str, object]:
    """The claims before and after the body, changed."""
    lost = (a.model_copy(update={"claims": tuple(map(one, a.claims))}) for a in advice.alternatives)
    return {"summary": tuple(map(one, advice.summary)), "alternatives": tuple(lost)}


def _retold(claim: Claim, change: Callable[[str], str]) -> Claim:
    return claim.model_copy(update={"text": change(claim.text)})


def _blocks(section: AdviceSection, change: Callable[[BlockUnion], BlockUnion]) -> AdviceSection:
    return section.model_copy(update={"blocks": tuple(map(change, section.blocks))})


def _without_largest(advice: Advice) -> Advice:
    """All sections of the kind that says most: one of several may be missed by nobody."""
    sizes: dict[str, int] = {}
    for section in advice.sections:
        sizes[section.kind] = sizes.get(section.kind, 0) + sum(len(block.claims) for block in section.blocks)
    largest = max(sizes, key=lambda kind: sizes[kind], default="")
    return advice.model_copy(update={"sections": tuple(s for s in advice.sections if s.kind != largest)})


def _only(kinds: tuple[type, ...]) -> Callable[[Advice], Advice]:
    def change(advice: Advice) -> Advice:
        sections = tuple(
            s.model_copy(update={"blocks": tuple(b for b in s.blocks if not isinstance(b, kinds))})
            for s in advice.sections
        )
        return advice.model_copy(update={"sections": sections})

    return change


def _swapped(text: str) -> str:
    names = {"PostgreSQL": "MongoDB", "MongoDB": "PostgreSQL", "TimescaleDB": "Redis", "ClickHouse": "Redis"}
    return re.sub("|".join(names), lambda m: names[m.group()], text)


def _stale(claim: Claim) -> Claim:
    if not isinstance(claim.support, Quoted | Judged):
        return claim
    return claim.model_copy(update={"support": claim.support.model_copy(update={"sha": "0" * 64})})


def _rotated(answers: Answers, _: KnowledgeBase) -> Answers:
    """Every question gets its neighbour's answer."""
    names = list(answers)
    return {name: answers[names[(place + 1) % len(names)]] for place, name in enumerate(names)}


def _template(answers: Answers, _: KnowledgeBase) -> Answers:
    """One answer for everything."""
    first = next(iter(answers.values()))
    return dict.fromkeys(answers, first)


def _dump(answers: Answers, kb: KnowledgeBase) -> Answers:
    """The whole knowledge base, cited and word for word."""
    book = CitationBook(kb)
    sections = tuple(
        AdviceSection(kind="schema", title=section.heading, blocks=blocks)
        for entry in kb.entries.values()
        for section in entry.sections
        if (blocks := tuple(b for block in section.blocks if (b := quoted_block(section, block, book, kb.fences))))
    )
    return {
        n: a.model_copy(update={"sections": sections, "citations": book.all(), "summary": (), "alternatives": ()})
        for n, a in answers.items()
    }


def _soup(text: str) -> str:
    words = text.split()
    random.Random(len(words)).shuffle(words)
    return " ".join(words)


def empty(advice: Advice) -> Advice:
    """Nothing said."""
    return advice.model_copy(update={"summary": (), "sections": (), "alternatives": (), "citations": ()})


def template(advice: Advice) -> Advice:
    """The sentences of rules alone, without the asker's values in them."""
    kept = tuple(_blank(c) for c in advice.summary if isinstance(c.support, Filled))
    body = tuple(
        _blank(c) for s in advice.sections for b in s.blocks for c in b.claims if isinstance(c.support, Filled)
    )
    return empty(advice).model_copy(update={"summary": (*kept, *body), "citations": advice.citations})


def _blank(claim: Claim) -> Claim:
    text, support = claim.text, claim.support
    for value in support.slots.values() if isinstance(support, Filled) else ():
        text = text.replace(value, "…")
    return claim.model_copy(update={"text": text, "support": support.model_copy(update={"slots": {}})})


def _doubled(advice: Advice) -> Advice:
    return advice.model_copy(update={"sections": (*advice.sections, *advice.sections)})


def _drawn(advice: Advice) -> Advice:
    text = "erDiagram\n  A ||--o{ B : has\n"
    claim = next(iter(advice.summary)).model_copy(update={"text": text})
    shown = AdviceSection(kind="erd", title="Diagram", blocks=(Diagram(claims=(claim,)),))
    return advice.model_copy(update={"sections": (*advice.sections, shown)})


def _broken(kind: type[Code] | type[Diagram], change: Callable[[str], str]) -> Mutant:
    def block(b: BlockUnion) -> BlockUnion:
        return (
            b.model_copy(update={"claims": tuple(_retold(c, change) for c in b.claims)}) if isinstance(b, kind) else b
        )

    return each(lambda a: a.model_copy(update={"sections": tuple(_blocks(s, block) for s in a.sections)}))


def _irreversible(advice: Advice) -> Advice:
    """Every claim that says how to go back is left out."""

    def kept(block: BlockUnion) -> BlockUnion:
        if isinstance(block, Table | Code | Diagram):
            return block
        left = tuple(
            c
            for c in block.claims
            if not re.search(
                r"(?i)roll(?:s|ed|ing)?[\s-]?back|point of no return|revert|go back|undo|abort|switch(?:es)? back|falls? back",
                c.text,
            )
        )
        return block.model_copy(update={"claims": left})

    return advice.model_copy(update={"sections": tuple(_blocks(s, kept) for s in advice.sections)})


def _moved(advice: Advice) -> Advice:
    """Each number leads to what the next one led to."""
    shifted = [*advice.citations[1:], *advice.citations[:1]]
    book = tuple(_numbered(c, n) for n, c in enumerate(shifted, 1))
    return advice.model_copy(update={"citations": book})


def _numbered(citation: Citation, number: int) -> Citation:
    return citation.model_copy(update={"number": number})


MUTANTS: Mapping[str, Mutant] = {
    "a part dropped": each(_without_largest),
    "the summary dropped": each(lambda a: a.model_copy(update={"summary": ()})),
    "tables dropped": each(_only((Table,))),
    "code dropped": each(_only((Code,))),
    "engines swapped": texts(_swapped),
    "numbers changed": texts(lambda text: _NUMBER.sub(lambda m: str(int(m.group()) * 3 + 1), text)),
    "claims negated": texts(lambda text: _VERB.sub(r"\1 not", text)),
    "citations stripped": claims(lambda claim: claim.model_copy(update={"citations": ()})),
    "citations forged": claims(lambda claim: claim.model_copy(update={"citations": (9999,)})),
    "citations of the neighbour": each(_moved),
    "stale digests": claims(_stale),
    "broken SQL": _broken(Code, lambda text: text.replace("CREATE TABLE", "CREATE TABEL")),
    "broken diagram": _broken(Diagram, lambda text: text.replace("erDiagram", "erDiagramm")),
    "a diagram unasked": each(_drawn),
    "no way back": each(_irreversible),
    "the neighbour's answer": _rotated,
    "one answer for all": _template,
    "the whole knowledge base": _dump,
    "keyword soup": texts(_soup),
    "everything twice": each(_doubled),
    "an invented sentence": each(lambda a: a.model_copy(update={"summary": (*a.summary, _invented(a))})),
}


def _invented(advice: Advice) -> Claim:
    """A sentence of nobody's with a citation that is somebody's."""
    borrowed = next((c for s in advice.sections for b in s.blocks for c in b.claims if isinstance(c.support, Quoted | Judged)), advice.summary[0])  # fmt: skip
    return borrowed.model_copy(update={"text": "PostgreSQL commits ten million transactions a second on a laptop."})
