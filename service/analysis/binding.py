"""Binding: which noun of the asker fills which role of a shape."""

import itertools
from collections.abc import Mapping, Sequence
from functools import lru_cache

from kb.vocabulary import ShapeTerm
from service.analysis.filling import EXTRAS, names_role
from service.question.noun_words import Noun, head, is_event, is_person

_MOST_OF_ONE = 3
# Things that only stand beside the others, and what an event leaves behind.
_MOST_BESIDE = 8


def bind(
    shape: ShapeTerm, general: Mapping[str, Sequence[str]], found: Sequence[Noun], code: str, centre: str = ""
) -> Mapping[str, tuple[str, ...]]:
    """Each noun to a role that the template has: of the shape first, then of any domain; a listed one that fits none is the
    thing itself if nothing else is, or `other`; `centre` is the role of the thing where the shape has none."""
    rooms = _rooms(code, (*shape.names, *EXTRAS))
    thing = next((role for role in shape.names if role not in ("event", "party")), centre)
    roles: dict[str, list[str]] = {}
    strange: list[str] = []
    for noun in _heads(found, shape):
        meant = _roles_of(noun.name, shape, general)
        if any(role in shape.names and role not in rooms for role in meant):
            # The template keeps it in columns, as stock beside what is sold.
            continue
        known = [role for role in meant if role in rooms]
        role = next((role for role in known if _has_room(role, shape, roles)), None)
        if role is None and known and noun.listed:
            # A second word for what happens hangs on the first; a second of another single role stands beside it.
            role = "detail" if known[0] == "event" and "detail" in rooms else "other"
        if role is not None:
            roles.setdefault(role, []).append(noun.name)
        elif noun.listed:
            strange.append(noun.name)
    happened = [name for name in strange if "event" in shape.many and is_event(name)]
    if happened:
        roles["event"] = [*roles.get("event", ()), *happened]
    for name in (name for name in strange if name not in happened):
        role = thing if thing and thing not in roles else "other"
        if (role in ("other", centre)) and "party" in shape.many and is_person(name):
            role = "party"
        roles.setdefault(role, []).append(name)
    if "thing" in rooms and "event" in roles and happens(roles["event"][0], shape):
        # What happens points at what takes part in it; of a thing that stands in the middle the rest are parts.
        roles |= {"thing": roles.pop("other")} if "other" in roles else {}
    return {role: tuple(names[: _most(role)]) for role, names in roles.items()}


def happens(noun: str, shape: ShapeTerm) -> bool:
    """Whether the noun is something that happens, in the shape or by its ending."""
    known = shape.nouns.get("event", ())
    return noun in known or head(noun) in known or is_event(noun)


@lru_cache(maxsize=64)
def _rooms(code: str, roles: tuple[str, ...]) -> tuple[str, ...]:
    """The roles that a template has; kept, because it is asked for every question."""
    return tuple(role for role in roles if names_role(code, role))


def _heads(found: Sequence[Noun], shape: ShapeTerm) -> list[Noun]:
    """One noun where two of the same role stand side by side: a beehive sensor is a sensor, an appointment booking an appointment."""
    own = {word: role for role, words in shape.nouns.items() for word in words}
    dropped: set[Noun] = set()
    for a, b in itertools.pairwise(found):
        if b.start - a.end <= 1 and own.get(a.name) is not None and own.get(a.name) == own.get(b.name):
            dropped.add(b if own[a.name] == "event" else a)
    return [noun for noun in found if noun not in dropped]


def _roles_of(noun: str, shape: ShapeTerm, general: Mapping[str, Sequence[str]]) -> list[str]:
    own = [role for role, words in shape.nouns.items() if noun in words]
    found = own + [role for role, words in general.items() if noun in words and role not in own]
    # A jury member is a member, a strike vote a vote: the last word says what it is.
    return found if found or head(noun) == noun else _roles_of(head(noun), shape, general)


def _has_room(role: str, shape: ShapeTerm, roles: Mapping[str, Sequence[str]]) -> bool:
    several = role in shape.many or role in EXTRAS
    return not roles.get(role) or (several and len(roles[role]) < _most(role))


def _most(role: str) -> int:
    return _MOST_BESIDE if role in ("other", "thing", "detail", "event") else _MOST_OF_ONE
