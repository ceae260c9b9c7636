"""The HTTP transport: a request of Litestar as Bolt reads it, and Bolt's response back; Bolt verifies the signature."""

from typing import Any

from litestar import Request, Response, post
from litestar.handlers import HTTPRouteHandler
from slack_bolt.request.async_request import AsyncBoltRequest

from service.frontends.slack.bot import Bot

PATH = "/slack/events"


def slack_route(bot: Bot) -> HTTPRouteHandler:
    """The one address for events, commands and buttons."""

    @post(PATH, status_code=200, include_in_schema=False)
    async def events(request: Request[Any, Any, Any]) -> Response[Any]:
        # The signature is over the bytes; what is no UTF-8 cannot have been signed by Slack.
        body = (await request.body()).decode("utf-8", "replace")
        answer = await bot.app.async_dispatch(AsyncBoltRequest(body=body, headers={**request.headers}))
        media_type = answer.first_headers().get("content-type", "text/plain")
        return Response(answer.body, status_code=answer.status, media_type=media_type)

    return events
