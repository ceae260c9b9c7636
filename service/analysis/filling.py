"""Filling: a template with nouns in the place of roles."""

import re
from collections.abc import Mapping, Sequence

from kb.vocabulary import ShapeTerm
from kb.wording import identifier, table_name
from service.analysis.relating import aligned

# Roles that any shape has room for; a statement or line that speaks of one is left out where nothing fills it.
EXTRAS = ("place", "catalogue", "dependant", "thing", "detail", "other")
_TABLE = re.compile(r"CREATE TABLE (\w+) \(")
_OF_EACH = re.compile(r"^CREATE TABLE event \(.*?^\);", re.MULTILINE | re.DOTALL)
_ABOUT_EVENTS = re.compile(r"^CREATE (?:UNIQUE )?(?:TABLE|INDEX \w+ ON) event \(")


def instance(code: str, shape: ShapeTerm, roles: Mapping[str, Sequence[str]]) -> str:
    """The template with nouns in the place of roles: once per noun a statement that is about the role, or a line of another that names it."""
    filled = {role: tuple(roles.get(role) or (name,)) for role, name in shape.names.items()}
    filled |= {role: tuple(roles.get(role, ())) for role in (*EXTRAS, "party") if role not in filled}
    # Where several things happen, each is a table of its own, and what hangs on what happens hangs on the first.
    first = {**filled, "event": filled["event"][:1]} if "event" in filled else filled
    if len(filled.get("event", ())) > 1:
        # Not everything that happens has every party and place.
        code = _OF_EACH.sub(lambda match: match[0].replace(" NOT NULL REFERENCES", " REFERENCES"), code)
    written = (_statement(each, filled if _ABOUT_EVENTS.search(each) else first) for each in code.split("\n\n"))
    return "\n\n".join(aligned(text) for text in written if text)


def _statement(statement: str, filled: Mapping[str, tuple[str, ...]]) -> str:
    """A statement about one role, its table or an index, once per noun; any other once, with its lines repeated."""
    about = _TABLE.match(statement)
    alone = about is None and "\n" not in statement
    roles = [about[1]] if about else [role for role in filled if alone and names_role(statement, role)]
    if any(role in filled and not filled[role] for role in roles):
        return ""
    several = next((role for role in roles if len(filled.get(role, ())) > 1), None)
    if several is None:
        return "\n".join(line for each in statement.split("\n") for line in _lines(each, filled))
    return "\n\n".join(_statement(statement, {**filled, several: (noun,)}) for noun in filled[several])


def _lines(line: str, filled: Mapping[str, tuple[str, ...]]) -> list[str]:
    """A line once per noun of a role that it names; none where nothing fills the role."""
    role = next((role for role in filled if len(filled[role]) != 1 and names_role(line, role)), None)
    if role is None:
        return [_written(line, {role: names[0] for role, names in filled.items() if names})]
    return [written for noun in filled[role] for written in _lines(line, {**filled, role: (noun,)})]


def names_role(text: str, role: str) -> bool:
    """Whether the text of a template speaks of the role."""
    return _role(role).search(text) is not None


def _role(role: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{role})(?![a-z])")


def _written(text: str, named: Mapping[str, str]) -> str:
    """Roles as identifiers; a reserved word alone becomes a plural, as in `orders`, and stays singular within a longer name."""

    def put(match: re.Match[str]) -> str:
        longer = text[match.start() - 1 : match.start()] == "_" or text[match.end() : match.end() + 1] == "_"
        return identifier(named[match[0]]) if longer else table_name(named[match[0]])

    return _role("|".join(sorted(named, key=lambda each: -len(each)))).sub(put, text)
