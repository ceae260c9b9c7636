"""Block Kit: the blocks we use, each built within the limits that Slack documents. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from service.frontends.slack.mrkdwn import escape, lines_of, pieces, shortened

Block = dict[str, Any]

MAX_BLOCKS = 50
MAX_SECTION = 3_000
MAX_HEADER = 150
MAX_BUTTON = 75
MAX_VALUE = 2_000
MAX_FIELDS = 10
MAX_FIELD = 2_000
MAX_ELEMENTS = 10
# Slack cuts a text after 40,000 characters and asks for no more than 4,000.
MAX_TEXT = 4_000
MAX_PLAIN = 12_000


@dataclass(frozen=True)
class Message:
    """What is posted: blocks, and the text for notifications and for the day when Slack refuses the blocks; both escaped."""

    text: str
    blocks: tuple[Block, ...] = ()

    def plainly(self) -> "Message":
        """The same in words alone."""
        return Message(next(pieces("\n\n".join(filter(None, map(_words, self.blocks))), MAX_PLAIN), self.text))


def header(text: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": shortened(text, MAX_HEADER), "emoji": False}}


def sections(text: str, most: int = MAX_SECTION) -> Iterator[Block]:
    """One section, or as many as the text needs; unfolded, since Slack hides what is long behind a click otherwise."""
    for piece in pieces(text, most):
        if piece.strip():
            yield {"type": "section", "expand": True, "text": _mrkdwn(piece)}


def fields(title: str, texts: Sequence[str]) -> Block:
    """A title over two columns."""
    shown = [_mrkdwn(next(pieces(text, MAX_FIELD))) for text in texts[:MAX_FIELDS]]
    return {"type": "section", "text": _mrkdwn(title), "fields": shown}


def code(text: str) -> Iterator[Block]:
    """Preformatted text, in as many blocks as it needs, cut between lines: nothing in it is read as a mark."""
    for piece in lines_of(text, MAX_SECTION):
        yield {
            "type": "rich_text",
            "elements": [{"type": "rich_text_preformatted", "elements": [{"type": "text", "text": piece}]}],
        }


def contexts(lines: Iterable[str]) -> Iterator[Block]:
    """Small print: each line an element, ten elements a block."""
    texts = [_mrkdwn(piece) for line in lines for piece in pieces(line, MAX_SECTION) if piece.strip()]
    for at in range(0, len(texts), MAX_ELEMENTS):
        yield {"type": "context", "elements": texts[at : at + MAX_ELEMENTS]}


def divider() -> Block:
    return {"type": "divider"}


def button(action: str, label: str, value: str, style: str = "") -> Block:
    made: Block = {"type": "button", "action_id": action, "text": _label(label), "value": value}
    return {**made, "style": style} if style else made


def link_button(action: str, label: str, url: str) -> Block:
    return {"type": "button", "action_id": action, "text": _label(label), "url": url}


def actions(elements: Sequence[Block], block_id: str = "") -> Block:
    made: Block = {"type": "actions", "elements": list(elements)}
    return {**made, "block_id": block_id} if block_id else made


def message(text: str) -> Message:
    """A message of words alone; `text` is mrkdwn."""
    return Message(next(pieces(text, MAX_TEXT)), tuple(sections(text))[:MAX_BLOCKS])


def plainly(text: str) -> Message:
    """A message of words that are shown as they are."""
    return message(escape(text))


def _words(block: Block) -> str:
    """The mrkdwn of a block; buttons have none."""
    if block["type"] == "context":
        return "\n".join(element["text"] for element in block["elements"])
    if block["type"] == "rich_text":
        code = "".join(part["text"] for element in block["elements"] for part in element["elements"])
        return f"```\n{escape(code)}\n```"
    said = block.get("text", {})
    text = escape(said["text"]) if said.get("type") == "plain_text" else said.get("text", "")
    return "\n".join([text, *(field["text"] for field in block.get("fields", ()))]).strip()


def _label(text: str) -> Block:
    return {"type": "plain_text", "text": shortened(text, MAX_BUTTON), "emoji": True}


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}
