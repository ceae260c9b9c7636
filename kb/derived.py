"""Sections rendered from front matter, with stable anchors, so that typed facts, scores, cells, items and rules can be cited."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.entry import JUDGEMENT, Block, BlockKind, FrontMatter, Rule, Section, Statement, StatementKind
from kb.kinds import Cell, Checklist, Item, Technology, Tradeoff
from kb.vocabulary import Vocabulary
from kb.wording import offer


@dataclass(frozen=True)
class _Row:
    text: str
    cells: tuple[str, ...]
    sources: tuple[str, ...]
    links: tuple[str, ...] = ()


def derived_sections(entry_id: str, meta: FrontMatter, vocabulary: Vocabulary) -> tuple[Section, ...]:
    """Anchors `typed-facts`, `scores`, `cells`, `items`, and one `rule-<id>` per rule, in this order."""
    sections: list[Section] = []
    if isinstance(meta, Technology):
        sections += _table(
            entry_id, ("typed-facts", "Typed facts"), ("Fact", "Value", "Note"), list(_facts(meta, vocabulary))
        )
        sections += _table(
            entry_id, ("scores", "Scores"), ("Criterion", "Score", "Why"), list(_scores(meta, vocabulary))
        )
    if isinstance(meta, Tradeoff):
        sections += _table(
            entry_id,
            ("cells", "Options by criterion"),
            ("Option", "Criterion", "Value", "Note"),
            [_cell(cell, vocabulary) for cell in meta.cells],
        )
    if isinstance(meta, Checklist):
        sections += _table(
            entry_id,
            ("items", "Items"),
            ("Check", "Why", "How to verify", "Severity"),
            [_item(item) for item in meta.items],
        )
    return (*sections, *(_rule(entry_id, rule) for rule in meta.guidance))


def _facts(meta: Technology, vocabulary: Vocabulary) -> Iterator[_Row]:
    for name, fact in meta.facts.items():
        term = vocabulary.facts.get(name)
        title = term.title if term else _words(name)
        value = _words(str(fact.value))
        yield _Row(f"{title} of {meta.title}: {value}{_noted(fact.note)}.", (title, value, fact.note), (fact.source,))
    if meta.lifecycle.source:
        since = f" since {meta.lifecycle.since}" if meta.lifecycle.since else ""
        value = f"{_words(meta.lifecycle.status)}{since}"
        yield _Row(
            f"Lifecycle of {meta.title}: {value}{_noted(meta.lifecycle.note)}.",
            ("Lifecycle", value, meta.lifecycle.note),
            (meta.lifecycle.source,),
        )


def _scores(meta: Technology, vocabulary: Vocabulary) -> Iterator[_Row]:
    """A score rests on the facts that it names, with their sources; one that names none is our judgement."""
    for criterion, score in meta.scores.items():
        term = vocabulary.criteria.get(criterion)
        title = term.title if term else _words(criterion)
        sources = tuple(dict.fromkeys(meta.facts[name].source for name in score.facts if name in meta.facts))
        text = f"{title} of {meta.title}: {score.score} of 5, because {score.why.rstrip('.')}."
        yield _Row(text, (title, f"{score.score} of 5", score.why), sources or (JUDGEMENT,))


def _cell(cell: Cell, vocabulary: Vocabulary) -> _Row:
    option = cell.option
    if "/" in option:
        name = vocabulary.technologies.get(option.partition("/")[2])
        option = name.name if name else vocabulary.subjects.get(option, option)
    option = f"{option[:1].upper()}{option[1:]}"
    return _Row(
        f"{option}, {_words(cell.criterion)}: {cell.value.rstrip('.')}{_noted(cell.note)}.",
        (option, _words(cell.criterion), cell.value, cell.note),
        (cell.source,),
    )


def _item(item: Item) -> _Row:
    if item.rule:
        entry_id, _, rule_id = item.rule.partition("#")
        text = f"Checked by the rule {_words(rule_id.replace('-', '_'))} of {entry_id}."
        return _Row(text, (text, item.why, item.how_to_verify, item.severity), (), (f"{entry_id}#rule-{rule_id}",))
    why = f", because {item.why.rstrip('.')}" if item.why else ""
    verify = f" To verify: {item.how_to_verify.rstrip('.')}." if item.how_to_verify else ""
    return _Row(
        f"{item.check.rstrip('.')}{why}.{verify}",
        (item.check, item.why, item.how_to_verify, item.severity),
        (item.source,) if item.source else (),
    )


def _table(entry_id: str, names: tuple[str, str], header: tuple[str, ...], rows: Sequence[_Row]) -> list[Section]:
    return [_section(entry_id, names, ("table", "row"), header, rows)] if rows else []


def _rule(entry_id: str, rule: Rule) -> Section:
    heading = f"{rule.condition[:1].upper()}{rule.condition[1:]}"
    return _section(
        entry_id, (f"rule-{rule.id}", heading), ("paragraph", "paragraph"), (), [_Row(offer(rule), (), (rule.source,))]
    )


def _section(
    entry_id: str,
    names: tuple[str, str],
    kinds: tuple[BlockKind, StatementKind],
    header: tuple[str, ...],
    rows: Sequence[_Row],
) -> Section:
    anchor, heading = names
    statements: list[Statement] = []
    start = 0
    for row in rows:
        statements.append(
            Statement(kinds[1], row.text, row.text, start, start + len(row.text), 1, row.sources, row.links, row.cells)
        )
        start += len(row.text) + 1
    text = "\n".join(statement.text for statement in statements)
    return Section(
        entry_id, anchor, heading, (heading,), 2, 1, text, (Block(kinds[0], tuple(statements), header=header),)
    )


def _words(name: str) -> str:
    return name.replace("_", " ")


def _noted(note: str) -> str:
    return f" ({note.rstrip('.')})" if note else ""
