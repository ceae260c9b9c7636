"""The close: what was understood, what was not taken into account, what to ask back, and how sure the answer is."""

import re
from collections.abc import Iterable, Mapping

from kb.entry import Rule
from kb.fact import Fact
from kb.quantity import Quantity, exact
from kb.vocabulary import Vocabulary
from kb.wording import undoubled
from service.answer.advice import ClarifyingQuestion, Confidence, FactSpan, NotTaken, Understanding, UnderstoodFact
from service.answer.estimates import questions, used
from service.answer.evidence import Evidence

_MOST_QUESTIONS = 3
# Attributes that steer which entries answer; they are used whenever something answers.
_STEERING = frozenset(
    {
        "workload",
        "shape",
        "compared",
        "excluded",
        "engine",
        "stack",
        "migration.from",
        "migration.to",
        "chosen.technology",
    }
)


def understanding(evidence: Evidence) -> Understanding:
    """The facts in a form that can be pasted back, the assumptions, and everything that no claim uses."""
    facts = [_understood(fact, evidence.vocabulary) for fact in evidence.question.facts.by_attribute.values()]
    assumed = [_understood(fact, evidence.vocabulary) for fact in evidence.assumed]
    return Understanding(
        intents=tuple(intent.id for intent in evidence.question.intents),
        facts=(*facts, *assumed),
        assumptions=tuple(f"{fact.phrase}, assumed from the entries that answer" for fact in assumed),
        not_taken_into_account=tuple(_not_taken(evidence)),
    )


def clarifying(evidence: Evidence) -> tuple[ClarifyingQuestion, ...]:
    """What would change the answer: rules that ask, then what undecided rules of the chosen entries wait for."""
    asked = [
        _from_rule(c.rule) for c in evidence.conclusions.fired if c.rule.ask is not None and c.entry in evidence.entries
    ]
    waiting = [_from_attribute(evidence, name, rule) for name, rule in _missing(evidence)]
    lacking = questions(evidence)
    unique = {question.id: question for question in (*_intake(evidence), *waiting, *asked, *lacking)}
    open_ = [question for question in unique.values() if not _is_answered(evidence, question.id)]
    ordered = sorted(open_, key=lambda q: (q not in lacking, q not in asked, list(unique).index(q.id)))
    return tuple(ordered[:_MOST_QUESTIONS])


def _is_answered(evidence: Evidence, name: str) -> bool:
    """Whether a near synonym is known: who told his rows is not asked for the rows of his largest table."""
    attribute = evidence.vocabulary.attributes.get(name)
    known = evidence.question.facts.by_attribute
    return attribute is not None and any(each in known for each in attribute.answered_by)


# What decides a choice of store before anything else, and what is taken meanwhile.
_DECISIVE: Mapping[str, str] = {
    "workload": "an ordinary application with transactions",
    "workload.writes_per_s": "what one server carries",
    "access.adhoc": "queries that are not all known yet",
    "consistency": "readers see the latest write",
}


# Any of these says how much there is to move.
_SIZED = frozenset({"db.size", "table.rows", "volume.bytes", "workload.rows"})
# What decides the method of a move, and what is taken meanwhile.
_OF_A_MOVE: Mapping[str, str] = {
    "db.size": "a copy that ends within a night",
    "downtime.window": "one short write pause at the switch",
}


def _intake(evidence: Evidence) -> list[ClarifyingQuestion]:
    """Where a store is chosen among all, or a move is planned, and hardly anything is given: what would decide it, and what is assumed until then."""
    backbone = evidence.selection.backbone
    if evidence.choice is not None and evidence.choice.open:
        decisive, what = _DECISIVE, "choice"
    elif backbone is not None and backbone.entry.kind == "playbooks":
        decisive, what = _OF_A_MOVE, "plan"
    else:
        return []
    known = frozenset(evidence.question.facts.by_attribute)
    if known & _SIZED:
        known |= _SIZED
    if "downtime.none" in known:
        known |= {"downtime.window"}
    return [
        ClarifyingQuestion(
            id=name,
            text=attribute.ask,
            why=f"the {what} above assumes {default}",
            options=tuple(attribute.values) if attribute.kind == "choice" else (),
            default=default,
            changes={},
        )
        for name, default in decisive.items()
        if name not in known and (attribute := evidence.vocabulary.attributes[name]).ask
    ]


def confidence(evidence: Evidence) -> Confidence:
    """High only where an entry is written for the case; low where a gap is named; none where nothing was found."""
    if evidence.structure is not None and evidence.redrawn:
        return Confidence(level="medium", reason="your domain has no entry of its own; the tables follow its structure")
    if not evidence.selection.chosen:
        return Confidence(level="none", reason="nothing in the knowledge base is near the question")
    if evidence.gaps:
        return Confidence(level="low", reason="the subject has no entry of its own; what stands here is the nearest")
    if evidence.weak:
        return Confidence(level="low", reason="nothing is near the question; what stands here is the nearest")
    best = evidence.selection.chosen[0]
    if best.fit == "near":
        return Confidence(level="high", reason=f"{best.entry.title} is written for this case")
    if best.fit == "shape":
        return Confidence(level="medium", reason=f"{best.entry.title} has the same shape in another domain")
    if evidence.relevance >= 0.6:
        return Confidence(level="high", reason=f"{best.entry.title} answers it directly")
    return Confidence(level="medium", reason=f"{best.entry.title} is about the subject, not about your case")


def _understood(fact: Fact, vocabulary: Vocabulary) -> UnderstoodFact:
    attribute = vocabulary.attributes.get(fact.attribute)
    phrase = (attribute.phrase if attribute else "{value}").replace("{value}", fact.spelling.replace("_", " "))
    phrase = undoubled(phrase)
    if fact.value is False:
        phrase = f"not: {phrase}"
    span = (
        FactSpan(source=fact.span.source, start=fact.span.start, end=fact.span.end, text=fact.span.text)
        if fact.span
        else None
    )
    value = exact(fact.value) if isinstance(fact.value, Quantity) else fact.spelling
    return UnderstoodFact(attribute=fact.attribute, value=value, phrase=phrase, origin=fact.origin, span=span)


def _not_taken(evidence: Evidence) -> Iterable[NotTaken]:
    for number in evidence.question.loose:
        yield NotTaken(
            text=number.text,
            reason="what this number measures is not certain from the words around it; state it as a constraint to have it used",
        )
    taken = _used(evidence) | used(evidence)
    idle = (
        fact.span.text
        for fact in evidence.question.facts.by_attribute.values()
        if fact.attribute not in taken and fact.span
    )
    for text in dict.fromkeys(idle):
        if not _is_subject(evidence, text):
            yield NotTaken(text=text, reason="understood, but nothing in the chosen entries depends on it")
    for name in dict.fromkeys(evidence.question.technologies):
        if f"technologies/{name.id}" not in evidence.kb.entries and name.part != "simile":
            yield NotTaken(
                text=name.text,
                reason=f"the knowledge base has no profile of {evidence.vocabulary.technologies[name.id].name} yet",
            )
    for part in evidence.unanswered:
        yield NotTaken(text=part, reason="no entry answers this part of the question")
    for text in evidence.question.artefacts.unparsed:
        yield NotTaken(text=text.strip()[:200], reason="pasted text that could not be read")


def _is_subject(evidence: Evidence, text: str) -> bool:
    """Whether an entry that answers is about it by its own name: what an answer on the GDPR makes of "GDPR" is all of it."""
    named = re.compile(rf"\b{re.escape(text)}\b", re.IGNORECASE)
    return any(
        named.search(" ".join((chosen.entry.title, *chosen.entry.meta.aliases))) for chosen in evidence.selection.chosen
    )


def _used(evidence: Evidence) -> frozenset[str]:
    used = {name for conclusion in evidence.fired for name in conclusion.firing.used}
    if evidence.selection.chosen:
        used |= _STEERING
        used |= {
            fact.attribute
            for fact in evidence.question.facts.facts
            if fact.attribute == "downtime.none" and evidence.selection.backbone
        }
    if evidence.choice is not None:
        used |= {e.attribute for e in evidence.choice.excluded}
    return frozenset(used)


def _missing(evidence: Evidence) -> list[tuple[str, Rule]]:
    """Attributes that undecided, near rules test and nobody stated, the ones that most rules wait for first."""
    waiting: dict[str, list[Rule]] = {}
    for _, rule in evidence.offers(12):
        for name in rule.when:
            attribute = evidence.vocabulary.attributes.get(name)
            if attribute and attribute.ask and name not in evidence.question.facts.by_attribute:
                waiting.setdefault(name, []).append(rule)
    return [(name, rules[0]) for name, rules in sorted(waiting.items(), key=lambda item: (-len(item[1]), item[0]))]


def _from_attribute(evidence: Evidence, name: str, rule: Rule) -> ClarifyingQuestion:
    attribute = evidence.vocabulary.attributes[name]
    why = f"if {rule.condition.rstrip('. ')}: {rule.say[-1].rstrip('. ')}" if rule.say else rule.condition
    return ClarifyingQuestion(
        id=name,
        text=attribute.ask,
        why=why,
        options=tuple(attribute.values),
        default="open: shown as “If …”",
        changes={rule.condition: rule.say[-1]} if rule.say else {},
    )


def _from_rule(rule: Rule) -> ClarifyingQuestion:
    ask = rule.ask
    if ask is None:
        raise ValueError(f"rule {rule.id!r} asks nothing")
    return ClarifyingQuestion(
        id=str(rule.effect.get("ask", rule.id)),
        text=ask.text,
        why=rule.condition,
        options=tuple(ask.changes),
        default=ask.assume,
        changes=dict(ask.changes),
    )
