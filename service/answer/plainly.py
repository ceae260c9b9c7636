"""Yes or no: the short answer to a question that wants one, where an entry's author or a rule that holds gives it."""

import re
from collections.abc import Sequence

from kb.entry import Answer, Section
from service.analysis.conclusions import Conclusion
from service.answer.advice import Claim, Filled
from service.answer.citations import CitationBook
from service.answer.claims import quote, ruled
from service.answer.decisive import told_of
from service.answer.evidence import Evidence
from service.question.entities import named_in, technologies
from service.question.polar import Proposal, proposal, stems
from service.retrieval.hits import Hit

# Among so many of the nearest sections; so much of the author's words, and of the asker's, has to be the other's too.
_NEAREST, _AUTHORS, _ASKERS = 8, 0.75, 0.5
# Two questions as near as this ask the same in other words.
_ALIKE = 0.8
_SHORT = {"yes": "Yes.", "no": "No."}
_NUMBER = re.compile(r"\d[\d.,]*")
_FORBIDDEN = re.compile(r"(?:do not|never|don't) (?P<verb>[a-z]+)\b(?P<object>[^.;:]*)", re.IGNORECASE)
# What may be done with a thing, whatever the verb: "use X", "put it into X".
_TAKE = frozenset({"use", "take", "choose", "pick", "add", "build", "run", "make", "go", "have", "need"})


def answered(evidence: Evidence, book: CitationBook) -> tuple[Claim, ...]:
    """Yes or no to the very question that an author has answered, and the first words of the section that says why."""
    asked = proposal(evidence.question.text)
    choosing = evidence.choice is not None and not evidence.choice.open
    if asked is None or choosing or evidence.question.goes_on:
        return ()
    for hit in evidence.retrieved.hits[:_NEAREST]:
        section = evidence.kb.section(hit.section)
        for answer in evidence.kb.entries[hit.entry].meta.answers:
            if section is None or not answer.plainly or answer.section != section.anchor:
                continue
            told = told_of(evidence, section) if _is_the_same(evidence, asked, answer, hit) else ()
            if told:
                return (_short(answer.plainly, section, book), *(quote(section, each, book) for each in told))
    return ()


def forbidden(evidence: Evidence, conclusions: Sequence[Conclusion], book: CitationBook) -> tuple[Claim, ...]:
    """No, and the rule that forbids what is proposed: "Should we shard?", "Do not shard at 900 tps"."""
    asked = proposal(evidence.question.text)
    if asked is None or asked.denied or asked.sense == "harm":
        return ()
    # Who leaves an engine does not ask whether it is good.
    left = {str(evidence.question.facts.get("migration.from"))}
    for conclusion in conclusions:
        match = _FORBIDDEN.match(conclusion.firing.say)
        if match is not None and _forbids(match, asked) and not left & named_in(match["object"], evidence.vocabulary):
            section = evidence.rule_section(conclusion.key)
            return (_short("no", section, book), ruled(conclusion, section, book))
    return ()


def _forbids(match: re.Match[str], asked: Proposal) -> bool:
    """Whether the verb is the asker's, and its object too where there is one in his words."""
    verb, object_ = stems(match["verb"]), stems(match["object"])
    if match["verb"].lower() in _TAKE:
        return bool(object_ & asked.stems)
    return bool(verb & asked.stems) and (bool(object_ & asked.stems) or len(asked.stems) == 1)


def _short(verdict: str, section: Section, book: CitationBook) -> Claim:
    text = _SHORT[verdict]
    return Claim(
        text=text, support=Filled(template=text, slots={}, origin=section.id), citations=book.cite_section(section)
    )


def _is_the_same(evidence: Evidence, asked: Proposal, answer: Answer, hit: Hit) -> bool:
    """Whether the asker proposes what the author's question does: in its sense, its words, its products and its figures."""
    put = proposal(answer.q)
    if put is None or put.denied != asked.denied or not _follows(put, asked, answer):
        return False
    text = evidence.question.text
    if set(_NUMBER.findall(answer.q)) - set(_NUMBER.findall(text)):
        return False
    if named_in(answer.q, evidence.vocabulary) - {name.id for name in evidence.question.technologies}:
        return False
    if hit.matched == answer.q and hit.dense >= _ALIKE:
        return True
    # A product that both speak of is shared, by whichever of its names.
    products = {stem for name in technologies(answer.q, evidence.vocabulary.technologies) for stem in stems(name.text)}
    shared = len(put.stems & (stems(text) | products))
    if put.sense != asked.sense:
        return 0 < shared == len(put.stems)
    return shared >= max(_AUTHORS * len(put.stems), 2) and len(put.stems & asked.stems) >= _ASKERS * len(asked.stems)


def _follows(put: Proposal, asked: Proposal, answer: Answer) -> bool:
    """What may not be done should not be, and what should be done may be; what does no harm is another question."""
    if "harm" in (put.sense, asked.sense) or answer.plainly == "no":
        return (put.sense == "harm") == (asked.sense == "harm")
    return asked.sense in ("may", put.sense) or (asked.sense == "fact" and put.sense == "may")
