"""The stand: suites dealt to processes, and questions embedded once."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from evals.case import SUITES
from evals.case_files import load_cases
from evals.retrieval import Ranking
from evals.score import Row
from evals.stand import Plan, Remembering, bench, deal, dealt, merged, run_dealt
from evals.suite import Results, run
from ingest.embeddings import Embedder, Vectors
from service.settings import Settings


def test_the_longest_goes_first_and_shares_come_out_even() -> None:
    assert dealt({"a": 10.0, "b": 40.0, "c": 25.0, "d": 5.0}, 2) == (("b",), ("c", "a", "d"))
    assert dealt({"a": 10.0, "b": 40.0}, 8) == (("b",), ("a",))


def test_what_is_short_is_not_worth_a_process() -> None:
    assert dealt({"a": 10.0, "b": 9.0}, 2) == (("a", "b"),)
    assert dealt({}, 2) == ((),)


def test_suites_that_need_each_other_stay_together() -> None:
    loaded = load_cases()
    one, two = deal(loaded, SUITES, 2)
    assert sorted((*one, *two)) == sorted(SUITES)
    for pair in ({"interactions", "variants"}, {"out_of_scope", "adversarial"}):
        assert pair <= set(one) or pair <= set(two)
    assert deal(loaded, ["numeric", "in_scope"], 2) == (("in_scope", "numeric"),)


def test_results_are_those_of_one_process() -> None:
    rows = [Row(suite, case, "d") for suite, case in (("queries", "q"), ("variants", "v"), ("interactions", "b"), ("interactions", "a"))]  # fmt: skip
    ranking = Ranking("service", {}, {})
    whole = merged((Results((rows[0],), (ranking,)), Results((rows[2], rows[3], rows[1]))))
    assert [row.key for row in whole.rows] == ["interactions/b", "interactions/a", "variants/v", "queries/q"]
    assert whole.rankings == (ranking,)


def test_a_question_is_embedded_once_and_texts_in_a_batch_every_time(words: Embedder) -> None:
    asked: list[Sequence[str]] = []

    class Counting:
        name, digest, dimension = words.name, words.digest, words.dimension

        def embed(self, texts: Sequence[str]) -> Vectors:
            asked.append(texts)
            return words.embed(texts)

    remembering = Remembering(Counting())
    for texts in (["queue"], ["queue"], ["queue", "ledger"], ["queue", "ledger"]):
        assert np.array_equal(remembering.embed(texts), words.embed(texts))
    assert asked == [["queue"], ["queue", "ledger"], ["queue", "ledger"]]
    assert (remembering.name, remembering.digest, remembering.dimension) == (words.name, words.digest, words.dimension)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_processes_give_what_one_gives(
    real_data_dir: Path, committed: dict[str, Sequence[object]], write_cases: Callable[..., Path], tmp_path: Path
) -> None:
    queries = [{"id": f"q{n}", "query": f"composite index {n}", "gold": {"patterns/composite-index-ordering#problem": 2}} for n in range(360)]  # fmt: skip
    cases = write_cases(tmp_path, numeric=committed["numeric"][:2], in_scope=committed["in_scope"], queries=queries)
    plan = Plan(Settings(data_dir=real_data_dir), cases, 2)
    suites, loaded = ("numeric", "queries", "in_scope"), load_cases(cases)
    assert len(deal(loaded, suites, 2)) == 2
    watched: list[str] = []
    with bench(plan.settings) as stand:
        assert run_dealt(stand, plan, loaded, suites, watched.append) == run(stand, loaded, suites)
    assert len(watched) == 2 + len(committed["in_scope"]) + 1
