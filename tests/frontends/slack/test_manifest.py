"""The manifest asks for what the bot uses, and for nothing else."""

import re
from pathlib import Path

import yaml

import service.frontends.slack as room
from service.frontends.slack.bot import COMMAND, SHORTCUT
from tests.frontends.slack.fake_slack import SCOPES

HERE = Path(room.__file__).parent
MANIFEST = yaml.safe_load((HERE / "manifest.yaml").read_text())
CODE = "\n".join(path.read_text() for path in HERE.glob("*.py"))
EVENTS = set(re.findall(r'app\.event\("(\w+)"[,)]', CODE))
# What the events need: https://docs.slack.dev/reference/events
OF_EVENTS = {
    "app_mention": "app_mentions:read", "message.channels": "channels:history", "message.groups": "groups:history",
    "message.im": "im:history", "message.mpim": "mpim:history", "assistant_thread_started": "assistant:write",
    "assistant_thread_context_changed": "assistant:write", "app_home_opened": None,
}  # fmt: skip


def methods() -> set[str]:
    """The Web API methods that are called, as Slack names them; an upload is a call of two."""
    called = set(re.findall(r"(?:client|_hasty)\.((?:[a-z]+_)+[A-Za-z]+|auth_test)\(", CODE)) - {"assistant_thread"}
    names = {name.replace("_", ".") for name in called}
    return (names - {"files.upload.v2"}) | {"files.getUploadURLExternal", "files.completeUploadExternal"}


def test_every_scope_is_that_of_a_method_or_an_event_and_every_one_of_these_is_there() -> None:
    called = methods() | ({"files.getUploadURLExternal"} if "files_upload_v2" in CODE else set())
    assert called <= set(SCOPES), "the fake knows every method that is called"
    # Any of the histories allows to read a thread; the events name all of them.
    needed = {SCOPES[name][0] for name in called if SCOPES[name]}
    needed |= {
        scope for event in MANIFEST["settings"]["event_subscriptions"]["bot_events"] if (scope := OF_EVENTS[event])
    }
    # Files are fetched with the token itself, commands need their scope by being there.
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == needed | {"commands", "files:read"}


def test_the_events_that_are_listened_to_are_subscribed() -> None:
    subscribed = {name.partition(".")[0] for name in MANIFEST["settings"]["event_subscriptions"]["bot_events"]}
    assert subscribed == EVENTS


def test_commands_and_shortcuts_have_the_names_that_are_listened_to() -> None:
    features = MANIFEST["features"]
    assert [command["command"] for command in features["slash_commands"]] == [COMMAND]
    assert [shortcut["callback_id"] for shortcut in features["shortcuts"]] == [SHORTCUT]


def test_the_manifest_is_within_the_lengths_that_slack_takes() -> None:
    shown = MANIFEST["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 174 <= len(shown["long_description"]) <= 4_000
    assert len(MANIFEST["features"]["slash_commands"][0]["description"]) <= 2_000
    assert len(MANIFEST["features"]["shortcuts"][0]["name"]) <= 24
