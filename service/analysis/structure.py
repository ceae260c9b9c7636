"""Structure: the starting schema of a shape, written out in the asker's nouns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kb.entry import Fence, KnowledgeBase, Section
from kb.vocabulary import ShapeTerm, Vocabulary
from service.analysis.binding import happens
from service.analysis.filling import instance
from service.analysis.fitting import PLAIN, fitting, plainly
from service.analysis.relating import related, resolved
from service.analysis.templates import templates
from service.analysis.valuing import valued
from service.question.intents import speaks_of_tables
from service.question.noun_words import is_barred
from service.question.question import Question
from service.question.relations import Relation, relations
from service.question.states import States, states, without_states

RECORDS = "records"
_RELATED = ("many_to_many", "over_time", "valued", "valued_alone")


@dataclass(frozen=True)
class Structure:
    """A starting schema in the asker's nouns: `roles` says which noun fills which role, `sql` is the schema, `fence` its template."""

    shape: ShapeTerm
    section: Section
    fence: Fence
    roles: Mapping[str, tuple[str, ...]]
    sql: str
    # Whether the asker's words name the shape, or only his nouns suggest it.
    named_by_words: bool
    # Whether nothing happens that has a time: one thing stands in the middle of its parts.
    still: bool = False
    # What he said of two things, and the schema keeps.
    relations: tuple[Relation, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        """The asker's nouns that a table was made of."""
        return tuple(noun for filled in self.roles.values() for noun in filled)


def structure(kb: KnowledgeBase, vocabulary: Vocabulary, question: Question) -> Structure | None:
    """The starting schema of the question's shape; None where no shape fits, or fewer than three nouns are named."""
    shown = templates(kb, "shape")
    said = states(question.subject)
    question = replace(question, subject=without_states(question.subject))
    shapes = [_going_through(shape, said) for shape in vocabulary.shapes.values() if shape.name in shown]
    everything = vocabulary.words.union(*(shape.words for shape in shapes))
    codes = {name: fence.code for name, (_, fence) in shown.items()}
    stated = relations(question.subject)
    found = fitting(shapes, vocabulary, question, codes, everything)
    if found is None and (speaks_of_tables(question.subject) or stated):
        found = plainly(shapes, vocabulary, question, codes, everything)
    if found is None:
        return None
    shape, roles = found
    # Of a thing that stands in the middle nothing is recorded but what belongs to it.
    still = shape.name == PLAIN and "event" in roles and not happens(roles["event"][0], shape)
    template = RECORDS if still else shape.name
    section, fence = shown[template]
    names = [noun for filled in roles.values() for noun in filled]
    told = (*resolved((*stated, *_kept_in(said, roles)), names), *valued(question.subject, roles))
    sql, kept = written(codes, template, shape, roles, told)
    return Structure(shape, section, fence, roles, sql, question.facts.get("shape") is not None, still, kept)


def _going_through(shape: ShapeTerm, said: Sequence[States]) -> ShapeTerm:
    """What is said to go through states is something that happens in the plain shape, and beside it in another that does not know it."""
    role = "event" if shape.name == PLAIN else "other"
    told = (each.of for each in said if each.of and each.of not in shape.words and not is_barred(each.of))
    return replace(shape, nouns={**shape.nouns, role: (*shape.nouns.get(role, ()), *told)})


def _kept_in(said: Sequence[States], roles: Mapping[str, tuple[str, ...]]) -> Iterator[Relation]:
    """The states of each thing; those of no named thing are of what happens first."""
    for each in said:
        of = each.of or next(iter(roles.get("event", ())), "")
        if of:
            yield Relation("states", of, "/".join(each.names))


def written(
    codes: Mapping[str, str],
    template: str,
    shape: ShapeTerm,
    roles: Mapping[str, tuple[str, ...]],
    stated: Sequence[Relation],
) -> tuple[str, tuple[Relation, ...]]:
    """The template of this name with nouns in the place of roles and with what is stated of two of them; and what is kept of that."""
    still = template == RECORDS
    centre = roles["event"][0] if still else ""
    # Nobody need act where nothing happens.
    term = replace(shape, names={"event": centre}) if still else shape
    between = {name: codes[name] for name in _RELATED}
    return related(instance(codes[template], term, roles), stated, between, centre)
