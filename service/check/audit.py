"""The check over a whole answer, whoever composed it: every claim against the sections that its numbers lead to."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.answer.advice import Advice, BlockUnion, Claim
from service.answer.evidence import Evidence
from service.check.claim import Verdict, check_claim
from service.check.ground import Passage, cited_passage, ground


@dataclass(frozen=True)
class Finding:
    """A claim that the check does not let pass, and why."""

    claim: Claim
    verdict: Verdict


def audit(advice: Advice, evidence: Evidence) -> tuple[Finding, ...]:
    """What does not stand in what it cites; claims that state no fact and code are not looked at."""
    computed = [c.text for c in _claims(advice) if c.support.kind == "computed"]
    own = ground(evidence, computed)
    sections = {c.number: f"{c.entry}#{c.url.partition('#')[2]}" for c in advice.citations}
    found = []
    for claim in _claims(advice):
        if claim.support.kind in ("connective", "computed"):
            continue
        cited = [cited_passage(evidence.kb, sections.get(n, "")) for n in claim.citations]
        passages: tuple[Passage, ...] = tuple(each for each in cited if each is not None)
        if len(passages) < len(claim.citations) or not passages:
            found.append(Finding(claim, Verdict("unsound", "a number leads nowhere")))
            continue
        verdict = check_claim(claim.text, passages, own)
        if verdict.finding != "supported":
            found.append(Finding(claim, verdict))
    return tuple(found)


def _claims(advice: Advice) -> Iterator[Claim]:
    yield from advice.summary
    for section in advice.sections:
        for block in section.blocks:
            yield from _of(block)


def _of(block: BlockUnion) -> tuple[Claim, ...]:
    return () if block.kind in ("code", "diagram") else block.claims
