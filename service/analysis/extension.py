"""Extension: what is to be added to the asker's tables, as statements in his names and with the types of his keys."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb.entry import Fence, KnowledgeBase, Section
from kb.schema import Schema
from service.analysis.additions import BETWEEN, PLANS
from service.analysis.relating import aligned
from service.analysis.templates import templates
from service.question.changes import Change

_DIALECTS: Mapping[str, str] = {"mariadb": "mysql", "tidb": "mysql"}
# Names in a template that stand for several: a line that has one is written once for each.
_LISTS = frozenset({"moved", "moved_type", "kept", "kept_type", "TINYTEXT"})
# MySQL has no domains that a template could name types by: types that nobody has stand in their place.
_TYPES: Mapping[str, str] = {
    "whole_type": "MEDIUMINT", "one_type": "MEDIUMINT", "thing_type": "MEDIUMINT", "other_type": "SMALLINT",
    "value_type": "NUMERIC", "moved_type": "TINYTEXT",
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One template of the section with the asker's names in it."""

    name: str
    fence: Fence
    slots: Mapping[str, str]

    @property
    def sql(self) -> str:
        return poured(self.fence.code, self.slots)


@dataclass(frozen=True)
class Extension:
    """One change: the section that has its templates, and the steps in the order in which they are taken."""

    change: Change
    section: Section
    steps: tuple[Step, ...]


def extensions(kb: KnowledgeBase, schema: Schema, wanted: Sequence[Change]) -> tuple[Extension, ...]:
    """Each change as steps; left out is one whose tables have no key of one column, or that the engine has no template for."""
    known = templates(kb, "change", _DIALECTS.get(schema.dialect, schema.dialect))
    found: list[Extension] = []
    for change in _together(wanted):
        planned = [step for each in change for step in PLANS[each.kind](each, schema)]
        # What an engine has no template for it does not need, unless that is the change itself.
        if not planned or planned[0][0] not in known:
            continue
        order = [*known]
        ordered = sorted((step for step in planned if step[0] in known), key=lambda step: order.index(step[0]))
        steps = tuple(_step(name, known[name][1], slots) for name, slots in _with_way_back(ordered))
        found.append(Extension(change[0], known[planned[0][0]][0], steps))
    return tuple(found)


def _step(name: str, fence: Fence, slots: Mapping[str, str]) -> Step:
    return Step(
        name, fence, slots if fence.engine != "mysql" else {_TYPES.get(slot, slot): slots[slot] for slot in slots}
    )


def poured(code: str, slots: Mapping[str, str]) -> str:
    """The template with names in the place of its own, whole words; a line with a name that stands for several is written for each."""
    lines: list[str] = []
    for line in code.split("\n"):
        several = [name for name in sorted(_LISTS & slots.keys()) if _word(name).search(line)]
        if not several:
            lines.append(_put(line, slots))
            continue
        values = [[each for each in slots[name].split(BETWEEN) if each] for name in several]
        lines += [_put(line, {**slots, **dict(zip(several, row, strict=True))}) for row in zip(*values, strict=True)]
    statements = "\n".join(lines).split("\n\n")
    return "\n\n".join(aligned(text) if text.startswith("CREATE TABLE") else text for text in statements)


def _put(line: str, slots: Mapping[str, str]) -> str:
    return _word("|".join(slots)).sub(lambda match: slots[match[0]], line) if slots else line


def _word(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{name})\b")


def _together(wanted: Sequence[Change]) -> list[list[Change]]:
    """What is done to several tables in the same way is one change."""
    groups: dict[object, list[Change]] = {}
    for change in wanted:
        groups.setdefault("soft_delete" if change.kind == "soft_delete" else change, []).append(change)
    return list(groups.values())


def _with_way_back(steps: Sequence[tuple[str, dict[str, str]]]) -> list[tuple[str, dict[str, str]]]:
    """The way back is told last, and in the opposite order of tables."""
    back = [step for step in steps if step[0].endswith("_back")]
    forward = [step for step in steps if not step[0].endswith("_back")]
    names = list(dict.fromkeys(name for name, _ in back))
    return [*forward, *(step for name in names for step in reversed([s for s in back if s[0] == name]))]
