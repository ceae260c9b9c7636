"""What Slack sends, as it sends it: events, commands, buttons, and the signature over a body."""

import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from tests.frontends.slack.fake_slack import BOT_USER, TEAM, FakeSlack, Posted

SECRET = "0123456789abcdef0123456789abcdef"
CHANNEL, ASKER = "C0GENERAL", "U0ASKER"
_NUMBERS = itertools.count(1)


def event(event: dict[str, Any], event_id: str = "") -> dict[str, Any]:
    ts = event.get("ts") or f"{1_700_000_000 + next(_NUMBERS)}.000100"
    whole = {"channel": CHANNEL, "user": ASKER, "ts": ts, "channel_type": "channel", **event}
    return {"type": "event_callback", "team_id": TEAM, "api_app_id": "A1", "event": whole, "event_id": event_id or f"Ev{next(_NUMBERS)}"}  # fmt: skip


def mention(text: str, **more: Any) -> dict[str, Any]:
    return event({"type": "app_mention", "text": f"<@{BOT_USER}> {text}", **more})


def spoken(text: str, **more: Any) -> dict[str, Any]:
    """A message in a channel that mentions nobody."""
    return event({"type": "message", "text": text, **more})


def direct(text: str, **more: Any) -> dict[str, Any]:
    return event({"type": "message", "text": text, "channel": "D0DIRECT", "channel_type": "im", **more})


def command(slack: FakeSlack, text: str) -> dict[str, Any]:
    return {
        "command": "/dbarch",
        "text": text,
        "user_id": ASKER,
        "channel_id": CHANNEL,
        "team_id": TEAM,
        "trigger_id": f"t{next(_NUMBERS)}",
        "response_url": f"{slack.url}/respond/1",
    }


def press(slack: FakeSlack, message: Posted | None, button: Mapping[str, Any]) -> dict[str, Any]:
    """A button pressed; without a message, under something that only its asker sees."""
    whole = {
        **_interaction(slack, "block_actions"),
        "container": {"type": "message", "is_ephemeral": message is None},
        "actions": [{"block_id": "b", "type": "button", **button}],
    }
    if message is None:
        return whole
    thread = {"thread_ts": message.thread_ts} if message.thread_ts else {}
    return {**whole, "channel": {"id": message.channel}, "message": {"ts": message.ts, **thread}}


def shortcut(slack: FakeSlack, message: dict[str, Any]) -> dict[str, Any]:
    return {**_interaction(slack, "message_action"), "callback_id": "ask_architect", "message": message}


def submission(view: dict[str, Any], verdict: str, reason: str) -> dict[str, Any]:
    """The form behind "Not helpful", filled in."""
    values = {"verdict": {"verdict": {"selected_option": {"value": verdict}}}, "reason": {"reason": {"value": reason}}}
    whole = {**view, "id": f"V{next(_NUMBERS)}", "state": {"values": values}}
    return {"type": "view_submission", "user": {"id": ASKER}, "team": {"id": TEAM}, "view": whole}


def signed(body: str, at: float | None = None, secret: str = SECRET) -> dict[str, str]:
    """The headers with which Slack signs a body."""
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def encoded(payload: Mapping[str, Any]) -> tuple[str, str]:
    """The body and its content type: events are JSON, commands forms, buttons and shortcuts a field of JSON in a form."""
    if "event" in payload or payload.get("type") == "url_verification":
        return json.dumps(payload), "application/json"
    return urlencode(
        payload if "command" in payload else {"payload": json.dumps(payload)}
    ), "application/x-www-form-urlencoded"


def _interaction(slack: FakeSlack, kind: str) -> dict[str, Any]:
    return {
        "type": kind,
        "user": {"id": ASKER},
        "team": {"id": TEAM},
        "channel": {"id": CHANNEL},
        "trigger_id": f"t{next(_NUMBERS)}",
        "response_url": f"{slack.url}/respond/1",
    }
