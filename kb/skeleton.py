"""Checks of an entry's frame: its H1, the headings of its kind in order, the parts of its front matter that are optional to read but not to publish."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from kb.errors import Fault
from kb.shelf import LoadedEntry, Shelf

REVIEW_DAYS = 365
MOST_RULES = 10

# A heading that ends in * is required.
HEADINGS: Mapping[str, Sequence[str]] = {
    "technologies": ("At a glance*", "Best fit*", "Poor fit*", "Data model and storage", "Consistency and transactions", "Indexing and queries", "Scaling and availability", "Operations and cost", "Security", "Limits*", "Licence and lifecycle*", "Design rules*", "Common mistakes*", "Alternatives*", "Example"),
    "patterns": ("Problem*", "Solution*", "Variants", "When to use*", "When not to use*", "Trade-offs*", "Example*", "How to verify*", "Engine notes", "Pitfalls*"),
    "tradeoffs": ("Question*", "Comparison*", "How to choose*", "What flips the answer*", "Evidence gaps"),
    "designs": ("Requirements*", "Assumptions and arithmetic*", "Access patterns*", "Technology*", "Schema*", "Indexes*", "Caching*", "Scaling*", "Consistency and transactions*", "Security and retention*", "Migration and evolution*", "Monitoring*", "Availability and recovery*", "Application code*", "Failure modes*", "Alternatives considered*", "Diagram*"),
    "playbooks": ("Goal and scope*", "Preconditions*", "Risks*", "Phases*", "Validation*", "Cutover*", "Rollback*", "Compatibility gaps*", "Testing", "Monitoring", "Decommission"),
    "checklists": ("How to use*", "Scope and disclaimer"),
}  # fmt: skip
_MOST_ANSWERS = 24


def check_title(loaded: LoadedEntry, shelf: Shelf) -> Iterator[Fault]:
    """One H1, equal to the title of the front matter."""
    if loaded.body.title and loaded.body.title != loaded.entry.title:
        yield Fault(
            loaded.body.title_line,
            f"the H1 {loaded.body.title!r} is not the title {loaded.entry.title!r}: make them equal",
        )
    for other in shelf.kb.entries.values():
        if other.title.lower() == loaded.entry.title.lower() and other.id < loaded.entry.id:
            yield Fault(
                loaded.front.line("title"),
                f"title {loaded.entry.title!r} is that of {other.id!r} as well: say in the title what differs",
            )


def check_headings(loaded: LoadedEntry, _: Shelf) -> Iterator[Fault]:
    """The headings of the kind, in order, with the required ones; references have headings of their own."""
    skeleton = HEADINGS.get(loaded.entry.kind)
    found = [section for section in loaded.entry.sections if section.level == 2]
    if skeleton is None:
        if not found:
            yield Fault(loaded.body.title_line, "the entry has no '## ' headings: cut it into sections")
        return
    order = [heading.rstrip("*") for heading in skeleton]
    last = -1
    for section in found:
        if section.heading not in order:
            yield Fault(
                section.line,
                f"heading {section.heading!r} is not one of {loaded.entry.kind}: use {', '.join(order)}, or make it '### '",
            )
            continue
        position = order.index(section.heading)
        if position == last:
            yield Fault(section.line, f"heading {section.heading!r} stands twice: merge the sections")
        elif position < last:
            yield Fault(section.line, f"heading {section.heading!r} stands too late: it belongs before {order[last]!r}")
        last = max(last, position)
    present = {section.heading for section in found}
    for heading in skeleton:
        if heading.endswith("*") and heading.rstrip("*") not in present:
            yield Fault(
                loaded.body.title_line,
                f"heading {heading.rstrip('*')!r} is missing: every one of {loaded.entry.kind} has it",
            )


def check_levels(loaded: LoadedEntry, _: Shelf) -> Iterator[Fault]:
    """No level is skipped on the way down."""
    level = 1
    for section in loaded.entry.sections:
        if section.level > level + 1:
            yield Fault(section.line, f"heading {section.heading!r} skips a level: use {'#' * (level + 1)!r}")
        level = section.level


def check_answers(loaded: LoadedEntry, _: Shelf) -> Iterator[Fault]:
    """Three questions at least, each with a section that is there, and no more than a reader of the entry takes in."""
    answers = loaded.entry.meta.answers
    if not 3 <= len(answers) <= _MOST_ANSWERS:
        yield Fault(
            loaded.front.line("answers"),
            f"'answers' has {len(answers)} questions: write 3 to {_MOST_ANSWERS}, in users' words, different in kind",
        )
    asked: set[str] = set()
    for number, answer in enumerate(answers):
        line = loaded.front.line("answers", number)
        if answer.section not in {section.anchor for section in loaded.entry.sections}:
            yield Fault(line, f"'answers' names the section {answer.section!r}, which is no heading's anchor here")
        if answer.q.lower() in asked:
            yield Fault(line, f"the question {answer.q!r} stands twice: keep one")
        asked.add(answer.q.lower())


def check_covers(loaded: LoadedEntry, shelf: Shelf) -> Iterator[Fault]:
    """Codes of kb/terms/covers.yaml."""
    for number, code in enumerate(loaded.entry.meta.covers):
        if code not in shelf.vocabulary.covers:
            yield Fault(
                loaded.front.line("covers", number), f"code {code!r} is not in kb/terms/covers.yaml: use one that is"
            )


def check_completeness(loaded: LoadedEntry, _: Shelf) -> Iterator[Fault]:
    """What an entry of ours has beyond what can be read without."""
    meta, front = loaded.entry.meta, loaded.front
    if meta.reviewed is None:
        yield Fault(1, "'reviewed' is missing: write the day on which every fact was last looked up")
    if not meta.covers:
        yield Fault(1, "'covers' is empty: name the codes of kb/terms/covers.yaml that the entry answers")
    if not meta.guidance and loaded.entry.kind not in ("references", "checklists"):
        yield Fault(1, "there is no 'guidance': write the conclusions of the entry as rules")
    rules = [rule for rule in meta.guidance if not rule.derive]
    if len(rules) > MOST_RULES:
        yield Fault(
            front.line("guidance"),
            f"'guidance' has {len(rules)} rules without derivations, at most {MOST_RULES} are read: keep those that change what somebody does",
        )


def check_overdue(loaded: LoadedEntry, shelf: Shelf) -> Iterator[Fault]:
    """A review that is overdue on the given day, as a warning."""
    reviewed = loaded.entry.meta.reviewed
    if shelf.today and reviewed and reviewed + dt.timedelta(days=REVIEW_DAYS) < shelf.today:
        yield Fault(
            loaded.front.line("reviewed"), f"the review of {reviewed} is overdue: look the facts up again", warning=True
        )
