"""An event taken with the errand that it is, as front ends do it."""

import datetime as dt

from service.store.errands import Errands
from service.store.records import Errand
from service.store.store import Store

LEASE = dt.timedelta(minutes=1)


def took(store: Store, event: str, at: dt.datetime) -> bool:
    """Whether nobody had taken it before."""
    return Errands(store).take((event,), Errand(event, "{}"), at + LEASE, at)
