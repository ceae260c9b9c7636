"""The lead: false premises corrected first, then the decision, from what certainly holds or from the section that answers best."""

from kb.entry import Entry, Rule
from kb.fact import Fact
from kb.guidance import offer
from kb.kinds import Design
from kb.quantity import Quantity
from service.analysis.conclusions import Conclusion
from service.answer import elsewhere, own_change, own_index
from service.answer.advice import Claim, Connective, Filled
from service.answer.citations import CitationBook
from service.answer.claims import connective, offered, quote, ruled
from service.answer.decisive import announcing, decides, telling, told_apart
from service.answer.estimates import leading
from service.answer.evidence import NEED_ASKED, Evidence
from service.answer.fit import asks_a_detail
from service.answer.instance import announced
from service.answer.options import weighing
from service.answer.plainly import answered, forbidden
from service.answer.repetition import distinct
from service.answer.verdict import contrast, reasons, verdict
from service.question.entities import technologies
from service.question.polar import proposal, stems

_MOST_DECISIONS = 3
_AS_NEAR = 0.85
# A rule this near is about the very question.
_CLEAR = 0.6
_ALL_ITS_OWN, _ALIKE = 4, 0.06
_BY_FAR = 0.08
# A rule that nothing decides leads only where so much of its condition stands in the asker's own words.
_HIS_CASE = 0.3
# An author's question this near is the asker's.
_PUT = 0.7
# Where a pattern and a trade-off say what to do.
_ANSWERING = ("solution", "how to choose")
_DECISIVE = ("require", "exclude", "prefer", "avoid")
_WHICH_STORE = frozenset({"choose_store", "compare", "alternatives", "license", "migrate", "design"})
_CARRIED = "Take {store}, as the worked design of the nearest shape does ({design}); no design of your exact domain is in the knowledge base, so what follows is to be carried over role by role."


def lead(evidence: Evidence, book: CitationBook) -> tuple[tuple[Claim, ...], tuple[Conclusion, ...]]:
    """The summary, and the conclusions that it states, so that the body does not say them again."""
    claims: list[Claim] = []
    executes = "execute" in evidence.question.intent_ids
    if executes:
        claims.append(connective("recommend_only"))
    fired = evidence.fired
    corrections = [c for c in fired if "correct" in c.rule.effect and c.firing.say]
    decisions = [
        c
        for c in fired
        if any(effect in c.rule.effect for effect in _DECISIVE) and c.firing.say and c not in corrections
    ]
    leading_rules = distinct(_nearest(evidence, [c for c in decisions if _leads(evidence, c)]), corrections)
    stated = corrections + leading_rules[:_MOST_DECISIONS]
    # What follows from the asker's own numbers leads before a passage about somebody else's.
    own = not stated and evidence.selection.backbone is None
    telling_rules = [c for c in fired if c.firing.say and "ask" not in c.rule.effect]
    own_rules = [c for c in telling_rules if _leads(evidence, c) and not _put_elsewhere(evidence, c)]
    own_rules = own_rules or _of_his_case(evidence, telling_rules)
    stated += _nearest(evidence, own_rules)[:1] if own else []
    own = own and bool(stated)
    for conclusion in corrections:
        claims.append(ruled(conclusion, evidence.rule_section(conclusion.key), book))
    plain = () if corrections else answered(evidence, book)
    figures = leading(evidence, book)
    claims += [*plain, *figures]
    other_move = _other_move(evidence, book)
    gap = _gap(evidence, book)
    # Who asks whether he should, or which one, hears what decides it before he hears what nobody has written down.
    decided = evidence.choice is not None or (bool(stated) and proposal(evidence.question.text) is not None)
    claims += () if decided else [*other_move, *gap]
    claims += _written(evidence, book)
    claims += own_change.decisions(evidence.changes, book)
    claims += [own_index.decision(evidence.kb, evidence.reads, book)] if evidence.reads else []
    if evidence.choice is not None and not plain:
        claims += verdict(evidence, evidence.choice, book)
        claims += (reasons if evidence.choice.open else contrast)(evidence, evidence.choice, book)
    claims += () if plain else forbidden(evidence, stated, book)
    said = {claim.text for claim in claims}
    rules = [ruled(each, evidence.rule_section(each.key), book) for each in stated[len(corrections) :]]
    claims += [claim for claim in rules if claim.text not in said]
    claims += [*gap, *other_move] if decided else ()
    claims += _best(
        evidence,
        book,
        enough=own
        or bool(plain)
        or any(NEED_ASKED in conclusion.firing.used for conclusion in stated)
        or evidence.redrawn
        or evidence.elsewhere is not None
        or bool(evidence.reads)
        or bool(evidence.changes)
        or bool(figures)
        or (bool(claims) and evidence.selection.backbone is None and evidence.choice is not None),
        said=bool(claims),
    )
    if evidence.plan.moving and evidence.selection.backbone is not None and not executes:
        claims.append(connective("recommend_only"))
    return tuple(claims), tuple(stated)


def _written(evidence: Evidence, book: CitationBook) -> list[Claim]:
    """What the schema is written for, where it is not simply a worked design of the asker's case on the store that he may use."""
    if evidence.elsewhere is not None:
        return [elsewhere.announced(evidence.elsewhere, book)]
    if evidence.structure is not None and evidence.redrawn:
        return [*announced(evidence.structure, book)]
    return _carried(evidence, book)


def _other_move(evidence: Evidence, book: CitationBook) -> list[Claim]:
    """Of a move that nobody has written down: whose phases are followed instead."""
    backbone = evidence.selection.backbone
    if backbone is None or backbone.fit != "shape" or isinstance(backbone.entry.meta, Design):
        return []
    title = f"[{backbone.entry.title}]({book.page}/{backbone.entry.id})"
    return [connective("other_move", f"{title}.")]


def _carried(evidence: Evidence, book: CitationBook) -> list[Claim]:
    """Of a case that nobody has worked out: what the nearest of its shape decides, and that it is another."""
    backbone = evidence.selection.backbone
    if backbone is None or backbone.fit != "shape" or (evidence.structure is not None and evidence.redrawn):
        return []
    if not isinstance(backbone.entry.meta, Design) or asks_a_detail(evidence.question):
        return []
    store = evidence.kb.entries.get(backbone.entry.meta.store)
    section = next((s for s in backbone.entry.sections if s.path[0].lower() == "technology"), None)
    if store is None or section is None:
        return [connective("carries_over")]
    slots = {"store": store.title, "design": backbone.entry.title}
    support = Filled(template=_CARRIED, slots=slots, origin=section.id)
    return [Claim(text=_CARRIED.format(**slots), support=support, citations=book.cite_section(section))]


def _leads(evidence: Evidence, conclusion: Conclusion) -> bool:
    """Whether a rule that holds is what was asked about: it rests on the asker's numbers, or its words are as near as the best section's.

    Beside a verdict only what agrees with it leads; the table shows the rest.
    """
    choice = evidence.choice
    positive = [target for effect, target in conclusion.rule.effect.items() if effect in ("prefer", "require")]
    stores = [t for t in positive if isinstance(t, str) and t.startswith("technologies/")]
    if choice is not None and any(store != choice.ranking[0] for store in stores):
        return False
    if evidence.elsewhere is not None and evidence.elsewhere.store.id in stores:
        return False
    if choice is None and stores and (_has_another(evidence, stores) or _put_elsewhere(evidence, conclusion)):
        return False
    if evidence.plan.whole or evidence.plan.choosing or conclusion.entry in evidence.named:
        return True
    facts = [f for n, f in evidence.conclusions.facts.by_attribute.items() if n in conclusion.firing.used]
    if any(isinstance(fact.value, Quantity) and not _of_before(evidence, fact) for fact in facts):
        return True
    best = max((hit.score for hit in evidence.retrieved.hits[:1]), default=0.0)
    return evidence.rule_score(conclusion.key) >= _AS_NEAR * best


def _of_his_case(evidence: Evidence, rules: list[Conclusion]) -> list[Conclusion]:
    """What holds for a case of this shape, where no section answers the question: it leads before a passage that happens to be near."""
    best = max((hit.score for hit in evidence.retrieved.hits[:1]), default=0.0)
    if best >= _CLEAR or evidence.plan.defining:
        return []
    return [c for c in rules if "shape" in c.firing.used]


def _put_elsewhere(evidence: Evidence, conclusion: Conclusion) -> bool:
    """Whether an author has put this question and another section answers it, which a figure in passing does not outdo."""
    first = next(iter(evidence.retrieved.hits), None)
    if first is None or first.route != "answer" or first.score < _PUT:
        return False
    explained = f"{conclusion.entry}#{conclusion.rule.explained}"
    return first.section != explained and evidence.rule_score(conclusion.key) < _AS_NEAR * first.score


def _has_another(evidence: Evidence, stores: list[str]) -> bool:
    """Whether the asker has a store already and asks how to use it: a rule for another is no answer to that."""
    engine = evidence.question.facts.get("engine")
    asks = evidence.question.intent_ids & _WHICH_STORE or f"technologies/{engine}" in stores
    # "Do we need Elasticsearch?" speaks of one that is not there yet.
    return engine is not None and not asks and proposal(evidence.question.text) is None


def _of_before(evidence: Evidence, fact: Fact) -> bool:
    """Whether somebody who goes on asking has said it before: what follows from it was told then."""
    return evidence.question.goes_on and fact.span is not None and fact.span.source != "question"


def _nearest(evidence: Evidence, conclusions: list[Conclusion]) -> list[Conclusion]:
    """Rules of the technology that is asked about first, then by how near their words are."""
    asked = {f"technologies/{name.id}" for name in evidence.question.technologies if name.part in ("asked", "stack")}
    return sorted(conclusions, key=lambda c: (c.entry not in asked, -evidence.rule_score(c.key), c.key))


def _gap(evidence: Evidence, book: CitationBook) -> list[Claim]:
    if not evidence.gaps:
        return []
    titles = "; ".join(gap.title for gap in evidence.gaps)
    claims = [connective("gap", f"{titles}.")]
    nearest = [f"[{chosen.entry.title}]({book.page}/{chosen.entry.id})" for chosen in evidence.selection.chosen]
    if nearest:
        claims.append(
            Claim(text=f"{connective('nearest').text} {', '.join(nearest)}.", support=Connective(name="nearest"))
        )
    return claims


def _best(evidence: Evidence, book: CitationBook, enough: bool, said: bool) -> list[Claim]:
    """The first telling statement of the section that answers best; for a backbone, of the section that states its decision."""
    unwritten = any(not gap.subject.startswith("technologies/") for gap in evidence.gaps)
    if enough or unwritten or not evidence.selection.chosen:
        return []
    nearest = evidence.selection.chosen[0].entry
    if evidence.plan.whole and evidence.selection.backbone is None and nearest.kind == "designs":
        return [connective("no_design")]
    if not evidence.plan.whole and (both := weighing(evidence.question.text, evidence.selection.chosen)):
        return [_summed_up(both.entry, book)]
    if evidence.weak:
        return [connective("weak")]
    if pair := told_apart(evidence):
        return [_summed_up(entry, book) for entry in pair]
    if (subject := _subject(evidence)) is not None:
        return [_summed_up(subject, book)]
    if (rule := _nearest_offer(evidence)) is not None:
        return [offered(rule[1], offer(rule[1]), evidence.rule_section((rule[0], rule[1].id)), book)]
    found = telling(evidence) or ([] if said else announcing(evidence))
    return [quote(section, statement, book) for section, told in found[:1] for statement in told]


def _subject(evidence: Evidence) -> Entry | None:
    """The pattern or trade-off that the question is about as a whole: the nearest sections are all its own, none nearer than the rest."""
    hits = evidence.retrieved.hits[:_ALL_ITS_OWN]
    if (
        evidence.plan.whole
        or evidence.plan.defining
        or len({hit.entry for hit in hits}) != 1
        or hits[0].score - hits[-1].score > _ALIKE
    ):
        return None
    entry = evidence.kb.entries[hits[0].entry]
    return entry if entry.kind in ("patterns", "tradeoffs") else None


def _summed_up(entry: Entry, book: CitationBook) -> Claim:
    """The entry in its author's sentence, cited to where it says what to do."""
    section = next((s for s in entry.sections if s.path[0].lower() in _ANSWERING and s.blocks), entry.sections[0])
    support = Filled(template=entry.meta.summary, slots={}, origin=section.id)
    return Claim(text=entry.meta.summary, support=support, citations=book.cite_section(section))


def _nearest_offer(evidence: Evidence) -> tuple[str, Rule] | None:
    """A rule whose own words are nearer to the question than any section's: the conditional answer to a conditional question."""
    hits = evidence.retrieved.hits
    # A move that no playbook makes may have its rule: "If MySQL 5.7 is in production …".
    whole = evidence.plan.whole and not (evidence.plan.moving and evidence.selection.backbone is None)
    if whole or evidence.plan.defining or not hits:
        return None
    if hits[0].route != "guidance":
        return _of_a_list(evidence)
    near = [
        offer
        for offer in evidence.offers(_MOST_DECISIONS)
        if evidence.rule_score((offer[0], offer[1].id)) >= max(_CLEAR, _AS_NEAR * hits[0].score)
        and _is_his_case(evidence, offer[1])
    ]
    # Of rules about as near the one whose entry answers best.
    order = [chosen.entry.id for chosen in sorted(evidence.selection.chosen, key=lambda c: -c.score)]
    return min(near, key=lambda offer: order.index(offer[0]), default=None)


def _is_his_case(evidence: Evidence, rule: Rule) -> bool:
    """Whether the asker said much of what the rule waits for: the name of his product alone does not make him its case.

    A belief is corrected for whoever asks about it, in whatever words.
    """
    if "correct" in rule.effect:
        return True
    found = technologies(rule.condition, evidence.vocabulary.technologies)
    named = {stem for name in found for stem in stems(name.text)}
    waited = stems(rule.condition) - named
    return len(waited & stems(evidence.question.context)) >= _HIS_CASE * len(waited)


def _of_a_list(evidence: Evidence) -> tuple[str, Rule] | None:
    """Where what clearly answers is a list of cases, the rule that it explains and that is nearest: the list has no sentence of its own."""
    first, *others = evidence.retrieved.hits[:2]
    section = evidence.kb.section(first.section)
    clear = first.score >= _CLEAR and all(first.score >= other.score + _BY_FAR for other in others)
    if not clear or section is None or decides(section):
        return None
    return next((o for o in evidence.offers(_MOST_DECISIONS) if o[1].explained == section.anchor), None)
