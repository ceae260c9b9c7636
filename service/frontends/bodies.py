"""What is printed and sent as JSON: the same bytes from `dbarch … --json` as from the HTTP door."""

import json
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from kb.entry import Entry, Section
from service.catalogue import EntryCard


def body(model: BaseModel) -> bytes:
    """A model of the contract as UTF-8 JSON."""
    return model.model_dump_json().encode()


def cards_body(cards: Iterable[EntryCard]) -> bytes:
    """The list of entries."""
    return _encoded({"entries": [card.model_dump(mode="json") for card in cards]})


def entry_body(entry: Entry, public_url: str = "") -> bytes:
    """One entry: its front matter as written and its sections as plain text, each with the address of its anchor."""
    address = f"{public_url.rstrip('/')}/kb/{entry.id}"
    content = {
        "id": entry.id,
        "kind": entry.kind,
        "title": entry.title,
        "url": address,
        "front_matter": entry.meta.model_dump(mode="json", by_alias=True),
        "sections": [_section(section, address) for section in entry.sections],
        "derived": [_section(section, address) for section in entry.derived],
    }
    return _encoded(content)


def _section(section: Section, address: str) -> dict[str, Any]:
    return {
        "anchor": section.anchor,
        "heading": section.heading,
        "level": section.level,
        "url": f"{address}#{section.anchor}",
        "text": section.text,
    }


def _encoded(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
