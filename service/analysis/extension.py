"""Extension: what is to be added to the asker's tables, as statements in his names and with the types of his keys."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb.entry import Fence, KnowledgeBase, Section
from kb.schema import Schema
from service.analysis.additions import BETWEEN, PLANS
from service.analysis.relating import aligned
from service.question.changes import Change

WRITTEN_FOR = "postgresql"
# Names in a template that stand for several: a line that has one is written once for each.
_LISTS = frozenset({"moved", "moved_type", "kept", "kept_type"})


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
    """Each change as steps; those whose tables have no key of one column are left out."""
    if schema.dialect != WRITTEN_FOR:
        return ()
    templates = additions_of(kb)
    found: list[Extension] = []
    for change in _together(wanted):
        planned = [step for each in change for step in PLANS[each.kind](each, schema)]
        ordered = sorted(planned, key=lambda step: list(templates).index(step[0]) if step[0] in templates else -1)
        if ordered and all(name in templates for name, _ in ordered):
            steps = tuple(Step(name, templates[name][1], slots) for name, slots in _with_way_back(ordered))
            found.append(Extension(change[0], templates[ordered[0][0]][0], steps))
    return tuple(found)


def additions_of(kb: KnowledgeBase) -> Mapping[str, tuple[Section, Fence]]:
    """The fences of references that are marked as an addition, by its name, in the order in which they stand."""
    return {
        block.fence.attributes["change"]: (section, block.fence)
        for entry in kb.entries.values()
        if entry.kind == "references"
        for section in entry.sections
        for block in section.blocks
        if block.fence is not None and "change" in block.fence.attributes
    }


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
