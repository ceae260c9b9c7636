"""What connects the bot to a workspace, and whether there is enough of it."""

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from service.settings import Settings

SLACK_URL = "https://slack.com/api/"
Transport = Literal["http", "socket"]


@dataclass(frozen=True)
class Keys:
    """The tokens of one workspace; never printed. `grace`, in seconds, is another one in tests only."""

    bot_token: str = field(repr=False)
    signing_secret: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    base_url: str = SLACK_URL
    grace: float = 2.0

    @property
    def files(self) -> str:
        """The address under which files lie: a host of their own, but for a stand-in without a certificate."""
        address = urlsplit(self.base_url)
        return f"https://files.{address.netloc}" if address.scheme == "https" else f"http://{address.netloc}"

    def speaks(self, transport: Transport) -> bool:
        """Whether there is all that a transport needs."""
        return not missing(self, transport)


def keys_of(settings: Settings) -> Keys | None:
    """The keys that the settings hold; None without a bot token, which is off."""
    token = settings.slack_bot_token
    # The client joins names of methods to it.
    url = f"{(settings.slack_api_url or SLACK_URL).rstrip('/')}/"
    return Keys(token, settings.slack_signing_secret, settings.slack_app_token, url) if token else None


def missing(keys: Keys | None, transport: Transport) -> str:
    """The settings that a transport still needs, in words; empty if it has all."""
    needed = {"SLACK_BOT_TOKEN": keys is not None}
    if transport == "http":
        needed["SLACK_SIGNING_SECRET"] = bool(keys and keys.signing_secret)
    else:
        needed["SLACK_APP_TOKEN"] = bool(keys and keys.app_token)
    return " and ".join(name for name, there in needed.items() if not there)


def state(keys: Keys | None) -> str:
    """A line for the start of `dbarch serve`: whether Slack is on, and what it would take."""
    lacking = missing(keys, "http")
    return f"off: set {lacking}; see Slack in README.md" if lacking else "on at /slack/events"
