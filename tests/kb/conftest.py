"""Sample entries that keep every rule, copied to a place where a test may break one."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kb.checks import check
from kb.errors import Problem

SAMPLE = Path(__file__).parent / "sample"


@dataclass(frozen=True)
class Bench:
    """A directory of entries, to be changed and checked."""

    directory: Path
    overlay: Path

    def replace(self, entry_id: str, old: str, new: str) -> None:
        path = self.directory / f"{entry_id}.md"
        text = path.read_text(encoding="utf-8")
        assert text.count(old) >= 1, f"{old!r} is not in {entry_id}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def write(self, entry_id: str, text: str, *, overlay: bool = False) -> Path:
        path = (self.overlay if overlay else self.directory) / f"{entry_id}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def line_of(self, entry_id: str, text: str) -> int:
        lines = (self.directory / f"{entry_id}.md").read_text(encoding="utf-8").splitlines()
        return next(number for number, line in enumerate(lines, start=1) if text in line)

    def problems(self) -> list[Problem]:
        directories = [self.directory, self.overlay] if self.overlay.exists() else [self.directory]
        # Samples are short on purpose.
        return [each for each in check(directories, fences=False).problems if "words of prose, " not in each.text]

    def errors(self) -> list[str]:
        return [each.text for each in self.problems() if not each.warning]

    def warnings(self) -> list[str]:
        return [each.text for each in self.problems() if each.warning]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    shutil.copytree(SAMPLE, tmp_path / "entries")
    return Bench(tmp_path / "entries", tmp_path / "overlay")


@pytest.fixture
def front() -> Callable[[str], str]:
    """A minimal entry with this line added to its front matter."""

    def text(line: str = "") -> str:
        return (
            "---\ntitle: Own way\nsummary: How our team does it, which is not how everybody else does it at all.\n"
            'sources:\n  wiki: {title: "Wiki", url: "https://example.org/w", publisher: Us, checked: 2026-11-24}\n'
            f"{line}---\n# Own way\n\n## Ours\n\nWe do it so.[^wiki]\n"
        )

    return text
