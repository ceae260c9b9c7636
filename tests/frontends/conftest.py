"""A small advisor of two entries, one of them hostile, whose answers can be foretold."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from kb.entry import Block, Entry, Fence, Kind, KnowledgeBase, Section, Source, Statement, StatementKind
from kb.kinds import Pattern
from kb.vocabulary import load_vocabulary
from service.answer import advice as parts
from service.answer.advice import Advice, AdviceSection, Citation, CitedSource, Claim
from service.answer.explanation import Explanation
from service.answer.telling import Found, Tell, told, unheard
from service.catalogue import EntryCard, SearchResult, SearchResults, card
from service.errors import RequestError, UnknownEntryError
from service.frontends.http.app import create_app
from service.frontends.keeping import Keeper
from service.question.request import AskRequest
from service.reviewing import ReviewAdvice, ReviewRequest, Shelf, review_of
from service.settings import Settings
from service.wiring import build_store

HOSTILE = "<script>alert(1)</script> <img src=x onerror=alert(1)> [press](javascript:alert(1)) [data](data:text/html,x) [host](//evil.example)"
ERD = "erDiagram\n  SHOP ||--o{ ORDER : takes\n"
SQL = "CREATE TABLE shop (id bigint PRIMARY KEY); -- </code><script>alert(2)</script>\n"


def statement(text: str, kind: StatementKind = "paragraph", cells: tuple[str, ...] = ()) -> Statement:
    return Statement(kind, text, text, 0, len(text), 1, sources=("notes", "judgement"), cells=cells)


def code(language: str, engine: str, text: str, digest: str, hidden: bool = False) -> Block:
    fence = Fence(language, engine, {"hidden": ""} if hidden else {}, text, 1, digest)
    return Block("code", (statement(text, "code"),), fence=fence)


def small_entry(slug: str, prose: str) -> Entry:
    source = Source(
        title="Notes <b>on</b> it",
        url="https://example.org/notes",
        publisher="Example",
        checked=dt.date(2026, 11, 24),
        supports="Everything.",
    )
    meta = Pattern(
        title=f"{slug.title()} <i>pattern</i>", summary=f"{slug.title()} in a sentence that is long enough to be a summary.", sources={"notes": source},
        category="caching", complexity="low", reversibility="easy", related=("patterns/plain", "patterns/gone"), reviewed=dt.date(2026, 11, 24),
    )  # fmt: skip
    blocks = (
        Block("paragraph", (statement(prose),)),
        Block(
            "list",
            (statement("See [the other](../patterns/plain.md#problem) and [a neighbour](hostile.md).", "item"),),
            ordered=True,
        ),
        Block("table", (statement("a | b", "row", ("`a`", "b")),), header=("left", "right")),
        code("sql", "postgresql", SQL, "e" * 64),
        code("mermaid", "", ERD, "d" * 64),
        code("mermaid", "", "no diagram at all", "f" * 64),
        code("sql", "postgresql", "SELECT hidden_secret;", "h" * 64, hidden=True),
    )
    entry_id = f"patterns/{slug}"
    problem = Section(entry_id, "problem", "Problem", ("Problem",), 2, 1, prose, blocks)
    detail = Section(entry_id, "detail", "In detail", ("Problem", "In detail"), 3, 9, "", ())
    rule = Section(
        entry_id,
        "rule-always",
        "Always",
        ("Always",),
        2,
        1,
        "If so: do.",
        (Block("paragraph", (statement("If so: do."),)),),
    )
    facts = Section(entry_id, "typed-facts", "Typed facts", ("Typed facts",), 2, 1, "", ())
    return Entry(entry_id, "patterns", f"{entry_id}.md", meta, (problem, detail), (facts, rule))


@dataclass
class SmallAdvisor:
    """Answers with the question itself in every kind of block; `during` happens while it answers."""

    during: Callable[[AskRequest], None] = lambda _: None
    finds: bool = True
    edition: str = "small"
    kb: KnowledgeBase = field(
        default_factory=lambda: KnowledgeBase(
            {
                f"patterns/{slug}": small_entry(slug, prose)
                for slug, prose in (("plain", "It is *plain*."), ("hostile", HOSTILE))
            },
            "k",
            {"e" * 64: "executed"},
        )
    )

    def advise(self, request: AskRequest, tell: Tell = unheard) -> Advice:
        self.during(request)
        tell(Found(("patterns/plain",)))
        return told(small_advice(request), tell)

    def explain(self, request: AskRequest) -> Explanation:
        return Explanation((("Understood", (request.question,)),))

    def comparison(self, names: Sequence[str], purpose: str = "") -> AskRequest:
        if "nothing" in names:
            raise UnknownEntryError("'nothing' is no technology that is known here")
        if len(set(names)) < 2:
            raise RequestError("1 different technologies: name 2 to 6 to compare")
        return AskRequest(question=f"{' or '.join(names)} for {purpose}?")

    def review(self, request: ReviewRequest) -> ReviewAdvice:
        return review_of(Shelf(self.kb, load_vocabulary(), self.edition), request)

    def search(self, query: str, limit: int = 10) -> SearchResults:
        result = SearchResult(
            entry="patterns/plain",
            title="Plain",
            heading="Problem",
            anchor="problem",
            url="/kb/patterns/plain#problem",
            excerpt="It is plain.",
            score=0.5,
        )
        return SearchResults(
            query=query, edition=self.edition, relevant=self.finds, results=(result,)[:limit] if self.finds else ()
        )

    def entries(self, kind: Kind | None = None) -> tuple[EntryCard, ...]:
        return tuple(card(entry) for entry in self.kb.entries.values() if kind in (None, entry.kind))

    def entry(self, entry_id: str) -> Entry:
        if entry_id not in self.kb.entries:
            raise UnknownEntryError(f"there is no entry {entry_id!r}")
        return self.kb.entries[entry_id]


def small_advice(request: AskRequest) -> Advice:
    text = request.question

    def claim(words: str) -> Claim:
        return Claim(text=words, support=parts.Judged(section="patterns/plain#problem"), citations=(1,))

    blocks: tuple[parts.BlockUnion, ...] = (
        parts.Paragraph(claims=(claim(text),)),
        parts.ListBlock(claims=(claim(text),)),
        parts.Table(header=(text, "b"), rows=((text, "b"),), claims=(claim(f"{text} | b"),)),
        parts.Code(language="sql", dialect="postgresql", status="executed", claims=(claim(text),)),
        parts.Diagram(claims=(claim(ERD),)),
        parts.Calculation(title="Sums", claims=(claim("a: rate(count=1) = 1/s"), claim(text))),
    )
    cited = Citation(number=1, entry="patterns/plain", title=text[:100], heading="Problem", url="/kb/patterns/plain#problem", quote=text, checked="2026-11-24",
                     sources=(CitedSource(id="patterns/plain:notes", title=text[:100], url="https://example.org/notes", publisher="Example", checked="2026-11-24"),))  # fmt: skip
    judged = cited.model_copy(update={"number": 2, "sources": ()})
    return Advice(
        id="1", question=text, edition="small", composer="small", summary=(claim(text),), citations=(cited, judged),
        understanding=parts.Understanding(
            intents=("design",), assumptions=(text,), not_taken_into_account=(parts.NotTaken(text=text, reason="too long"),),
            facts=(parts.UnderstoodFact(attribute="a", value="1", phrase=text, origin="assumed"),),
        ),
        clarifying_questions=(parts.ClarifyingQuestion(id="a", text="How many?", why="it decides", options=(), default="one", changes={"two": "more"}),),
        sections=(AdviceSection(kind="schema", title="Schema", blocks=blocks), AdviceSection(kind="indexes", title="Plain: indexes", blocks=blocks)),
        alternatives=(parts.Alternative(name="Other", claims=(claim("Other | slow | never"),)), parts.Alternative(name="Shown", claims=(claim(text),))),
        confidence=parts.Confidence(level="none" if "pizza" in text else "low", reason="it is small"),
    )  # fmt: skip


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, concurrency=1, queue=0)


@pytest.fixture
def small() -> SmallAdvisor:
    return SmallAdvisor()


@pytest.fixture
def keeper(settings: Settings) -> Keeper:
    return Keeper(lambda: build_store(settings))


@pytest.fixture
def client(small: SmallAdvisor, settings: Settings, keeper: Keeper) -> Iterator[TestClient[Litestar]]:
    with TestClient(create_app(small, settings, keeper), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def gate() -> threading.Event:
    return threading.Event()
