"""Deliverables and behaviours: a checker for each kind of expectation, which looks at what is there and not at headings."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import mmdr

from evals import expectations as ex
from evals.propositions import found
from evals.scratch_database import unrunnable
from evals.units import Unit, prose_words, units
from kb.diagram import diagram_entities
from kb.postgres import Cluster
from kb.vocabulary import Vocabulary
from service.answer.advice import Advice, AdviceSection, Code, Table

_BACK = re.compile(r"\b(?:roll(?:s|ed|ing)?[\s-]?back|undo|revert|go(?:es)? back|fall(?:s)? back|switch(?:es)? back|point of no return|abort)\b", re.IGNORECASE)  # fmt: skip
# "Phase 1: Assess", with or without the title of its entry before it; "Phases" only announces them.
_PHASE = re.compile(r"(?:^|: )(?:(?:phase|step|stage)\s+\d|\d+[.)])", re.IGNORECASE)
_INDEX = re.compile(r"\bCREATE\s+(?:UNIQUE\s+)?INDEX\b|\bEXCLUDE\s+USING\b", re.IGNORECASE)
_SERVES = re.compile(r"\b(?:serves?|for|answers?|supports?|AP-?\d+|A\d+|Q\d+|query|queries|lookups?|list|ORDER BY)\b", re.IGNORECASE)  # fmt: skip
_THRESHOLD = re.compile(r"\d|\b(?:any|zero|doubl\w+|rising|falling)\b", re.IGNORECASE)
_CACHING: Mapping[str, tuple[str, ...]] = {
    "key": ("key", "cache key", "url"),
    "lifetime": ("ttl", "expires", "expire", "expiry", "lifetime", "seconds", "minutes", "stale-while-revalidate"),
    "invalidation": ("invalidat*", "evict*", "delete", "deletes", "purge*", "version in the key", "versioned", "bump*"),
}


@dataclass(frozen=True)
class Exam:
    """An answer under examination, with what checkers need."""

    advice: Advice
    vocabulary: Vocabulary
    cluster: Cluster | None = None

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        return units(self.advice)

    def sections(self, *kinds: str) -> tuple[AdviceSection, ...]:
        return tuple(section for section in self.advice.sections if section.kind in kinds)

    def code(self, language: str = "", dialect: str = "") -> tuple[str, ...]:
        blocks = (b for s in self.advice.sections for b in s.blocks if isinstance(b, Code))
        return tuple(b.claims[0].text for b in blocks if language in ("", b.language) and dialect in ("", b.dialect))


@dataclass(frozen=True)
class Verdict:
    """Whether an expectation is met, and what was seen."""

    met: bool
    reason: str


def check(expectation: ex.Expectation, exam: Exam) -> Verdict:
    """The verdict of the checker of this kind."""
    return _CHECKERS[expectation.kind](expectation, exam)


def recommended(advice: Advice, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Technologies in the order in which the summary affirms them; what it only denies or excludes is left out."""
    places: dict[str, int] = {}
    offset = 0
    for claim in advice.summary:
        for technology in vocabulary.technologies.values():
            hit = found((technology.name, technology.id, *technology.aliases), claim.text)
            if hit and not _turned_down(claim.text, hit.start(), hit.end()):
                places.setdefault(technology.id, offset + hit.start())
        offset += len(claim.text) + 1
    return tuple(sorted(places, key=lambda name: places[name]))


_AGAINST = re.compile(
    r"(?:\b(?:not|no|avoid|rather than|instead of|leave|without|against|drop|beats|over|from)\b)(?:\W+\w+){0,3}\W*$",
    re.IGNORECASE,
)
_UNFIT = re.compile(r"^\W+(?:does not|is not|cannot|is wrong|is no)\b", re.IGNORECASE)


def _turned_down(text: str, start: int, end: int) -> bool:
    return bool(_AGAINST.search(text[:start]) or _UNFIT.match(text[end:]))


def _decision(e: ex.Expectation, exam: Exam) -> Verdict:
    wanted = cast(ex.Decision, e)
    order = recommended(exam.advice, exam.vocabulary)
    names = {
        t.id: {t.id, t.name.lower(), *(a.lower() for a in t.aliases)} for t in exam.vocabulary.technologies.values()
    }
    right = [i for i, name in enumerate(order) if names[name] & {w.lower() for w in wanted.one_of}]
    wrong = [i for i, name in enumerate(order) if names[name] & {w.lower() for w in wanted.rejects}]
    if not right:
        return Verdict(
            False, f"the summary recommends {', '.join(order) or 'nothing'}, not {' or '.join(wanted.one_of)}"
        )
    if wrong and wrong[0] < right[0]:
        return Verdict(False, f"the summary recommends {order[wrong[0]]} before {order[right[0]]}")
    return Verdict(True, f"recommends {order[right[0]]}")


def _ddl(e: ex.Expectation, exam: Exam) -> Verdict:
    wanted = cast(ex.Ddl, e)
    blocks = exam.code("sql", "postgresql")
    if not blocks:
        return Verdict(False, "shows no SQL for PostgreSQL")
    text = "\n".join(blocks)
    tables = frozenset(re.findall(r"CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:\w+\.)?\"?(\w+)", text, re.IGNORECASE))
    if exam.cluster is not None:
        failures, tables = unrunnable(exam.cluster, blocks)
        broken = [failure for failure in failures if failure.upper().startswith("CREATE TABLE")]
        if broken:
            return Verdict(False, f"does not run: {broken[0]}")
    missing = [names[0] for names in wanted.tables if not any(found(names, table) for table in tables)]
    return Verdict(not missing, f"lacks a table for {', '.join(missing)}" if missing else f"{len(tables)} tables")


def _indexes(e: ex.Expectation, exam: Exam) -> Verdict:
    named = [u for u in exam.units if u.block == "code" and _INDEX.search(u.text)]
    count = sum(len(_INDEX.findall(u.text)) for u in named)
    rows = [u for u in exam.units if u.place == "indexes" and u.block in ("table", "list") and _SERVES.search(u.text)]
    enough = max(count, len(rows)) >= cast(ex.Indexes, e).at_least
    explained = bool(rows) or any(_SERVES.search(u.text) for u in named)
    return Verdict(enough and explained, f"{count} index definitions, {len(rows)} rows that say what they serve")


def _comparison(e: ex.Expectation, exam: Exam) -> Verdict:
    wanted = cast(ex.Comparison, e)
    tables = [b for s in exam.advice.sections for b in s.blocks if isinstance(b, Table)]
    sizes = [(len(table.rows), len(table.header)) for table in tables]
    for rows, columns in sizes:
        across, down = columns - 1, rows
        if (across >= wanted.options and down >= wanted.criteria) or (
            across >= wanted.criteria and down >= wanted.options
        ):
            return Verdict(True, f"a table of {rows} rows and {columns} columns")
    return Verdict(False, f"no table of {wanted.options} options by {wanted.criteria} criteria among {len(tables)}")


def _phases(e: ex.Expectation, exam: Exam) -> Verdict:
    phases = [s for s in exam.sections("migration") if _PHASE.search(s.title)]
    without = [s.title for s in phases if not any(_BACK.search(c.text) for b in s.blocks for c in b.claims)]
    if len(phases) < cast(ex.Phases, e).at_least:
        return Verdict(False, f"{len(phases)} phases")
    return Verdict(
        not without, f"no way back in {without[0]!r}" if without else f"{len(phases)} phases with their ways back"
    )


def _computed(e: ex.Expectation, exam: Exam) -> Verdict:
    count = sum(u.claim.support.kind == "computed" and u.block != "table" for u in exam.units)
    return Verdict(count >= cast(ex.Computed, e).at_least, f"{count} computed results")


def _charts(unit: Unit) -> bool:
    """A chart shows figures that were computed; what is asked for or not is a diagram of entities."""
    return unit.text.startswith("xychart")


def _diagram(e: ex.Expectation, exam: Exam) -> Verdict:
    diagrams = [u.text for u in exam.units if u.block == "diagram" and not _charts(u)]
    if not diagrams:
        return Verdict(False, "no diagram")
    try:
        for text in diagrams:
            # It is the drawing that parses: render() alone takes anything.
            mmdr.render(text).svg()
    except ValueError as error:
        return Verdict(False, f"the diagram does not parse: {error}")
    entities = {name for text in diagrams for name in diagram_entities(text)}
    missing = [names[0] for names in cast(ex.Diagram, e).entities if not any(found(names, name) for name in entities)]
    if missing or not entities:
        return Verdict(False, f"lacks {', '.join(missing) or 'entities'}")
    return Verdict(True, f"{len(entities)} entities")


def _no_diagram(_: ex.Expectation, exam: Exam) -> Verdict:
    shown = any(u.block == "diagram" and not _charts(u) for u in exam.units)
    return Verdict(not shown, "shows a diagram that nobody asked for" if shown else "no diagram")


def _caching(_: ex.Expectation, exam: Exam) -> Verdict:
    about = [
        u.text for u in exam.units if u.place == "caching" or found(("cache*", "cach*", "cdn"), f"{u.heading} {u.text}")
    ]
    missing = [name for name, cues in _CACHING.items() if not any(found(cues, text) for text in about)]
    return Verdict(
        not missing, f"says nothing of its {', '.join(missing)}" if missing else f"{len(about)} claims on caching"
    )


def _monitoring(e: ex.Expectation, exam: Exam) -> Verdict:
    rows = [
        u for u in exam.units if u.place == "monitoring" and u.block in ("table", "list") and _THRESHOLD.search(u.text)
    ]
    return Verdict(len(rows) >= cast(ex.Monitoring, e).at_least, f"{len(rows)} metrics with a threshold")


def _rejected(e: ex.Expectation, exam: Exam) -> Verdict:
    tables = [u for u in exam.units if u.block == "table" and u.place in ("tradeoffs", "technology") and len(u.text.split()) > 6]  # fmt: skip
    lost = [u for u in exam.units if _AGAINST_CHOICE.search(u.text)]
    count = max(len(exam.advice.alternatives), len(lost), len(tables) if lost else 0)
    return Verdict(count >= cast(ex.Rejected, e).at_least, f"{len(exam.advice.alternatives)} alternatives, {len(lost)} turned down in the text")  # fmt: skip


_AGAINST_CHOICE = re.compile(r"\b(?:rejected|rather than|instead of|wrong (?:choice|when|for)|not worth|loses?|lost|does not meet|over-?kill|avoid)\b", re.IGNORECASE)  # fmt: skip


def _code(e: ex.Expectation, exam: Exam) -> Verdict:
    shown = {b.language for s in exam.advice.sections for b in s.blocks if isinstance(b, Code)}
    wanted = set(cast(ex.CodeIn, e).languages)
    return Verdict(bool(shown & wanted), f"code in {', '.join(sorted(shown)) or 'no language'}")


def _sections(e: ex.Expectation, exam: Exam) -> Verdict:
    missing = [kind for kind in cast(ex.Sections, e).kinds if not any(s.blocks for s in exam.sections(kind))]
    return Verdict(not missing, f"lacks {', '.join(missing)}" if missing else "all there")


def _lead(e: ex.Expectation, exam: Exam) -> Verdict:
    text = " ".join(claim.text for claim in exam.advice.summary)
    hit = found(cast(ex.Lead, e).says, text)
    return Verdict(hit is not None, f"the summary says {hit.group()!r}" if hit else "the summary says none of it")


def _asks(e: ex.Expectation, exam: Exam) -> Verdict:
    asked = [f"{q.id} {q.text} {q.why}" for q in exam.advice.clarifying_questions]
    about = cast(ex.Asks, e).about
    met = any(found(about, text) for text in asked) if about else bool(asked)
    return Verdict(met, f"{len(asked)} questions: {'; '.join(q.id for q in exam.advice.clarifying_questions)}")


def _length(e: ex.Expectation, exam: Exam) -> Verdict:
    count = prose_words(exam.advice)
    return Verdict(count <= cast(ex.Length, e).most, f"{count} words of prose")


def _recommends_only(_: ex.Expectation, exam: Exam) -> Verdict:
    said = any(claim.support.kind == "connective" and "recommends" in claim.text for claim in exam.advice.summary)
    return Verdict(said, "says that it only recommends" if said else "does not say that it only recommends")


def _understood(e: ex.Expectation, exam: Exam) -> Verdict:
    facts = {fact.attribute: fact.value for fact in exam.advice.understanding.facts}
    wrong = {
        n: facts.get(n, "nothing") for n, v in cast(ex.Understood, e).facts.items() if not _same(facts.get(n, ""), v)
    }
    return Verdict(not wrong, "; ".join(f"{n} as {v}" for n, v in wrong.items()) or "all understood")


def _same(seen: str, wanted: str) -> bool:
    return {part.strip().lower() for part in wanted.split(",")} <= {part.strip().lower() for part in seen.split(",")}


def _accounted(e: ex.Expectation, exam: Exam) -> Verdict:
    listed = " ".join(item.text for item in exam.advice.understanding.not_taken_into_account).lower()
    said = " ".join(u.text for u in exam.units).lower()
    lost = [t for t in cast(ex.NotTaken, e).texts if t.lower() not in listed and t.lower() not in said]
    return Verdict(not lost, f"lost: {', '.join(lost)}" if lost else "all accounted for")


def _gap(e: ex.Expectation, exam: Exam) -> Verdict:
    said = [c.text for c in exam.advice.summary if c.support.kind == "connective"]
    missing = [item.text + " " + item.reason for item in exam.advice.understanding.not_taken_into_account]
    named = any(found(cast(ex.GapNamed, e).names, text) for text in (*said, *missing))
    return Verdict(named, "names the gap" if named else "does not name the gap")


def _judged(_: ex.Expectation, exam: Exam) -> Verdict:
    count = sum(u.claim.support.kind == "judged" for u in exam.units)
    return Verdict(count > 0, f"{count} claims marked as judgement")


_CHECKERS: Mapping[str, Callable[[ex.Expectation, Exam], Verdict]] = {
    "decision": _decision, "ddl": _ddl, "indexes": _indexes, "comparison": _comparison, "phases": _phases, "computed": _computed,
    "diagram": _diagram, "no_diagram": _no_diagram, "caching": _caching, "monitoring": _monitoring, "rejected": _rejected,
    "code": _code, "sections": _sections, "lead": _lead, "asks": _asks, "length": _length,
    "recommends_only": _recommends_only, "understood": _understood, "accounted": _accounted, "gap": _gap, "judged": _judged,
}  # fmt: skip
