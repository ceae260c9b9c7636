"""Technology parts: what part a technology that is named plays in its sentence."""

import re
from typing import Literal

from service.question.clauses import Stretch, around, clauses

Part = Literal["asked", "compared", "stack", "excluded", "from", "to", "simile", "host"]
TOOLS = frozenset({
    "flyway", "liquibase", "alembic", "prisma-orm", "typeorm", "sqlalchemy", "django-orm", "entity-framework-core", "activerecord",
    "pgbouncer", "debezium", "aws-dms", "prometheus", "grafana", "datadog", "varnish", "pgvector",
})  # fmt: skip
_NO_STORES = TOOLS | {"kafka"}

# "Should we use A or B": what is asked of both is not what runs already. "Why not B" is held against what was recommended.
_ASKED_OF_BOTH = re.compile(
    r"\b(?:should|shall|would|could|can|may|do|does|better|whether|best)\b[^.;!?]*\b(?:use|using|run|pick|take|choose|go with|go for)(?: an?| the)? $",
    re.IGNORECASE,
)
_OR = re.compile(r"^(?:[ -]\w+){0,3},? (?:or|vs\.?|versus) (?:\w+ ){0,3}$", re.IGNORECASE)
_COMMA, _LAST_OF_SOME = (
    re.compile(r"\s*[,/]\s*$"),
    re.compile(r",?\s+(?:or|vs\.?|versus)\s+(?:\w+\s){0,2}$", re.IGNORECASE),
)
_WHY_NOT = re.compile(
    r"\bwhy (?:not|don't (?:we|you|i)|wouldn't (?:we|you|i)|didn't you|can't (?:we|i))(?: just| simply| rather)?(?: use| using| take| pick| choose| recommend| suggest| go with| go for)? $",
    re.IGNORECASE,
)

_NOT_BETTER = re.compile(
    r"^(?: not)? (?:be|have been)(?: \w+)? (?:faster|better|cheaper|simpler|easier|enough)\b", re.IGNORECASE
)

# What is moved by the second is a stream of changes, whoever moves it.
_STREAM = r"\b(?:mov|get|bring|send|push|pump|ship|carry|transfer)\w*\b[^.;!?]*?(?:\d\S*(?:\s+[a-z]+){0,3}\s*(?:/\s?s(?:ec)?\b|\b(?:a|per|each|every)\s+(?:second|minute|hour)\b)|\b(?:continuously|constantly|all the time|in (?:near )?real[ -]time)\b)"
_PIPELINE = re.compile(r"(?:->|→|=>)[^.;!?]*\bpipelines?\b|\bpipelines?\b[^.;!?]*(?:->|→|=>)", re.IGNORECASE)
_STREAMED = re.compile(_STREAM, re.IGNORECASE)

_BEFORE: tuple[tuple[Part, re.Pattern[str]], ...] = (
    ("simile", re.compile(r"\b(?:like|as|similar to|unlike) (?:in |with )?$", re.IGNORECASE)),
    # "We can't use anything but it" demands what "anything but it" forbids.
    (
        "stack",
        re.compile(
            r"\b(?:(?:can't|cannot|may not|must not|not allowed to|won't|don't)(?: \w+){0,3} any\w*(?: \w+)?|nothing|no (?:other )?\w+) (?:but|except|other than|besides) $",
            re.IGNORECASE,
        ),
    ),
    ("stack", re.compile(rf"{_STREAM}.*\bfrom (?:our |the )?$", re.IGNORECASE)),
    (
        "excluded",
        re.compile(
            r"(?:\b(?:no|not|without|avoid|except|excluding|never|drop|ditch|instead of|rather than|anything but|(?:no|zero|little) (?:budget|money|licen[cs]es?|appetite|love|time|room) for|hates?|dislikes?|refuses?|banned|forbids?|burned by|burnt by|tired of|sick of|fed up with|neither|nor|rather not (?:run|use|have)|(?:not|n't) (?:going|gonna|planning|willing|allowed|able) (?:to )?(?:use|run|introduce|adopt|add|buy|take)|don'?t (?:want|like|use)|do not (?:want|use)|can'?t use|cannot use|won'?t use)(?: to use| to run| use| run)? )$",
            re.IGNORECASE,
        ),
    ),
    (
        "from",
        re.compile(
            r"\b(?:from|off|leave|leaving|away from|replace|replacing)(?: (?!to\b|with\b)\w+){0,2} $", re.IGNORECASE
        ),
    ),
    (
        "to",
        re.compile(
            r"(?:\b(?:to|into|onto|towards)|->|→|=>)(?: (?!move|migrate|switch|port|convert|leave|replace|get|\d)\w+){0,2} $",
            re.IGNORECASE,
        ),
    ),
    (
        "stack",
        re.compile(
            r"\b(?:on|our|use|using|uses|run|running|have|already on|stay on|stick with|keep|existing|current|currently|runs on|with)(?: an?| the| one| our| \w+ing)?(?: (?:self[- ]?(?:hosted|managed|run)|on[- ]prem(?:ises)?|plain|vanilla|old|single|hosted|managed))? $",
            re.IGNORECASE,
        ),
    ),
)
_AFTER: tuple[tuple[Part, re.Pattern[str]], ...] = (
    (
        "excluded",
        re.compile(
            r"^ (?:is|are) (?:out|ruled out|forbidden|not allowed|no option|off the table|a no-?go|banned|not an option|out of the question|too expensive)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "stack",
        re.compile(r"^ (?:is (?:fixed|given|set|mandated)|shop\b|house\b|stays|we (?:have|run|use)\b)", re.IGNORECASE),
    ),
)
# Who does not want to leave it keeps it.
_STAYING = re.compile(
    r"(?:\b(?:not|never|no (?:plans?|wish|reason|intention|need))|n't)(?: \w+){0,2} (?:to )?(?:leav(?:e|ing)|replac(?:e|ing)|mov(?:e|ing) (?:off|away from|from)|migrat(?:e|ing) (?:off|away from|from)|get(?:ting)? (?:rid of|off|away from)|drop(?:ping)?|giv(?:e|ing) up)(?: our| the)? $",
    re.IGNORECASE,
)
# Who asks whether he can do without it has not ruled it out.
_WHETHER_WITHOUT = re.compile(
    r"\b(?:can|could|should|shall|may|would|is it|are we|do|does)\s(?:we|i|you|one|it|this|that|ok|okay|fine|safe|possible|sensible|able|a|our)\b[^.;?!]*\b(?:without|drop|ditch|avoid|get rid of|skip) (?:using |running |having )?$",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"[^.;!]*\?")
# A record of a decision holds the one that won against the one that lost, in whatever words.
_RECORDED = re.compile(
    r"\b(?:adr|decision record|(?:record|document|write (?:down|up)) (?:the|our|this|that) decision)\b", re.IGNORECASE
)
# "Mongo to Postgres, 3 TB": who begins with both ends has said what he wants; what flows between them all the time is no move.
_ENDS = re.compile(r"^ ?(?:to|->|→|=>|2) ?$", re.IGNORECASE)
_BEGINS = re.compile(r"^(?:\W*\w+){0,2}\W*$")
_FLOWS = re.compile(
    r"\b(?:sync\w*|stream\w*|replicat\w*|pipelines?|cdc|connectors?|export\w*|feed\w*|etl|elt|nightly|hourly|connect\w*|compar\w*|events?|exactly[ -]once)\b",
    re.IGNORECASE,
)
_TOWARDS = re.compile(r"^(?: \S+){0,6} ?(?:to|into|->|→|=>) ?$", re.IGNORECASE)
_GOES_TO = re.compile(r"\bgoes to\b", re.IGNORECASE)
_MIGRATION = re.compile(
    r"\b(?:migrat\w*|cut-?over|cut over|mov(?:es?|ed|ing)|switch\w*|get from|get \w+ from|getting from|port(?:ing)?|convert\w*|transition\w*|dump|restore|go(?!es)(?:ing)?|leav(?:e|ing)|replac\w*|off)\b|->|→",
    re.IGNORECASE,
)
_MIGRATES = re.compile(r"\b(?:migrat\w*|cut-?over|cut over|downtime)\b", re.IGNORECASE)
_COMPARISON = re.compile(
    r"\b(?:or|vs\.?|versus|compared? (?:to|with)|against|between|better than|compare|choose)\b", re.IGNORECASE
)


def part_of(text: str, start: int, end: int, places: list[tuple[int, int, str]]) -> Part:
    """The part of what is named from start to end, among all places of names in the order of the text."""
    part = _told(text, start, end, places)
    whether = part == "excluded" and _QUESTION.match(text[end:]) and _WHETHER_WITHOUT.search(text[:start])
    return "asked" if whether else part


def _told(text: str, start: int, end: int, places: list[tuple[int, int, str]]) -> Part:
    before, after = text[:start], text[end:]
    clause = around(clauses(text), start)
    sentence = text[clause.start : clause.end]
    following = next((other for other in places if other[0] >= end and clause.holds(other[0])), None)
    gap = text[end : following[0]] if following else ""
    several = len({other[2] for other in places if clause.holds(other[0])}) > 1
    moving = _is_move(sentence, several) or _says_both_ends(text, clause, places)
    if following and gap in (" ", " for "):
        # "RDS MySQL", "Aurora PostgreSQL": the first names where the second runs.
        return "host"
    if _STAYING.search(before):
        return "stack"
    if (
        _is_recorded(text, places)
        or _is_listed(text, end, places)
        or _WHY_NOT.search(before)
        or _NOT_BETTER.search(after)
        or (_OR.search(gap) and _ASKED_OF_BOTH.search(before))
    ):
        return "compared"
    for part, pattern in _BEFORE[:3]:
        if pattern.search(before):
            return part
    if moving and following and _TOWARDS.search(gap):
        return "from"
    for part, pattern in _BEFORE[3:]:
        if pattern.search(before) and (moving or part not in ("from", "to")):
            return part
    if found := next((part for part, pattern in _AFTER if pattern.search(after)), None):
        return found
    inside = [other for other in places if clause.start <= other[0] < clause.end]
    return "compared" if len({other[2] for other in inside}) > 1 and _COMPARISON.search(sentence) else "asked"


def _is_move(sentence: str, several: bool) -> bool:
    """Whether the words are of a migration, and not of changes that flow all the time; "goes to" is, of one store to another."""
    if several and _GOES_TO.search(sentence):
        return True
    flows = _STREAMED.search(sentence) or _PIPELINE.search(sentence)
    return bool(_MIGRATES.search(sentence) or (_MIGRATION.search(sentence) and not flows))


def _is_listed(text: str, end: int, places: list[tuple[int, int, str]]) -> bool:
    """Whether names follow one another up to an "or": "ClickHouse, Druid or Elasticsearch"."""
    begun = end
    for start, after, _ in (place for place in places if place[0] >= begun):
        between = text[end:start]
        if not _COMMA.match(between):
            return end > begun and _LAST_OF_SOME.match(between) is not None
        end = after
    return False


def _is_recorded(text: str, places: list[tuple[int, int, str]]) -> bool:
    return len({id_ for _, _, id_ in places}) > 1 and _RECORDED.search(text) is not None


def _says_both_ends(text: str, clause: Stretch, places: list[tuple[int, int, str]]) -> bool:
    """Whether the clause opens with one store "to" another and nothing in the text speaks of data that flow."""
    inside = [place for place in places if clause.holds(place[0])]
    if len(inside) < 2 or inside[0][2] == inside[1][2] or {place[2] for place in inside[:2]} & _NO_STORES:
        return False
    opening, gap = text[clause.start : inside[0][0]], text[inside[0][1] : inside[1][0]]
    return bool(_BEGINS.match(opening) and _ENDS.match(gap)) and not _FLOWS.search(text)
