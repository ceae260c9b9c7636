"""The plan: which kinds of section an answer has and how long it may be, by what was asked."""

from collections.abc import Mapping
from dataclasses import dataclass

from kb.entry import Kind, SectionKind
from service.question.intents import intent_table
from service.question.question import Question

# Words of prose, code and tables not counted.
_WHOLE, _CHOICE, _FOCUSED, _DEFINITION = 1600, 500, 420, 220
_BRIEF = 1 / 3
_WHOLE_INTENTS = frozenset({"design", "migrate", "erd"})
CHOOSING = frozenset({"choose", "choose_store", "compare", "license", "alternatives"})
# What an entry that bears the whole question means by itself.
_WANTED: Mapping[str, tuple[str, ...]] = {"designs": ("design",), "playbooks": ("migrate",)}
_MIGRATION_KINDS: tuple[SectionKind, ...] = ("requirements", "migration", "monitoring", "tradeoffs")


@dataclass(frozen=True)
class Plan:
    """Kinds in working order, the kinds of entry that are written for it, and the length in words."""

    kinds: tuple[SectionKind, ...]
    prefers: frozenset[str]
    words: int
    whole: bool
    erd: bool
    moving: bool
    choosing: bool
    defining: bool
    asked: frozenset[SectionKind]

    @property
    def looking(self) -> bool:
        """Whether products are looked for, or told about: those that nobody named are welcome then."""
        return self.choosing or self.defining

    def weight(self, kind: SectionKind) -> int:
        """Kinds asked for by name come before kinds that a whole design has anyway."""
        return 1 if kind in self.asked else 0


def plan(question: Question, detail: str, bearing: Kind | None = None) -> Plan:
    """A whole design is long, a choice middling, a definition short; `brief` is a third.

    `bearing` is the kind of the entry that the whole question is about: a design or a playbook is then wanted, in whatever words.
    """
    table = intent_table()
    wanted = tuple(table[name] for name in _WANTED.get(bearing or "", ()) if name not in question.intent_ids)
    asked = (*question.intents, *wanted)
    ids = frozenset(intent.id for intent in asked)
    kinds = tuple(dict.fromkeys(kind for intent in asked for kind in intent.sections))
    specific = frozenset(
        kind for intent in question.intents if intent.id not in ("design", "migrate") for kind in intent.sections
    )
    if "migrate" in ids:
        kinds = tuple(dict.fromkeys((*_MIGRATION_KINDS, *kinds)))
    words = _FOCUSED if question.goes_on else _length(ids)
    return Plan(
        kinds=kinds,
        prefers=frozenset(kind for intent in asked for kind in intent.prefers),
        words=int(words * _BRIEF) if detail == "brief" else words,
        whole=not question.goes_on and _is_whole(ids, bearing),
        erd="erd" in ids,
        moving="migrate" in ids,
        choosing=bool(ids & CHOOSING),
        defining="define" in ids,
        asked=specific,
    )


def _is_whole(ids: frozenset[str], bearing: Kind | None) -> bool:
    """Whether a whole design or plan is wanted. "What is an ER diagram?" speaks of a diagram and wants none."""
    if bearing is not None or ids & {"design", "migrate"}:
        return bool(ids & _WHOLE_INTENTS)
    return "erd" in ids and not ids & {"define", "choose"}


def _length(ids: frozenset[str]) -> int:
    if ids & {"design", "migrate"}:
        return _WHOLE
    if ids & {"choose", "choose_store", "compare"}:
        return _CHOICE
    if "define" in ids and len(ids) <= 2:
        return _DEFINITION
    return _FOCUSED
