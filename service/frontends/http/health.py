"""Is the service alive, and can it answer: for load balancers and for people who want to know which part is down."""

from collections.abc import Callable, Mapping
from typing import Any

from litestar import Controller, Response, get

from ingest.errors import IngestError
from service.errors import ServiceError
from service.frontends.http.door import Door, DoorDependency
from service.frontends.http.pool import BusyError

PROBE = "which index for a foreign key"


class HealthController(Controller):
    """`live` says that the process answers, `ready` that a question would be answered."""

    path = "/health"

    @get("/live", operation_id="live", summary="Is the process alive")
    async def live(self) -> dict[str, str]:
        return {"status": "ok"}

    @get("/ready", operation_id="ready", summary="Can a question be answered; which part is down")
    async def ready(self, door: DoorDependency) -> Response[dict[str, Any]]:
        """Asks each part for real: the entries are there, and a search goes through the embedding, Chroma and the lexical index."""
        parts = {name: await _state(door, probe) for name, probe in _PROBES.items()}
        down = [name for name, state in parts.items() if state != "ok"]
        status = 503 if down else 200
        return Response(
            {"status": "down" if down else "ok", "edition": door.advisor.edition, "parts": parts}, status_code=status
        )


def _entries(door: Door) -> str:
    return "ok" if door.advisor.entries() else "the edition holds no entries: rebuild it with `dbarch ingest --rebuild`"


def _search(door: Door) -> str:
    return (
        "ok"
        if door.advisor.search(PROBE, 1).results
        else "a search that must find something finds nothing: rebuild the edition with `dbarch ingest --rebuild`"
    )


_PROBES: Mapping[str, Callable[[Door], str]] = {"entries": _entries, "search": _search}


async def _state(door: Door, probe: Callable[[Door], str]) -> str:
    try:
        return await door.pool.run(lambda: probe(door))
    except (ServiceError, IngestError, BusyError) as error:
        return str(error)
