"""Is the service alive, and can it answer: for load balancers and for people who want to know which part is down."""

from collections.abc import Callable, Mapping
from typing import Any

from litestar import Controller, Response, get

from ingest.errors import IngestError
from service.errors import ServiceError
from service.frontends.http.door import Door, DoorDependency
from service.frontends.keeping import OK
from service.frontends.pool import BusyError

PROBE = "which index for a foreign key"


class HealthController(Controller):
    """`live` says that the process answers, `ready` that a question would be answered."""

    path = "/health"

    @get("/live", operation_id="live", summary="Is the process alive")
    async def live(self) -> dict[str, str]:
        return {"status": "ok"}

    @get("/ready", operation_id="ready", summary="Can a question be answered; which part is down")
    async def ready(self, door: DoorDependency) -> Response[dict[str, Any]]:
        """Asks each part for real: the entries are there, and a search goes through the embedding, Chroma and the lexical index, the store takes a row."""
        parts = {name: await _state(door, probe) for name, probe in _PROBES.items()}
        failing = {name for name, state in parts.items() if state != OK}
        # Questions are answered without the store: a load balancer has no reason to look elsewhere.
        status = "ok" if not failing else "degraded" if failing == {"store"} else "down"
        return Response(
            {"status": status, "edition": door.advisor.edition, "parts": parts},
            status_code=503 if status == "down" else 200,
        )


def _entries(door: Door) -> str:
    return OK if door.advisor.entries() else "the edition holds no entries: rebuild it with `dbarch ingest --rebuild`"


def _search(door: Door) -> str:
    return (
        OK
        if door.advisor.search(PROBE, 1).results
        else "a search that must find something finds nothing: rebuild the edition with `dbarch ingest --rebuild`"
    )


def _store(door: Door) -> str:
    return door.keeper.state()


_PROBES: Mapping[str, Callable[[Door], str]] = {"entries": _entries, "search": _search, "store": _store}


async def _state(door: Door, probe: Callable[[Door], str]) -> str:
    try:
        return await door.pool.run(lambda: probe(door))
    except (ServiceError, IngestError, BusyError) as error:
        return str(error)
