"""Needs: a text that asks nothing and only says what is to be built, how much of it and under which conditions."""

import re

from service.question.intents import speaks_of_data
from service.question.question import Question

# Words of somebody who asks, reports a fault, or wants one certain thing done.
_ASKING = re.compile(
    r"\?|\b(?:how|what|which|why|when|where|who|should|shall|could|can|help|explain|compare|vs|or|review|migrate|move|moving|upgrade|error|errors|slow|slowly|fails?|failed|crash\w*|down since|limit reached|problem|issue|bug|ticket|broken|today it|currently)\b",
    re.IGNORECASE,
)
# What a system needs, where it stands among other needs, is no question about that alone.
_CONCERNS = frozenset({"availability", "transactions", "security", "regions", "tenancy", "scale", "estimate"})
_NEEDS = re.compile(
    r"^(?:workload|source|latency|team|volume|tenant)\.|^(?:rpo|rto|availability|consistency|cloud|compliance|regions|tenants|budget|tenancy|residency|managed_only)"
)
_LEAST, _SHORTEST = 3, 6


def tells_needs(question: Question) -> bool:
    """Whether the question is a list of needs: nothing asked, nothing pasted, and three of them certain."""
    text = question.subject
    # Who says "database" says what he wants to know of it.
    if (
        speaks_of_data(text)
        or question.goes_on
        or question.artefacts.given
        or question.technologies
        or _ASKING.search(text)
    ):
        return False
    told = [fact for fact in question.facts.facts if fact.origin == "stated" and _NEEDS.match(fact.attribute)]
    return len(told) >= _LEAST and len(text.split()) >= _SHORTEST and question.intent_ids <= _CONCERNS


def tells_a_case(question: Question) -> bool:
    """Whether the text only tells: nothing asked, nothing pasted, no product looked at, no wish but concerns of a whole."""
    return (
        not question.goes_on
        and not question.artefacts.given
        and not _ASKING.search(question.subject)
        and question.intent_ids <= _CONCERNS
    )
