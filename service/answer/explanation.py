"""The explanation of an answer: which entries, sections and rules were considered, chosen and dropped, and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from service.answer.evidence import Evidence
from service.answer.selection import Chosen
from service.question.question import Question
from service.retrieval.search import Retrieved

_ENTRIES, _SECTIONS, _RULES = 12, 15, 15


@dataclass(frozen=True)
class Explanation:
    """Lines of text under headings, for a person who maintains entries."""

    blocks: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def text(self) -> str:
        return "\n\n".join(
            "\n".join((title, *(f"  {line}" for line in lines))) for title, lines in self.blocks if lines
        )


def explain(question: Question, retrieved: Retrieved, evidence: Evidence | None) -> Explanation:
    """The explanation; without evidence the question was declined."""
    blocks = [("Understood", tuple(_understood(question))), ("Scope", (_scope(retrieved, evidence),))]
    if evidence is not None:
        chosen = {c.entry.id: c for c in evidence.selection.chosen}
        blocks += [
            ("Entries found", tuple(_entry(hit.entry, hit.score, chosen) for hit in retrieved.entries[:_ENTRIES])),
            (
                "Sections found",
                tuple(_section(evidence, h.section, h.score, h.matched) for h in retrieved.hits[:_SECTIONS]),
            ),
            ("Rules that hold", tuple(_fired(evidence))),
            ("Rules offered", tuple(f"{entry}#{rule.id}" for entry, rule in evidence.offers(_RULES))),
            ("Parts that nothing answers", evidence.unanswered),
            ("Gaps", tuple(gap.title for gap in evidence.gaps)),
            ("Technologies ruled out", tuple(_ruled_out(evidence))),
        ]
    return Explanation(tuple(blocks))


def _understood(question: Question) -> Iterator[str]:
    yield f"intents: {', '.join(sorted(question.intent_ids)) or 'none'}"
    for fact in question.facts.by_attribute.values():
        yield f"{fact.attribute} = {fact.spelling} ({fact.origin})"
    for part in question.parts:
        yield f"part: {part}"
    for number in question.loose:
        yield f"no role: {number.text}"


def _scope(retrieved: Retrieved, evidence: Evidence | None) -> str:
    said = "declined" if evidence is None else "answered"
    return f"{said}: relevance {retrieved.relevance:.3f}, {'over' if retrieved.relevant else 'under'} the threshold"


def _entry(entry_id: str, score: float, chosen: Mapping[str, Chosen]) -> str:
    found = chosen.get(entry_id)
    fit = f"chosen, fit {found.fit}, adjusted {found.score:.3f}" if found else "dropped"
    return f"{score:.3f} {entry_id}: {fit}"


def _section(evidence: Evidence, section_id: str, score: float, matched: str) -> str:
    shown = {s.id for c in evidence.selection.chosen for s in c.sections}
    return f"{score:.3f} {section_id}: {'shown' if section_id in shown else 'left out'}, by “{' '.join(matched.split())[:80]}”"


def _fired(evidence: Evidence) -> Iterator[str]:
    said = {c.key for c in evidence.fired}
    for conclusion in evidence.conclusions.fired[: 4 * _RULES]:
        near = evidence.rule_score(conclusion.key)
        state = "stated" if conclusion.key in said else "beside the point"
        yield f"{near:.3f} {conclusion.entry}#{conclusion.rule.id}: {state}, from {', '.join(sorted(conclusion.firing.used)) or 'nothing'}"


def _ruled_out(evidence: Evidence) -> Iterator[str]:
    for found in evidence.choice.excluded if evidence.choice else ():
        yield f"{found.candidate}: {found.phrase}: {found.found}"
