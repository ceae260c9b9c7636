"""How a worked design or a playbook fits the asker's case: his own, one of the same shape, merely the subject, or another's move."""

import re
from collections.abc import Mapping
from typing import Literal

from kb.entry import Entry, KnowledgeBase
from kb.kinds import Design, Playbook, Technology
from service.question.clauses import find_cue, sentences
from service.question.forms import places
from service.question.question import Question
from service.retrieval.search import Retrieved

Fit = Literal["near", "shape", "subject", "foreign"]

# A question this near to a design's text is about its case; other domains of the same shape stay under 0.58 on our questions.
_NEAR = 0.62


def close_entries(retrieved: Retrieved) -> frozenset[str]:
    """Entries whose own words, questions or rules are so near that they are about the asker's case."""
    return frozenset(hit.entry for hit in retrieved.hits if hit.dense >= _NEAR)


def fit_all(kb: KnowledgeBase, question: Question, retrieved: Retrieved, shape: str) -> Mapping[str, Fit]:
    """The fit of every design and playbook that was found; `shape` is what the asker's case is an instance of, empty if unknown."""
    close = close_entries(retrieved)
    found = [kb.entries[hit.entry] for hit in retrieved.entries]
    # Whose move is named is meant, however far its words are.
    found += [e for _, e in sorted(kb.entries.items()) if e.kind == "playbooks" and names_move(e, question)]
    return {
        entry.id: _fit(kb, entry, question, entry.id in close, shape)
        for entry in found
        if entry.kind in ("designs", "playbooks")
    }


def has_playbook(kb: KnowledgeBase, question: Question) -> bool:
    """Whether some playbook makes the move that the question names; true where it names none."""
    if not all(question.facts.get(name) for name in ("migration.from", "migration.to")):
        return True
    return any(
        isinstance(e.meta, Playbook)
        and ((move := _move(kb, e.meta, question)) == "near" or (move != "foreign" and names_move(e, question)))
        for e in kb.entries.values()
    )


def _is_made(kb: KnowledgeBase, question: Question) -> bool:
    """Whether the question names both ends of a move and some playbook makes it."""
    ends = ("migration.from", "migration.to")
    return all(question.facts.get(name) for name in ends) and has_playbook(kb, question)


def _fit(kb: KnowledgeBase, entry: Entry, question: Question, close: bool, shape: str) -> Fit:
    meta = entry.meta
    if isinstance(meta, Playbook):
        move = _move(kb, meta, question)
        if names_move(entry, question):
            # The same kind of move between engines that it is not written for.
            return "shape" if move == "foreign" else "near"
        # Where a playbook makes the very move, another that shares one end of it is not meant, however near its words are.
        return "near" if close and move == "subject" and not _is_made(kb, question) else move
    if not isinstance(meta, Design):
        return "subject"
    if close or names_domain(entry, question):
        return "near"
    return "shape" if shape == meta.shape.name else "subject"


def names_domain(entry: Entry, question: Question) -> bool:
    """Whether the question has the name of the design's domain, a synonym of it, or another name of the design."""
    others = (*entry.meta.domain.synonyms, *entry.meta.aliases) if isinstance(entry.meta, Design) else ()
    return is_called(entry, question) or any(True for name in others for _ in find_cue(name, question.context))


def is_called(entry: Entry, question: Question) -> bool:
    """Whether the question has the very name of the design's domain; a synonym may be a domain that is only run likewise."""
    return isinstance(entry.meta, Design) and any(True for _ in find_cue(entry.meta.domain.name, question.context))


# "5.7 to 8.4" and "12 -> 17" are versions of one engine: no other engine is moved to.
_UPGRADE = re.compile(
    r"(?<![\w.,])v?\d{1,2}(?:\.\d{1,2})?\s*(?:to|->|→)\s*(?:\w+\s+)?v?\d{1,2}(?:\.\d{1,2})?(?![\w.,]|\s*[%kKMm])"
)
# Who asks for code, or whether something can be done at all, wants that and no plan.
_IN_PARTICULAR = frozenset({"code", "define"})
_ON_A_DETAIL = re.compile(
    r"\s*(?:can|could|may|does|do|did|is|are|will|would|should|why|what happens|when|how long|how much|how many)\b(?! (?:you|we) (?:plan|help|write|give|show|walk|please))",
    re.IGNORECASE,
)


# What becomes of a thing, or how one thing is undone or prevented, in a system that exists.
_UNDONE = re.compile(
    r"(?:how (?:do|should|can|could|would|must|to)(?: (?:we|i|you|one))? (?:\w+ )?(?:erase|delete|remove|forget|purge|stop|prevent|avoid|undo|fix|repair|recover|restore|revoke|expire|reset|cancel)|what (?:do|should|must|can|could) (?:we|i|you|one) do\b|what (?:happens|becomes|if)\b)",
    re.IGNORECASE,
)


def asks_a_detail(question: Question) -> bool:
    """Whether the sentence that asks is about something in particular, and no word wants anything designed or drawn."""
    if question.intent_ids & {"design", "erd", "choose", "choose_store"}:
        return False
    said = [question.text[s.start : s.end].strip() for s in sentences(question.text)]
    last = next((each for each in reversed(said) if each.endswith("?")), said[-1])
    pieces = [piece.strip() for piece in last.split(",")]
    return any(_ON_A_DETAIL.match(piece) or _UNDONE.match(piece) for piece in pieces)


def names_move(entry: Entry, question: Question) -> bool:
    """Whether the question names the move of a playbook in one of its phrasings."""
    if question.intent_ids & _IN_PARTICULAR or _ON_A_DETAIL.match(question.text):
        return False
    return isinstance(entry.meta, Playbook) and any(
        True for form in entry.meta.moves for _ in places(form, question.context)
    )


def _move(kb: KnowledgeBase, meta: Playbook, question: Question) -> Fit:
    """A playbook from and to the named engines is the one, one between engines of their families is of the same shape.

    One between others is not; where none is named it may serve.
    """
    named = [
        (str(asked), written)
        for asked, written in (
            (question.facts.get("migration.from"), meta.origin),
            (question.facts.get("migration.to"), meta.target),
        )
        if asked
    ]
    if not named:
        own = _UPGRADE.search(question.text) is not None and meta.origin.lower() != meta.target.lower()
        return "foreign" if own and not _both_named(meta, question) else "subject"
    if all(_same(asked, written) for asked, written in named):
        return "near"
    if all(_same(asked, written) or _kin(kb, asked, written) for asked, written in named):
        return "shape"
    # Where it goes makes a move: from elsewhere to the same engine is kindred, from the same engine elsewhere is at most the subject.
    target = str(question.facts.get("migration.to") or "")
    if target and _same(target, meta.target):
        # What only changes its home comes from no other engine.
        return "foreign" if _same(meta.origin.lower(), meta.target) else "shape"
    return "subject" if any(_same(asked, written) for asked, written in named) else "foreign"


def _both_named(meta: Playbook, question: Question) -> bool:
    """Whether the question names both ends of the move."""
    names = {name.id for name in question.technologies}
    return all(any(_same(name, end) for name in names) for end in (meta.origin, meta.target))


def _same(asked: str, written: str) -> bool:
    return asked in f"{written} {written.replace(' ', '-')}".lower()


def _kin(kb: KnowledgeBase, asked: str, written: str) -> bool:
    """Whether both are profiles of one family with one first data model: MariaDB is to MySQL what CouchDB is to MongoDB."""
    mine, theirs = (kb.entries.get(f"technologies/{name}") for name in (asked, written))
    if (
        mine is None
        or theirs is None
        or not isinstance(mine.meta, Technology)
        or not isinstance(theirs.meta, Technology)
    ):
        return False
    return mine.meta.family == theirs.meta.family
