"""Advice: the answer as every door gives it; the contract of `POST /v1/ask`."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from kb.entry import SectionKind


class Part(BaseModel):
    """Frozen, unknown keys forbidden."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FactSpan(Part):
    source: str
    start: int
    end: int
    text: str


class UnderstoodFact(Part):
    """A fact as understood: `attribute` and `value` can be pasted back as `constraints`."""

    attribute: str
    value: str
    phrase: str
    origin: Literal["stated", "pasted", "derived", "assumed"]
    span: FactSpan | None = None


class NotTaken(Part):
    """Something the asker said that no claim uses, and why."""

    text: str
    reason: str


class Understanding(Part):
    intents: tuple[str, ...]
    facts: tuple[UnderstoodFact, ...]
    assumptions: tuple[str, ...]
    not_taken_into_account: tuple[NotTaken, ...]


class ClarifyingQuestion(Part):
    id: str
    text: str
    why: str
    options: tuple[str, ...]
    default: str
    changes: dict[str, str]


class Quoted(Part):
    """Taken word for word: characters start to end of the plain text of the section; sha256 of that text, hexadecimal."""

    kind: Literal["quoted"] = "quoted"
    section: str
    start: int
    end: int
    sha: str


class Filled(Part):
    """A template of an entry's rule or of ours with slots from typed facts, results or the question."""

    kind: Literal["filled"] = "filled"
    template: str
    slots: dict[str, str]
    origin: str


class Computed(Part):
    """A value of the formula table; `inputs` and `result` as shown."""

    kind: Literal["computed"] = "computed"
    formula: str
    inputs: dict[str, str]
    result: str


class Judged(Part):
    """Our own judgement, shown as such; where it stands, if it is quoted."""

    kind: Literal["judged"] = "judged"
    section: str
    start: int = 0
    end: int = 0
    sha: str = ""


class Connective(Part):
    """From a closed list; states no fact, needs no citation."""

    kind: Literal["connective"] = "connective"
    name: str


class Modelled(Part):
    """Written by a language model: what it rests on, and the verdict of the citation check."""

    kind: Literal["model"] = "model"
    rests_on: tuple[str, ...]
    verdict: str


Support = Annotated[Quoted | Filled | Computed | Judged | Connective | Modelled, Field(discriminator="kind")]


class Claim(Part):
    """One statement of the answer, inline Markdown, with what supports it and the numbers of its citations."""

    text: str
    support: Support
    citations: tuple[int, ...] = ()


class Paragraph(Part):
    kind: Literal["paragraph"] = "paragraph"
    claims: tuple[Claim, ...]


class ListBlock(Part):
    kind: Literal["list"] = "list"
    ordered: bool = False
    claims: tuple[Claim, ...]


class Table(Part):
    """Each claim is a row: its text is the cells joined by ` | `, `rows` holds them apart."""

    kind: Literal["table"] = "table"
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    claims: tuple[Claim, ...]


class Code(Part):
    kind: Literal["code"] = "code"
    language: str
    dialect: str
    status: Literal["executed", "instance", "parsed"]
    claims: tuple[Claim, ...]


class Diagram(Part):
    """Mermaid text, parsed before it is shown: of entities and relations where that is asked for, or a chart of figures."""

    kind: Literal["diagram"] = "diagram"
    language: Literal["mermaid"] = "mermaid"
    claims: tuple[Claim, ...]

    @property
    def chart(self) -> bool:
        """Whether it shows figures: a chart belongs to what was computed and is not asked for apart."""
        return self.claims[0].text.startswith("xychart")


class Calculation(Part):
    kind: Literal["calculation"] = "calculation"
    title: str
    claims: tuple[Claim, ...]


BlockUnion = Annotated[Paragraph | ListBlock | Table | Code | Diagram | Calculation, Field(discriminator="kind")]


class AdviceSection(Part):
    kind: SectionKind
    title: str
    blocks: tuple[BlockUnion, ...]


class CitedSource(Part):
    id: str
    title: str
    url: str
    publisher: str
    checked: str


class Citation(Part):
    """Resolved from what was used: the section of ours, the words, and the sources that our entry names for them."""

    number: int
    entry: str
    title: str
    heading: str
    url: str
    quote: str
    sources: tuple[CitedSource, ...]
    checked: str


class Alternative(Part):
    """What lost and why; `when` it would be right."""

    name: str
    claims: tuple[Claim, ...]


class Confidence(Part):
    level: Literal["high", "medium", "low", "none"]
    reason: str


class ModelNote(Part):
    """What became of the wish for a model's answer: who was asked, claims by the verdict of the check, and why other than the model spoke.

    `filled` are the parts that the deterministic composer wrote because the model's did not pass.
    """

    name: str
    reason: str = ""
    supported: int = 0
    own: int = 0
    dropped: int = 0
    filled: tuple[str, ...] = ()


class Advice(Part):
    """The answer. `id` is a hash of request, edition and code version; there is no clock in it."""

    id: str
    question: str
    understanding: Understanding
    clarifying_questions: tuple[ClarifyingQuestion, ...]
    summary: tuple[Claim, ...]
    sections: tuple[AdviceSection, ...]
    citations: tuple[Citation, ...]
    alternatives: tuple[Alternative, ...]
    confidence: Confidence
    edition: str
    composer: str
    # Only where a model was asked for: other answers have no such key.
    model: ModelNote | None = Field(default=None, exclude_if=lambda note: note is None)
    # A decision record where one was asked for: how the answer is laid out as Markdown.
    form: Literal["record"] | None = Field(default=None, exclude_if=lambda form: form is None)
