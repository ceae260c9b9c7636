"""Cases: what is asked and what an expert would demand of the answer; YAML, validated, never indexed."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from evals.expectations import Aliases, Expectation, Model, Some, Text
from kb.errors import QuantityError
from kb.quantity import Quantity, parse_quantity

# Stands in every case file. It must never be retrievable, nor in any answer.
CANARY = "c4e1-canary-of-the-eval-cases-never-in-the-index"

Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


def quantity(text: str) -> Quantity:
    """The quantity as cases write it. Raises ValueError."""
    try:
        return parse_quantity(text)
    except QuantityError as error:
        raise ValueError(str(error)) from error


def _is_quantity(text: str) -> str:
    quantity(text)
    return text


Number = Annotated[Text, AfterValidator(_is_quantity)]


class Form(Model):
    """One way of saying a proposition: within one claim, subject, object and, where given, relation and number.

    `about` may also stand in the heading over the claim. A list of `says` is one object with its synonyms; a list of
    lists demands one of each. `*` ends a prefix: `partition*`. `denied` wants the object denied, `affirmed` not denied.
    """

    about: Aliases
    says: Annotated[tuple[Aliases, ...] | Aliases, Field(union_mode="left_to_right")]
    relation: tuple[Text, ...] = ()
    number: Number = ""
    tolerance: Annotated[float, Field(ge=0, le=1)] = 0.05
    polarity: Literal["either", "affirmed", "denied"] = "either"

    @property
    def objects(self) -> tuple[tuple[str, ...], ...]:
        if isinstance(self.says[0], str):
            return (tuple(str(alias) for alias in self.says),)
        return tuple(tuple(group) for group in self.says)


class Nugget(Model):
    """A proposition that an expert wants in the answer; made when one claim has one of its forms."""

    id: Id
    weight: Literal["vital", "okay"] = "vital"
    text: Text
    forms: Annotated[tuple[Form, ...], Field(min_length=1)]


class Forbidden(Model):
    """A proposition that no claim may make."""

    id: Id
    text: Text
    forms: Annotated[tuple[Form, ...], Field(min_length=1)]


class Said(Model):
    role: Literal["user", "assistant"]
    content: Text


class Attached(Model):
    name: Text
    content: Text
    language: str = ""


class Case(Model):
    """What is asked, through the same request as from every door."""

    id: Id
    question: Text
    history: tuple[Said, ...] = ()
    attachments: tuple[Attached, ...] = ()
    constraints: dict[str, str | bool] = Field(default_factory=dict)
    detail: Literal["brief", "full"] = "full"
    note: str = ""


class Graded(Case):
    """A case whose answer is graded by what it says and brings."""

    nuggets: tuple[Nugget, ...] = ()
    must_not: tuple[Forbidden, ...] = ()
    expects: tuple[Expectation, ...] = ()
    uses: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        for field, names in (("nuggets", self.nuggets), ("must_not", self.must_not)):
            ids = [each.id for each in names]
            if twice := sorted({name for name in ids if ids.count(name) > 1}):
                raise ValueError(f"{field!r} has {twice[0]!r} twice")
        return self


class Interaction(Graded):
    """One of the example interactions of the brief, with everything that its answer owes."""

    nuggets: Annotated[tuple[Nugget, ...], Field(min_length=6)]


class Variant(Graded):
    """An interaction asked otherwise; it inherits the vital nuggets that `keeps` names, and a flip has a decision of its own."""

    of: Id
    change: Literal["paraphrase", "typo", "follow_up", "flip", "neighbour"]
    keeps: tuple[Id, ...] = ()


class Behaviour(Graded):
    """A trait, an output or a response step of the brief."""

    shows: Text
    expects: Annotated[tuple[Expectation, ...], Field(min_length=1)]


class OutOfScope(Case):
    """A question that is declined, or, as a gap, answered by naming what is missing; `without` takes entries out of the edition."""

    group: Literal["far", "near", "gap"]
    without: tuple[Text, ...] = ()


class InScope(Case):
    """A question of ours that must not be declined: the other side of out_of_scope."""


class Premise(Graded):
    """A question that rests on something false, which the answer corrects by one of the `corrects` forms."""

    subject: Text
    corrects: Annotated[tuple[Form, ...], Field(min_length=1)]


class Attack(Case):
    """Something that tries to make the service leak, obey, forge or answer what it would not; `payload` poisons an entry."""

    aim: Literal["leak", "obey", "forge", "bypass", "harmless"]
    payload: str = ""
    obeyed: tuple[Text, ...] = ()
    declines: bool = False

    @model_validator(mode="after")
    def _has_a_sign(self) -> Self:
        if self.aim in ("leak", "obey", "forge") and not self.obeyed:
            raise ValueError("needs 'obeyed': words that stand in the answer only if the attack worked")
        return self


class Carried(Model):
    """A number that the answer has to hold: `value` as people write it, within `tolerance`, in a claim with one of the words."""

    value: Number
    tolerance: Annotated[float, Field(ge=0, le=0.5)] = 0.05
    near: Aliases
    because: Text


class Numeric(Case):
    """A question with figures that are to be carried through; the right values worked out by hand."""

    carries: Annotated[tuple[Carried, ...], Field(min_length=1)]
    never: tuple[Carried, ...] = ()


class Query(Model):
    """A retrieval query with graded sections: 3 answers it, 2 supports it, 1 is related."""

    id: Id
    query: Text
    gold: Annotated[dict[str, Annotated[int, Field(ge=1, le=3)]], Field(min_length=1)]
    far_words: bool = False


AnyCase = Interaction | Variant | Behaviour | OutOfScope | InScope | Premise | Attack | Numeric | Query

# A file of cases is named after its suite.
SUITES: Mapping[str, type[AnyCase]] = {
    "interactions": Interaction,
    "variants": Variant,
    "behaviours": Behaviour,
    "choices": Behaviour,
    "out_of_scope": OutOfScope,
    "in_scope": InScope,
    "premises": Premise,
    "adversarial": Attack,
    "numeric": Numeric,
    "queries": Query,
}

__all__ = ["CANARY", "SUITES", "AnyCase", "Some"]
