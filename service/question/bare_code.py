"""Code that stands unfenced in a question: configuration, models, classes and documents, from their first line to their end."""

import re
from collections.abc import Callable, Iterator
from itertools import islice

from service.question.artefact.plan_json import json_plans
from service.question.artefact.settings_file import is_setting, product_of

_LONGEST_LINES = 400
# What begins as code does and turns out to be none is not tried for ever.
_NOTHING, _MOST_TRIES = -1, 40
_IMPORT = r"import [\w.]+(?: as \w+)?$|from [\w.]+ import [\w*(, ]+\)?$"
_HEAD = re.compile(r"^(?:async )?def \w+\(.*|^class \w+(?:\(.*\))?:")
_PYTHON = re.compile(rf"^(?:{_IMPORT}|@\w[\w.]*(?:\(.*\))?$|(?:async )?def \w+\(|class \w+(?:\(.*\))?:|\w+ = [\w.]+\(|[)\]}}])")  # fmt: skip
_BRACED = re.compile(
    r"^(?:(?:model|enum|datasource|generator) \w+ \{|@\w+\(.*\)$|(?:export |public |internal |sealed |abstract |partial |default )*(?:class|record) \w+[^.?!]*$|(?:const|let|var) \w+ = new [\w.]+\(\{|import .* from ['\"])"
)
_OPENING, _CLOSING = "([{", ")]}"
_DOCUMENT = re.compile(r"(?:^|(?<=:)[ \t]*)(?=\[?\s*\{\s*(?:['\"]\w+['\"]|_id)\s*:)", re.MULTILINE)
_CALL = re.compile(
    r"\bdb\.\w+\.(?:find|findOne|aggregate|update\w*|insert\w*|delete\w*|createIndex|count\w*|distinct)\("
)
_CHAINED = re.compile(r"\s*\.\w+(?=\()")
_LONGEST = 20_000


def bare_code(text: str) -> Iterator[tuple[int, int]]:
    """The characters of every such stretch, in order; stretches with nothing but space between them are one."""
    last: tuple[int, int] | None = None
    for start, end in sorted((*_of_lines(text), *_balanced_ones(text))):
        if last and (start < last[1] or not text[last[1] : start].strip()):
            last = (last[0], max(last[1], end))
            continue
        if last:
            yield last
        last = (start, end)
    if last:
        yield last


def _of_lines(text: str) -> Iterator[tuple[int, int]]:
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    at, tries = 0, dict.fromkeys(_READERS, _MOST_TRIES)
    while at < len(lines):
        stretch, end = [line.rstrip() for line in lines[at : at + _LONGEST_LINES]], 0
        for read, left in tries.items():
            found = read(stretch) if left else 0
            tries[read] = left - (found == _NOTHING)
            end = max(end, found)
        if end:
            yield starts[at], starts[at + end] - (len(lines[at + end - 1]) - len(lines[at + end - 1].rstrip()))
        at += end or 1


def _trimmed(lines: list[str], end: int) -> int:
    while end and not lines[end - 1].strip():
        end -= 1
    return end


def _settings(lines: list[str]) -> int:
    """Lines that are settings, with headers and comments between them; at least one is of a product that we know."""
    # A key alone opens what is indented under it; otherwise it is the name of what follows.
    if not is_setting(lines[0]) or (lines[0].endswith(":") and not "".join(lines[1:2]).startswith((" ", "\t"))):
        return 0
    end = next((n for n, line in enumerate(lines) if line.strip() and not is_setting(line)), len(lines))
    end = _trimmed(lines, end)
    return end if product_of("\n".join(lines[:end])) else _NOTHING


def _python(lines: list[str]) -> int:
    """Classes and functions with what is imported before them: what is indented, or begins as code does."""
    if not _PYTHON.match(lines[0]):
        return 0
    end = next((n for n, line in enumerate(lines) if line[:1].strip() and not _PYTHON.match(line)), len(lines))
    end = _trimmed(lines, end)
    return end if any(_HEAD.match(line) for line in lines[:end]) and end > 1 else _NOTHING


def _braced(lines: list[str]) -> int:
    """A model or class up to the brace that closes it; what stands above it, such as decorators, belongs to it."""
    if not _BRACED.match(lines[0]):
        return 0
    head = next((n for n, line in enumerate(lines[:8]) if "{" in line and not line.startswith(("import", "@"))), None)
    if head is None or any(not _BRACED.match(line) for line in lines[:head]):
        return _NOTHING
    above = "\n".join(lines[:head])
    end = _balanced("\n".join(lines), len(above) + lines[head].index("{") + (1 if above else 0))
    return "\n".join(lines)[:end].count("\n") + 1 if end else _NOTHING


_READERS: tuple[Callable[[list[str]], int], ...] = (_settings, _python, _braced)


def _balanced_ones(text: str) -> Iterator[tuple[int, int]]:
    """Documents and calls of a document store; plans in JSON are read elsewhere."""
    plans = json_plans(text)[1]
    last = 0
    for match in islice(_DOCUMENT.finditer(text), _MOST_TRIES):
        begin = match.end() + len(text[match.end() :]) - len(text[match.end() :].lstrip())
        end = _balanced(text, begin) if begin >= last else 0
        if end and not any(start < end and begin < stop for start, stop in plans):
            last = end
            yield match.end(), end
    for match in islice(_CALL.finditer(text), _MOST_TRIES):
        end = _balanced(text, match.end() - 1)
        while end and (chained := _CHAINED.match(text, end)):
            end = _balanced(text, chained.end())
        if end:
            yield match.start(), end


def _balanced(text: str, start: int) -> int:
    """Behind the bracket that closes the one at `start`; 0 where none does. Brackets in strings count for nothing."""
    depth, quote = 0, ""
    for at in range(start, min(len(text), start + _LONGEST)):
        char = text[at]
        if quote:
            quote = "" if char == quote and text[at - 1] != "\\" else quote
        elif char in "'\"`":
            quote = char
        elif char in _OPENING:
            depth += 1
        elif char in _CLOSING:
            depth -= 1
            if depth <= 0:
                return at + 1
    return 0
