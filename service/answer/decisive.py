"""Which section decides the question, and which of its sentences says so."""

import re
from collections.abc import Mapping
from itertools import pairwise

from kb.entry import Entry, Section, Statement
from service.answer.evidence import Evidence
from service.answer.excerpts import DEFINING
from service.answer.options import options, speaks_of_both
from service.answer.topics import carries_over, section_kind
from service.question.clauses import find_cue
from service.question.entities import named_in

_ANNOUNCEMENT, _SHARED_WORDS, _AS_NEAR = 14, 2, 0.85
_OPENING, _STEM, _ROOT = 3, 6, 5
# A section this near is the one that is asked about.
_CLEAR = 0.6
# What is nearer than every section of a profile by so much is what is asked about.
_FAR = 0.1
_COUNTS = re.compile(r"\b(?:two|three|four|five|six|seven|eight|nine|ten)\b", re.IGNORECASE)
_LIFECYCLE, _LIVING = "licence and lifecycle", ("host", "asked", "stack")
_WORD = re.compile(r"[a-z0-9_]+")
_FITS = "best fit"
_HOW_MUCH = re.compile(r"\bhow (?:many|much|large|big|often|long|far)\b", re.IGNORECASE)
# A sentence that leans on the one before it, or on the sums and the code that stand beside it, says nothing by itself.
_LEANS = re.compile(
    r"(?:it|they|this|these|those|both|neither|each of them|such)\b|(?:\S+ ){1,3}of (?:them|these|those)\b"
    r"|the (?:first|second|third|last|upper|lower|right|left) (?:figure|number|line|row|column|query|statement|sum)\b",
    re.IGNORECASE,
)
# What runs, proves or warns answers only after what says what to do.
_BESIDE = ("example", "how to verify", "evidence gaps", "application code")
_WARNING = ("when not to use", "pitfalls", "common mistakes", "failure modes", "risks", "poor fit")
_LEADING_KINDS = {"designs": ("technology", "schema"), "playbooks": ("requirements",)}


def telling(evidence: Evidence) -> list[tuple[Section, tuple[Statement, ...]]]:
    """What says the answer, best first: a paragraph that decides; else of a list the item in question, with what announces it.

    Where the section that answers best is a list, its item comes before the paragraphs of its neighbours.
    """
    asked = _stems(evidence.question.context)
    sections = _by_decisiveness(evidence)
    both = _on_both(evidence, sections)
    # One rule of a list does not say which of two it should be.
    one = "compare" not in evidence.question.intent_ids
    first = [(s, told) for s in sections[:1] for told in (_paragraph(s) or (_item(s, asked) if one else ()),)]
    paragraphs = [(s, _paragraph(s)) for s in (*sections, *_defining(evidence))]
    items = [(s, _item(s, asked)) for s in sections]
    return [(section, told) for section, told in (*both, *first, *paragraphs, *items) if told]


def told_of(evidence: Evidence, section: Section) -> tuple[Statement, ...]:
    """What the section says first: its paragraph that decides, of a list the item in question, else its first line."""
    return _paragraph(section) or _item(section, _stems(evidence.question.context)) or tuple(_statements(section)[:1])


def told_apart(evidence: Evidence) -> tuple[Entry, ...]:
    """Of two terms that are to be told apart the entry that each one names, where no paragraph speaks of both."""
    wanted = options(evidence.question.text) if evidence.plan.defining else None
    if wanted is None or evidence.choice is not None or _on_both(evidence, _by_decisiveness(evidence)):
        return ()
    found = [evidence.kb.entries[hit.entry] for hit in evidence.retrieved.entries]
    subjects = [entry for entry in found if entry.kind in ("patterns", "tradeoffs")]
    first, second = (next((e for e in subjects if _has_a(option, e.title)), None) for option in wanted)
    return (first, second) if first and second and first is not second else ()


def _has_a(option: frozenset[str], title: str) -> bool:
    """Whether the title has one of the words, in whatever form: "sharding" is in "Shard keys"."""
    stems = {word[:_ROOT] for word in _WORD.findall(title.lower())}
    return any(word[:_ROOT] in stems for word in option)


def _on_both(evidence: Evidence, sections: list[Section]) -> list[tuple[Section, tuple[Statement, ...]]]:
    """Where a term is told from another, a paragraph that speaks of both."""
    wanted = options(evidence.question.text) if evidence.plan.defining else None
    if wanted is None:
        return []
    told = ((s, each) for s in sections for each in _statements(s) if each.kind == "paragraph")
    return [(s, (each,)) for s, each in told if speaks_of_both(each.text, wanted)]


def announcing(evidence: Evidence) -> list[tuple[Section, tuple[Statement, ...]]]:
    """Every statement of the sections that answer, for want of one that decides."""
    return [(section, (told,)) for section in _by_decisiveness(evidence) for told in _statements(section)]


def decides(section: Section) -> bool:
    """Whether the section has a paragraph that says something by itself."""
    return bool(_paragraph(section))


def _paragraph(section: Section) -> tuple[Statement, ...]:
    """The first statement that decides something: a line that only announces a list or describes what runs decides nothing."""
    if section.path[0].lower() in _BESIDE:
        return ()
    told = (s for s in _statements(section) if s.kind == "paragraph" and s not in _announcements(section))
    return tuple(s for s in told if len(s.text.split()) >= _ANNOUNCEMENT and not _LEANS.match(s.text))[:1]


def _announcements(section: Section) -> list[Statement]:
    """Lines that end in a colon, and those that count what the list behind them says: "… fails through four things"."""
    lines = [s for s in _statements(section) if s.kind == "paragraph" and s.text.rstrip().endswith(":")]
    for block, following in pairwise(section.blocks):
        if block.kind == "paragraph" and following.kind == "list" and len(block.statements) == 1:
            lines += [s for s in block.statements if _COUNTS.search(s.text)]
    return lines


def _item(section: Section, asked: frozenset[str]) -> tuple[Statement, ...]:
    """Of a list the item that shares most words with the question, behind the line that announces the list."""
    if section.path[0].lower() in _BESIDE:
        return ()
    for block, following in pairwise((None, *section.blocks)):
        if following is None or following.kind != "list":
            continue
        shared = [(len(asked & _stems(s.text)), -s.start, s) for s in following.statements]
        count, _, best = max(shared, key=lambda item: item[:2])
        announced = block.statements[-1:] if block is not None and block.kind == "paragraph" else ()
        if count >= _SHARED_WORDS + (not announced):
            return (*announced, best)
    return ()


def _defining(evidence: Evidence) -> list[Section]:
    """What says what the entry that answers best is about, where the section that answers is a table or a list."""
    if evidence.selection.backbone is not None:
        return []
    entry = evidence.selection.chosen[0].entry
    return [s for heading in DEFINING for s in entry.sections if s.path[0].lower() == heading]


def _is_named(entry: Entry, text: str) -> bool:
    """Whether the text has the title of the entry, another name of it, or two words of the title: "RPO and RTO"."""
    said = {word for word in _WORD.findall(text.lower()) if len(word) > 2}
    shared = said & set(_WORD.findall(entry.title.lower())) - {"and", "the", "for", "with"}
    return len(shared) > 1 or any(True for name in (entry.title, *entry.meta.aliases) for _ in find_cue(name, text))


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:_STEM] for word in _WORD.findall(text.lower()) if len(word) > 3)


def _statements(section: Section) -> list[Statement]:
    return [s for block in section.blocks if block.kind in ("paragraph", "list") for s in block.statements]


def _by_decisiveness(evidence: Evidence) -> list[Section]:
    """Where the decision stands first: the technology of a design, the goal of a playbook, the nearest section otherwise."""
    backbone = evidence.selection.backbone
    first = backbone or evidence.selection.chosen[0]
    scores = evidence.section_scores
    shown = first.sections if backbone else tuple(s for c in evidence.selection.chosen for s in c.sections)
    best = max((scores.get(s.id, 0.0) for s in shown), default=0.0)
    # Who asks about one technology is answered from its profile before its rivals' and before what merely mentions it;
    # who asks whether it will do, from there unless something else is far nearer.
    profiles = _asked_about(evidence)
    asked = {name for name in profiles if best - _nearest_of(name, scores) < _FAR}
    least = _AS_NEAR * best
    near = [
        s
        for s in shown
        if (scores.get(s.id, 0.0) >= least or (evidence.plan.choosing and s.entry in asked))
        and not _on_a_stranger(evidence, s)
    ]
    put = _put_by_the_author(evidence)
    beside = _beside(evidence) - asked
    fits = max((scores.get(s.id, 0.0) for s in near if s.path[0].lower() == _FITS), default=0.0)
    # Whether the one that is asked about will do stands under what it fits, unless the very point is far nearer.
    will_do = evidence.plan.choosing and evidence.choice is None and best < max(_CLEAR, fits + _FAR)
    will_do = will_do and _HOW_MUCH.search(evidence.question.text) is None
    weighed = _weighed(evidence)
    # A design in passing is about somebody's case; what is written on the subject itself leads before it.
    ranked = sorted(
        near,
        key=lambda s: (
            s.id not in weighed,
            s.entry not in asked,
            s.entry in beside,
            will_do and s.path[0].lower() != _FITS,
            s.entry.startswith("designs/") and not evidence.question.goes_on,
            s.path[0].lower() in _WARNING and s.id not in put,
            -scores.get(s.id, 0.0),
            s.line,
        ),
    )
    if backbone is not None:
        wanted = _LEADING_KINDS[backbone.entry.kind]
        leading = [s for s in backbone.sections if section_kind(backbone.entry, s) in wanted and not carries_over(s)]
        # The very step of a plan that is asked about leads before what the whole plan is for.
        asked_for = backbone.entry.kind == "playbooks" and best >= _CLEAR
        said = _stems(evidence.question.text)
        step = [s for s in ranked[:1] if asked_for and s.entry == backbone.entry.id and _stems(s.heading) & said]
        ranked = [*step, *leading, *ranked]
    elif evidence.plan.defining and _is_named(first.entry, evidence.question.context):
        ranked = [s for heading in DEFINING for s in first.entry.sections if s.path[0].lower() == heading] + ranked
    elif "license" in evidence.question.intent_ids:
        ranked = _lifecycles(evidence) + ranked
    return ranked


def _nearest_of(entry: str, scores: Mapping[str, float]) -> float:
    return max((score for section, score in scores.items() if section.startswith(f"{entry}#")), default=0.0)


def _asked_about(evidence: Evidence) -> set[str]:
    """Profiles of what is asked about. What only runs beside it is not: "we also have Redis for sessions"."""
    engine = evidence.question.facts.get("engine")
    named = evidence.question.technologies
    return {f"technologies/{n.id}" for n in named if n.part == "asked" or (n.part == "stack" and n.id == engine)}


def _weighed(evidence: Evidence) -> set[str]:
    """Sections found by a question that names every product which the asker compares."""
    compared = {name.id for name in evidence.question.technologies if name.part == "compared"}
    put = (hit for hit in evidence.retrieved.hits if hit.route == "answer" and len(compared) > 1)
    return {hit.section for hit in put if compared <= named_in(hit.matched, evidence.vocabulary)}


def _beside(evidence: Evidence) -> set[str]:
    """Profiles of tools that only run beside the store that is asked about: "alerts for Postgres, we have Prometheus"."""
    if evidence.question.facts.get("engine") is None:
        return set()
    return {f"technologies/{name.id}" for name in evidence.question.technologies if name.part == "stack"}


def _put_by_the_author(evidence: Evidence) -> set[str]:
    """Sections found by a question that their author says they answer: such a pitfall is the answer and no warning beside it."""
    found = (evidence.retrieved, *(part.retrieved for part in evidence.parts))
    return {hit.section for each in found for hit in each.hits if hit.route == "answer"}


def _on_a_stranger(evidence: Evidence, section: Section) -> bool:
    """Whether the section opens with a product that nobody named, where the asker's own is known: "DynamoDB is the choice …"."""
    first = next((s.text for s in _statements(section)), "")
    opening = named_in(" ".join(first.split()[:_OPENING]), evidence.vocabulary)
    spoken = {name.id for name in evidence.question.technologies if name.part != "excluded"}
    return bool(spoken and opening) and not spoken & opening


def _lifecycles(evidence: Evidence) -> list[Section]:
    """What becomes of the technologies that are asked about: whoever asks whether one lives hears that before what it is good for.

    Of the first that is named, so of the host in "Cosmos DB for PostgreSQL", and there the part nearest to the question first.
    """
    named = [f"technologies/{name.id}" for name in evidence.question.technologies if name.part in _LIVING]
    return [
        section
        for entry in (evidence.kb.entries[name] for name in named if name in evidence.kb.entries)
        for section in sorted(entry.sections, key=lambda s: (-evidence.section_scores.get(s.id, 0.0), s.line))
        if section.path[0].lower() == _LIFECYCLE
    ]
