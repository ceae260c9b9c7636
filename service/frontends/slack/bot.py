"""The bot: which events, commands and shortcuts are listened to; each is acknowledged, then handed to the desk."""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError

from service.frontends.keeping import Keeper
from service.frontends.pool import Pool
from service.frontends.slack import words
from service.frontends.slack.attached import Fetcher
from service.frontends.slack.buttons import Buttons
from service.frontends.slack.desk import Desk
from service.frontends.slack.errands import Job, Order, order_of
from service.frontends.slack.events import asked, shortcut
from service.frontends.slack.events import words as typed
from service.frontends.slack.keys import Keys
from service.frontends.slack.memory import Memory
from service.frontends.slack.posting import FAILURES, Place, Poster, told
from service.frontends.use_cases import UseCases

COMMAND, SHORTCUT = "/dbarch", "ask_architect"
REFUSED = "I cannot work: Slack does not accept my token. Whoever runs me finds in the log what to do."
SETTLE_SECONDS = 20


@dataclass
class Identity:
    """Who we are, asked of Slack once, by the first event."""

    poster: Poster
    _known: AuthorizeResult | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def authorize(self) -> AuthorizeResult:
        """Raises SlackApiError where the token is refused, which Bolt tells who typed a command, and other failures, whose events Slack sends again."""
        async with self._lock:
            if self._known is None:
                try:
                    self._known = await self._ask()
                except SlackApiError as failure:
                    told(failure, "ask who we are")
                    raise
            return self._known

    async def _ask(self) -> AuthorizeResult:
        found = await self.poster.client.auth_test()
        return AuthorizeResult(
            enterprise_id=found.get("enterprise_id"),
            team_id=found.get("team_id"),
            bot_user_id=found["user_id"],
            bot_id=found.get("bot_id"),
            bot_token=self.poster.client.token,
        )


@dataclass(frozen=True)
class Bot:
    """Bolt's app around a desk."""

    app: AsyncApp
    desk: Desk

    async def tend(self) -> None:
        """Until cancelled: do what processes that have died have left undone."""
        await self.desk.tend()

    async def close(self) -> None:
        """Finish what was acknowledged."""
        await self.desk.settle(SETTLE_SECONDS)


def create_bot(keys: Keys, advisor: UseCases, pool: Pool, keeper: Keeper, public_url: str = "") -> Bot:
    """A bot for the workspace that the keys are of."""
    poster = Poster(keys.bot_token, keys.base_url)
    fetcher = Fetcher(keys.bot_token, poster.described, keys.files)
    desk = Desk(advisor, pool, Memory(keeper), poster, fetcher, public_url, keys.grace)
    identity = Identity(poster)

    # Bolt passes what the names of the arguments ask for, and takes the self of a method for one of them.
    async def authorize() -> AuthorizeResult:
        return await identity.authorize()

    logger = logging.getLogger("dbarch.slack")
    # Bolt warns of what we intend, such as a token from the environment beside one of ours.
    logger.setLevel(logging.ERROR)
    app = AsyncApp(
        logger=logger,
        name="dbarch",
        client=poster.client,
        signing_secret=keys.signing_secret,
        authorize=authorize,
        user_facing_authorize_error_message=REFUSED,
        attaching_conversation_kwargs_enabled=False,
    )
    Listeners(desk).listen(app)
    Buttons(desk).listen(app)

    async def failed(error: Exception, context: Any) -> None:
        await desk.unexpected(error, context.get("reply"))

    app.error(failed)
    return Bot(app, desk)


@dataclass(frozen=True)
class Listeners:
    """Everything but buttons. Bolt acknowledges events after their middleware, and runs what follows in a task of its own."""

    desk: Desk

    def listen(self, app: AsyncApp) -> None:
        app.event("app_mention", middleware=[self._admitted])(self._heard)
        app.event("message", middleware=[self._admitted])(self._heard)
        app.event("app_home_opened")(self._home)
        app.event("assistant_thread_started")(self._pane)
        app.event("assistant_thread_context_changed")(_ignored)
        app.command(COMMAND)(self._command)
        app.shortcut(SHORTCUT)(self._shortcut)

    async def _admitted(
        self, event: dict[str, Any], body: dict[str, Any], context: Any, next_: Any
    ) -> BoltResponse | None:
        """Keep what is for us, then go on, which acknowledges; what is not is acknowledged, and that is all."""
        message = asked(event, context.bot_user_id)
        if message is None:
            return BoltResponse(status=200)
        # A mention comes as two events, one for the mention and one for the message: the second is left alone.
        events = (str(body["event_id"]), f"{message.channel}:{message.ts}")
        taking = context["taking"] = await self.desk.taking(events, order_of(message, context.bot_user_id))
        if taking.done() and taking.result() is None:
            return BoltResponse(status=200)
        await next_()
        return None

    async def _heard(self, context: Any) -> None:
        await self._worked(await context["taking"], context)

    async def _command(self, ack: Any, body: dict[str, Any], context: Any) -> None:
        text = typed(str(body.get("text") or ""), context.bot_user_id)
        if text.lower() in ("", "help"):
            said = words.help_text()
            await ack(text=said.text, blocks=list(said.blocks), response_type="ephemeral")
            return
        order = Order(url=str(body["response_url"]), question=text)
        taking = await self.desk.taking((str(body["trigger_id"]),), order)
        await ack(text=words.WORKING, response_type="ephemeral")
        await self._worked(await taking, context)

    async def _shortcut(self, ack: Any, body: dict[str, Any], context: Any) -> None:
        message = shortcut(body, context.bot_user_id)
        order = order_of(message, context.bot_user_id, str(body["response_url"]))
        taking = await self.desk.taking((str(body["trigger_id"]),), order)
        await ack()
        await self._worked(await taking, context)

    async def _worked(self, job: Job | None, context: Any) -> None:
        if job is not None:
            context["reply"] = job.reply
            await self.desk.work(job)

    async def _home(self, event: dict[str, Any]) -> None:
        if event.get("tab") != "home":
            return
        view = words.home(len(self.desk.advisor.entries()), self.desk.advisor.edition, self.desk.public_url)
        try:
            await self.desk.poster.publish_home(str(event["user"]), view)
        except FAILURES as failure:
            told(failure, "publish the home")

    async def _pane(self, event: dict[str, Any]) -> None:
        thread = event["assistant_thread"]
        place = Place(str(thread["channel_id"]), str(thread["thread_ts"]))
        try:
            await self.desk.poster.prompts(place, words.PROMPTS)
        except FAILURES as failure:
            told(failure, "suggest prompts")


async def _ignored() -> None:
    """Slack tells of changes that mean nothing to us and wants them acknowledged."""
