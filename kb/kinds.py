"""The kinds of entries: what the front matter of each has beside that of all, one model per kind."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from kb.entry import EntryId, FrontMatter, Model, Severity, Shape, Text


class Lifecycle(Model):
    status: Literal["active", "maintenance", "at_risk", "ended"]
    since: str | dt.date = ""
    note: str = ""
    source: str = ""


class TypedFact(Model):
    value: str | int | float | bool
    source: Text
    note: str = ""


class Score(Model):
    score: Annotated[int, Field(ge=0, le=5)]
    why: Text
    facts: tuple[str, ...] = ()


class Technology(FrontMatter):
    family: Text
    data_models: tuple[Text, ...]
    licence: Text
    lifecycle: Lifecycle
    deployment: tuple[Literal["self-hosted", "managed", "serverless", "embedded"], ...]
    clouds: tuple[Literal["aws", "azure", "gcp"], ...] = ()
    # Engines that this service runs for you: it is a way to have them, not a rival of theirs.
    hosts: tuple[EntryId, ...] = ()
    facts: Mapping[str, TypedFact]
    scores: Mapping[str, Score] = {}


class Pattern(FrontMatter):
    category: Text
    complexity: Literal["low", "medium", "high"]
    reversibility: Literal["easy", "costly", "one_way"]
    shape: Shape | None = None


class Cell(Model):
    option: Text
    criterion: Text
    value: Text
    note: str = ""
    source: Text


class Tradeoff(FrontMatter):
    question: Text
    options: tuple[Text, ...]
    criteria: tuple[Text, ...] = ()
    cells: tuple[Cell, ...] = ()


class Domain(Model):
    name: Text
    synonyms: tuple[Text, ...] = ()


class Design(FrontMatter):
    domain: Domain
    shape: Shape
    scale: Mapping[str, str]
    slo: Mapping[str, str]
    uses: tuple[EntryId, ...]
    store: EntryId


class Playbook(FrontMatter):
    """`moves` are phrasings by which a question names the move, in the grammar of the forms of kb/terms/attributes.yaml."""

    origin: Text = Field(alias="from")
    target: Text = Field(alias="to")
    downtime: Text
    point_of_no_return: Text
    moves: tuple[Text, ...] = ()


class Item(Model):
    """One line of a checklist, or the id (`entry#rule`) of the rule that checks it."""

    id: str = ""
    check: str = ""
    why: str = ""
    how_to_verify: str = ""
    severity: Severity = "medium"
    source: str = ""
    rule: str = ""


class Checklist(FrontMatter):
    items: tuple[Item, ...]
    standard: str = ""


class Reference(FrontMatter):
    pass


MODELS: Mapping[str, type[FrontMatter]] = {
    "technologies": Technology,
    "patterns": Pattern,
    "tradeoffs": Tradeoff,
    "designs": Design,
    "playbooks": Playbook,
    "checklists": Checklist,
    "references": Reference,
}
