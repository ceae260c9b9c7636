"""The limits of Block Kit as Slack documents them, checked the way its Web API does: the first fault, or none."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Block = Mapping[str, Any]

_ENTITY = re.compile(r"&(?!amp;|lt;|gt;)")
_LINK = re.compile(r"<(https?://[^|<>\s]+|mailto:[^|<>\s]+|@[UW]\w+|#C\w+|![a-z]+)(\|[^<>\n]*)?>")


def message_fault(payload: Mapping[str, Any]) -> str | None:
    """What Slack would call the fault of a message: invalid_blocks, no_text, msg_too_long; None if it takes it."""
    blocks = payload.get("blocks") or []
    if len(payload.get("text") or "") > 40_000:
        return "msg_too_long"
    if not blocks:
        return None if payload.get("text") else "no_text"
    return next(blocks_faults(blocks, 50), None)


def blocks_faults(blocks: list[Block], most: int) -> Iterator[str]:
    if len(blocks) > most:
        yield f"invalid_blocks: {len(blocks)} blocks"
    ids = [b["block_id"] for b in blocks if "block_id" in b]
    if len(ids) != len(set(ids)):
        yield "invalid_blocks: a block_id is there twice"
    if sum(_length(block) for block in blocks) > 13_000:
        yield "msg_blocks_too_long"
    for number, block in enumerate(blocks):
        for fault in _CHECKS.get(str(block.get("type")), _unknown)(block):
            yield f"invalid_blocks: /blocks/{number} ({block.get('type')}): {fault}"


def mrkdwn_faults(text: str) -> Iterator[str]:
    """What would be read as something that it is not: unescaped signs, torn links."""
    if _ENTITY.search(text):
        yield f"an & that is no entity: {text[:80]!r}"
    rest = _LINK.sub("", text)
    if "<" in rest or ">" in rest:
        yield f"a < or > that is no link: {rest[max(0, rest.find('<') - 20) :][:80]!r}"


def _length(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(_length(v) for k, v in value.items() if k in ("text", "elements", "fields"))
    return sum(map(_length, value)) if isinstance(value, list) else 0


def _text(text: Any, most: int, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")) -> Iterator[str]:
    if not isinstance(text, Mapping) or text.get("type") not in kinds:
        yield f"no text object of {kinds}"
        return
    said = text.get("text")
    if not isinstance(said, str) or not 1 <= len(said) <= most:
        yield f"a text of {len(said or '')} characters, 1 to {most} are taken"
        return
    if text["type"] == "mrkdwn":
        if "emoji" in text:
            yield "emoji in mrkdwn"
        yield from mrkdwn_faults(said)
    elif "verbatim" in text:
        yield "verbatim in plain_text"


def _header(block: Block) -> Iterator[str]:
    yield from _text(block.get("text"), 150, ("plain_text",))


def _section(block: Block) -> Iterator[str]:
    if "text" not in block and not block.get("fields"):
        yield "neither text nor fields"
    if "text" in block:
        yield from _text(block["text"], 3_000)
    if len(block.get("fields", ())) > 10 or ("fields" in block and not block["fields"]):
        yield "not 1 to 10 fields"
    for field in block.get("fields", ()):
        yield from _text(field, 2_000)


def _context(block: Block) -> Iterator[str]:
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= 10:
        yield f"{len(elements)} elements"
    for element in elements:
        yield from _text(element, 3_000)


def _actions(block: Block) -> Iterator[str]:
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= 25:
        yield f"{len(elements)} elements"
    ids = [element.get("action_id") for element in elements]
    if len(ids) != len(set(ids)):
        yield "an action_id is there twice"
    for element in elements:
        if element.get("type") != "button" or not 1 <= len(element.get("action_id") or "") <= 255:
            yield "no button with an action_id"
        yield from _text(element.get("text"), 75, ("plain_text",))
        if len(element.get("value", "")) > 2_000 or len(element.get("url", "")) > 3_000:
            yield "a value or url that is too long"
        if element.get("style") not in (None, "primary", "danger"):
            yield "an unknown style"


def _rich_text(block: Block) -> Iterator[str]:
    for element in block.get("elements", []):
        if element.get("type") not in (
            "rich_text_section",
            "rich_text_preformatted",
            "rich_text_list",
            "rich_text_quote",
        ):
            yield "an unknown element"
        for part in element.get("elements", []):
            if part.get("type") == "text" and not part.get("text"):
                yield "an empty text"
    if not block.get("elements"):
        yield "no elements"


def _input(block: Block) -> Iterator[str]:
    yield from _text(block.get("label"), 2_000, ("plain_text",))
    element = block.get("element", {})
    if element.get("type") not in ("radio_buttons", "plain_text_input") or not element.get("action_id"):
        yield "no element with an action_id"
    for option in element.get("options", ()):
        yield from _text(option.get("text"), 75)


def _divider(block: Block) -> Iterator[str]:
    if set(block) - {"type", "block_id"}:
        yield "more than a divider"


def _unknown(block: Block) -> Iterator[str]:
    yield "an unknown type"


_CHECKS: Mapping[str, Callable[[Block], Iterator[str]]] = {
    "header": _header, "section": _section, "context": _context, "actions": _actions,
    "rich_text": _rich_text, "input": _input, "divider": _divider,
}  # fmt: skip


def view_fault(view: Mapping[str, Any]) -> str | None:
    if view.get("type") not in ("home", "modal"):
        return "invalid_arguments: no type"
    if view["type"] == "modal":
        for name in ("title", "submit", "close"):
            if fault := next(_text(view.get(name), 24, ("plain_text",)), None):
                return f"invalid_arguments: {name}: {fault}"
    return next(blocks_faults(view.get("blocks", []), 100), None)
