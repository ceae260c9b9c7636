"""What README, CONTRIBUTING and Dockerfile say is what is there."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperArgument, TyperGroup, TyperOption

from service.frontends.cli import app
from service.settings import ROWS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def settings_table() -> str:
    lines = [f"| `{row.name}` | {row.default} | {row.bounds} | {row.help} |" for row in ROWS]
    return "\n".join(("| name | default | bounds | what |", "| --- | --- | --- | --- |", *lines))


def cli_help() -> str:
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    return "\n".join(("| command | what | options |", "| --- | --- | --- |", *_commands("dbarch", root)))


def _commands(path: str, group: TyperGroup) -> list[str]:
    lines = []
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            lines += _commands(f"{path} {name}", command)
            continue
        arguments = " ".join(p.name.upper() for p in command.params if isinstance(p, TyperArgument) and p.name)
        options = "<br>".join(
            f"`{'/'.join((*p.opts, *p.secondary_opts))}`: {p.help}"
            for p in command.params
            if isinstance(p, TyperOption) and "--help" not in p.opts
        )
        lines.append(f"| `{f'{path} {name} {arguments}'.strip()}` | {command.help} | {options} |")
    return lines


def make_help() -> str:
    lines = [
        f"| `make {name}` | {words} |" for name, words in re.findall(r"^([a-z-]+):.*?## (.*)$", MAKEFILE, re.MULTILINE)
    ]
    return "\n".join(("| command | what |", "| --- | --- |", *lines))


@pytest.mark.parametrize(("name", "made"), [("settings", settings_table), ("cli", cli_help), ("make", make_help)])
def test_a_table_of_the_readme_is_what_the_code_says(name: str, made: object) -> None:
    found = re.search(rf"<!-- {name} -->\n(.*?)\n<!-- /{name} -->", README, re.DOTALL)
    assert found is not None
    assert callable(made)
    assert found[1] == made()


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_every_path_that_a_document_names_is_there(document: str) -> None:
    named = re.findall(
        r"`((?:kb|ingest|service|evals|tests|docs)/[\w/.-]*|\w+\.(?:toml|txt|md))`", (ROOT / document).read_text()
    )
    assert named
    assert [
        path for path in named if not path.startswith("entries-") and not (ROOT / path).exists() and path != "errors.py"
    ] == []


def test_the_module_map_names_every_room() -> None:
    rooms = [
        f"`{room.relative_to(ROOT)}/`"
        for parent in (ROOT, ROOT / "service")
        for room in sorted(parent.iterdir())
        if (room / "__init__.py").exists()
    ]
    assert [room for room in rooms if room not in README and room != "`service/`"] == []


def test_the_newest_version_of_the_changelog_is_the_one_there_is() -> None:
    first = re.search(r"^## \[(?!Unreleased)(.*?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert first is not None
    assert first[1] == version("database-architect")


def test_whatever_we_depend_on_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    pinned = {
        line.partition("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
    }
    assert [name for need in needed if (name := re.split(r"[=\[<>]", need)[0].lower()) not in pinned] == []
    assert "+cpu" not in (ROOT / "constraints.txt").read_text()


def test_every_target_of_the_makefile_can_be_made() -> None:
    names = re.findall(r"^([a-z-]+):.*##", MAKEFILE, re.MULTILINE)
    assert {"serve", "test", "install", "index", "check", "evals", "bench", "help"} <= set(names)
    for name in names:
        subprocess.run(["make", "--dry-run", name], cwd=ROOT, check=True, capture_output=True)


def test_the_index_of_pytorch_is_only_asked_when_it_is_named() -> None:
    def plan(*arguments: str) -> str:
        return subprocess.run(
            ["make", "--dry-run", "--always-make", "install", *arguments],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    assert "--extra-index-url" not in plan()
    assert "--extra-index-url https://download.pytorch.org/whl/cpu" in plan(
        "TORCH_INDEX=https://download.pytorch.org/whl/cpu"
    )


def test_ci_runs_what_a_developer_runs() -> None:
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == "exec make test"
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_the_image_is_made_by_the_commands_of_the_makefile() -> None:
    run = " ".join(re.findall(r"^(?:RUN|CMD) (.*)$", DOCKERFILE, re.MULTILINE))
    for recipe in ("-m venv", "pip install --quiet --constraint constraints.txt", "--editable .", "dbarch ingest"):
        assert recipe in run
        assert recipe in MAKEFILE.replace("$(VENV)", ".venv")
    assert '".venv/bin/dbarch", "serve"' in run
    assert "$(BIN)/dbarch serve" in MAKEFILE


def test_the_image_runs_as_nobody_and_says_how_it_is() -> None:
    serve = DOCKERFILE.partition("AS serve")[2]
    assert re.search(r"^USER 1\d{4}$", serve, re.MULTILINE)
    assert "/health/ready" in serve
    assert "EXPOSE 8080" in serve


def test_the_image_has_every_package_that_is_installed() -> None:
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    assert [name for name in packages if f"COPY {name.replace('.', '/')}/__init__.py" not in DOCKERFILE] == []
    assert [name for name in packages if "." not in name and f"COPY {name} {name}\n" not in DOCKERFILE] == []


def test_the_dockerfile_is_clean() -> None:
    linted = subprocess.run(
        [Path(sys.executable).parent / "hadolint", "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (linted.returncode, linted.stdout) == (0, "")


def test_no_file_names_a_machine_of_ours() -> None:
    tracked = [
        *ROOT.glob("*.md"),
        *ROOT.glob("*.to*ml"),
        ROOT / "Makefile",
        ROOT / "Dockerfile",
        ROOT / "constraints.txt",
        *ROOT.glob("docs/**/*.md"),
        *(
            p
            for room in ("kb", "ingest", "service", "evals")
            for p in (ROOT / room).rglob("*")
            if p.suffix in (".py", ".md", ".yaml", ".html")
        ),
    ]
    words = ("/wor" + "k/main", "/wor" + "k/shared", "art" + "ifactory")
    assert [
        str(path)
        for path in tracked
        if path.is_file() and any(word in path.read_text(errors="ignore") for word in words)
    ] == []
