"""Pages for people: templates filled with answers and entries, in HTML that needs no JavaScript."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kb.entry import JUDGEMENT, Entry, FenceStatus, KnowledgeBase, Section, Statement
from service.answer.advice import Advice, AdviceSection, Claim
from service.answer.topics import TITLES
from service.catalogue import EntryCard
from service.frontends.http.calculator import GROUPS, Calculating, titled
from service.frontends.http.markup import STATUSES, code_label, diagram, inline, plain
from service.frontends.http.problems import ROWS, Problem
from service.question.request import MAX_QUESTION
from service.store.records import MAX_REASON, VERDICTS

_HERE = Path(__file__).parent
STATIC = _HERE / "static"

EXAMPLES: tuple[str, ...] = (
    "Design the database of a multi-tenant SaaS e-commerce platform with 2,000 shops and 800 orders per second at peak.",
    "We want to move from MySQL to PostgreSQL without downtime, 400 GB. How?",
    "In which order do the columns of a composite index go?",
    "Our Redis cache shows old prices for minutes after a change. Why, and what do we do?",
)  # fmt: skip

KIND_TITLES: Mapping[str, str] = {
    "technologies": "Technologies", "patterns": "Patterns", "tradeoffs": "Trade-offs", "designs": "Worked designs",
    "playbooks": "Playbooks", "checklists": "Checklists", "references": "References",
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What stood in the form, so that it stands there again, and what was wrong with it."""

    question: str = ""
    pasted: str = ""
    detail: str = "full"
    before: tuple[str, ...] = ()
    fault: str = ""
    composer: str = "deterministic"


@dataclass(frozen=True)
class Kept:
    """That an answer is kept, and what stood in the form for feedback on it or came of that."""

    reason: str = ""
    fault: str = ""
    thanked: bool = False


class Pages:
    """Every page of the service; holds the compiled templates. `model` names the language model that may be chosen, if there is one."""

    def __init__(self, model: str = "") -> None:
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(inline=inline, plain=plain, diagram=diagram, titled=titled)
        self._templates.globals.update(
            code_label=code_label,
            statuses=STATUSES,
            kind_titles=KIND_TITLES,
            stamp=_stamp(),
            judgement=JUDGEMENT,
            formula_groups=GROUPS,
            model=model,
        )

    def ask(
        self,
        asked: Asked,
        advice: Advice | None = None,
        kept: Kept | None = None,
        calculating: Calculating | None = None,
    ) -> str:
        """The page to ask and to compute on, with the answer where there is one, and with room for feedback where that is kept."""
        groups = () if advice is None else tuple(_grouped(advice.sections))
        lost = () if advice is None else tuple(_lost(advice))
        return self._page(
            "ask.html",
            asked=asked,
            advice=advice,
            groups=groups,
            lost=lost,
            fault=asked.fault,
            kept=kept,
            verdicts=VERDICTS,
            reason_limit=MAX_REASON,
            examples=EXAMPLES,
            limit=MAX_QUESTION,
            calculating=calculating or Calculating(),
        )

    def entries(self, cards: Sequence[EntryCard]) -> str:
        """All entries by kind."""
        ordered = sorted(cards, key=lambda card: (list(KIND_TITLES).index(card.kind), card.title))
        return self._page(
            "entries.html",
            groups=[(kind, list(of_kind)) for kind, of_kind in groupby(ordered, key=lambda card: card.kind)],
        )

    def entry(self, entry: Entry, kb: KnowledgeBase) -> str:
        """One entry, its sections first, then what is derived from its front matter, then its sources."""
        rules = tuple(section for section in entry.derived if section.anchor.startswith("rule-"))
        derived = tuple(section for section in entry.derived if section not in rules)
        related = [(other, kb.entries[other].title) for other in entry.meta.related if other in kb.entries]
        numbers = {source: number for number, source in enumerate(entry.meta.sources, 1)}
        page = _EntryPage(numbers, kb.fences)
        return self._page(
            "entry.html",
            entry=entry,
            derived=derived,
            rules=rules,
            related=related,
            page=page,
            toc=_contents(entry, derived),
        )

    def problem(self, problem: Problem) -> str:
        """An error, for people."""
        return self._page("problem.html", problem=problem)

    def docs(self, schema: Mapping[str, Any]) -> str:
        """The OpenAPI document for people: no script, nothing from another host."""
        return self._page("docs.html", schema=schema, problems=ROWS)

    def _page(self, template: str, **context: Any) -> str:
        return self._templates.get_template(template).render(**context)


@dataclass(frozen=True)
class _EntryPage:
    """What the template looks up while it writes an entry: numbers of sources and how fences were verified."""

    numbers: Mapping[str, int]
    fences: Mapping[str, FenceStatus]

    def references(self, statement: Statement) -> tuple[tuple[str, int], ...]:
        return tuple((source, self.numbers[source]) for source in statement.sources if source in self.numbers)


def _grouped(sections: Sequence[AdviceSection]) -> Iterator[tuple[str, str, list[AdviceSection]]]:
    """Sections of one kind that follow one another stand under one heading."""
    for kind, of_kind in groupby(sections, key=lambda section: section.kind):
        yield kind, TITLES[kind], list(of_kind)


def _lost(advice: Advice) -> Iterator[tuple[str, list[tuple[str, Claim]]]]:
    """What was not chosen, with why: rows of a table become sentences, and a table that the answer shows is not said again."""
    shown = {claim.text for section in advice.sections for block in section.blocks for claim in block.claims}
    for other in advice.alternatives:
        claims = [
            (". ".join(part for part in claim.text.split(" | ") if part != other.name), claim)
            for claim in other.claims
            if claim.text not in shown
        ]
        if claims:
            yield other.name, claims


def _contents(entry: Entry, derived: Sequence[Section]) -> tuple[tuple[str, str], ...]:
    return tuple((section.anchor, section.heading) for section in (*entry.sections, *derived) if section.level <= 2)


def _stamp() -> str:
    """Changes with the static files, so that browsers fetch a new style sheet and keep an old one."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(STATIC.iterdir()))).hexdigest()[:10]
