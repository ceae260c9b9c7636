"""The closed lists that entries and questions are written in: attributes, criteria, workloads, shapes, facts, names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from typing import Literal, TypeVar

import yaml
from pydantic import TypeAdapter

from kb.quantity import Unit

Term = TypeVar("Term")
Row = dict[str, object]


@dataclass(frozen=True)
class Attribute:
    """Something that a condition may test and a question may state; `values` are spellings by value, `of` the pasted object.

    `weak_nouns` count only where one of `weak_with` is near: a bus is a source of data where it reports, and something to
    book otherwise. `noun_needs_cue`: rows are rows of a table only where a table is named. `forms` are phrasings around a number, `{n}`,
    that leave no doubt, `small_forms` those of numbers up to a thousand in their period (kb/terms/attributes.yaml says how they are written); with `form_needs_noun` the counted noun must
    be one of `nouns` too, and where `forms_yield` they yield to another attribute's noun. `measures` are words that state the quantity without a number, and `adds` adds
    those of several columns. A second value of the attribute
    is a fact of the first of `further` that is free. A number of its unit that nothing else explains is its own where one of
    `wide_with` stands anywhere in the text. `bare`: its forms take a number without unit ("each does 11k", "SLO 99.9"). Where one of `unless`, written as `forms` are, stands around
    the number, the role is another's; and where `only_with` is given, nothing is read as the attribute in a text without one of those words; who has stated one of `answered_by` is not asked for it: what is lost in an outage is not what is kept.
    """

    name: str
    kind: Literal["quantity", "flag", "choice", "set", "entity", "pasted"]
    unit: Unit | Literal[""] = ""
    phrase: str = ""
    nouns: tuple[str, ...] = ()
    weak_nouns: tuple[str, ...] = ()
    weak_with: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    of: str = ""
    note: str = ""
    ask: str = ""
    noun_needs_cue: bool = False
    forms: tuple[str, ...] = ()
    small_forms: tuple[str, ...] = ()
    form_needs_noun: bool = False
    forms_yield: bool = False
    measures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    only_with: tuple[str, ...] = ()
    answered_by: tuple[str, ...] = ()
    adds: bool = False
    further: tuple[str, ...] = ()
    wide_with: tuple[str, ...] = ()
    bare: bool = False
    unless: tuple[str, ...] = ()


@dataclass(frozen=True)
class Anchor:
    """What a score means, and the store that stands for it."""

    means: str
    store: str


@dataclass(frozen=True)
class Criterion:
    """One of the ten questions on which data stores are scored."""

    id: str
    title: str
    question: str
    anchors: Mapping[int, Anchor]


@dataclass(frozen=True)
class Workload:
    """A kind of load, the words that name it, what each criterion counts for it, and the families of stores that are built for it.

    `models` are data models in which a store of another family serves it in part.
    """

    id: str
    title: str
    cues: tuple[str, ...]
    weights: Mapping[str, int]
    families: tuple[str, ...] = ()
    models: tuple[str, ...] = ()


@dataclass(frozen=True)
class ShapeTerm:
    """A structure that recurs across domains: its roles with the words that fill them, and its invariants."""

    name: str
    title: str
    roles: Mapping[str, tuple[str, ...]]
    cues: tuple[str, ...]
    invariants: tuple[str, ...]
    # What a role is called where the asker has no word for it, the roles that several nouns may fill, and the nouns.
    names: Mapping[str, str] = field(default_factory=dict)
    many: tuple[str, ...] = ()
    nouns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # The rule that its schema keeps, and how, with roles as slots.
    decides: str = ""

    @cached_property
    def words(self) -> frozenset[str]:
        """The nouns of every role."""
        return frozenset(word for words in self.nouns.values() for word in words)


@dataclass(frozen=True)
class Invariant:
    """A rule that data of a shape keeps; `owner` is the entry that proves it, where there is one."""

    name: str
    title: str
    owner: str = ""


@dataclass(frozen=True)
class NeedTerm:
    """Something that a design has to meet beside its tables: the words it is stated with, the sections that say how, and SQL that meets it."""

    name: str
    forms: tuple[str, ...]
    sections: tuple[str, ...]
    kept: str = ""


@dataclass(frozen=True)
class FactTerm:
    """A typed fact of technology profiles: one of `values`, weak to strong, or a quantity of that unit."""

    name: str
    title: str
    values: tuple[str, ...] = ()
    quantity: Unit | Literal[""] = ""


@dataclass(frozen=True)
class TechnologyName:
    """A technology as people call it; its entry, if there is one, is `technologies/` and the id."""

    id: str
    name: str
    aliases: tuple[str, ...]

    @cached_property
    def words(self) -> tuple[str, ...]:
        """What it is called in one word, in lower case and in alphabetical order."""
        spellings = {each.lower() for each in (self.name, *self.aliases)}
        return tuple(sorted(each for each in spellings if " " not in each))


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Every closed list of kb/terms; constructed once, and the same as itself only, so that what is read by it can be kept."""

    attributes: Mapping[str, Attribute]
    criteria: Mapping[str, Criterion]
    workloads: Mapping[str, Workload]
    shapes: Mapping[str, ShapeTerm]
    invariants: Mapping[str, Invariant]
    facts: Mapping[str, FactTerm]
    technologies: Mapping[str, TechnologyName]
    covers: Mapping[str, str]
    subjects: Mapping[str, str]
    nouns: Mapping[str, tuple[str, ...]]
    needs: Mapping[str, NeedTerm]

    @cached_property
    def words(self) -> frozenset[str]:
        """The nouns of any domain."""
        return frozenset(word for words in self.nouns.values() for word in words)


def load_vocabulary() -> Vocabulary:
    """The lists of kb/terms, read once by whoever constructs the objects that need them."""
    workloads = _keyed(Workload, "id", _rows("workloads"))
    shapes = _rows("shapes")
    invariants = TypeAdapter(dict[str, Row]).validate_python(shapes.pop("invariants"))
    names = TypeAdapter(dict[str, tuple[str, ...]]).validate_python(_terms("technologies"))
    titles = TypeAdapter(dict[str, str])
    return Vocabulary(
        attributes=_keyed(Attribute, "name", _attribute_rows({each.id: each.cues for each in workloads.values()})),
        criteria=_keyed(Criterion, "id", _rows("criteria")),
        workloads=workloads,
        shapes=_keyed(ShapeTerm, "name", shapes),
        invariants=_keyed(Invariant, "name", invariants),
        facts=_keyed(FactTerm, "name", _rows("facts")),
        technologies={each: TechnologyName(each, spellings[0], spellings[1:]) for each, spellings in names.items()},
        covers=titles.validate_python(_terms("covers")),
        subjects=titles.validate_python(_terms("subjects")),
        nouns=TypeAdapter(dict[str, tuple[str, ...]]).validate_python(_terms("nouns")),
        needs=_keyed(NeedTerm, "name", _rows("needs")),
    )


def terms_bytes() -> bytes:
    """The lists as they are written, for the digest of a knowledge base that was compiled with them."""
    files = [each for each in resources.files("kb").joinpath("terms").iterdir() if each.name.endswith(".yaml")]
    return b"\0".join(
        each.name.encode() + b"\0" + each.read_bytes() for each in sorted(files, key=lambda each: each.name)
    )


def _terms(name: str) -> object:
    text = resources.files("kb").joinpath("terms", f"{name}.yaml").read_bytes()
    loaded: object = yaml.load(text, Loader=yaml.CSafeLoader)
    return loaded


def _rows(name: str) -> dict[str, Row]:
    return TypeAdapter(dict[str, Row]).validate_python(_terms(name))


def _attribute_rows(workload_cues: Mapping[str, tuple[str, ...]]) -> dict[str, Row]:
    """The attributes, with `values_from: workloads` replaced by the list that it names."""
    rows = _rows("attributes")
    for row in rows.values():
        if row.pop("values_from", None) == "workloads":
            row["values"] = workload_cues
    return rows


def _keyed(term: type[Term], key: str, rows: Mapping[str, Row]) -> dict[str, Term]:
    reader = TypeAdapter(term)
    return {name: reader.validate_python({key: name, **row}) for name, row in rows.items()}
