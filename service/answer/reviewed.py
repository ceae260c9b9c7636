"""A review as sections of an answer: findings with their fixes, what was folded, what is good, diagram and contexts."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.ddl import erd
from kb.entry import KnowledgeBase
from service.analysis.review.contexts import Contexts, contexts
from service.analysis.review.finding import Finding
from service.analysis.review.praise import Praise
from service.analysis.review.review import Group, Review
from service.answer.advice import AdviceSection, BlockUnion, Claim, Code, Diagram, Filled, ListBlock, Paragraph
from service.answer.citations import CitationBook
from service.answer.claims import connective

_MOST_PLACES, _MOST_UNREAD = 8, 20
_MOST_CUTS = 40
_DIAGRAM_SECTION = "patterns/er-and-domain-modeling#the-diagram-if-somebody-asks-for-one"
_CONTEXT_SECTION = (
    "playbooks/monolith-to-database-per-service#foreign-keys-across-modules-are-counted-from-the-catalogue"
)
_CUT_SECTION = "playbooks/monolith-to-database-per-service#phase-3-cut-keys-joins-and-transactions"
# What Markdown would take for a mark; the words of the asker's own names are shown, never rendered.
_MARKS = re.compile(r"([\\`*<\[|])")


@dataclass(frozen=True)
class Wanted:
    """What is wanted beside the findings, and how many of them at most."""

    diagram: bool = False
    contexts: bool = False
    most: int = 10
    unread: bool = True


def reviewed(review: Review, kb: KnowledgeBase, book: CitationBook, wanted: Wanted) -> tuple[AdviceSection, ...]:
    """Sections of kind schema, erd and migration; none where nothing could be judged."""
    writer = _Writer(kb, book, review.artefacts.schema.dialect)
    sections = [
        AdviceSection(
            kind="schema", title="Review of what was pasted", blocks=tuple(writer.findings(review, wanted.most))
        ),
        *writer.split(contexts(review.artefacts.schema) if wanted.contexts else None),
        *(writer.diagram(review) if wanted.diagram else ()),
    ]
    unread = review.artefacts.unparsed if wanted.unread else ()
    if unread:
        quoted = [f"“{_inline(text, 200)}”" for text in unread[:_MOST_UNREAD]]
        if len(unread) > _MOST_UNREAD:
            quoted.append(f"And {len(unread) - _MOST_UNREAD:,} more after these; send them apart to have them judged.")
        claims = tuple(connective("unread", text) for text in quoted)
        sections.append(
            AdviceSection(kind="schema", title="What could not be read", blocks=(ListBlock(claims=claims),))
        )
    return tuple(section for section in sections if section.blocks)


@dataclass(frozen=True)
class _Writer:
    """Claims with the citation of the section that each rule names."""

    kb: KnowledgeBase
    book: CitationBook
    dialect: str

    def findings(self, review: Review, most: int) -> Iterable[BlockUnion]:
        for group in review.groups[:most]:
            yield Paragraph(claims=(self._claim(group),))
            fixes = tuple(dict.fromkeys(f.fix for f in group.findings if f.fix))
            if fixes:
                yield self._code("\n".join(fixes[:_MOST_PLACES]), group.first)
        if review.groups[most:]:
            yield Paragraph(claims=(connective("folded"),))
            yield ListBlock(claims=tuple(self._claim(group) for group in review.groups[most:]))
        if review.good:
            yield Paragraph(claims=(connective("good"),))
            yield ListBlock(claims=tuple(self._praise(each) for each in review.good))

    def split(self, found: Contexts | None) -> Iterable[AdviceSection]:
        if found is None or len(found.groups) < 2:
            return
        grouped = [self._filled("Tables that belong together: {tables}.", {"tables": ", ".join(group)}, _CONTEXT_SECTION, "contexts") for group in found.groups]  # fmt: skip
        cuts = [
            self._filled(
                "{key} → {target} would be cut: it needs a call, an event or a copy, and the id column with reconciliation instead of the foreign key.",
                {"key": f"{cut.table} ({', '.join(cut.columns)})", "target": cut.target},
                _CUT_SECTION,
                "contexts",
            )
            for cut in found.cuts[:_MOST_CUTS]
        ]
        blocks = tuple(ListBlock(claims=tuple(claims)) for claims in (grouped, cuts) if claims)
        yield AdviceSection(kind="migration", title="Bounded contexts of the pasted schema", blocks=blocks)

    def diagram(self, review: Review) -> Iterable[AdviceSection]:
        if review.artefacts.schema.tables:
            claim = self._filled("{erd}", {}, _DIAGRAM_SECTION, "erd", erd(review.artefacts.schema))
            yield AdviceSection(kind="erd", title="Diagram of the pasted schema", blocks=(Diagram(claims=(claim,)),))

    def _claim(self, group: Group) -> Claim:
        first = group.first
        slots = {"severity": first.severity.capitalize(), "where": _places(group.findings), "say": _inline(first.say), "because": _inline(first.because)}  # fmt: skip
        return self._filled("**{severity}**, {where}: {say}, because {because}.", slots, first.section, first.rule)

    def _code(self, code: str, finding: Finding) -> Code:
        documents = code.startswith("db.")
        language = "javascript" if documents else "sql"
        claim = self._filled("{fix}", {}, finding.section, finding.rule, code)
        dialect = "mongodb" if documents else self.dialect
        return Code(language=language, dialect=dialect, status="parsed", claims=(claim,))

    def _praise(self, praise: Praise) -> Claim:
        return self._filled(f"{praise.text}.", {}, praise.section, "good")

    def _filled(self, template: str, slots: dict[str, str], section: str, origin: str, text: str = "") -> Claim:
        found = self.kb.section(section)
        return Claim(
            text=text or template.format(**slots),
            support=Filled(template=template, slots=slots, origin=f"review#{origin}"),
            citations=self.book.cite_section(found) if found is not None else (),
        )


def _places(findings: Sequence[Finding]) -> str:
    """`orders.total` (schema.sql line 12), further places after it."""
    shown = [f"{_code_span(f.object)} ({_at(f)})" if _at(f) else _code_span(f.object) for f in findings[:_MOST_PLACES]]
    more = len(findings) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def _at(finding: Finding) -> str:
    parts = (_inline(finding.source, 60), f"line {finding.line}" if finding.line else "")
    return " ".join(part for part in parts if part)


def _code_span(text: str) -> str:
    flat = " ".join(text.replace("`", "'").split())
    return f"`{flat}`"


def _inline(text: str, most: int = 600) -> str:
    """One line of text without marks."""
    flat = " ".join(text.split())
    short = flat if len(flat) <= most else f"{flat[: most - 1].rstrip()}…"
    return _MARKS.sub(r"\\\1", short)
