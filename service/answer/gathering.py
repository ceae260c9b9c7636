"""Gathering: from what was asked, found and concluded to the evidence that an answer is composed from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from kb.entry import Entry, KnowledgeBase
from kb.kinds import Design
from kb.vocabulary import Vocabulary
from service.analysis.choice import Choice, choose, shortlist
from service.analysis.conclusions import Conclusions, conclude
from service.analysis.structure import Structure, structure
from service.answer.bearing import bearing
from service.answer.called_for import called_for
from service.answer.elsewhere import elsewhere
from service.answer.evidence import Evidence
from service.answer.fit import Fit, fit_all, is_called
from service.answer.needed import ahead, needs, stated, with_needs
from service.answer.own_change import own_changes
from service.answer.own_index import own_indexes
from service.answer.parts import Part, with_parts
from service.answer.plan import Plan, plan
from service.answer.scope import assumed, gaps, is_open, is_ours, of_one_concern
from service.answer.selection import Found, Selection, explaining, select, spoken
from service.answer.shortlisted import assumed_workload, shortlisted
from service.answer.standing import STORE, Ground, with_standing
from service.answer.strangers import behind
from service.question.intents import Intent, by_example, intent_table, speaks_of_tables
from service.question.needs import tells_a_case, tells_needs
from service.question.question import Question, understand
from service.question.request import AskRequest
from service.retrieval.hits import focused, going_on
from service.retrieval.search import Retrieved, Retriever

# Who wants these wants tables; so many nouns that a worked design of the same domain does not have make it another case.
_DRAWING, _STRANGE = frozenset({"design", "erd"}), 2
_MOVING = frozenset({"migrate", "evolve", "scale", "security", "regions"})
# By so much what is written on a concern is nearer than any design.
_NEARER = 0.05
# So many things named make a list of tables; so many, where it is said how two of them belong together.
_MANY, _SEVERAL = 5, 3
_DESIGNED = re.compile(r"\s*(?:please\s+|pls\s+|can (?:you|u)\s+)?design\s+(?:an?|our|my|the)\s+", re.IGNORECASE)
# What is kept of things, in words that say that it is data.
_RECORDED = re.compile(
    r"\b(?:tables?|records?|recorded|register|database|traceability|trace|tracks? (?:which|who|where)|history)\b",
    re.IGNORECASE,
)
# Under this a design of the same structure has nothing to say on the asker's case.
_KIN = 0.42
# Under this a design of another domain and shape does not carry the answer of somebody who names his tables.
_BEARS = 0.5
# And under this it does not carry that of anybody.
_FAINTLY = 0.45


@dataclass(frozen=True)
class Asked:
    """A request as understood, with what was found on it and on each of its parts, and what certainly follows."""

    request: AskRequest
    question: Question
    retrieved: Retrieved
    certain: Conclusions
    parts: tuple[Part, ...] = ()


def ask(
    kb: KnowledgeBase,
    vocabulary: Vocabulary,
    retriever: Retriever,
    request: AskRequest,
    reread: Question | None = None,
) -> Asked:
    """Understand the request, unless it is understood, and find what there is on it. Raises ConstraintError and RetrievalError."""
    question = reread or understand(request, vocabulary)
    vector = retriever.embed(question.context)
    if tells_needs(question) or _tells_a_domain(kb, vocabulary, question):
        question = replace(question, intents=(intent_table()["design"], *question.intents))
    if not question.intents and not question.goes_on:
        wants = _named_tables(kb, vocabulary, question) or by_example(*retriever.intent(vector))
        question = replace(question, intents=wants)
    parts = tuple(Part(text, retriever.retrieve(text, retriever.embed(text))) for text in question.parts)
    retrieved = retriever.retrieve(question.context, vector)
    if point := question.parts[-1] if question.goes_on else question.focus:
        own = retriever.retrieve(point, retriever.embed(point))
        retrieved = going_on(retrieved, own) if question.goes_on else focused(retrieved, own)
    retrieved = ahead(kb, vocabulary, question, retrieved)
    return Asked(request, question, retrieved, conclude(kb, question.facts), parts)


def _named_tables(kb: KnowledgeBase, vocabulary: Vocabulary, question: Question) -> tuple[Intent, ...]:
    """Who speaks of a database and lists what is in it wants it designed, without another word."""
    if question.artefacts.given:
        return ()
    built = structure(kb, vocabulary, question)
    if built is None or not (
        speaks_of_tables(question.subject) or built.relations or _RECORDED.search(question.subject)
    ):
        return ()
    few = _SEVERAL if built.relations else _MANY
    return (intent_table()["design"],) if len(built.named) >= few else ()


def _tells_a_domain(kb: KnowledgeBase, vocabulary: Vocabulary, question: Question) -> bool:
    """Whether the text lists the things of a domain and a need that its data have, and asks nothing: it wants that designed."""
    if not tells_a_case(question) or not needs(vocabulary, question.subject):
        return False
    built = structure(kb, vocabulary, question)
    return built is not None and len(built.named) >= _MANY


def gathered(kb: KnowledgeBase, vocabulary: Vocabulary, asked: Asked, edition: str) -> Evidence | None:
    """The evidence, or None where the question is about something else."""
    ours = is_ours(asked.question, asked.retrieved, asked.certain.estimates) or _can_be_drawn(
        kb, vocabulary, asked.question
    )
    return gather(kb, vocabulary, asked, edition) if ours else None


def _can_be_drawn(kb: KnowledgeBase, vocabulary: Vocabulary, question: Question) -> bool:
    """Whether tables are wanted of things that we can put into tables, in whatever domain."""
    if not question.intent_ids & _DRAWING or "refuse" in question.intent_ids:
        return False
    built = structure(kb, vocabulary, question)
    return built is not None and (
        speaks_of_tables(question.subject)
        or bool(built.relations)
        or len(built.named) >= _MANY
        or (_DESIGNED.match(question.subject) is not None and "event" in built.roles)
        or _RECORDED.search(question.subject) is not None
    )


def _asks_how(outline: Plan) -> bool:
    """Whether neither a whole design nor a move nor a choice is wanted, of which indexes are a part."""
    return not (outline.whole or outline.erd or outline.moving or outline.choosing)


def gather(kb: KnowledgeBase, vocabulary: Vocabulary, asked: Asked, edition: str) -> Evidence:
    """Select what answers, choose a technology where one is wanted, and run the rules again under what is assumed."""
    question, retrieved = asked.question, behind(kb, vocabulary, asked.question, asked.retrieved)
    concern = _of_a_concern(question, retrieved)
    drawn = question.intent_ids & _DRAWING and not question.artefacts.given and not concern
    built = structure(kb, vocabulary, question) if drawn else None
    fits = _fits(kb, asked, built, concern)
    retrieved = called_for(kb, question, retrieved, fits)
    # Who goes on asking wants what he asks for, not the design once more.
    bears = None if question.goes_on or "record" in question.intent_ids else bearing(kb, question, retrieved, fits)
    if concern and bears is not None and bears.kind == "designs" and fits[bears.id] != "near":
        bears = None
    if bears is not None and _merely_near(bears, fits, retrieved, _FAINTLY if built is None else _BEARS):
        bears = None
    bears = bears or (None if question.goes_on or "record" in question.intent_ids else _kin(kb, built, retrieved))
    outline = plan(question, asked.request.detail, bears.kind if bears else None)
    found = Found(fits, bears, explaining(asked.certain.fired, retrieved))
    selection = select(kb, question, retrieved, outline, found)
    own = built if built is not None and outline.whole and _adds(built, selection) else None
    # Who asks for tables and gets his own is not shown why of all databases.
    anything = is_open(kb, question, retrieved, outline, selection) and not (
        own and "choose_store" not in question.intent_ids
    )
    taken = (*assumed(question, selection), *(assumed_workload(kb, question, retrieved) if anything else ()))
    conclusions = conclude(kb, question.facts.extended(taken)) if taken else asked.certain
    choice = _choice(kb, vocabulary, asked, conclusions, anything)
    if choice is not None and choice.open:
        selection = shortlisted(kb, selection, choice, retrieved)
    other = elsewhere(kb, question.facts, selection, own) if choice is None else None
    store = other.engine.id if other is not None and other.engine is not None else STORE
    selection = _beside_own(kb, question, own, selection, Ground(outline, retrieved, _named_stores(question), store))
    if outline.whole and drawn:
        selection = with_needs(kb, stated(vocabulary, question), selection, own.sql if own else "")
    selection, unanswered = with_parts(kb, selection, asked.parts, frozenset() if outline.looking else spoken(question))
    return Evidence(
        request=asked.request,
        question=question,
        plan=outline,
        kb=kb,
        vocabulary=vocabulary,
        retrieved=retrieved,
        conclusions=conclusions,
        selection=selection,
        choice=choice,
        gaps=gaps(kb, vocabulary, question, retrieved, selection),
        assumed=taken,
        parts=asked.parts,
        unanswered=unanswered,
        structure=own,
        elsewhere=other,
        reads=own_indexes(kb, question) if _asks_how(outline) and choice is None else (),
        changes=() if choice is not None or outline.moving else own_changes(kb, vocabulary, question, asked.request),
        edition=edition,
    )


def _fits(kb: KnowledgeBase, asked: Asked, built: Structure | None, concern: bool) -> Mapping[str, Fit]:
    """How each design and playbook fits the asker's case, and that of his tables."""
    question = asked.question
    # Nouns alone suggest tables; they do not make another domain's worked design that of the asker.
    shape = "" if concern else str(question.facts.get("shape") or "")
    fitting = _nearer(kb, question, built, fit_all(kb, question, asked.retrieved, shape))
    fits = {**fitting, **_ruled_out(asked.certain)}
    leaves = len({name.id for name in question.technologies}) > 1
    if built is not None and not leaves and not question.intent_ids & _MOVING:
        # Who wants tables has none yet that a plan could change.
        fits |= {name: "foreign" for name in fits if kb.entries[name].kind == "playbooks"}
    return fits


def _beside_own(
    kb: KnowledgeBase, question: Question, own: Structure | None, selection: Selection, ground: Ground
) -> Selection:
    """Beside tables of the asker's own, which no worked design of his case explains, what every new data layer needs."""
    if own is None or "design" not in question.intent_ids or _carried(selection):
        return selection
    return with_standing(kb, selection, ground)


def _named_stores(question: Question) -> frozenset[str]:
    """The entries of the technologies that are named."""
    return frozenset(f"technologies/{each.id}" for each in question.technologies)


def _ruled_out(certain: Conclusions) -> Mapping[str, Fit]:
    """Designs that a rule excludes for what the asker stated: their own authors say that they are for another case."""
    targets = (c.rule.effect.get("exclude") for c in certain.fired)
    return {t: "foreign" for t in targets if isinstance(t, str) and t.startswith("designs/")}


def _of_a_concern(question: Question, retrieved: Retrieved) -> bool:
    """Whether a log, a policy or a backup is to be designed, not a domain: what is written on that is nearer than every design."""
    if not of_one_concern(question, retrieved) or "erd" in question.intent_ids:
        return False
    best = max((hit.score for hit in retrieved.entries if hit.entry.startswith("designs/")), default=0.0)
    return retrieved.entries[0].score >= best + _NEARER


def _carried(selection: Selection) -> bool:
    return selection.backbone is not None and selection.backbone.fit == "near"


def _merely_near(entry: Entry, fits: Mapping[str, Fit], retrieved: Retrieved, least: float) -> bool:
    """Whether a design has neither the asker's domain nor his shape and is not near either: his own tables, or none, say more."""
    score = next((hit.score for hit in retrieved.entries if hit.entry == entry.id), 0.0)
    return entry.kind == "designs" and fits[entry.id] == "subject" and score < least


def _nearer(
    kb: KnowledgeBase, question: Question, built: Structure | None, fits: Mapping[str, Fit]
) -> Mapping[str, Fit]:
    """A worked design whose code lacks most of the asker's nouns is of his shape at most, whatever its domain is called."""
    if built is None:
        return fits
    return {
        name: "shape" if fit == "near" and _is_another(kb.entries[name], question, built) else fit
        for name, fit in fits.items()
    }


def _is_another(entry: Entry, question: Question, built: Structure) -> bool:
    """Whether the entry is near by its text only: it lacks most of the nouns, and the question has no name of its domain."""
    return 2 * _strange(entry, built) > len(built.named) and not is_called(entry, question)


def _strange(entry: Entry, built: Structure) -> int:
    """How many of the asker's nouns no code of the entry has."""
    code = " ".join(block.fence.code for s in entry.sections for block in s.blocks if block.fence is not None).lower()
    words = frozenset(re.findall(r"[a-z]+", code))
    return sum(not set(noun.split()) <= words for noun in built.named)


def _kin(kb: KnowledgeBase, built: Structure | None, retrieved: Retrieved) -> Entry | None:
    """Where no design carries the answer, the nearest that is an instance of the asker's structure."""
    if built is None or not built.named_by_words:
        return None
    found = (kb.entries[hit.entry] for hit in retrieved.entries if hit.score >= _KIN)
    return next((e for e in found if isinstance(e.meta, Design) and e.meta.shape.name == built.shape.name), None)


def _adds(built: Structure, selection: Selection) -> bool:
    """Whether the worked design that carries the answer lacks something that the asker named, or is another case than his."""
    backbone = selection.backbone
    return backbone is None or backbone.fit != "near" or _strange(backbone.entry, built) >= _STRANGE


def _choice(
    kb: KnowledgeBase, vocabulary: Vocabulary, asked: Asked, conclusions: Conclusions, anything: bool
) -> Choice | None:
    """Among the named candidates; where none is named and no design carries the answer, among all."""
    weights = asked.request.weights
    named = choose(kb, vocabulary, conclusions.facts, weights, conclusions.fired)
    if named is not None and "open_end" not in asked.question.intent_ids:
        return named
    if named is None and not anything:
        return None
    return shortlist(kb, vocabulary, conclusions.facts, weights, conclusions.fired)
