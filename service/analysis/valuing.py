"""Valuing: which of the asker's things an amount is of that holds from a date on."""

from collections.abc import Mapping, Sequence

from service.question.noun_words import head
from service.question.periods import over_time
from service.question.relations import Relation

# What is agreed for a time is of the agreement, what is asked for a thing is of the thing; a fee of a statute is of neither.
_OF_CONTRACTS = frozenset({"rent", "premium", "salary", "wage"})
_OF_THINGS = frozenset({"price", "fare"})
_CONTRACT = frozenset(
    ["rental", "lease", "contract", "subscription", "tenancy", "agreement", "policy", "employment", "membership"]
)
_THINGS = ("item", "offer", "offering", "resource", "catalogue", "thing")


def valued(text: str, roles: Mapping[str, Sequence[str]]) -> tuple[Relation, ...]:
    """Each amount that holds from a date on, with the thing that it is of; of no thing it is related to itself."""
    names = [noun for filled in roles.values() for noun in filled]
    return tuple(Relation("valued", _of(name, things, names, roles) or name, name) for name, things in over_time(text))


def _of(amount: str, said: Sequence[str], names: Sequence[str], roles: Mapping[str, Sequence[str]]) -> str:
    """The thing that is said, where it has a table; else the one that such an amount is usually of."""
    told = next((name for thing in said for name in names if thing in (name, head(name))), "")
    if told:
        return told
    if head(amount) in _OF_CONTRACTS:
        return next((name for name in names if head(name) in _CONTRACT), "")
    own = (name for role in _THINGS for name in roles.get(role, ()))
    return next(own, "") if head(amount) in _OF_THINGS else ""
