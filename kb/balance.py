"""The strictest check for code that nothing here can parse: brackets, quotes and comments close in order."""

import re

from kb.errors import Fault

_PAIRS = {")": "(", "]": "[", "}": "{"}
# In JavaScript a slash begins a regular expression after these, and divides after anything else.
_BEFORE_REGEX = "(,=:[!&|?{};+-*%<>~^"
_LITERALS = re.compile(
    r"""
    (?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)
  | (?P<comment>//[^\n]*|/\*.*?\*/)
  | (?P<sql_comment>--[^\n]*)
  | (?P<hash_comment>\#[^\n]*)
    """,
    re.VERBOSE | re.DOTALL,
)
_REGEX = re.compile(r"/(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
# Comments of some languages only, which mean something else in the others.
_COMMENTED_BY = {"sql_comment": ("cql",), "hash_comment": ("ruby",)}


def balance_faults(code: str, language: str) -> tuple[Fault, ...]:
    """The first place where a bracket, quote or comment does not close, if there is one."""
    opened: list[tuple[str, int]] = []
    position, before = 0, "("
    while position < len(code):
        after = _skipped(code, position, before, language)
        character = code[position]
        line = code.count("\n", 0, position) + 1
        if after == position:
            text = _opened(character, line, opened) or _unclosed(code, position, character)
            if text:
                return (Fault(line, text),)
            after = position + 1
        if not character.isspace():
            before = code[after - 1]
        position = after
    return tuple(Fault(line, f"{bracket!r} is not closed") for bracket, line in opened[:1])


def _skipped(code: str, position: int, before: str, language: str) -> int:
    """Where a string, comment or regular expression that begins here ends; here, when none does."""
    match = _LITERALS.match(code, position)
    if match and language in _COMMENTED_BY.get(match.lastgroup or "", (language,)):
        return match.end()
    if code[position] == "/" and before in _BEFORE_REGEX and (regex := _REGEX.match(code, position)):
        return regex.end()
    return position


def _opened(character: str, line: int, opened: list[tuple[str, int]]) -> str:
    if character in _PAIRS.values():
        opened.append((character, line))
    elif character in _PAIRS and (not opened or opened.pop()[0] != _PAIRS[character]):
        return f"{character!r} closes nothing"
    return ""


def _unclosed(code: str, position: int, character: str) -> str:
    if character in "\"'`":
        return f"the quote {character} is not closed"
    return "the comment is not closed" if code.startswith("/*", position) else ""
