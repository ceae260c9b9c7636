"""Scope: whether a question is ours, which of its subjects nobody has written on, and what is assumed of it."""

import re
from collections.abc import Sequence

from kb.entry import KnowledgeBase
from kb.fact import Fact
from kb.kinds import Design, Technology
from kb.quantity import Quantity
from kb.vocabulary import Vocabulary
from service.analysis.demands import exclusions, family
from service.analysis.estimates import Estimated
from service.answer.evidence import Gap
from service.answer.fit import has_playbook
from service.answer.plan import CHOOSING, Plan
from service.answer.selection import Selection
from service.question.entities import named_in
from service.question.intents import speaks_of_data
from service.question.question import Question
from service.retrieval.search import Retrieved

# Under this, not even words of our subject make a question ours ("a database of French wines").
_FAINT = 0.33
# A figure of ours that is asked for makes a question ours where hardly anything else does.
_BY_FIGURES = 0.25
_NAMES = frozenset(
    {"engine", "stack", "compared", "excluded", "migration.from", "migration.to", "cloud", "workload.users"}
)
_CONCERNS = frozenset({"regions", "tenancy", "security", "availability", "cache", "transactions", "evolve", "monitor"})
_NEAREST = 5
# A section this near answers by itself, where no profile comes near it.
_SAID, _FARTHER, _PROFILES = 0.62, 0.1, ("technologies", "tradeoffs")
_ENOUGH_FIGURES = 2
# A question or a rule this near is about the very case.
_THE_VERY_CASE = 0.75
_NEAR_QUESTIONS = 3


def is_ours(question: Question, retrieved: Retrieved, estimates: Sequence[Estimated] = ()) -> bool:
    """Near to what we have, or pasted, or of a domain that no entry knows but asked about in words or figures of our subject."""
    if "refuse" in question.intent_ids:
        return False
    if retrieved.relevant or question.artefacts.given:
        return True
    if any(each.asked for each in estimates) and retrieved.relevance >= _BY_FIGURES:
        return True
    return (
        retrieved.relevance >= _FAINT
        and not retrieved.astray
        and (speaks_of_data(question.text) or _states_a_case(question))
    )


def _states_a_case(question: Question) -> bool:
    """Whether something was understood that only data layers have: a workload, a shape, a rate, a rule; a product's name is no such thing."""
    return any(name not in _NAMES for name in question.facts.by_attribute)


_ENOUGH = re.compile(
    r"\b(?:is|are|would|will)\b[^.?!]{0,40}\b(?:ok|okay|fine|(?:good )?enough|sufficient|all ?right)\b[^.?!]*\?",
    re.IGNORECASE,
)


def is_open(kb: KnowledgeBase, question: Question, retrieved: Retrieved, plan: Plan, selection: Selection) -> bool:
    """Whether a technology is to be chosen and nothing chooses it yet: no worked design of the case, no candidates named.

    "Should I use UUIDs?" is a choice too, but none of a store: what is nearest then is no profile.
    """
    if question.intent_ids & {"migrate", "license"} or question.artefacts.given:
        return False
    if question.facts.get("need.asked") and "choose_store" not in question.intent_ids:
        return False
    # Between named candidates that nobody has scored no third one is the answer.
    if question.facts.get("compared") is not None or question.facts.get("migration.to") is not None:
        return False
    # "Is it ok to use SQLite for a till?" is asked of one, and answered by what it is good for.
    if _ENOUGH.search(question.subject) and len({name.id for name in question.technologies}) == 1:
        return False
    carried = selection.backbone is not None and selection.backbone.fit == "near"
    if "choose_store" in question.intent_ids:
        return not carried and not _says_where(retrieved)
    if "design" in question.intent_ids and plan.whole:
        # Who has a database that holds tables is not told to take another before he has asked.
        if _has_one(kb, question):
            return False
        said = of_one_concern(question, retrieved) or _says_where(retrieved)
        return selection.backbone is None and not said
    nearest = [hit.entry.partition("/")[0] for hit in retrieved.hits[:_NEAREST]]
    profiles = sum(kind in ("technologies", "tradeoffs") for kind in nearest)
    # Figures without a word of what is wanted ask for what carries them, unless it is known what does.
    put = bool(retrieved.hits) and retrieved.hits[0].dense >= _THE_VERY_CASE
    bare = not (question.intents or question.goes_on or put) and question.facts.get("engine") is None
    wanted = "choose" in question.intent_ids or (bare and _figures(question) >= _ENOUGH_FIGURES)
    return wanted and not carried and 2 * profiles > len(nearest)


def _has_one(kb: KnowledgeBase, question: Question) -> bool:
    """Whether the asker names a database that holds tables and meets what he demands."""
    entry = kb.entries.get(f"technologies/{question.facts.get('engine')}")
    if entry is None or not isinstance(entry.meta, Technology) or family(entry.meta) != "relational":
        return False
    return not exclusions(entry.id, entry.meta, question.facts)


def _says_where(retrieved: Retrieved) -> bool:
    """Whether a pattern's section is about what is to be kept, far nearer than any profile: "PDFs in the database or in S3?" """
    kinds = {name: [h.score for h in retrieved.hits if h.entry.startswith(name)] for name in ("patterns", *_PROFILES)}
    others = max((score for name in _PROFILES for score in kinds[name]), default=0.0)
    best = max(kinds["patterns"], default=0.0)
    return retrieved.hits[:1] != () and best == retrieved.hits[0].score and best >= max(_SAID, others + _FARTHER)


def of_one_concern(question: Question, retrieved: Retrieved) -> bool:
    """Whether a design is wanted of one concern, which a pattern or plan is nearest to, and no word asks for a store."""
    nearest = retrieved.entries[0].entry.partition("/")[0] if retrieved.entries else ""
    return bool(question.intent_ids & _CONCERNS) and nearest in ("patterns", "playbooks", "checklists")


def _figures(question: Question) -> int:
    return sum(isinstance(fact.value, Quantity) and fact.origin == "stated" for fact in question.facts.facts)


def gaps(
    kb: KnowledgeBase, vocabulary: Vocabulary, question: Question, retrieved: Retrieved, selection: Selection
) -> tuple[Gap, ...]:
    """Unwritten subjects nearer than any entry, unless a design or playbook of the case carries the answer.

    A technology is one only where it is named, and always where it is to be chosen.
    """
    named = {
        f"technologies/{name.id}": name.id for name in question.technologies if name.part not in ("excluded", "simile")
    }
    borne = selection.backbone is not None and selection.backbone.fit == "near"
    found = [
        Gap(gap.subject, gap.title)
        for gap in retrieved.gaps
        if gap.subject in named or not (borne or gap.subject.startswith("technologies/"))
    ]
    known = {gap.subject for gap in found}
    missing = [
        entry
        for entry in sorted(named)
        if entry not in kb.entries
        and entry not in known
        and not _is_a_subject(named[entry], vocabulary, retrieved, selection)
    ]
    if "migrate" in question.intent_ids and not has_playbook(kb, question):
        origin, target = (
            vocabulary.technologies[str(question.facts.get(f"migration.{end}"))].name for end in ("from", "to")
        )
        found.append(Gap("playbooks", f"A migration from {origin} to {target}"))
    # Where it is to be chosen, and where the whole question is about it.
    chosen_among = [
        Gap(entry, vocabulary.technologies[named[entry]].name)
        for entry in missing
        if question.intent_ids & CHOOSING or question.facts.get("engine") == named[entry]
    ]
    return (*found, *chosen_among)


def _is_a_subject(name: str, vocabulary: Vocabulary, retrieved: Retrieved, selection: Selection) -> bool:
    """Whether what answers is written on the product without being its profile: by its title, or by the nearest questions."""
    titles = [chosen.entry.title for chosen in selection.chosen]
    questions = [hit.matched for hit in retrieved.hits[:_NEAR_QUESTIONS] if hit.route == "answer"]
    return any(name in named_in(text, vocabulary) for text in (*titles, *questions))


def assumed(question: Question, selection: Selection) -> tuple[Fact, ...]:
    """Where no engine is named, rules of an engine run under the one that the answer is built on, and the answer says so."""
    if any(question.facts.get(name) for name in ("engine", "migration.to", "compared")) or selection.backbone is None:
        return ()
    meta = selection.backbone.entry.meta
    return (Fact("engine", meta.store.removeprefix("technologies/"), "assumed"),) if isinstance(meta, Design) else ()
