"""Text by lines with their places: what the readers of Prisma, TypeORM, Entity Framework and settings share."""

from collections.abc import Iterator
from dataclasses import dataclass

from kb.schema import Place


@dataclass(frozen=True)
class Line:
    """One line without its indentation; `start` counts characters from the beginning of the text."""

    text: str
    start: int

    @property
    def place(self) -> Place:
        return Place(self.start, self.start + len(self.text), self.text)


# Nobody writes a property or a setting that long; patterns are not tried on what somebody generated.
_LONGEST = 2_000


def lines_of(text: str) -> Iterator[Line]:
    """Every line that holds something, cut where it is longer than a line can be."""
    position = 0
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        if stripped:
            yield Line(stripped[:_LONGEST], position + len(line) - len(line.lstrip()))
        position += len(line)
