"""Files, functions and names stay small enough to be read at once."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILE_LINES, FUNCTION_LINES = 400, 60
GRAB_BAGS = {"utils", "util", "helpers", "common", "misc", "core", "base", "manager", "handlers"}
PACKAGES = ("kb", "ingest", "service", "evals", "tests")


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def functions(module: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(module.read_bytes())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (
                f"{module.relative_to(ROOT)}:{node.lineno} {node.name}",
                (node.end_lineno or node.lineno) - node.lineno + 1,
            )


def test_no_file_is_too_long() -> None:
    assert [
        (str(module), lines) for module in modules() if (lines := len(module.read_bytes().splitlines())) > FILE_LINES
    ] == []


def test_no_function_is_too_long() -> None:
    assert [named for module in modules() for named in functions(module) if named[1] > FUNCTION_LINES] == []


def test_every_module_says_what_lives_there() -> None:
    assert [
        str(module)
        for module in modules()
        if not ast.get_docstring(ast.parse(module.read_bytes())) and "tests" not in module.parts
    ] == []


def test_no_module_is_a_grab_bag() -> None:
    assert [str(module) for module in modules() if {module.stem, module.parent.name} & GRAB_BAGS] == []


def test_tests_are_not_a_package() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []
