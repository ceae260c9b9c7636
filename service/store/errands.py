"""Errands: what a front end has taken and not yet done, so that somebody does it when its process has died.

Whoever works on an errand holds a lease on it and renews that; one whose lease has run out is taken over by whoever asks first.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

from service.store.records import Errand
from service.store.schema import ERRANDS, EVENTS
from service.store.store import Store, inserting, is_new

# So many are taken over at once: what is left is there for other replicas, and for the next time.
MOST = 20


@dataclass(frozen=True)
class Errands:
    """The errands of a store, with the promises of the store; every method raises AnswerStoreError."""

    store: Store

    def take(self, events: Sequence[str], errand: Errand, until: datetime, at: datetime) -> bool:
        """Keep an errand where none of its events was seen before; True for one caller only, however many processes ask."""
        with self.store.writing() as connection:
            # In one statement: who waits for another's transaction waits no longer than it must.
            seen = inserting(connection, EVENTS).values([{"id": f"event:{each}", "seen_at": at} for each in events])
            new = connection.execute(seen.on_conflict_do_nothing().returning(EVENTS.c.id)).all()
            if len(new) < len(events):
                return False
            made = inserting(connection, ERRANDS).values(
                id=errand.id, work=errand.work, held=errand.held, tries=errand.tries, leased_until=until
            )
            return is_new(connection, made, ERRANDS.c.id)

    def hold(self, errand_id: str, held: str | None, until: datetime) -> bool:
        """Write down what stands in the place of the answer, with a new lease; False where the errand is not kept."""
        with self.store.writing() as connection:
            changed = update(ERRANDS).where(ERRANDS.c.id == errand_id).values(held=held, leased_until=until)
            return connection.execute(changed).rowcount == 1

    def renew(self, ids: Collection[str], until: datetime) -> None:
        """Lease errands until then; until now, to let go of them."""
        with self.store.writing() as connection:
            connection.execute(update(ERRANDS).where(ERRANDS.c.id.in_(ids)).values(leased_until=until))

    def claim(self, at: datetime, until: datetime) -> tuple[Errand, ...]:
        """Take over errands whose lease has run out, each for one caller only; `tries` counts how often that was done."""
        left = select(ERRANDS.c.id).where(ERRANDS.c.leased_until <= at).order_by(ERRANDS.c.leased_until).limit(MOST)
        # Looked at again under the lock of the row: who came first has renewed the lease.
        mine = (
            update(ERRANDS)
            .where(ERRANDS.c.id.in_(left), ERRANDS.c.leased_until <= at)
            .values(leased_until=until, tries=ERRANDS.c.tries + 1)
            .returning(ERRANDS.c.id, ERRANDS.c.work, ERRANDS.c.held, ERRANDS.c.tries)
        )
        with self.store.writing() as connection:
            return tuple(Errand(*row) for row in connection.execute(mine))

    def finish(self, errand_id: str) -> None:
        """Forget an errand that is done."""
        with self.store.writing() as connection:
            connection.execute(delete(ERRANDS).where(ERRANDS.c.id == errand_id))
