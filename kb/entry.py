"""An entry of the knowledge base: the front matter that every kind has, its body as sections of statements, and all entries together."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from kb.belief import Belief, belief_groups
from kb.condition import tests_absence

Kind = Literal["technologies", "patterns", "tradeoffs", "designs", "playbooks", "checklists", "references"]
SectionKind = Literal[
    "requirements",
    "technology",
    "schema",
    "erd",
    "indexes",
    "queries",
    "caching",
    "scaling",
    "transactions",
    "migration",
    "security",
    "availability",
    "monitoring",
    "code",
    "tradeoffs",
    "next_steps",
]
Severity = Literal["high", "medium", "low"]
# The test of a rule that is read from the text and not from facts.
BELIEVES = "believes"
JUDGEMENT = "judgement"
# What the entry's own executed fences show; it needs no page, and is no judgement either.
MEASURED = "measured"
OWN_WORD = frozenset({JUDGEMENT, MEASURED})
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
EntryId = Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9]+(-[a-z0-9]+)*$")]
Text = Annotated[str, Field(min_length=1)]


class Model(BaseModel):
    """Frozen, unknown keys forbidden: a typo in front matter is a problem, not a silent loss."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Model):
    """A page that is cited; `checked` is the day on which it was read for what it is cited for, absent where it was not."""

    title: Text
    url: Annotated[str, Field(pattern=r"^https?://\S+$")]
    publisher: Text
    checked: dt.date | None = None
    supports: str = ""


class Answer(Model):
    """A question in users' words, the anchor of the section that answers it, and, of a yes-or-no question, the short answer.

    `plainly` is given only where the section leaves no doubt; who asks the same is told it before the section's words.
    """

    q: Text
    section: Slug
    plainly: Literal["yes", "no"] | None = None


class Ask(Model):
    """What to ask when a decisive fact is missing, what is assumed meanwhile, and what other values change."""

    text: Text
    assume: Text
    changes: Mapping[str, str] = {}


class Rule(Model):
    """One guidance rule: a conditional sentence, and beside it, optionally, the formal condition that decides it."""

    id: Slug
    condition: Text = Field(alias="if")
    into: SectionKind
    explained: Slug
    source: Text
    say: tuple[Text, ...] = ()
    because: str = ""
    unless: str = ""
    when: Mapping[str, Any] = {}
    each: Literal["column", "key", "table", "index", "query", "transaction", "policy", "role", "setting"] | None = None
    derive: Mapping[str, str] = {}
    effect: Mapping[Literal["require", "prefer", "avoid", "exclude", "ask", "correct"], Any] = {}
    ask: Ask | None = None
    severity: Severity | None = None
    fix: str = ""
    given: Mapping[str, Any] = {}
    fires: tuple[str | Mapping[str, Any], ...] = ()
    spares: tuple[str | Mapping[str, Any], ...] = ()

    @cached_property
    def belief(self) -> Belief | None:
        """What the rule corrects, where it tests for a belief."""
        groups = belief_groups(self.when.get(BELIEVES))
        return Belief(groups) if groups else None


class Shape(Model):
    """The shape of kb/terms/shapes.yaml that an entry is an instance of, and what fills its roles."""

    name: Text
    roles: Mapping[str, str]


class FrontMatter(Model):
    """What every kind has."""

    title: Text
    summary: Annotated[str, Field(min_length=40, max_length=300)]
    sources: Mapping[str, Source]
    aliases: tuple[Text, ...] = ()
    answers: tuple[Answer, ...] = ()
    tags: tuple[Text, ...] = ()
    covers: tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}-\d\d$")], ...] = ()
    related: tuple[EntryId, ...] = ()
    reviewed: dt.date | None = None
    guidance: tuple[Rule, ...] = ()


FenceStatus = Literal["executed", "instance", "parsed"]
StatementKind = Literal["paragraph", "item", "row", "code"]
BlockKind = Literal["paragraph", "list", "table", "code"]


@dataclass(frozen=True)
class Fence:
    """A code fence: `sql postgresql plan=idx nosort` is language, engine and attributes; `digest` is its sha256."""

    language: str
    engine: str
    attributes: Mapping[str, str]
    code: str
    line: int
    digest: str

    @property
    def hidden(self) -> bool:
        return "hidden" in self.attributes


@dataclass(frozen=True)
class Statement:
    """The unit that can be cited: a paragraph, a list item, a table row or a fence, as characters start to end of its section's text."""

    kind: StatementKind
    text: str
    markdown: str
    start: int
    end: int
    line: int
    sources: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """A run of statements that belong together; a table's header and a fence are kept beside them."""

    kind: BlockKind
    statements: tuple[Statement, ...]
    ordered: bool = False
    header: tuple[str, ...] = ()
    fence: Fence | None = None


@dataclass(frozen=True)
class Section:
    """What stands under one heading up to the next; `text` is its plain text, in which statements have their spans."""

    entry: str
    anchor: str
    heading: str
    path: tuple[str, ...]
    level: int
    line: int
    text: str
    blocks: tuple[Block, ...]

    @property
    def id(self) -> str:
        return f"{self.entry}#{self.anchor}"

    @property
    def prose(self) -> str:
        """What is embedded: paragraphs and list items, without tables and code."""
        kept = [s.text for b in self.blocks if b.kind in ("paragraph", "list") for s in b.statements]
        return "\n".join(kept)

    @cached_property
    def sha(self) -> str:
        """The sha256 of the text, by which a quotation shows that it is still the same."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The pages that its statements rest on, by their names in the entry, in alphabetical order."""
        named = {name for block in self.blocks for statement in block.statements for name in statement.sources}
        return tuple(sorted(named - OWN_WORD))


@dataclass(frozen=True)
class Entry:
    """One entry; `derived` are sections rendered from typed facts, scores, cells, items and rules, with stable anchors."""

    id: str
    kind: Kind
    path: str
    meta: FrontMatter
    sections: tuple[Section, ...]
    derived: tuple[Section, ...] = ()
    anchors: Mapping[str, Section] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "anchors", {s.anchor: s for s in (*self.sections, *self.derived)})

    @property
    def title(self) -> str:
        return self.meta.title


@dataclass(frozen=True)
class Conditional:
    """A rule with a formal condition, the attributes without which it cannot hold, and whether it tests for absence."""

    entry: str
    rule: Rule
    needs: frozenset[str]
    late: bool

    @cached_property
    def key(self) -> tuple[str, str]:
        return (self.entry, self.rule.id)


@dataclass(frozen=True)
class KnowledgeBase:
    """All entries, ours and a team's, by id; `fences` is the committed lock: digest of a fence to how it was verified."""

    entries: Mapping[str, Entry]
    digest: str
    fences: Mapping[str, FenceStatus]

    @cached_property
    def derivable(self) -> frozenset[str]:
        """What a rule that holds may make known: its derivations, and what it requires as chosen."""
        required = (c.rule.effect.get("require") for c in self.conditionals)
        chosen = (f"chosen.{name}" for target in required if isinstance(target, Mapping) for name in target)
        return frozenset((*chosen, *(name for c in self.conditionals for name in c.rule.derive)))

    @cached_property
    def conditionals(self) -> tuple[Conditional, ...]:
        """Every rule that facts can decide, in the order of entries and rules."""
        return tuple(
            Conditional(
                entry.id,
                rule,
                frozenset(name for name, test in rule.when.items() if name != BELIEVES and not tests_absence(test)),
                tests_absence(rule.when),
            )
            for entry in self.entries.values()
            for rule in entry.meta.guidance
            if rule.when
        )

    @cached_property
    def reference_fences(self) -> tuple[tuple[Section, Fence], ...]:
        """The fences of references with their sections, in the order in which they stand."""
        return tuple(
            (section, block.fence)
            for entry in self.entries.values()
            if entry.kind == "references"
            for section in entry.sections
            for block in section.blocks
            if block.fence is not None
        )

    def section(self, section_id: str) -> Section | None:
        entry_id, _, anchor = section_id.partition("#")
        entry = self.entries.get(entry_id)
        return entry.anchors.get(anchor) if entry else None
