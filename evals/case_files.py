"""Case files: YAML to validated cases, every fault with file, line and field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import yaml
from pydantic import ValidationError

from evals.case import CANARY, SUITES, AnyCase, Interaction, Variant
from evals.errors import CaseError
from kb.errors import Problem

Cases = Mapping[str, tuple[AnyCase, ...]]


@dataclass(frozen=True)
class _File:
    """What could be read of one file: its cases, where each of them stands, and what is wrong."""

    name: str
    cases: tuple[AnyCase, ...] = ()
    nodes: Mapping[str, yaml.Node] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def own_cases() -> Path:
    return Path(str(resources.files("evals").joinpath("cases")))


def load_cases(directory: Path | None = None) -> Cases:
    """Every suite's cases by its name, in the order of the files. Raises CaseError with all problems at once."""
    directory = directory or own_cases()
    files = {suite: _read(directory / f"{suite}.yaml", suite) for suite in SUITES}
    problems = [problem for file in files.values() for problem in file.problems]
    problems += _strangers(directory)
    if not files["interactions"].problems:
        problems += _references(files["variants"], files["interactions"])
    if problems:
        raise CaseError(problems)
    return {suite: file.cases for suite, file in files.items()}


def _strangers(directory: Path) -> Iterator[Problem]:
    for path in sorted(directory.glob("*.yaml")):
        if path.stem not in SUITES:
            yield Problem(path.name, 1, f"there is no suite {path.stem!r}: they are {', '.join(SUITES)}")


def _read(path: Path, suite: str) -> _File:
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        raw = yaml.load(text, Loader=yaml.CSafeLoader)
    except OSError as error:
        return _broken(path, 1, f"cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        return _broken(path, 1, "is not UTF-8 text")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return _broken(path, mark.line + 1 if mark else 1, f"is not YAML: {getattr(error, 'problem', error)}")
    if not isinstance(raw, dict) or set(raw) != {"canary", "cases"} or not isinstance(raw["cases"], list):
        return _broken(path, 1, "holds two keys, 'canary' and 'cases', the second a list")
    if raw["canary"] != CANARY:
        return _broken(path, 1, f"canary: has to be {CANARY!r}")
    twice = tuple(_twice(path, node))
    return _validated(path, suite, raw["cases"], _items(node)) if not twice else _File(path.name, problems=twice)


def _broken(path: Path, line: int, text: str) -> _File:
    return _File(path.name, problems=(Problem(path.name, line, text),))


def _twice(path: Path, node: yaml.Node | None) -> Iterator[Problem]:
    """YAML takes the last of two equal keys without a word: a second `nuggets` would drop the first."""
    if isinstance(node, yaml.MappingNode):
        keys = [str(key.value) for key, _ in node.value]
        for place, (key, value) in enumerate(node.value):
            if keys[place] in keys[:place]:
                yield Problem(path.name, key.start_mark.line + 1, f"{keys[place]}: is there twice in one mapping")
            yield from _twice(path, value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _twice(path, value)


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    """The nodes of the cases, for their lines."""
    assert isinstance(node, yaml.MappingNode)
    cases = next(value for key, value in node.value if key.value == "cases")
    return list(cases.value)


def _validated(path: Path, suite: str, items: list[object], nodes: list[yaml.Node]) -> _File:
    cases: list[AnyCase] = []
    problems: list[Problem] = []
    placed: dict[str, yaml.Node] = {}
    for item, node in zip(items, nodes, strict=True):
        try:
            case = SUITES[suite].model_validate(item)
        except ValidationError as error:
            problems += [_problem(path.name, node, place, message) for place, message in _faults(error)]
            continue
        if case.id in placed:
            first = placed[case.id].start_mark.line + 1
            problems.append(
                _problem(path.name, node, ("id",), f"case {case.id!r} is there twice, first in line {first}")
            )
        placed.setdefault(case.id, node)
        cases.append(case)
    return _File(path.name, tuple(cases), placed, tuple(problems))


def _faults(error: ValidationError) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Place and message of each; a list that is too short only because an item of it is wrong is left out."""
    faults = error.errors()
    for fault in faults:
        place = fault["loc"]
        inner = any(other is not fault and other["loc"][: len(place)] == place for other in faults)
        if fault["type"] != "too_short" or not inner:
            yield place, fault["msg"]


def _problem(file: str, node: yaml.Node, place: tuple[str | int, ...], message: str) -> Problem:
    line = node.start_mark.line + 1
    shown: list[str] = []
    for number, part in enumerate(place, 1):
        inner = _child(node, part)
        if inner is not None:
            node, line = inner, inner.start_mark.line + 1
        # What pydantic adds of its own on the way, such as the kind of an expectation, is no key of the file.
        if inner is not None or (number == len(place) and str(part).isidentifier()):
            shown.append(str(part))
    said = message.removeprefix("Value error, ")
    return Problem(file, line, f"{'.'.join(shown)}: {said}" if shown else said)


def _child(node: yaml.Node, part: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == part), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
        return node.value[part] if part < len(node.value) else None
    return None


def _references(variants: _File, interactions: _File) -> Iterator[Problem]:
    """Variants name an interaction, and nuggets of it that there are and that they do not bring themselves."""
    nuggets = {case.id: {n.id for n in case.nuggets} for case in interactions.cases if isinstance(case, Interaction)}
    for case in variants.cases:
        assert isinstance(case, Variant)
        node = variants.nodes[case.id]
        if case.of not in nuggets:
            yield _problem(variants.name, node, ("of",), f"case {case.id!r} is of {case.of!r}, which is no interaction")
            continue
        for name in sorted(set(case.keeps) - nuggets[case.of]):
            text = f"case {case.id!r} keeps {name!r}, which {case.of!r} does not have"
            yield _problem(variants.name, node, ("keeps",), text)
        for name in sorted(set(case.keeps) & {n.id for n in case.nuggets}):
            text = f"case {case.id!r} keeps {name!r} and has one of that name itself"
            yield _problem(variants.name, node, ("keeps",), text)
