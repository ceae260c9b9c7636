"""The Socket Mode transport: Slack is called, nothing has to be reachable from outside."""

import asyncio
import logging

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

from service.frontends.slack.bot import Bot
from service.frontends.slack.keys import Keys


async def listen(bot: Bot, keys: Keys, stopped: asyncio.Event) -> None:
    """Listen until told to stop, connecting again whenever the connection is lost; then finish what was acknowledged."""
    handler = AsyncSocketModeHandler(bot.app, keys.app_token, logging.getLogger("dbarch.slack"), bot.app.client)
    await handler.client.connect()
    await stopped.wait()
    await handler.client.disconnect()
    await bot.close()
    await handler.client.close()
