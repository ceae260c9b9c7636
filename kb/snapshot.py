"""A compiled KnowledgeBase as bytes and back: JSON, so that an edition opens without parsing Markdown or YAML."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, cast

from kb.entry import Block, Entry, Fence, FrontMatter, KnowledgeBase, Section, Statement
from kb.errors import SnapshotError
from kb.kinds import MODELS

FORMAT = 1
_STATEMENT = tuple(field.name for field in fields(Statement))
_FENCE = tuple(field.name for field in fields(Fence))


def dump(kb: KnowledgeBase) -> bytes:
    """The same knowledge base gives the same bytes."""
    document = {
        "format": FORMAT,
        "digest": kb.digest,
        "fences": dict(sorted(kb.fences.items())),
        "entries": [_entry(kb.entries[each]) for each in sorted(kb.entries)],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def restore(data: bytes) -> KnowledgeBase:
    """What `dump` wrote; raises SnapshotError for anything else, to be mended by building the edition again."""
    try:
        document = json.loads(data)
        if document["format"] != FORMAT:
            raise SnapshotError(
                f"the snapshot has format {document['format']!r}, this version reads {FORMAT}: build the edition again"
            )
        entries = {row["id"]: _restore_entry(row) for row in document["entries"]}
        return KnowledgeBase(entries, document["digest"], document["fences"])
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise SnapshotError(f"the snapshot cannot be read ({error}): build the edition again") from error


def _entry(entry: Entry) -> dict[str, Any]:
    # A team's entry without the keys of its kind has the plain front matter.
    return {
        "id": entry.id,
        "kind": entry.kind,
        "path": entry.path,
        "plain": type(entry.meta) is FrontMatter,
        "meta": entry.meta.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "sections": [_section(each) for each in entry.sections],
        "derived": [_section(each) for each in entry.derived],
    }


def _section(section: Section) -> list[Any]:
    return [
        section.entry,
        section.anchor,
        section.heading,
        section.path,
        section.level,
        section.line,
        section.text,
        [_block(block) for block in section.blocks],
    ]


def _block(block: Block) -> list[Any]:
    fence = [getattr(block.fence, name) for name in _FENCE] if block.fence else None
    return [
        block.kind,
        [[getattr(statement, name) for name in _STATEMENT] for statement in block.statements],
        block.ordered,
        block.header,
        fence,
    ]


def _restore_entry(row: Mapping[str, Any]) -> Entry:
    model = FrontMatter if row["plain"] else MODELS[row["kind"]]
    sections, derived = (tuple(_restore_section(each) for each in row[name]) for name in ("sections", "derived"))
    return Entry(row["id"], row["kind"], row["path"], model.model_validate(row["meta"]), sections, derived)


def _restore_section(row: Sequence[Any]) -> Section:
    entry, anchor, heading, path, level, line, text, blocks = row
    return Section(
        entry, anchor, heading, tuple(path), level, line, text, tuple(_restore_block(each) for each in blocks)
    )


def _restore_block(row: Sequence[Any]) -> Block:
    kind, statements, ordered, header, fence = row
    return Block(
        kind,
        tuple(_restore_statement(each) for each in statements),
        ordered,
        tuple(header),
        Fence(*fence) if fence else None,
    )


def _restore_statement(row: Sequence[Any]) -> Statement:
    return Statement(*(cast(Any, tuple(value)) if isinstance(value, list) else value for value in row))
