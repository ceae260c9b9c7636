"""Each witness of the check on sentences made for it: what it finds, and what it leaves alone."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from ingest.embeddings import Vectors
from kb.vocabulary import TechnologyName, load_vocabulary
from service.check.bindings import counted_per, indifferent, other_default, predicated, rebound
from service.check.case import Case, aligned
from service.check.claim import check_claim
from service.check.contrary import negated, praised
from service.check.denial import denied
from service.check.figures import elided, figures, folds, names, stands
from service.check.grants import granted
from service.check.ground import Ground, Passage
from service.check.meaning import Meaning
from service.check.naming import misfigured
from service.check.relations import inverted, reordered
from service.check.rows import Row, misplaced
from service.check.stance import against_conclusions
from service.check.words import opposed, propositions, statements, words

NAMES: Mapping[str, TechnologyName] = load_vocabulary().technologies
NOBODY = Passage("asked", "", ())


def ground(favoured: str = "", refused: str = "", meaning: Meaning | None = None) -> Ground:
    return Ground((), NOBODY, NOBODY, NAMES, frozenset(favoured.split()), frozenset(refused.split()), meaning)


def case(said: str, *source: str, adverse: Sequence[str] = ()) -> Case:
    passage = Passage("a/b#c", "", source, adverse=frozenset(adverse))
    claim, own = words(said), ground()
    return Case(said, claim, aligned(claim, (passage,), own), own)


class Alike:
    """An embedder that has one vector for what speaks of gardens and another for the rest, and counts what it embeds."""

    name = digest = "alike"
    dimension = 2

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.embedded += texts
        return np.array([[1, 0] if "garden" in text else [0, 1] for text in texts], dtype=np.float32)


@pytest.mark.parametrize(
    ("said", "source", "wrong"),
    [
        ("An old release does not read the new column.", "An old release reads the new column.", True),
        ("An old release reads the new column.", "An old release never reads the new column.", True),
        ("Backups never leave the service's region.", "Backups stay in the service's region.", False),
        ("Reading the new column is not only for releases.", "Releases are reading the new column.", False),
        ("Not a kitten purrs.", "An old release reads the new column.", False),
        ("Not.", "An old release reads the new column.", False),
        ("An old release reads it without a column.", "An old release never reads the new column.", False),
    ],
)
def test_a_denial_stands_alone_or_not(said: str, source: str, wrong: bool) -> None:
    assert bool(denied(case(said, source))) is wrong
    assert not denied(case(said, source, adverse=(source,)))


def test_a_part_of_a_sentence_is_compared_behind_its_conjunction() -> None:
    assert propositions("It waits when the table is large, and stops.") == (
        "It waits",
        "the table is large",
        "and stops.",
    )
    assert negated(
        case("The planner passes over it when its table is large.", "Why: the function hides it; the table is small.")
    )
    assert statements("One; two. Three.") == ("One; two.", "Three.")


def test_what_is_asked_is_neither_affirmed_nor_denied() -> None:
    assert not opposed(words("Make sure that no migration runs."), words("Find out whether a migration runs."))


@pytest.mark.parametrize(
    ("said", "source", "wrong"),
    [
        ("The recovery comes only with the large edition.", "The recovery comes with all editions.", True),
        ("The recovery comes only with the large edition.", "The recovery comes only with one of all editions.", False),
        ("It rewrites only the table and spares indexes.", "It rewrites the table and its indexes.", True),
        ("It rewrites only the table.", "It rewrites the table and its indexes.", False),
        ("It holds with either reads or writes.", "It holds only with both reads and writes.", True),
        ("It holds with both.", "It holds with either.", True),
        ("All pairs of users share one pool.", "Each pair of users has a pool of its own.", True),
        ("Each pair of users has its own pool.", "All pairs of users share a pool.", True),
        ("Bookings lock nights in any order.", "One order for all nights prevents it.", True),
        ("It takes 5 writes per second.", "It takes 5 writes in every region.", False),
        ("halfvec has 4,000 dimensions.", "It has 2,000 dimensions for vector, 4,000 for halfvec.", False),
    ],
)
def test_what_is_said_of_all_is_not_said_of_some(said: str, source: str, wrong: bool) -> None:
    assert bool(rebound(said, source)) is wrong


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("Promote first, and abort if it is late.", "Abort before promoting."),
        ("First swap the names, then backfill batches.", "Backfill batches before names are swapped."),
        ("Let officers go on after a restore and compare the chain later.", "Compare the chain before officers go on."),
        ("Begin with columns and consider a replica afterwards.", "Consider a replica before columns."),
        ("They move from warehouses to lakes.", "They move from lakes to warehouses."),
    ],
)
def test_what_comes_first_does_not_come_last(said: str, source: str) -> None:
    assert reordered(said, source)
    assert not reordered(source, source)


def test_what_is_counted_per_one_thing_is_not_counted_per_another() -> None:
    assert counted_per("Names are stored once per collection.", "Names are stored in every document.")
    assert not counted_per("Names are stored once per document.", "Names are stored in every document.")


def test_what_is_affirmed_is_not_what_is_denied() -> None:
    assert (
        inverted("It covers the sink, but not the way in from Kafka.", "It covers the way in from Kafka, not the sink.")
        == "not"
    )
    assert not inverted("It covers Kafka, not the sink.", "It covers Kafka, not the sink.")


def test_what_is_preferred_is_not_what_is_left() -> None:
    assert inverted("Prefer a database per tenant over a tenant field.", "Many files; prefer a tenant field.") == "over"
    assert not inverted("Prefer a tenant field over a database.", "Many files; prefer a tenant field.")


@pytest.mark.parametrize(
    ("said", "source", "wrong"),
    [
        ("Keep 25% of it.", "Keep a quarter of it.", False),
        ("Keep 30% of it.", "Keep a quarter of it.", True),
        ("It takes one or two days.", "It takes a day or two.", False),
        ("It is 22 ms there.", "It is 48 ms here against 22 there.", False),
        ("The p99 is 22 ms.", "The 99th percentile is 22 ms.", False),
        ("Rank them by pg_time.", "Rank them by their time.", True),
        ("We rank them with Galera.", "Rank them with a tool.", True),
        ("Zeekstore's ranks are stored.", "Ranks are stored.", True),
        ("Pool-II ranks them.", "A tool ranks them.", True),
        ("Measure the hours, alarm above 40.", "Alarm above 40 hours.", False),
        ("They rank in November.", "Rank them by month.", False),
        ("The ZooKeeper ranks them.", "A tool ranks them.", True),
    ],
)
def test_figures_and_names_stand_in_what_is_cited(said: str, source: str, wrong: bool) -> None:
    assert bool(misfigured(case(said, source))) is wrong


def test_a_unit_does_not_cross_a_line_and_is_shared_in_one() -> None:
    assert [f.unit for f in figures("= 24\ndays")] == [""]
    assert [f.unit for f in elided("48 ms here, 22 there")] == ["time"]
    assert stands(figures("a tenth of it")[0], figures("10% of it"))
    assert not stands(figures("a tenth of it")[0], figures("20% of it"))
    assert 2.0 in [f.bare for f in folds("a day or two")]
    assert names("its 99th percentile") == {"p99"}


def test_a_row_that_is_named_in_passing_is_not_meant() -> None:
    table = (
        Row("several replicas for reports", (("step", "column store"),)),
        Row("reports slow down writes", (("step", "replica; replay cancels queries by default"),)),
    )
    assert not misplaced(
        "A replica relieves writes of reports, but replay cancels queries by default.", table, frozenset()
    )
    assert misplaced("Several replicas for reports want queries by default.", table, frozenset())


def test_other_words_for_the_same_keep_their_source() -> None:
    embedder = Alike()
    own = ground(meaning=Meaning(embedder))
    cited = Passage("a/b#c", "", ("The garden is pruned in spring and watered daily.", "Stones stay."))
    said = "Whoever loves his garden trims it when winter ends and gives it drink."
    assert check_claim(said, (cited,), ground()).finding == "beyond"
    assert check_claim(said, (cited,), own).finding == "supported"
    assert check_claim(said, (cited,), own).finding == "supported"
    assert embedder.embedded.count(said) == 1
    assert not Meaning(embedder).same(said, ())
    assert not Meaning(embedder).same(said, ("Stones stay.",))


POOR = "joins and history as the main use"


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("It is the right tool for joins and history.", True),
        ("It is the wrong tool for joins and history.", False),
        ("It is no good for joins and history.", False),
        ("PostgreSQL is the right tool for joins and history.", False),
        ("It is good for something else.", False),
        ("Joins and history are spoken of.", False),
    ],
)
def test_what_is_a_poor_fit_is_not_praised(said: str, wrong: bool) -> None:
    assert bool(praised(case(said, POOR, adverse=(POOR,)))) is wrong
    assert not praised(case(said, POOR))


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("Use MongoDB for it.", True),
        ("Do not use MongoDB for it.", False),
        ("Use MongoDB if you must.", False),
        ("Use anything rather than MongoDB.", False),
        ("Do not use PostgreSQL here.", True),
        ("Avoid PostgreSQL here.", True),
        ("Use PostgreSQL here.", False),
        ("MongoDB has collections.", False),
    ],
)
def test_a_claim_stands_where_the_conclusions_stand(said: str, wrong: bool) -> None:
    assert bool(against_conclusions(said, ground(favoured="postgresql", refused="mongodb"))) is wrong


@pytest.mark.parametrize(
    ("said", "source", "wrong"),
    [
        ("There is a way back.", "There is no way back.", True),
        ("There is a way back.", "There is no other road.", False),
        ("The dialect supports triggers and savepoints.", "It has no triggers, savepoints, or types.", True),
        ("The dialect supports triggers.", "It has no triggers, savepoints, or types.", False),
        ("The dump takes a tenant of a table.", "The dump takes a schema, never a tenant of a table.", True),
        ("The copy takes a tenant of a table.", "The dump takes a schema, never a tenant of a table.", False),
        ("The dump never takes a tenant of a table.", "The dump takes a schema, never a tenant of a table.", False),
        ("Support may read the base table.", "Support reads a view, the base table is refused.", True),
        ("Support may not read the base table.", "Support reads a view, the base table is refused.", False),
        ("Any picker may book corrections by loss.", "Corrections booked by loss need a leader.", True),
        ("Any picker may book corrections by loss with a leader.", "Corrections booked by loss need a leader.", False),
        ("Any picker may book moves.", "Corrections booked by loss.", False),
    ],
)
def test_what_is_refused_is_not_granted(said: str, source: str, wrong: bool) -> None:
    assert bool(granted(case(said, source))) is wrong


@pytest.mark.parametrize(
    ("said", "source", "wrong"),
    [
        ("The default of the file is always.", "With everysec, the default of the file, a second is lost, with always none.", True),
        ("The default of the file is everysec.", "With everysec, the default of the file, a second is lost.", False),
        ("The default of the file is kept.", "With everysec, the default of the file, a second is lost.", False),
    ],
)  # fmt: skip
def test_a_default_is_what_the_source_calls_so(said: str, source: str, wrong: bool) -> None:
    assert bool(other_default(said, source)) is wrong


def test_a_figure_belongs_to_its_predicate() -> None:
    source = "Inserts are slowed at 1,000 parts and refused at 3,000."
    assert predicated("Inserts are refused at 1,000 parts.", source)
    assert not predicated("Inserts are refused at 3,000 parts.", source)
    assert not predicated("Inserts are slowed at 1,000 parts and refused at 3,000.", source)


@pytest.mark.parametrize(
    ("said", "source", "wrong"),
    [
        ("It loads every partition, whether it touches it or not.", "It loads each partition that it touches.", True),
        ("It loads a partition regardless of size.", "It loads a partition of that size.", True),
        ("It loads a partition regardless of size.", "It loads a partition of any size.", False),
        ("It loads a partition.", "It loads a partition of that size.", False),
    ],
)
def test_what_makes_a_difference_is_not_indifferent(said: str, source: str, wrong: bool) -> None:
    assert bool(indifferent(said, source)) is wrong


def test_a_denial_is_at_home_where_the_nearest_sentence_denies() -> None:
    source = ("They are not held in one country, since a cluster has one set of disks.", "Partitions hold rows apart.")
    assert not denied(case("A cluster has one set of disks, so partitions do not hold rows in one country.", *source))


def test_words_that_stand_apart_are_no_support() -> None:
    cited = Passage("a/b#c", "", ("The red fox runs.", "A green pond lies far.", "One blue hill stands."))
    assert (
        check_claim("The fox drinks at the pond below the hill in green summers.", (cited,), ground()).finding
        == "beyond"
    )
