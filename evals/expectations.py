"""What a case expects of its answer beside nuggets: deliverables and behaviours, each with parameters of its own."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
# Signs alone would match everywhere.
Name = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True, pattern=r"[^\W_]")]
Aliases = Annotated[tuple[Name, ...], Field(min_length=1)]
Some = Annotated[int, Field(ge=1)]


class Model(BaseModel):
    """Frozen, unknown keys forbidden."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Decision(Model):
    """The first technology that the summary recommends is one of `one_of`; those of `not` are not recommended before it."""

    kind: Literal["decision"]
    one_of: Aliases
    rejects: tuple[Text, ...] = ()


class Ddl(Model):
    """SQL for PostgreSQL that runs on a real one, with a table for each list of names."""

    kind: Literal["ddl"]
    tables: tuple[Aliases, ...]


class Indexes(Model):
    """Indexes that are named together with what they serve."""

    kind: Literal["indexes"]
    at_least: Some = 3


class Comparison(Model):
    """A table of at least so many options and criteria."""

    kind: Literal["comparison"]
    options: Some = 2
    criteria: Some = 4


class Phases(Model):
    """A plan of ordered phases in which every phase says how to go back, or why it cannot."""

    kind: Literal["phases"]
    at_least: Some = 3


class Computed(Model):
    """Results of formulas, with their inputs."""

    kind: Literal["computed"]
    at_least: Some = 1


class Diagram(Model):
    """A Mermaid entity-relationship diagram that parses, with an entity for each list of names."""

    kind: Literal["diagram"]
    entities: tuple[Aliases, ...] = ()


class NoDiagram(Model):
    """No diagram, because none was asked for."""

    kind: Literal["no_diagram"]


class Caching(Model):
    """Caching with its key, its lifetime and its invalidation."""

    kind: Literal["caching"]


class Monitoring(Model):
    """Metrics with a threshold each."""

    kind: Literal["monitoring"]
    at_least: Some = 3


class Rejected(Model):
    """Alternatives that were considered and rejected, with reasons."""

    kind: Literal["rejected"]
    at_least: Some = 1


class CodeIn(Model):
    """Code of one of these languages."""

    kind: Literal["code"]
    languages: Aliases


class Sections(Model):
    """Sections of all these kinds, none of them empty."""

    kind: Literal["sections"]
    kinds: Aliases


class Lead(Model):
    """The summary speaks of one of these, so that the answer begins with what was asked."""

    kind: Literal["lead"]
    says: Aliases


class Asks(Model):
    """A clarifying question about one of these; with no words given, any."""

    kind: Literal["asks"]
    about: tuple[Text, ...] = ()


class Length(Model):
    """At most so many words of prose; code and tables do not count."""

    kind: Literal["length"]
    most: Some


class RecommendsOnly(Model):
    """Says that it recommends and does not execute."""

    kind: Literal["recommends_only"]


class Understood(Model):
    """These facts were understood, attribute by attribute; a quantity by its exact spelling as a constraint."""

    kind: Literal["understood"]
    facts: dict[str, str]


class NotTaken(Model):
    """These words of the question are listed as not taken into account, or are used by a claim."""

    kind: Literal["accounted"]
    texts: Aliases


class GapNamed(Model):
    """Says that the knowledge base does not cover one of these."""

    kind: Literal["gap"]
    names: Aliases


class Judged(Model):
    """Some claims are marked as our own judgement."""

    kind: Literal["judged"]


Expectation = Annotated[
    Decision | Ddl | Indexes | Comparison | Phases | Computed | Diagram | NoDiagram | Caching | Monitoring | Rejected
    | CodeIn | Sections | Lead | Asks | Length | RecommendsOnly | Understood | NotTaken | GapNamed | Judged,
    Field(discriminator="kind"),
]  # fmt: skip
