"""What was computed from the asker's own numbers: the asked figure first, every result with its inputs and its formula."""

import re
from collections import Counter

from kb.calculation import FORMULAS
from kb.entry import Section, SectionKind
from kb.fact import Fact
from kb.figure import figure
from kb.quantity import Quantity
from kb.wording import undoubled
from service.analysis.estimates import Blank, Estimated
from service.analysis.projection import project
from service.answer.advice import (
    AdviceSection,
    BlockUnion,
    Calculation,
    Claim,
    ClarifyingQuestion,
    Computed,
    Filled,
    ListBlock,
)
from service.answer.citations import CitationBook
from service.answer.evidence import Evidence
from service.answer.growth import growth
from service.question.clauses import find_cue

TITLE = "Computed from your numbers"
_ENTRY = "references/capacity-estimation"
_MOST_LEADING, _MOST_BLANKS = 3, 1
# Defaults that change nothing are not worth a word: one copy, no overhead, no further part.
_NEUTRAL = frozenset({"overhead", "copies", "compression", "used", "c", "d", "weight", "horizon"})
_SLOT = re.compile(r"\{([a-z_]+)\}")
# Asked for in general, whatever of: "Rows and bytes?", "Tell me how slow."
_FIGURE = re.compile(
    r"\bhow (?:many|much|long|big|large|fast|slow|often|far|soon)\b|\b(?:what|which) (?:size|rate|number|latency|availability|bandwidth|throughput|hit ratio|pool|storage)\b|\bnumber of\b|\bsize of\b|\b(?:calculate|compute|estimate|work out)\b|\bwhen (?:do|will|does|is|are)\b",
    re.IGNORECASE,
)
# A word in the plural that is no span of time.
_PLURAL = re.compile(r"\b(?!(?:second|minute|hour|day|week|month|year|million|billion|thousand|time)s\b)[a-z]{3,}s\b")
# Words that count writes and name nothing: what is kept of them are rows.
_NAMELESS = frozenset(
    {"tps", "write", "writes", "insert", "inserts", "update", "updates", "ev", "msg", "row", "rows", "items", "objects"}
)


def leading(evidence: Evidence, book: CitationBook) -> tuple[Claim, ...]:
    """The asked figures, each in one sentence; nothing where a whole design is asked for, and a blank only where a figure is."""
    figure = _FIGURE.search(evidence.question.text)
    # "How much memory do we need?" chooses nothing.
    choosing = evidence.plan.choosing and (evidence.choice is not None or not figure)
    if evidence.plan.whole or choosing or _ENTRY not in evidence.kb.entries:
        return ()
    if not evidence.conclusions.estimates:
        if not figure:
            return ()
        return tuple(_blank(evidence, each, book) for each in evidence.conclusions.blanks[:_MOST_BLANKS])
    return tuple(_result(evidence, found, book) for found in asked(evidence))


def asked(evidence: Evidence) -> tuple[Estimated, ...]:
    """What the words of the question ask for; where they ask for some figure, the last results of the chains."""
    found = evidence.conclusions.estimates
    chosen = [each for each in found if each.asked]
    if not chosen and _FIGURE.search(evidence.question.text):
        inputs = {fact.rule for each in found for fact in each.used.values()}
        chosen = [each for each in found if each.estimate.name not in inputs]
    # Results of results come first: the bytes, then the rows that they are made of.
    return tuple(reversed(chosen[-_MOST_LEADING:]))


def computed(evidence: Evidence, book: CitationBook, said: frozenset[str]) -> tuple[AdviceSection, ...]:
    """The section of all results, and the formula with a blank where the question asks for what cannot be computed yet.

    A result that stands in the summary (`said`) is not said again: its working is enough.
    """
    if _ENTRY not in evidence.kb.entries:
        return ()
    found = evidence.conclusions.estimates
    blocks: list[BlockUnion] = []
    if found:
        claims = tuple(claim for each in found for claim in _both(evidence, each, book, said))
        blocks.append(Calculation(title=TITLE, claims=claims))
        if (projection := project(found)) is not None:
            blocks += growth(projection, _cited(evidence, projection.columns[0].estimate.cite, book))
    if open_ := () if found else evidence.conclusions.blanks[:_MOST_BLANKS]:
        blocks.append(ListBlock(claims=tuple(_blank(evidence, each, book) for each in open_)))
    if not blocks:
        return ()
    shown = [each.estimate.kind for each in asked(evidence) or found]
    shown += [each.estimate.kind for each in evidence.conclusions.blanks[:1]]
    kind: SectionKind = Counter(shown).most_common(1)[0][0]
    return (AdviceSection(kind=kind, title=TITLE, blocks=tuple(blocks)),)


def used(evidence: Evidence) -> frozenset[str]:
    """Attributes that some result rests on."""
    found = evidence.conclusions.estimates
    limits = {each.limit.attribute for each in found if each.limit is not None}
    open_ = {fact.attribute for blank in evidence.conclusions.blanks for fact in blank.known.values()}
    return frozenset({fact.attribute for each in found for fact in each.used.values()} | limits | open_)


def given(evidence: Evidence) -> frozenset[str]:
    """Attributes whose value is shown here: a rule that derives the same says it in words only."""
    return frozenset(each.estimate.gives for each in evidence.conclusions.estimates)


def questions(evidence: Evidence) -> tuple[ClarifyingQuestion, ...]:
    """What is lacking for the figure that is asked for."""
    if evidence.conclusions.estimates:
        return ()
    return tuple(
        question
        for blank in evidence.conclusions.blanks[:_MOST_BLANKS]
        for name in blank.missing.values()
        if (question := _question(evidence, blank, name)) is not None
    )


def _question(evidence: Evidence, blank: Blank, name: str) -> ClarifyingQuestion | None:
    attribute = evidence.vocabulary.attributes.get(name)
    if attribute is None or not attribute.ask:
        return None
    why = f"to compute it: {FORMULAS[blank.estimate.formula].statement}"
    return ClarifyingQuestion(id=name, text=attribute.ask, why=why, options=(), default="open", changes={})


def _result(evidence: Evidence, found: Estimated, book: CitationBook) -> Claim:
    text = f"{_worded(evidence, found)}{_held(found)}."
    return Claim(text=text, support=_support(found), citations=_cited(evidence, found.estimate.cite, book))


def _both(evidence: Evidence, found: Estimated, book: CitationBook, said: frozenset[str]) -> tuple[Claim, ...]:
    """The result and its working, apart from each other, so that no input is read as a result."""
    result = _result(evidence, found, book)
    if result.text not in said:
        return (result, _working(evidence, found, book))
    value = found.calculated.result
    return (_working(evidence, found, book, f"{figure(value.value, value.unit)}: worked out"),)


def _working(evidence: Evidence, found: Estimated, book: CitationBook, begin: str = "Worked out") -> Claim:
    parts = [
        f"{name.replace('_', ' ')} {value}{' (assumed)' if name in found.assumed else ''}"
        for name, value in _inputs(found).items()
        if name not in found.assumed or name not in _NEUTRAL
    ]
    text = f"{begin} as {FORMULAS[found.estimate.formula].statement}, with {', '.join(parts)}."
    return Claim(text=text, support=_support(found), citations=_cited(evidence, found.estimate.cite, book))


def _support(found: Estimated) -> Computed:
    result = found.calculated.result
    return Computed(formula=found.estimate.formula, inputs=_inputs(found), result=figure(result.value, result.unit))


def _inputs(found: Estimated) -> dict[str, str]:
    return {name: _shown(name, value, found.used.get(name)) for name, value in found.calculated.arguments.items()}


def _worded(evidence: Evidence, found: Estimated) -> str:
    result = found.calculated.result
    about = "" if result.unit == "percent" or _exact(result) else "About "
    slots = {**_inputs(found), "value": f"{about}{figure(result.value, result.unit)}", "noun": _noun(evidence)}
    text = _SLOT.sub(lambda match: slots.get(match.group(1), ""), found.estimate.phrase)
    return undoubled(text).replace("rows (rows)", "rows")


def _exact(result: Quantity) -> bool:
    return result.unit == "count" and result.value < 1000 and result.value == int(result.value)


def _shown(role: str, value: Quantity, fact: Fact | None) -> str:
    if fact is None or fact.origin == "derived":
        return figure(value.value, value.unit) if fact is not None or not value.spelling else value.spelling
    if role == "bits":
        # Where a sign takes one bit, a key of 32 counts to two to the power of 31.
        return (
            f"{value.value:.0f}-bit"
            if value.value % 2 == 0
            else f"{value.value + 1:.0f}-bit signed ({value.value:.0f} bits)"
        )
    if value.unit in ("bytes", "duration") and not any(character.isdigit() for character in str(value)):
        return figure(value.value, value.unit)
    return str(value)


def _held(found: Estimated) -> str:
    """The result against a limit that the asker stated."""
    limit = found.limit
    if limit is None or not isinstance(limit.value, Quantity) or limit.value.unit != found.calculated.result.unit:
        return ""
    within = found.calculated.result.value <= limit.value.value
    if limit.value.unit == "rate":
        return f", which is {'within' if within else 'more than'} the {limit.spelling} that one of them takes"
    name = limit.attribute.upper() if limit.attribute in ("rto", "rpo") else "window"
    return f", which {'is within' if within else 'is longer than'} the {name} of {limit.spelling}"


def _noun(evidence: Evidence) -> str:
    """What the asker counts: the word beside his rate, else the first of his that names records written."""
    rate = evidence.question.facts.by_attribute.get("workload.writes_per_s")
    named: list[str] = _PLURAL.findall(rate.spelling.lower()) if rate is not None else []
    beside = [word for word in named if word not in _NAMELESS]
    if beside:
        return beside[0]
    nouns = evidence.vocabulary.attributes["workload.writes_per_s"].nouns
    places = [
        (place.start, -len(noun), noun)
        for noun in nouns
        if noun not in _NAMELESS and len(noun) > 3
        for place in find_cue(noun, evidence.question.text)
    ]
    if not places:
        return "rows"
    noun = min(places)[2]
    return noun if noun.endswith("s") or f"{noun}s" not in nouns else f"{noun}s"


def _blank(evidence: Evidence, blank: Blank, book: CitationBook) -> Claim:
    formula = FORMULAS[blank.estimate.formula]
    known = {role: fact.spelling for role, fact in blank.known.items()}
    slots = [f"{role.name.replace('_', ' ')} {known.get(role.name, '…')}" for role in formula.roles if role.required]
    text = f"To compute this, {formula.statement}: {', '.join(slots)}."
    support = Filled(template=formula.statement, slots=known, origin=f"{_ENTRY}#{blank.estimate.cite}")
    return Claim(text=text, support=support, citations=_cited(evidence, blank.estimate.cite, book))


def _cited(evidence: Evidence, anchor: str, book: CitationBook) -> tuple[int, ...]:
    section: Section | None = evidence.kb.section(f"{_ENTRY}#{anchor}")
    return book.cite_section(section) if section is not None else ()
