"""What was taken and not done is there for the next one, once nobody is at it any more."""

import datetime as dt

from service.store.errands import MOST, Errands
from service.store.records import Errand
from service.store.store import Store, open_store
from tests.store.taking import LEASE, took


def test_an_errand_is_left_alone_as_long_as_somebody_is_at_it(store: Store, noon: dt.datetime) -> None:
    errands = Errands(store)
    assert errands.take(("e1", "C1:1.5"), Errand("C1:1.5", "work"), noon + LEASE, noon)
    errands.renew(("C1:1.5", "gone"), noon + 2 * LEASE)
    assert errands.hold("C1:1.5", "1.6", noon + 3 * LEASE)
    assert errands.claim(noon + 2 * LEASE, noon + 9 * LEASE) == ()
    left = Errand("C1:1.5", "work", "1.6", tries=1)
    assert errands.claim(noon + 3 * LEASE, noon + 9 * LEASE) == (left,)
    assert errands.claim(noon + 3 * LEASE, noon + 9 * LEASE) == ()
    errands.finish("C1:1.5")
    errands.finish("C1:1.5")
    assert not errands.hold("C1:1.5", None, noon + 9 * LEASE)
    assert errands.claim(noon + 99 * LEASE, noon + 99 * LEASE) == ()


def test_an_event_that_was_seen_makes_no_errand_whichever_of_its_names_it_has(store: Store, noon: dt.datetime) -> None:
    errands = Errands(store)
    assert errands.take(("e1", "m1"), Errand("m1", ""), noon, noon)
    errands.finish("m1")
    assert not errands.take(("e2", "m1"), Errand("m1", ""), noon, noon)
    assert not errands.take(("e1", "m2"), Errand("m2", ""), noon, noon)
    assert errands.claim(noon, noon + LEASE) == ()
    assert not took(store, "e2", noon)


def test_what_is_taken_over_at_once_is_bounded_and_the_oldest_comes_first(store: Store, noon: dt.datetime) -> None:
    for number in range(MOST + 1):
        took(store, str(number), noon - number * LEASE)
    errands = Errands(store)
    assert {errand.id for errand in errands.claim(noon + LEASE, noon + 2 * LEASE)} == {
        str(n) for n in range(1, MOST + 1)
    }
    assert [errand.id for errand in errands.claim(noon + LEASE, noon + 2 * LEASE)] == ["0"]


def test_an_errand_that_nobody_did_goes_with_its_days(url: str, noon: dt.datetime) -> None:
    store = open_store(url, days=10)
    took(store, "e1", noon)
    assert store.expire(noon + dt.timedelta(days=9)) == 0
    assert store.expire(noon + dt.timedelta(days=11)) == 2
    assert Errands(store).claim(noon + dt.timedelta(days=11), noon + dt.timedelta(days=12)) == ()
    store.close()
