"""Case files: YAML to validated cases, every fault with file, line and field."""

from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path

import yaml
from pydantic import ValidationError

from evals.case import CANARY, SUITES, AnyCase
from evals.errors import CaseError
from kb.errors import Problem

Cases = Mapping[str, tuple[AnyCase, ...]]


def own_cases() -> Path:
    return Path(str(resources.files("evals").joinpath("cases")))


def load_cases(directory: Path | None = None) -> Cases:
    """Every suite's cases by its name, in the order of the files. Raises CaseError with all problems at once."""
    directory = directory or own_cases()
    problems: list[Problem] = []
    loaded: dict[str, tuple[AnyCase, ...]] = {}
    for suite in SUITES:
        path = directory / f"{suite}.yaml"
        cases, found = _read(path, suite)
        loaded[suite] = cases
        problems += found
    problems += _strangers(directory)
    problems += _references(loaded)
    if problems:
        raise CaseError(problems)
    return loaded


def _strangers(directory: Path) -> Iterator[Problem]:
    for path in sorted(directory.glob("*.yaml")):
        if path.stem not in SUITES:
            yield Problem(path.name, 1, f"there is no suite {path.stem!r}: they are {', '.join(SUITES)}")


def _read(path: Path, suite: str) -> tuple[tuple[AnyCase, ...], list[Problem]]:
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        raw = yaml.load(text, Loader=yaml.CSafeLoader)
    except OSError as error:
        return (), [Problem(path.name, 1, f"cannot be read: {error.strerror}")]
    except UnicodeDecodeError:
        return (), [Problem(path.name, 1, "is not UTF-8 text")]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return (), [
            Problem(path.name, mark.line + 1 if mark else 1, f"is not YAML: {getattr(error, 'problem', error)}")
        ]
    if not isinstance(raw, dict) or set(raw) != {"canary", "cases"} or not isinstance(raw["cases"], list):
        return (), [Problem(path.name, 1, "holds two keys, 'canary' and 'cases', the second a list")]
    if raw["canary"] != CANARY:
        return (), [Problem(path.name, 1, f"the canary is {CANARY!r}")]
    return _validated(path, suite, raw["cases"], _items(node))


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    """The nodes of the cases, for their lines."""
    assert isinstance(node, yaml.MappingNode)
    cases = next(value for key, value in node.value if key.value == "cases")
    return list(cases.value)


def _validated(
    path: Path, suite: str, items: list[object], nodes: list[yaml.Node]
) -> tuple[tuple[AnyCase, ...], list[Problem]]:
    cases: list[AnyCase] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for item, node in zip(items, nodes, strict=True):
        try:
            case = SUITES[suite].model_validate(item)
        except ValidationError as error:
            problems += [_problem(path, node, fault["loc"], fault["msg"]) for fault in error.errors()]
            continue
        line = node.start_mark.line + 1
        if case.id in seen:
            problems.append(Problem(path.name, line, f"case {case.id!r} is there twice, first in line {seen[case.id]}"))
        seen.setdefault(case.id, line)
        cases.append(case)
    return tuple(cases), problems


def _problem(path: Path, node: yaml.Node, place: tuple[str | int, ...], message: str) -> Problem:
    line, shown = node.start_mark.line + 1, ".".join(map(str, place))
    for part in place:
        inner = _child(node, part)
        if inner is None:
            break
        node, line = inner, inner.start_mark.line + 1
    return Problem(path.name, line, f"{shown}: {message.removeprefix('Value error, ')}")


def _child(node: yaml.Node, part: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == part), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
        return node.value[part] if part < len(node.value) else None
    return None


def _references(loaded: Cases) -> Iterator[Problem]:
    """Variants name an interaction, and nuggets of it that there are."""
    nuggets = {case.id: {n.id for n in getattr(case, "nuggets", ())} for case in loaded.get("interactions", ())}
    for case in loaded.get("variants", ()):
        of, keeps = getattr(case, "of", ""), getattr(case, "keeps", ())
        if of not in nuggets:
            yield Problem("variants.yaml", 1, f"case {case.id!r} is of {of!r}, which is no interaction")
            continue
        for name in sorted(set(keeps) - nuggets[of]):
            yield Problem("variants.yaml", 1, f"case {case.id!r} keeps {name!r}, which {of!r} does not have")
