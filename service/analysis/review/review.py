"""A review: every rule over what was pasted, its hits ranked, and what is good."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from kb.entry import Severity
from kb.fact import FactSet
from service.analysis.review.finding import FAMILIES, SEVERITIES, Finding, Hit, Rule
from service.analysis.review.modify import in_sequence
from service.analysis.review.praise import Praise, praises
from service.analysis.review.rules import RULES
from service.analysis.review.subject import Subject
from service.question.artefact.artefacts import Artefacts

MOST_SHOWN = 10
# A rule that hits hundreds of columns says the same each time.
MOST_OF_A_RULE = 50
# Who asks why something is slow hears of indexes and queries before types.
_SPEED = re.compile(r"\b(?:slow(?:er|ly)?|faster|speed (?:it |this |them )?up|index(?:es)?|takes? (?:\w+ )?\d|times? out)\b", re.IGNORECASE)  # fmt: skip
_ASKED = frozenset(rule.id for rule in RULES if rule.asked)
_RANK: Mapping[Severity, int] = {severity: rank for rank, severity in enumerate(SEVERITIES)}


@dataclass(frozen=True)
class Group:
    """The findings of one rule at one severity, in the order of the text; they are shown as one."""

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        return self.findings[0]


@dataclass(frozen=True)
class Review:
    """What was found, worst first; `artefacts` is what it was found in."""

    artefacts: Artefacts
    groups: tuple[Group, ...]
    good: tuple[Praise, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for group in self.groups for finding in group.findings)

    @property
    def answers(self) -> bool:
        """Whether the review is what is asked for: it mends what has happened, or it judges settings, which say nothing else."""
        return bool(self.artefacts.settings) or any(group.first.rule in _ASKED for group in self.groups)

    @property
    def shown(self) -> tuple[Group, ...]:
        return self.groups[:MOST_SHOWN]

    @property
    def folded(self) -> tuple[Group, ...]:
        return self.groups[MOST_SHOWN:]


def review(artefacts: Artefacts, facts: FactSet) -> Review:
    """Judge what was pasted with what is known of the case; pure, and the same for the same input."""
    if not artefacts.text.strip():
        return Review(artefacts, (), ())
    subject = Subject(artefacts, facts)
    by_group: dict[tuple[str, Severity, str], list[Finding]] = {}
    for rule in RULES:
        for finding in _findings(rule, subject):
            by_group.setdefault((rule.id, finding.severity, finding.object if rule.apart else ""), []).append(finding)
    groups = [Group(tuple(sorted(each, key=lambda f: (f.source, f.line, f.object)))) for each in by_group.values()]
    asks_speed = _SPEED.search(facts.text) is not None
    ranked = sorted(groups, key=lambda g: (not (asks_speed and _speeds(g.first)), *_rank(g)))
    fixed = in_sequence([[f.fix for f in g.findings] for g in ranked], subject)
    told = tuple(
        Group(tuple(replace(f, fix=fix) for f, fix in zip(g.findings, fixes, strict=True)))
        for g, fixes in zip(ranked, fixed, strict=True)
    )
    return Review(artefacts, told, praises(subject, frozenset(rule for rule, _, _ in by_group)))


def _speeds(finding: Finding) -> bool:
    fast = finding.family in ("indexes", "query") or finding.rule == "unindexed-foreign-key"
    return fast and finding.severity != "low"


def _rank(group: Group) -> tuple[int, bool, int, int, str, int]:
    """Worst first; among equals what mends what has happened, then by family, number and name."""
    first = group.first
    return _RANK[first.severity], first.rule not in _ASKED, FAMILIES.index(first.family), -len(group.findings), first.rule, first.line  # fmt: skip


def _findings(rule: Rule, subject: Subject) -> Iterable[Finding]:
    seen: set[tuple[str, str]] = set()
    for hit in rule.find(subject):
        source, line = subject.artefacts.where(hit.place)
        key = (hit.object, hit.say)
        if key in seen or len(seen) >= MOST_OF_A_RULE:
            continue
        seen.add(key)
        scope = subject.artefacts.scope_at(hit.place)
        named = f"{scope}: {hit.object}" if scope and scope not in hit.object else hit.object
        yield _finding(rule, replace(hit, object=named), source, line)


def _finding(rule: Rule, hit: Hit, source: str, line: int) -> Finding:
    return Finding(
        rule.id,
        rule.family,
        hit.severity or rule.severity,
        hit.object,
        source,
        line,
        hit.place.text.strip()[:200] if hit.place else "",
        hit.say,
        hit.because,
        hit.fix,
        rule.section,
    )
