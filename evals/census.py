"""A census of answers: what the claims of the twelve example interactions rest on, and whether their citations resolve.

Run by `python -m evals.census` on an edition that is built; prints a Markdown table and changes nothing.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kb.entry import KnowledgeBase
from service.advisor import Advisor
from service.answer.advice import Advice, Claim
from service.question.request import AskRequest
from service.settings import read_settings
from service.wiring import build_advisor

INTERACTIONS: tuple[str, ...] = (
    "Design a database schema for a multi-tenant SaaS e-commerce platform",
    "Help me choose between PostgreSQL and MongoDB for a real-time analytics dashboard",
    "Create a migration strategy to move from MySQL to PostgreSQL with zero downtime",
    "Design a time-series database architecture for IoT sensor data at 1M events/second",
    "Re-architect our monolithic database into a microservices data architecture",
    "Plan a sharding strategy for a social media platform expecting 100M users",
    "Design a CQRS event-sourced architecture for an order management system",
    "Create an ERD for a healthcare appointment booking system",
    "Optimize schema design for a read-heavy content management system",
    "Design a multi-region database architecture with strong consistency guarantees",
    "Plan migration from denormalized NoSQL to normalized relational schema",
    "Create a database architecture for GDPR-compliant user data storage",
)


@dataclass(frozen=True)
class Census:
    """Claims by kind of support, citations, and how many claims that state a fact have citations that all resolve."""

    question: str
    claims: Counter[str]
    citations: int
    factual: int
    resolved: int
    diagrams: int

    @property
    def row(self) -> str:
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.claims.items()))
        return f"| {self.question} | {kinds} | {self.citations} | {self.resolved} of {self.factual} | {self.diagrams} |"


def claims_of(advice: Advice) -> Iterator[Claim]:
    """Every claim of the answer: summary, sections, alternatives."""
    yield from advice.summary
    for section in advice.sections:
        for block in section.blocks:
            yield from block.claims
    for alternative in advice.alternatives:
        yield from alternative.claims


def count(question: str, advice: Advice, kb: KnowledgeBase) -> Census:
    """A citation resolves when its address leads to a section that the knowledge base has."""
    known = {c.number for c in advice.citations if kb.section(c.url.partition("/kb/")[2]) is not None}
    claims = list(claims_of(advice))
    factual = [claim for claim in claims if claim.support.kind != "connective"]
    return Census(
        question=question,
        claims=Counter(claim.support.kind for claim in claims),
        citations=len(advice.citations),
        factual=len(factual),
        resolved=sum(bool(claim.citations) and known.issuperset(claim.citations) for claim in factual),
        diagrams=sum(
            block.kind == "diagram" and not block.chart for section in advice.sections for block in section.blocks
        ),
    )


def survey(advisor: Advisor, questions: Iterable[str] = INTERACTIONS) -> tuple[Census, ...]:
    """Ask each question once and count what its answer is made of."""
    return tuple(count(q, advisor.advise(AskRequest(question=q)), advisor.kb) for q in questions)


def table(rows: tuple[Census, ...]) -> str:
    """The rows and their sum as a Markdown table."""
    total = Census(
        "all",
        sum((row.claims for row in rows), Counter()),
        sum(row.citations for row in rows),
        sum(row.factual for row in rows),
        sum(row.resolved for row in rows),
        sum(row.diagrams for row in rows),
    )
    head = "| question | claims by support | citations | factual claims resolved | diagrams |\n| --- | --- | --- | --- | --- |"
    return "\n".join((head, *(row.row for row in (*rows, total))))


def main() -> None:
    """Print the census of the twelve."""
    sys.stdout.write(table(survey(build_advisor(read_settings(os.environ)))) + "\n")


if __name__ == "__main__":
    main()
