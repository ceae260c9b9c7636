"""Nodes: what is embedded and indexed of a knowledge base, one per section, per answered question and per rule."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from ingest.embeddings import count_tokens
from ingest.subjects import ELSEWHERE
from kb.entry import Entry, KnowledgeBase, Rule, Section

Route = Literal["section", "answer", "guidance", "subject", "elsewhere"]
# What is written, as against what is only named.
WRITTEN: frozenset[Route] = frozenset({"section", "answer", "guidance"})
Counter = Callable[[str], int]

TOKENS = 240
_RULE_ANCHOR = "rule-"
_SLOT = re.compile(r"\s*\{[^{}]*\}")
_CODE_WORD = re.compile(r"[A-Za-z_][\w$]*(?:\.[A-Za-z_][\w$]*)*")


@dataclass(frozen=True)
class Node:
    """`text` is embedded; `terms` are further words that only the lexical index sees: cells, identifiers, tags."""

    id: str
    entry: str
    section: str
    route: Route
    kind: str
    rule: str
    text: str
    terms: str


def build_nodes(kb: KnowledgeBase, subjects: Mapping[str, str], count: Counter = count_tokens) -> tuple[Node, ...]:
    """The nodes of a knowledge base and of the subjects that it has no entry on yet, by id."""
    nodes = [node for entry in kb.entries.values() for node in _entry_nodes(entry, count)]
    nodes += [_subject_node(subject, title) for subject, title in subjects.items() if subject not in kb.entries]
    return tuple(sorted(nodes, key=lambda node: node.id))


def text_digest(text: str) -> str:
    """What the vector of a text is cached under."""
    return hashlib.sha256(text.encode()).hexdigest()


def _entry_nodes(entry: Entry, count: Counter) -> Iterator[Node]:
    for section in entry.sections:
        yield from _section_nodes(entry, section, count)
    for section in entry.derived:
        # A rule is a node of its own route, not a section beside it.
        if not section.anchor.startswith(_RULE_ANCHOR):
            yield from _section_nodes(entry, section, count)
    yield from _answer_nodes(entry)
    yield from _guidance_nodes(entry)


def _section_nodes(entry: Entry, section: Section, count: Counter) -> Iterator[Node]:
    """One node, or several where a team's own section is longer than what a model reads."""
    head = _head(entry, section)
    pieces = list(_cut(head, _body(section), count))
    terms = " ".join((*entry.meta.tags, *_terms(section)))
    for number, piece in enumerate(pieces):
        node_id = section.id if number == 0 else f"{section.id}~{number + 1}"
        text = f"{head}\n{piece}".strip()
        yield Node(node_id, entry.id, section.id, "section", entry.kind, "", text, terms if number == 0 else "")


def _head(entry: Entry, section: Section) -> str:
    """Title, aliases and heading path: without them `When to use` could be about anything."""
    aliases = f" ({', '.join(entry.meta.aliases)})" if entry.meta.aliases else ""
    path = [heading for heading in (*section.path, section.heading) if heading != entry.title]
    return f"{entry.title}{aliases}\n{' > '.join(dict.fromkeys(path))}"


def _body(section: Section) -> list[str]:
    """The prose statement by statement; of a section without prose the words of its table headers."""
    prose = [s.text for block in section.blocks if block.kind in ("paragraph", "list") for s in block.statements]
    if prose:
        return prose
    headers = dict.fromkeys(word for block in section.blocks for word in block.header if word)
    return [", ".join(headers)] if headers else []


def _cut(head: str, statements: list[str], count: Counter) -> Iterator[str]:
    """Runs of whole statements that fit beside the head; a single statement too long is left to the model's own cut."""
    run: list[str] = []
    for statement in statements:
        if run and count("\n".join((head, *run, statement))) > TOKENS:
            yield "\n".join(run)
            run = []
        run.append(statement)
    yield "\n".join(run)


def _terms(section: Section) -> Iterator[str]:
    """Table cells and the identifiers of code that is shown, each once."""
    for block in section.blocks:
        if block.kind == "table":
            yield from block.header
            yield from (cell for statement in block.statements for cell in statement.cells or (statement.text,))
        if block.fence is not None and not block.fence.hidden:
            yield from sorted(set(_CODE_WORD.findall(block.fence.code)))


def _answer_nodes(entry: Entry) -> Iterator[Node]:
    for answer in dict.fromkeys(entry.meta.answers):
        section = f"{entry.id}#{answer.section}"
        node_id = f"{section}?{text_digest(answer.q)[:12]}"
        yield Node(node_id, entry.id, section, "answer", entry.kind, "", answer.q, "")


def _guidance_nodes(entry: Entry) -> Iterator[Node]:
    for rule in entry.meta.guidance:
        text = rule_text(entry.title, rule)
        section = f"{entry.id}#{rule.explained}"
        yield Node(f"{entry.id}#{_RULE_ANCHOR}{rule.id}", entry.id, section, "guidance", entry.kind, rule.id, text, "")


def _subject_node(subject: str, title: str) -> Node:
    kind = subject.partition("/")[0]
    route: Route = "elsewhere" if kind == ELSEWHERE else "subject"
    return Node(f"{subject}?{route}", subject, "", route, kind, "", title, "")


def rule_text(title: str, rule: Rule) -> str:
    """A rule as one sentence without slots: the last `say` needs none, in the rest they are left out."""
    said = rule.say[-1] if rule.say else rule.ask.text if rule.ask else ""
    because = f", because {rule.because}" if rule.because else ""
    sentence = f"{title}: if {rule.condition}: {said}{because}"
    return _SLOT.sub("", sentence)
