"""The reply of a writing model, line by line: sections with claims, code and what is to be shown."""

import re
from dataclasses import dataclass, field
from typing import cast, get_args

from kb.entry import SectionKind

_KINDS = frozenset(get_args(SectionKind))
_SECTION = re.compile(r"^SECTION\s+(?P<kind>[a-z_]+)\s*(?:\|.*)?$")
_CLAIM = re.compile(r"^(?P<form>CLAIM|ITEM)\s+(?P<numbers>-|[\d,\s]+?)\s*\|\s*(?P<text>.+)$")
_CODE = re.compile(r"^CODE\s+(?P<language>[\w+#-]+)\s+(?P<engine>[\w-]+)\s*(?:\|\s*(?P<numbers>-|[\d,\s]*))?$")
_DIAGRAM = re.compile(r"^DIAGRAM\s*\|?\s*(?P<numbers>-|[\d,\s]*)$")
_SHOW = re.compile(r"^SHOW\s+(?P<number>\d+)$")
_LONGEST = 1200


@dataclass(frozen=True)
class Line:
    """A sentence with the numbers that it cites."""

    text: str
    numbers: tuple[int, ...]
    item: bool = False


@dataclass(frozen=True)
class Listing:
    """Code or a diagram with the numbers that it follows."""

    language: str
    engine: str
    code: str
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class Show:
    """An item of the evidence whose code, tables and results are shown."""

    number: int


Piece = Line | Listing | Show


@dataclass(frozen=True)
class Draft:
    """One section as it was written; the summary has no kind. `strange` are lines of no known form."""

    kind: SectionKind | None
    pieces: tuple[Piece, ...]
    strange: tuple[str, ...] = ()


@dataclass
class Reader:
    """Takes a reply in any pieces and hands out each section once it is complete."""

    done: bool = False
    text: str = ""
    _line: str = ""
    _open: bool = False
    _kind: SectionKind | None = None
    _pieces: list[Piece] = field(default_factory=list)
    _strange: list[str] = field(default_factory=list)
    _listing: tuple[re.Match[str], list[str]] | None = None

    def feed(self, text: str) -> list[Draft]:
        """The sections that this piece completes."""
        self.text += text
        return self._lines(text)

    def _lines(self, text: str) -> list[Draft]:
        *lines, self._line = (self._line + text).split("\n")
        return [draft for line in lines if (draft := self._take(line.rstrip("\r"))) is not None]

    def close(self) -> list[Draft]:
        """The section that the last line completes; one that is cut off in the middle is none."""
        return self._lines("\n")

    def _take(self, line: str) -> Draft | None:
        if self._listing is not None:
            self._inside(line)
            return None
        bare = line.strip()
        if self.done or not bare or bare.startswith("```"):
            return None
        if bare == "DONE":
            self.done = True
            return self._finished()
        if match := _SECTION.match(bare):
            kind = match["kind"]
            if kind != "summary" and kind not in _KINDS:
                self._strange.append(bare)
                return None
            draft = self._finished()
            self._open, self._kind = True, None if kind == "summary" else cast(SectionKind, kind)
            return draft
        self._piece(bare)
        return None

    def _piece(self, bare: str) -> None:
        if match := _CLAIM.match(bare):
            self._pieces.append(
                Line(match["text"].strip()[:_LONGEST], _numbers(match["numbers"]), match["form"] == "ITEM")
            )
        elif match := _SHOW.match(bare):
            self._pieces.append(Show(int(match["number"])))
        elif match := _CODE.match(bare) or _DIAGRAM.match(bare):
            self._listing = (match, [])
        else:
            self._strange.append(bare)

    def _inside(self, line: str) -> None:
        assert self._listing is not None
        match, lines = self._listing
        if line.strip() != "END":
            lines.append(line)
            return
        named = match.groupdict()
        code = "\n".join(kept for kept in lines if not kept.startswith("```")) + "\n"
        language, engine = named.get("language") or "mermaid", named.get("engine") or ""
        self._pieces.append(Listing(language.lower(), engine.lower(), code, _numbers(named["numbers"] or "")))
        self._listing = None

    def _finished(self) -> Draft | None:
        draft = Draft(self._kind, tuple(self._pieces), tuple(self._strange)) if self._open else None
        self._open, self._pieces, self._strange = False, [], []
        return draft


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(number) for number in re.findall(r"\d+", text)))
