"""A review as a use case: what is pasted, judged without a question, as an answer with its findings."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, model_validator

from kb.ddl import erd
from kb.entry import KnowledgeBase, Severity
from kb.vocabulary import Vocabulary
from service.analysis.review.finding import SEVERITIES, Family
from service.analysis.review.review import Review, review
from service.answer.advice import Advice, ClarifyingQuestion, Confidence, NotTaken, Part, Understanding
from service.answer.citations import CitationBook
from service.answer.claims import connective
from service.answer.composer import answer_id
from service.answer.reviewed import Wanted, reviewed
from service.question.artefact.artefacts import Artefacts
from service.question.question import Question, understand
from service.question.request import AskRequest, Attachment, PlainText, bounded
from service.question.wishes import wants_contexts, wants_diagram

_UNASKED = "Review of what was pasted"
_SIZES = ("table.rows", "workload.writes_per_s")


class ReviewRequest(Part):
    """The body of `POST /v1/review`: what is to be reviewed, in which dialect, and what is known of the case."""

    artefacts: Annotated[tuple[Attachment, ...], Field(min_length=1, max_length=20)]
    dialect: Annotated[PlainText, Field(max_length=40)] = ""
    question: Annotated[PlainText, Field(max_length=2_000)] = ""
    diagram: bool = False
    constraints: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _bounded(self) -> "ReviewRequest":
        bounded(self.artefacts)
        return self


class ReviewFinding(Part):
    """One finding: `line` counts from 1 in `source` and is 0 where it is about the whole; `entry` is the section that explains it."""

    rule: str
    family: Family
    severity: Severity
    object: str
    source: str
    line: int
    quote: str
    text: str
    why: str
    fix: str
    entry: str


class ReviewAdvice(Advice):
    """An answer whose sections are the review, with every finding as data and the diagram, where one was asked for."""

    findings: tuple[ReviewFinding, ...]
    good: tuple[str, ...]
    diagram: str


@dataclass(frozen=True)
class Shelf:
    """What a review is written from."""

    kb: KnowledgeBase
    vocabulary: Vocabulary
    edition: str
    public_url: str = ""


def review_of(shelf: Shelf, request: ReviewRequest) -> ReviewAdvice:
    """Read, judge and write. Raises ConstraintError."""
    question = understand(_as_question(request), shelf.vocabulary)
    found = review(question.artefacts, question.facts)
    book = CitationBook(shelf.kb, shelf.public_url)
    drawn = request.diagram or wants_diagram(request.question)
    wanted = Wanted(diagram=drawn, contexts=wants_contexts(request.question))
    sections = reviewed(found, shelf.kb, book, wanted)
    return ReviewAdvice(
        id=answer_id(request, shelf.edition, "review"),
        question=request.question or _UNASKED,
        understanding=_understanding(question),
        clarifying_questions=_asked_back(shelf.vocabulary, question),
        summary=(connective("reviewed", _counts(found)),),
        sections=sections,
        citations=book.all(),
        alternatives=(),
        confidence=_confidence(question.artefacts),
        edition=shelf.edition,
        composer="review",
        findings=tuple(_finding(found)),
        good=tuple(praise.text for praise in found.good),
        diagram=erd(question.artefacts.schema) if drawn and question.artefacts.schema.tables else "",
    )


def _as_question(request: ReviewRequest) -> AskRequest:
    given = tuple(
        each.model_copy(update={"language": request.dialect}) if request.dialect and not _names_kind(each) else each
        for each in request.artefacts
    )
    return AskRequest(question=request.question.strip() or _UNASKED, attachments=given, constraints=request.constraints)


def _names_kind(attachment: Attachment) -> bool:
    """Whether the language says more than that it is SQL."""
    return (attachment.language or "sql").lower() not in ("sql", "text", "plain")


def _finding(found: Review) -> Sequence[ReviewFinding]:
    return [
        ReviewFinding(
            rule=f.rule,
            family=f.family,
            severity=f.severity,
            object=f.object,
            source=f.source,
            line=f.line,
            quote=f.quote,
            text=f.say,
            why=f.because,
            fix=f.fix,
            entry=f.section,
        )
        for f in found.findings
    ]


def _counts(found: Review) -> str:
    """How much was read and how much was found, in numbers."""
    read = found.artefacts
    parts = [
        f"{count} {name}{'' if count == 1 else 's'}"
        for count, name in ((len(read.schema.tables), "table"), (len(read.queries), "query"), (len(read.plans), "plan node"), (len(read.settings), "setting"))
        if count
    ]  # fmt: skip
    counted = Counter(f.severity for f in found.findings)
    told = ", ".join(f"{counted[severity]} {severity}" for severity in SEVERITIES if counted[severity])
    return f"{', '.join(parts).replace('querys', 'queries') or 'nothing that could be judged'}; findings: {told or 'none'}."


def _understanding(question: Question) -> Understanding:
    unread = [
        NotTaken(text=text.strip()[:200], reason="pasted text that could not be read")
        for text in question.artefacts.unparsed
    ]
    return Understanding(
        intents=("review",),
        facts=(),
        assumptions=(f"the SQL is {question.artefacts.schema.dialect}",) if "sql" in question.artefacts.kinds else (),
        not_taken_into_account=tuple(unread),
    )


def _asked_back(vocabulary: Vocabulary, question: Question) -> tuple[ClarifyingQuestion, ...]:
    """Sizes and rates decide how urgent keys and growth are."""
    if not question.artefacts.schema.tables:
        return ()
    return tuple(
        ClarifyingQuestion(
            id=name,
            text=attribute.ask,
            why="it decides how soon keys run out and tables have to be partitioned",
            options=(),
            default="unknown: judged by the names of the tables",
            changes={},
        )
        for name in _SIZES
        if (attribute := vocabulary.attributes[name]).ask and name not in question.facts.by_attribute
    )


def _confidence(artefacts: Artefacts) -> Confidence:
    if artefacts.empty:
        return Confidence(level="none", reason="nothing that was pasted could be read")
    if artefacts.unparsed:
        return Confidence(level="medium", reason="a part of what was pasted could not be read and was not judged")
    return Confidence(level="high", reason="all that was pasted could be read")
