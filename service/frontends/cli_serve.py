"""`dbarch serve`: the HTTP door on granian, in this process."""

import asyncio
import logging
import signal
import socket
import sys
from importlib.metadata import version

import structlog
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar

from service.errors import SettingsError
from service.frontends.http.app import create_app
from service.frontends.http.health import PROBE
from service.frontends.keeping import Keeper
from service.frontends.slack.keys import keys_of, state
from service.frontends.use_cases import UseCases
from service.settings import Settings, read_settings
from service.wiring import build_advisor, build_store

TRY = "In which order do the columns of a composite index go?"


def serve(host: str | None, port: int | None) -> None:
    """Listen until SIGINT or SIGTERM. Raises SettingsError for an address that cannot be listened on."""
    given = {name: value for name, value in {"host": host, "port": port}.items() if value is not None}
    settings = read_settings().model_copy(update=given)
    free(settings.host, settings.port)
    log_as(settings.log_format)
    advisor = build_advisor(settings)
    # The first search loads what the later ones find loaded.
    advisor.search(PROBE, 1)
    keeper = Keeper(lambda: build_store(settings))
    # Said now if it fails, and not at the first question.
    keeper.state()
    app = create_app(advisor, settings, keeper, keys_of(settings))
    print(greeting(settings, advisor), flush=True)
    asyncio.run(_listen(app, settings))


def free(host: str, port: int) -> None:
    """Refuse at once, before seconds of loading, what could not be listened on."""
    try:
        family, kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise SettingsError(
            f"cannot listen on {host} port {port}: {error.strerror or error}; choose another with --port or DBARCH_PORT, --host or DBARCH_HOST"
        ) from error


def greeting(settings: Settings, advisor: UseCases) -> str:
    """What to try, for the person who started it."""
    base = f"http://{f'[{settings.host}]' if ':' in settings.host else settings.host}:{settings.port}"
    return "\n".join(
        (
            f"database-architect {version('database-architect')}, {len(advisor.entries())} entries, edition {advisor.edition}",
            f"  ask on a page   {base}/",
            f"  read the API    {base}/docs",
            f"  ask by HTTP     curl -s {base}/v1/ask -H 'Content-Type: application/json' -H 'Accept: text/markdown' -d '{{\"question\": \"{TRY}\"}}'",
            f"  Slack           {state(keys_of(settings))}",
            "Stop with Ctrl-C.",
        )
    )


def log_as(log_format: str) -> None:
    """One line an event, to standard error."""
    renderer = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )


async def _listen(app: Litestar, settings: Settings) -> None:
    server = Server(
        app, address=settings.host, port=settings.port, interface=Interfaces.ASGI, websockets=False, log_enabled=False
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.stop)
    await server.serve()
