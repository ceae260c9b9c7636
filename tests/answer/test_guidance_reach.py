"""Every rule that can state something is reached by a sentence that somebody could type."""

from collections.abc import Iterator

from kb.entry import KnowledgeBase, Rule
from service.advisor import Advisor
from service.analysis.conclusions import conclude
from service.question.question import understand
from service.question.request import AskRequest


def sentences(kb: KnowledgeBase) -> Iterator[tuple[str, Rule, str, bool]]:
    for entry in kb.entries.values():
        for rule in entry.meta.guidance:
            if rule.when and not rule.each:
                yield from ((entry.id, rule, text, True) for text in rule.fires if isinstance(text, str))
                yield from ((entry.id, rule, text, False) for text in rule.spares if isinstance(text, str))


def test_the_sentences_of_every_rule_fire_it_and_those_that_it_spares_do_not(advisor: Advisor) -> None:
    wrong = []
    for entry, rule, text, expected in sentences(advisor.kb):
        facts = understand(AskRequest(question=text), advisor.vocabulary).facts
        fired = {conclusion.key for conclusion in conclude(advisor.kb, facts).fired}
        if ((entry, rule.id) in fired) is not expected:
            wrong.append(f"{entry}#{rule.id} {'not fired' if expected else 'fired'} by {text!r}")
    assert wrong == []
