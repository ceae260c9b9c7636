"""What belongs together stays together: rows, relations, bounds, and what figures stand beside."""

import pytest

from service.check.bindings import rebound
from service.check.bounds import overstepped
from service.check.figures import figures, folds, stands
from service.check.relations import inverted, regrouped
from service.check.rows import Row, misplaced, parallel
from service.check.words import opposed, words

TABLE = (
    Row("search", (("AWS", "OpenSearch"), ("Azure", "AI Search"), ("Stale", "no"))),
    Row("graph", (("AWS", "Neptune"), ("Azure", "third party"), ("Stale", "a minute"))),
)


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("A graph on AWS is Neptune.", False),
        ("A graph is OpenSearch.", True),
        ("For a graph, AWS has a third party.", True),
        ("A search may be stale.", True),
        ("A search may not be stale.", False),
        ("Anything else is free.", False),
    ],
)
def test_what_a_table_says_of_one_row_is_not_said_of_another(said: str, wrong: bool) -> None:
    assert bool(misplaced(said, TABLE, frozenset())) is wrong
    assert not misplaced(said, TABLE[:1], frozenset())


SIZES = (
    Row("up to 50 GB", (("reads", "any"), ("take", "one primary with replicas"))),
    Row("50 to 500 GB", (("reads", "many"), ("take", "a cluster"))),
    Row("rare corrections", (("way", "rewrite of whole columns"), ("for (or so)", "slow days"))),
)
COLUMNS = (
    Row("order", (("Polling", "by design"), ("Log (of some kind)", "commit order"))),
    Row("delay", (("Polling", "long"), ("Log (of some kind)", "short"))),
)


@pytest.mark.parametrize(
    ("said", "table", "wrong"),
    [
        ("Up to 500 GB one primary with replicas will do.", SIZES, True),
        ("Up to 50 GB one primary with replicas will do.", SIZES, False),
        ("Rare corrections suit fast days.", SIZES, True),
        ("Rare corrections take a cluster.", SIZES, True),
        ("Rare corrections suit slow days.", SIZES, False),
        ("Polling gives an order by commit, while with the log order is by design.", COLUMNS, True),
        ("Polling gives an order by design, while with the log order is by commit.", COLUMNS, False),
    ],
)
def test_what_a_row_says_is_said_of_its_key_and_under_its_heading(
    said: str, table: tuple[Row, ...], wrong: bool
) -> None:
    assert bool(misplaced(said, table, frozenset({"clust"}))) is wrong


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("Upload, then insert.", "Insert, then upload."),
        ("Writes stop because the disk fills.", "The disk fills because writes stop."),
        ("After the copy, compare.", "Compare before the copy."),
        ("The alter waits for the select.", "The select waits for the alter."),
        ("Write loops instead of constructs.", "Write constructs instead of loops."),
        ("It went from SSPL to Apache.", "product: it; from: Apache to 7; to: SSPL; when: 2021"),
    ],
)
def test_places_of_a_relation_are_not_exchanged(said: str, source: str) -> None:
    assert inverted(said, source)
    assert not inverted(source, source)


def test_things_told_of_in_parallel_are_rows_of_their_own() -> None:
    cells = (("Version", "@Version; a column; nothing"),)
    assert [row.cells[0][1] for row in parallel(cells, "Hibernate, Rails, Django", "")] == [
        "@Version",
        "a column",
        "nothing",
    ]
    assert len(parallel(cells, "Hibernate, Rails", "")) == 1


def test_words_that_change_their_company_are_found() -> None:
    theirs = (frozenset({"suit", "old", "schema"}), frozenset({"load", "new", "row"}))
    assert regrouped((frozenset({"suit", "new", "schema"}), frozenset({"load", "old", "row"})), theirs)
    assert not regrouped(theirs, theirs)


@pytest.mark.parametrize(
    ("said", "source", "wrong"),
    [
        ("Alert above 5 s.", "Alert below 5 s.", True),
        ("Alert above 5 s.", "Alert over 5 s.", False),
        ("Not more than 5 s.", "At most 5 s.", False),
        ("Compare all below 5 s.", "Compare one in ten above 5 s, below that all.", False),
    ],
)
def test_a_bound_keeps_its_side(said: str, source: str, wrong: bool) -> None:
    assert bool(overstepped(said, source)) is wrong


def test_a_figure_and_a_quantifier_keep_their_words() -> None:
    assert rebound("Three sessions claim two tickets.", "Two sessions claim three tickets.")
    assert rebound("It keeps all fields.", "It keeps only the fields.")
    assert not rebound("Two sessions claim 2.5 tickets.", "Two sessions claim three tickets.")


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("90% of them", "nine of ten of them"),
        ("0.1% of them", "one in a thousand of them"),
        ("0.5% is allowed", "half a percent is allowed"),
        ("three times as many", "the sum triples"),
        ("7 days", "a week"),
        ("every year", "a yearly test"),
        ("a random 1%", "a random hundredth"),
    ],
)
def test_a_share_is_the_same_in_figures_and_in_words(said: str, source: str) -> None:
    there = (*figures(source), *folds(source))
    assert all(stands(figure, there) for figure in figures(said))


@pytest.mark.parametrize(
    ("said", "source", "wrong"),
    [
        ("Strings bind values.", "Strings do not.", True),
        ("Locks are on by default.", "Locks are off by default.", True),
        ("Keep the proxies in.", "Leave the proxies out.", True),
        ("It reads no columns but those.", "It reads only those columns.", False),
        ("Each update reindexes nothing.", "Each update reindexes it.", True),
        ("A linter approves it.", "A linter rejects it.", True),
        ("It lets rows through.", "It denies rows.", True),
        ("Commits go on meanwhile.", "Commits hang meanwhile.", True),
        ("A table has policies, nothing is visible.", "With policies nothing is visible.", False),
        ("It makes no strongly consistent store.", "It does not make a strongly consistent store.", False),
        ("It is no help, not when it is hot.", "It is no help when hot.", False),
    ],
)
def test_opposites_are_known_in_other_words(said: str, source: str, wrong: bool) -> None:
    assert bool(opposed(words(said), words(source))) is wrong
