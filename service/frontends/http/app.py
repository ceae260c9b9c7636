"""The ASGI application, built by one call; importing this module does nothing."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from anyio import create_task_group
from litestar import Controller, Litestar, MediaType, Request, Response, get
from litestar.datastructures import CacheControlHeader
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.plugins.prometheus import PrometheusConfig
from litestar.static_files import create_static_files_router
from litestar.types import Message, Scope
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from service.frontends.http.answers import AnswerPages, AnswersController
from service.frontends.http.api import ApiController
from service.frontends.http.door import Door, DoorDependency
from service.frontends.http.health import HealthController
from service.frontends.http.pages import STATIC, Pages
from service.frontends.http.problems import problem_of, problem_response
from service.frontends.http.site import SiteController
from service.frontends.http.spending import Spending
from service.frontends.keeping import Keeper, expiring
from service.frontends.pool import Pool
from service.frontends.slack.bot import Bot, create_bot
from service.frontends.slack.door import slack_route
from service.frontends.slack.keys import Keys
from service.frontends.use_cases import UseCases
from service.settings import Settings

# 20 turns of history and 256 kB of attachments, both escaped as JSON may, fit well into this.
MAX_BODY_BYTES = 4 * 1024 * 1024

# No script but our own files, no host but ours; diagrams come as data URIs in img elements.
HEADERS: Mapping[bytes, bytes] = {
    b"content-security-policy": b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
}


def create_app(advisor: UseCases, settings: Settings, keeper: Keeper, slack: Keys | None = None) -> Litestar:
    """The application around an advisor and what keeps its answers, which is closed with the application.

    With the keys of a Slack workspace its events are answered too, on the same pool.
    """
    provider, _, model = settings.llm.partition(":")
    # The directory of a replay is nobody's business.
    pages = Pages(provider if provider == "replay" else model)
    pool = Pool(settings.concurrency, settings.queue)
    # More workers than calls: who finds the model busy is answered without it, and does not queue behind it.
    model_pool = Pool(settings.llm_concurrency + settings.concurrency, settings.queue)
    door = Door(advisor, pool, keeper, pages, settings.public_url, model_pool, Spending())
    bot = create_bot(slack, advisor, pool, keeper, settings.public_url) if slack and slack.speaks("http") else None
    static = create_static_files_router(
        path="/static",
        directories=[STATIC],
        cache_control=CacheControlHeader(max_age=86_400, public=True),
        include_in_schema=False,
    )
    handler = _edge(pages)
    return Litestar(
        route_handlers=[
            ApiController,
            AnswersController,
            SiteController,
            AnswerPages,
            HealthController,
            _Metrics,
            static,
            *([slack_route(bot)] if bot else []),
        ],
        dependencies={"door": Provide(lambda: door, sync_to_thread=False)},
        exception_handlers={HTTPException: handler, Exception: handler},
        before_send=[_secured],
        lifespan=[lambda _: _open(keeper, bot)],
        middleware=[PrometheusConfig(app_name="dbarch", prefix="dbarch", group_path=True).middleware],
        openapi_config=_openapi(pages),
        request_max_body_size=MAX_BODY_BYTES,
        logging_config=None,
    )


@asynccontextmanager
async def _open(keeper: Keeper, bot: Bot | None) -> AsyncIterator[None]:
    async with create_task_group() as tasks:
        tasks.start_soon(expiring, keeper)
        if bot:
            tasks.start_soon(bot.tend)
        yield
        tasks.cancel_scope.cancel()
    if bot:
        await bot.close()
    keeper.close()


class _Metrics(Controller):
    path = "/metrics"
    include_in_schema = False

    @get()
    async def metrics(self, door: DoorDependency) -> Response[bytes]:
        """Litestar's own metrics, then what models cost this application."""
        return Response(generate_latest() + door.spending.exposed(), headers={"Content-Type": CONTENT_TYPE_LATEST})


class _DocsPage(OpenAPIRenderPlugin):
    """Litestar's own renderers load scripts from a CDN; this one is a page of ours."""

    def __init__(self, pages: Pages) -> None:
        super().__init__(path="/", media_type=MediaType.HTML)
        self._pages = pages

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:  # noqa: ARG002 (the plugin's signature)
        return self._pages.docs(openapi_schema).encode()


def _openapi(pages: Pages) -> OpenAPIConfig:
    return OpenAPIConfig(
        title="database-architect",
        version=version("database-architect"),
        path="/docs",
        render_plugins=[_DocsPage(pages), JsonRenderPlugin(path="/openapi.json")],
    )


def _edge(pages: Pages) -> Any:
    """Problems as JSON for programs, as a page for people who came with a browser."""

    def handle(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        if (
            request.scope["path"].startswith("/v1/")
            or request.accept.best_match(["application/json", "text/html"]) != "text/html"
        ):
            return problem_response(error)
        problem = problem_of(error)
        return Response(
            pages.problem(problem), status_code=problem.status, headers=dict(problem.headers), media_type=MediaType.HTML
        )

    return handle


async def _secured(message: Message, scope: Scope) -> None:  # noqa: ARG001 (the hook's signature)
    """Headers for every response, errors too."""
    if message["type"] == "http.response.start":
        message["headers"] = [*message["headers"], *HEADERS.items()]
