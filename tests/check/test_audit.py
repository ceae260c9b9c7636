"""Whole answers under the check that models are held to: the deterministic ones pass, and what is changed in them is found."""

import pytest

from evals.case import Interaction
from evals.case_files import load_cases
from service.advisor import Advisor
from service.answer.advice import Advice, AdviceSection, Claim, Code, Connective, Paragraph
from service.answer.evidence import Evidence
from service.answer.gathering import gather
from service.check.audit import audit
from service.question.request import AskRequest

Composed = tuple[Advice, Evidence]


def composed(advisor: Advisor, request: AskRequest) -> Composed:
    evidence = gather(advisor.kb, advisor.vocabulary, advisor.asked(request), advisor.edition)
    return advisor.composer.compose(evidence), evidence


def test_the_answers_to_the_interactions_pass(real: Advisor) -> None:
    for case in load_cases()["interactions"]:
        assert isinstance(case, Interaction)
        advice, evidence = composed(real, AskRequest(question=case.question))
        assert audit(advice, evidence) == ()


@pytest.fixture(scope="session")
def answer(real: Advisor) -> Composed:
    return composed(real, AskRequest(question="In which order do the columns of a composite index go?"))


def quoted(advice: Advice) -> Claim:
    """Some paragraph of an entry with a number of its own."""
    claims = (c for s in advice.sections for b in s.blocks if b.kind == "paragraph" for c in b.claims)
    return next(claim for claim in claims if claim.support.kind == "quoted" and claim.citations)


@pytest.mark.parametrize(
    ("change", "findings"),
    [
        ({"text": "Columns compared with = come first, from 4,711 rows on."}, {"contradicts", "beyond"}),
        ({"text": "Kittens purr while a gardener prunes roses in the old garden."}, {"beyond"}),
        ({"citations": (99,)}, {"unsound"}),
        ({"citations": ()}, {"unsound"}),
    ],
)
def test_what_does_not_stand_in_what_it_cites_is_found(
    change: dict[str, object], findings: set[str], answer: Composed
) -> None:
    advice, evidence = answer
    changed = quoted(advice).model_copy(update=change)
    section = AdviceSection(kind="indexes", title="Indexes", blocks=(Paragraph(claims=(changed,)),))
    (found,) = audit(advice.model_copy(update={"summary": (), "sections": (section,)}), evidence)
    assert found.claim == changed
    assert found.verdict.finding in findings


def test_what_states_no_fact_and_code_are_not_looked_at(answer: Composed) -> None:
    advice, evidence = answer
    said = Claim(text="A word between two others.", support=Connective(name="then"))
    code = Code(language="sql", dialect="postgresql", status="parsed", claims=(quoted(advice),))
    section = AdviceSection(kind="indexes", title="Indexes", blocks=(Paragraph(claims=(said,)), code))
    assert audit(advice.model_copy(update={"summary": (), "sections": (section,)}), evidence) == ()
