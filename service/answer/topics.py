"""Which kind of answer section a section of an entry belongs to."""

from collections.abc import Mapping
from typing import get_args

from kb.entry import Entry, Section, SectionKind
from kb.kinds import Pattern

WORKING_ORDER: tuple[SectionKind, ...] = get_args(SectionKind)

TITLES: Mapping[SectionKind, str] = {
    "requirements": "Requirements and arithmetic",
    "technology": "Technology",
    "schema": "Schema",
    "erd": "Diagram",
    "indexes": "Indexes",
    "queries": "Queries",
    "caching": "Caching",
    "scaling": "Scaling",
    "transactions": "Transactions and consistency",
    "migration": "Migration",
    "security": "Security and retention",
    "availability": "Availability and recovery",
    "monitoring": "Monitoring",
    "code": "Application code",
    "tradeoffs": "Trade-offs and failure modes",
    "next_steps": "Next steps",
}

_BY_HEADING: Mapping[str, Mapping[str, SectionKind]] = {
    "designs": {
        "requirements": "requirements", "assumptions and arithmetic": "requirements", "access patterns": "requirements",
        "technology": "technology", "schema": "schema", "indexes": "indexes", "caching": "caching", "scaling": "scaling",
        "consistency and transactions": "transactions", "security and retention": "security",
        "migration and evolution": "migration", "monitoring": "monitoring", "availability and recovery": "availability",
        "application code": "code", "failure modes": "tradeoffs", "alternatives considered": "tradeoffs", "diagram": "erd",
    },
    "playbooks": {
        "goal and scope": "requirements", "preconditions": "requirements", "risks": "tradeoffs", "phases": "migration",
        "validation": "migration", "cutover": "migration", "rollback": "migration", "compatibility gaps": "migration",
        "testing": "migration", "monitoring": "monitoring", "decommission": "migration",
    },
    "technologies": {
        "at a glance": "technology", "best fit": "technology", "poor fit": "technology", "data model and storage": "schema",
        "consistency and transactions": "transactions", "indexing and queries": "indexes",
        "scaling and availability": "scaling", "operations and cost": "monitoring", "security": "security",
        "limits": "technology", "licence and lifecycle": "technology", "design rules": "schema",
        "common mistakes": "tradeoffs", "alternatives": "tradeoffs", "example": "code",
    },
    "tradeoffs": {
        "question": "technology", "comparison": "technology", "how to choose": "technology",
        "what flips the answer": "tradeoffs", "evidence gaps": "tradeoffs",
    },
    "references": {
        "mysql and mariadb": "schema", "sql server": "schema", "oracle": "schema", "sqlite": "schema",
        "during an incident": "availability",
    },
}  # fmt: skip

# A pattern's sections all belong to its subject, but for these.
_PATTERN_HEADINGS: Mapping[str, SectionKind] = {"trade-offs": "tradeoffs", "how to verify": "monitoring"}
_CATEGORIES: Mapping[str, SectionKind] = {
    "modelling": "schema", "modeling": "schema", "schema": "schema", "tenancy": "schema", "normalization": "schema",
    "indexing": "indexes", "queries": "queries", "querying": "queries", "query-design": "queries", "caching": "caching", "scaling": "scaling",
    "transactions": "transactions", "migration": "migration", "security": "security", "availability": "availability",
    "monitoring": "monitoring", "orm": "code", "application": "code", "technology": "technology", "storage": "scaling",
    "integration": "migration", "distribution": "availability",
}  # fmt: skip
_DEFAULTS: Mapping[str, SectionKind] = {
    "checklists": "schema",
    "references": "scaling",
    "tradeoffs": "technology",
    "designs": "schema",
    "playbooks": "migration",
    "technologies": "technology",
}


_APPLICATION = frozenset(
    {"python", "typescript", "javascript", "prisma", "csharp", "ruby", "java", "kotlin", "go", "php", "rust"}
)


def carries_over(section: Section) -> bool:
    """Whether the section says what of its design holds in another domain."""
    return "carries over" in section.heading.lower()


def shows_code(section: Section) -> bool:
    """Whether the section shows code of an application, not only SQL and settings."""
    fences = (block.fence for block in section.blocks)
    return any(fence is not None and not fence.hidden and fence.language in _APPLICATION for fence in fences)


def section_kind(entry: Entry, section: Section) -> SectionKind:
    """The kind of answer section that the section belongs to, by its top heading."""
    top = section.path[0].lower()
    if carries_over(section):
        return "requirements"
    if isinstance(entry.meta, Pattern):
        return _PATTERN_HEADINGS.get(top, _CATEGORIES.get(entry.meta.category.lower(), "schema"))
    return _BY_HEADING.get(entry.kind, {}).get(top, _DEFAULTS[entry.kind])
