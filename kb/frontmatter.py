"""The front matter of an entry as text: split off, read by the C YAML loader, every value with its line."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from kb.errors import Fault

Place = tuple[str | int, ...]
_FENCE = "---"
_PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "str", "map", "seq"))


class _Loader(yaml.CSafeLoader):
    """The safe C loader, which leaves dates as they are spelled: the models read those that they expect."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class FrontMatterText:
    """Values, the line of each by its place, the body with the number of its first line, and what is wrong."""

    values: Mapping[str, object]
    lines: Mapping[Place, int]
    body: str
    body_line: int
    faults: tuple[Fault, ...]

    def line(self, *place: str | int) -> int:
        """The line of the value at this place, or of the nearest one above it."""
        for length in range(len(place), 0, -1):
            if place[:length] in self.lines:
                return self.lines[place[:length]]
        return 1


def split(text: str) -> FrontMatterText:
    """Front matter and body of a file; what cannot be read is a fault with its line, never an exception."""
    lines = text.split("\n")
    end = next((number for number, line in enumerate(lines[1:], start=1) if line.rstrip() == _FENCE), None)
    if lines[0].rstrip() != _FENCE or end is None:
        fault = Fault(
            1,
            "no front matter: begin the file with a line '---', then keys such as title, summary and sources, then a line '---'",
        )
        return FrontMatterText({}, {}, text, 1, (fault,))
    body = "\n".join(lines[end + 1 :])
    values, marks, faults = _read("\n".join(lines[1:end]))
    return FrontMatterText(values, marks, body, end + 2, tuple(faults))


def _read(text: str) -> tuple[dict[str, object], dict[Place, int], list[Fault]]:
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            return {}, {}, [Fault(2, "the front matter is no mapping: write one 'key: value' a line")]
        lines: dict[Place, int] = {}
        faults = list(_walk(node, (), lines, set()))
        values = {} if faults else loader.construct_document(node)
    except yaml.YAMLError as error:
        return {}, {}, [_yaml_fault(error, text.count("\n") + 2)]
    except ValueError as error:
        return {}, {}, [Fault(2, f"a value of the front matter cannot be read ({error}): put it into quotes")]
    finally:
        loader.dispose()
    return (
        values,
        lines,
        faults
        + [
            Fault(_line(lines, place), f"{_shown(place)} is not a finite number: put it into quotes")
            for place in _infinite(values, ())
        ],
    )


def _yaml_fault(error: yaml.YAMLError, last: int) -> Fault:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    # Line 1 of the YAML text is line 2 of the file; marks count from 0.
    line = min(mark.line + 2, last) if mark else 2
    problem = getattr(error, "problem", None) or " ".join(str(error).split())
    return Fault(
        line,
        f"the front matter is not YAML: {problem}; a value that holds ': ', '#' or begins with a special character needs quotes",
    )


def _walk(node: yaml.Node, place: Place, lines: dict[Place, int], seen: set[int]) -> Iterator[Fault]:
    """Record the line of every value, and refuse what is easily written by mistake."""
    line = node.start_mark.line + 2
    lines.setdefault(place, line)
    if id(node) in seen:
        yield Fault(line, f"{_shown(place)} is a YAML alias (*): write the value out")
        return
    seen.add(id(node))
    if node.tag not in _PLAIN_TAGS:
        yield Fault(line, f"{_shown(place)} has the YAML tag {node.tag!r}: write a plain value, in quotes where needed")
    elif isinstance(node, yaml.MappingNode):
        yield from _walk_mapping(node, place, lines, seen)
    elif isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            yield from _walk(item, (*place, position), lines, seen)


def _walk_mapping(node: yaml.MappingNode, place: Place, lines: dict[Place, int], seen: set[int]) -> Iterator[Fault]:
    known: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 2
        if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
            yield Fault(line, f"key {getattr(key, 'value', '')!r} of {_shown(place)} is not text: put it into quotes")
            continue
        if key.value in known:
            yield Fault(
                line, f"key {key.value!r} of {_shown(place)} is given twice, first in line {known[key.value]}: keep one"
            )
            continue
        known[key.value] = line
        lines[(*place, key.value)] = line
        yield from _walk(value, (*place, key.value), lines, seen)


def _infinite(value: object, place: Place) -> Iterator[Place]:
    if isinstance(value, float) and not math.isfinite(value):
        yield place
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _infinite(inner, (*place, key))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _infinite(inner, (*place, position))


def _line(lines: Mapping[Place, int], place: Place) -> int:
    return lines.get(place, 2)


def _shown(place: Place) -> str:
    return repr(".".join(map(str, place))) if place else "the front matter"
