"""What the bot says that is no answer: its help, its home, reasons for not answering. Pure."""

from collections.abc import Sequence
from typing import Any

from service.frontends.slack import blocks as kit
from service.frontends.slack.blocks import Block, Message
from service.frontends.slack.mrkdwn import escape

WORKING = "Working on it…"
STATUS = "is looking into the knowledge base…"
PROMPTS: tuple[tuple[str, str], ...] = (
    ("Design a schema", "Design the database of a multi-tenant SaaS e-commerce platform with 2,000 shops."),
    ("Choose a database", "PostgreSQL or MongoDB for a real-time analytics dashboard?"),
    ("Plan a migration", "How do we move 400 GB from MySQL to PostgreSQL without downtime?"),
    ("Mend something slow", "In which order do the columns of a composite index go?"),
)
_HELP = """*Ask me about designing data layers*: which database, what schema, which indexes, how to cache, shard, migrate, secure and recover. Every statement comes with its source.

• *Here or in a channel*: mention me, `/dbarch your question` for an answer that only you see, or write me a direct message.
• *In the thread* of an answer just ask on; I follow without a mention.
• *On any message*: its menu, then “Ask the architect”.
• *With a schema, a query or a plan*: paste it, or attach it as a snippet or text file.

I recommend; I never run anything against your systems."""


def help_text() -> Message:
    examples = "\n".join(f"• {escape(prompt)}" for _, prompt in PROMPTS)
    return kit.message(f"{_HELP}\n\n*Try*\n{examples}")


def welcome() -> Message:
    return kit.message("You are welcome. Ask on in this thread whenever you like.")


def home(entries: int, edition: str, public_url: str) -> dict[str, Any]:
    """The view of App Home."""
    links: Sequence[Block] = (
        [kit.actions([kit.link_button("open_knowledge", "Browse the knowledge base", f"{public_url.rstrip('/')}/kb")])]
        if public_url
        else []
    )
    shown = [
        kit.header("Database architect"),
        *kit.sections(_HELP),
        kit.divider(),
        *kit.sections("*Try*\n" + "\n".join(f"• {escape(prompt)}" for _, prompt in PROMPTS)),
        *links,
        *kit.contexts([f"{entries} entries, edition {escape(edition)}"]),
    ]
    return {"type": "home", "blocks": shown}


def reason(text: str, reference: str) -> Message:
    """Why there is no answer, and what to name when asking about it."""
    return kit.message(f"{escape(text)}\n_Reference {escape(reference)}._")


def handed_over(reference: str) -> Message:
    return reason("I am being restarted: this is answered here as soon as I am back.", reference)


def stopped(reference: str) -> Message:
    return reason("I was stopped before I was done. Ask again.", reference)


def unexpected(reference: str) -> Message:
    return reason("Something went wrong on my side, and it has been logged. Ask again, or tell who runs me the reference.", reference)  # fmt: skip


def feedback_view(answer_id: str) -> dict[str, Any]:
    """The form behind "Not helpful"."""
    verdicts = (("wrong", "Something in it is wrong"), ("incomplete", "Something is missing"), ("unclear", "I cannot follow it"))  # fmt: skip
    choices = [{"text": _plain(label), "value": value} for value, label in verdicts]
    return {
        "type": "modal",
        "callback_id": "feedback",
        "private_metadata": answer_id,
        "title": _plain("Not helpful"),
        "submit": _plain("Send"),
        "close": _plain("Cancel"),
        "blocks": [
            {"type": "input", "block_id": "verdict", "label": _plain("What is it?"), "element": {"type": "radio_buttons", "action_id": "verdict", "options": choices, "initial_option": choices[0]}},
            {"type": "input", "block_id": "reason", "optional": True, "label": _plain("Which part, and what would be right?"), "element": {"type": "plain_text_input", "action_id": "reason", "multiline": True, "max_length": 2000}},
        ],
    }  # fmt: skip


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}
