"""Every rule that can state something is reached by a sentence that somebody could type."""

from collections.abc import Iterator
from dataclasses import replace

from kb.entry import KnowledgeBase, Rule
from kb.fact import FactSet
from service.advisor import Advisor
from service.analysis.conclusions import RuleKey, conclude
from service.question.question import understand
from service.question.request import AskRequest


def sentences(kb: KnowledgeBase) -> Iterator[tuple[str, Rule, str, bool]]:
    for entry in kb.entries.values():
        for rule in entry.meta.guidance:
            if rule.when and not rule.each:
                yield from ((entry.id, rule, text, True) for text in rule.fires if isinstance(text, str))
                yield from ((entry.id, rule, text, False) for text in rule.spares if isinstance(text, str))


def fires(kb: KnowledgeBase, facts: FactSet, key: RuleKey) -> bool:
    return any(conclusion.key == key for conclusion in conclude(kb, facts).fired)


def test_the_sentences_of_every_rule_fire_it_and_those_that_it_spares_do_not(advisor: Advisor) -> None:
    wrong = []
    for entry, rule, text, expected in sentences(advisor.kb):
        facts = understand(AskRequest(question=text), advisor.vocabulary).facts
        # Running the rules of all entries for each sentence takes minutes: only what the entry's own do not decide needs them.
        alone = replace(advisor.kb, entries={entry: advisor.kb.entries[entry]})
        if fires(alone, facts, (entry, rule.id)) is expected:
            continue
        if fires(advisor.kb, facts, (entry, rule.id)) is not expected:
            wrong.append(f"{entry}#{rule.id} {'not fired' if expected else 'fired'} by {text!r}")
    assert wrong == []
