"""The change to the asker's own tables: what he wants added, as statements in his names, each step after the sentence that explains it."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from kb.ddl import parse_schema
from kb.entry import Block, KnowledgeBase, Section
from kb.schema import Schema
from kb.vocabulary import Vocabulary
from kb.wording import pour
from service.analysis.extension import Extension, Step, extensions
from service.analysis.names import plural
from service.analysis.structure import structure
from service.answer.advice import BlockUnion, Claim, Code, Filled, Paragraph
from service.answer.citations import CitationBook
from service.answer.claims import quoted_block
from service.question.changes import changes, mentioned
from service.question.question import Question, understand
from service.question.request import AskRequest

_READING = "Names and key types are those of your tables: {tables:words}. Each step is a change of its own and can wait for the one before it."
_TITLES: Mapping[str, str] = {
    "several": "several {names} for one row of `{table}`", "many": "`{table}` and {names}, several on both sides",
    "valued": "{name} that holds from a date on", "history": "the history of {name}", "soft_delete": "soft delete",
    "tenancy": "tenants", "currency": "a second currency", "series": "recurring rows of `{table}`", "reference": "which {name}",
}  # fmt: skip
_DECISIONS: Mapping[str, str] = {
    "several": "Put each {name:words} into a row of a new table `{part:words}` with `{whole_id:words}`, NOT NULL and indexed, so one row of `{whole:words}` may have any number of them.",
    "many": "Put the pairs into a new table `{pair:words}` whose primary key is `{one_id:words}` and `{other_id:words}`, so several go with several and nothing is linked twice.",
    "valued": "Keep `{value:words}` in a new table `{thing_value:words}` with the days on which it holds: WITHOUT OVERLAPS in its key lets one value hold on any day, the next one is entered ahead of its day, and the past stays readable.",
    "history": "Let a trigger on `{subject:words}` write each change of `{state:words}` into a new table `{subject_change:words}`, in the transaction of the change, with who made it.",
    "soft_delete": "Add `deleted_at` and a view of live rows ({tables:words}), and make what is unique so among live rows only, by a partial unique index.",
    "tenancy": "Put `tenant_id` into every table, in front of what is unique and into every reference, and let a policy filter what a session sees.",
    "currency": "Put a `currency` beside the amounts of {tables:words}, with the currency of today for what is there; what belongs to a row takes its currency from there.",
    "series": "Keep the rule as a row of a new table `{slot_series:words}`, and each of its dates as a row of `{slot:words}` as before, so that one date can be moved or cancelled by itself.",
    "reference": "Add `{actor_id:words}` to `{done:words}`, a reference to `{actor:words}` with an index, empty for what is there already and required from now on.",
}  # fmt: skip
_LIKEWISE = "Keep `{value:words}` likewise, in a new table `{thing_value:words}`."
# What is done to several tables has them in these slots.
_ABOUT: Mapping[str, str] = {"soft_delete": "kept", "tenancy": "owned", "currency": "priced"}


def own_changes(
    kb: KnowledgeBase, vocabulary: Vocabulary, question: Question, request: AskRequest
) -> tuple[Extension, ...]:
    """What the question wants added to the tables that are pasted, or to those that were there before it."""
    schema = question.artefacts.schema
    if not schema.tables and request.history and not question.artefacts.given:
        schema = _before_it(kb, vocabulary, request)
    return extensions(kb, schema, changes(question.text, schema, question.intent_ids))


def _before_it(kb: KnowledgeBase, vocabulary: Vocabulary, request: AskRequest) -> Schema:
    """The tables of the last turn that pasted some or wanted some, the one that it names first before the others."""
    for turn in reversed([turn for turn in request.history if turn.role == "user" and turn.content.strip()]):
        asked = understand(AskRequest(question=turn.content), vocabulary)
        schema = asked.artefacts.schema
        if not schema.tables and (built := structure(kb, vocabulary, asked)) is not None:
            schema = parse_schema(built.sql)
        if schema.tables:
            named = mentioned(asked.text, schema)
            return replace(schema, tables=(*named, *(table for table in schema.tables if table not in named)))
    return Schema(())


def heading(extension: Extension) -> str:
    change = extension.change
    return f"In your tables: {_TITLES[change.kind].format(name=change.name, names=plural(change.name), table=change.table)}"


def decisions(wanted: Sequence[Extension], book: CitationBook) -> Iterator[Claim]:
    """What to do, in one sentence for each change, with the asker's names; what is done in the same way is said shortly."""
    for number, extension in enumerate(wanted):
        kind = extension.change.kind
        again = kind == "valued" and any(each.change.kind == kind for each in wanted[:number])
        slots = {f"{name}:words": value for step in extension.steps for name, value in step.slots.items()}
        slots |= {"tables:words": _tables(extension), "name:words": extension.change.name}
        yield _poured(_LIKEWISE if again else _DECISIONS[kind], slots, extension.section, book)


def blocks(kb: KnowledgeBase, extension: Extension, book: CitationBook) -> tuple[BlockUnion, ...]:
    """The steps in their order, each after its sentence; those that are taken alike for several tables stand together."""
    shown: list[BlockUnion] = [
        Paragraph(claims=(_poured(_READING, {"tables:words": _tables(extension)}, extension.section, book),))
    ]
    for _, group in itertools.groupby(extension.steps, key=lambda step: step.name):
        steps = list(group)
        told = (
            quoted_block(extension.section, block, book, kb.fences) for block in _before(extension.section, steps[0])
        )
        shown += [block for block in told if block is not None]
        shown.append(_code(steps, extension.section, book))
    return tuple(shown)


def _before(section: Section, step: Step) -> Iterator[Block]:
    """The paragraph right before the template of the step."""
    at = next(i for i, block in enumerate(section.blocks) if block.fence is step.fence)
    yield from (block for block in section.blocks[max(at - 1, 0) : at] if block.kind == "paragraph")


def _code(steps: list[Step], section: Section, book: CitationBook) -> Code:
    cited = book.cite_section(section)
    claims = tuple(
        Claim(
            text=step.sql,
            support=Filled(template=step.fence.code, slots=dict(step.slots), origin=section.id),
            citations=cited,
        )
        for step in steps
    )
    return Code(language="sql", dialect=steps[0].fence.engine, status="instance", claims=claims)


def _tables(extension: Extension) -> str:
    about = _ABOUT.get(extension.change.kind, "")
    named = [step.slots[about] for step in extension.steps if about in step.slots] or [extension.change.table]
    return ", ".join(f"`{name}`" for name in dict.fromkeys(named))


def _poured(template: str, slots: Mapping[str, str], section: Section, book: CitationBook) -> Claim:
    used = {name: value for name, value in slots.items() if f"{{{name}}}" in template}
    support = Filled(template=template, slots=used, origin=section.id)
    return Claim(text=pour(template, used), support=support, citations=book.cite_section(section))
