"""`dbarch slack`: the bot over Socket Mode, in this process; nothing has to be reachable from outside."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from anyio import create_task_group
from slack_sdk.errors import SlackApiError

from service.errors import SettingsError
from service.frontends.cli_serve import log_as
from service.frontends.http.health import PROBE
from service.frontends.keeping import Keeper, expiring
from service.frontends.pool import Pool
from service.frontends.slack.bot import Bot, create_bot
from service.frontends.slack.keys import Keys, keys_of, missing
from service.frontends.slack.posting import FAILURES, error_of
from service.frontends.slack.socket import listen
from service.settings import read_settings
from service.wiring import build_advisor, build_store


def slack() -> None:
    """Listen until SIGINT or SIGTERM. Raises SettingsError for a token that is missing or refused."""
    settings = read_settings()
    keys = keys_of(settings)
    if keys is None or missing(keys, "socket"):
        raise SettingsError(f"{missing(keys, 'socket')} must be set: see Slack in README.md")
    log_as(settings.log_format)
    advisor = build_advisor(settings)
    # The first search loads what the later ones find loaded.
    advisor.search(PROBE, 1)
    keeper = Keeper(lambda: build_store(settings))
    pool = Pool(settings.concurrency, settings.queue)
    asyncio.run(run(create_bot(keys, advisor, pool, keeper, settings.public_url), keys, keeper))


async def run(bot: Bot, keys: Keys, keeper: Keeper) -> None:
    """Check the tokens, say who we are, listen. Raises SettingsError."""
    name = await greeted(bot, keys)
    print(
        f"database-architect {version('database-architect')} listens in Slack as @{name}\nStop with Ctrl-C.", flush=True
    )
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with create_task_group() as tasks:
        tasks.start_soon(expiring, keeper)
        tasks.start_soon(bot.tend)
        await listen(bot, keys, stopped)
        tasks.cancel_scope.cancel()
    keeper.close()


async def greeted(bot: Bot, keys: Keys) -> str:
    """The name of the bot in the workspace. Raises SettingsError for a token that Slack refuses, which the client would try forever."""
    client = bot.app.client
    async with _accepted("SLACK_BOT_TOKEN", keys.base_url):
        name = (await client.auth_test())["user"]
    async with _accepted("SLACK_APP_TOKEN", keys.base_url):
        await client.apps_connections_open(app_token=keys.app_token)
    return str(name)


@asynccontextmanager
async def _accepted(name: str, url: str) -> AsyncIterator[None]:
    try:
        yield
    except SlackApiError as failure:
        raise SettingsError(
            f"Slack does not accept {name} ({error_of(failure)}): make a new one at https://api.slack.com/apps, as Slack in README.md says"
        ) from failure
    except FAILURES as failure:
        raise SettingsError(
            f"Slack cannot be reached ({error_of(failure)}): see whether this machine may reach {url}"
        ) from failure
