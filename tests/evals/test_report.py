"""The report needs nothing from elsewhere, shows what answers hold as text, and the files are what other tools read."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import ir_measures

from evals.case import Query
from evals.gates import Finding
from evals.report import html, jsonl, write_files
from evals.retrieval import Ranking
from evals.score import Row
from evals.suite import Results

HOSTILE = "</pre><script>alert(1)</script><img src=x onerror=alert(2)> {{ 7*7 }}"
ROWS = (
    Row("interactions", "shop", "d", {"weighted": 0.25, "confidence": 1.0}, {"nugget:a": 0.0}, {"nugget:a": HOSTILE}, HOSTILE),
    Row("in_scope", "broken", "d", {"errors": 1.0}, error=HOSTILE, group="far"),
    Row("behaviours", "unscored", "d", {"words": 12.0}),
)  # fmt: skip
RANKING = Ranking(
    "service",
    {"q": (("patterns/a#b", 0.75), ("patterns/c#d", 0.75)), "r": ()},
    {"q": {"ndcg@10": 1.0, "recall@20": 1.0, "mrr@10": 1.0}, "r": {"ndcg@10": 0.0, "recall@20": 0.0, "mrr@10": 0.0}},
)
QUERIES = (
    Query(id="q", query="how", gold={"patterns/c#d": 1, "patterns/a#b": 3}),
    Query(id="r", query="why", gold={"patterns/a#b": 2}),
)


class Page(HTMLParser):
    """The tags of a page, their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def page() -> tuple[str, Page]:
    found = [Finding("ratchet", "interactions/shop", HOSTILE)]
    moves = {f"variants/shop-p{n}": (-1) ** n * n / 30 for n in range(30)}
    text = html(Results(ROWS, (RANKING,)), found, moves, HOSTILE)
    return text, Page(text)


def test_the_page_needs_nothing_from_elsewhere() -> None:
    text, read = page()
    assert not set(read.tags) & {"script", "link", "img", "iframe", "object", "embed", "image", "use", "foreignobject"}
    assert [
        (n, v) for n, v in read.attributes if n in ("href", "src", "xlink:href", "srcset") or n.startswith("on")
    ] == []
    assert not re.search(r"@import|url\(", text)
    assert {
        value for name, value in read.attributes if value and "://" in value and not name.startswith("xmlns")
    } == set()


def test_whatever_an_answer_holds_is_shown_as_text() -> None:
    text, read = page()
    assert "<script" not in text
    assert "onerror=alert" in read.text
    assert read.text.count("alert(1)") == text.count("alert(1)") == 5
    assert "{{ 7*7 }}" in read.text


def test_the_page_has_plots_figures_the_worst_and_all_cases() -> None:
    text, read = page()
    assert read.tags.count("svg") == 3
    assert "Regressions: 1" in read.text
    for words in ("Score by suite", "by their stated confidence", "moved against the baseline", "Retrieval", "0.500"):
        assert words in read.text
    assert text.index("in_scope/broken") < text.index("interactions/shop: 0.25")
    assert "behaviours/unscored" in read.text
    assert "interactions/shop" in read.text


def test_a_page_of_nothing_says_that_nothing_is_wrong() -> None:
    read = Page(html(Results(()), (), {}, "note"))
    assert "No regression." in read.text
    assert "Retrieval" not in read.text


def test_a_case_is_a_line_of_json_in_the_order_of_the_run() -> None:
    lines = jsonl(ROWS).splitlines()
    assert [json.loads(line)["case"] for line in lines] == ["shop", "broken", "unscored"]
    assert json.loads(lines[0])["answer"] == HOSTILE
    assert list(json.loads(lines[0])) == sorted(json.loads(lines[0]))
    turned = replace(ROWS[0], metrics=dict(sorted(ROWS[0].metrics.items(), reverse=True)))
    assert jsonl([turned]) == jsonl(ROWS[:1])


def test_runs_and_judgements_are_read_back_by_the_tools_of_trec(tmp_path: Path) -> None:
    write_files(tmp_path / "new", Results(ROWS, (RANKING,)), {"queries": QUERIES})
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "queries.qrels",
        "results.jsonl",
        "service.run",
    ]
    run = list(ir_measures.read_trec_run(str(tmp_path / "new" / "service.run")))  # type: ignore[no-untyped-call]
    assert [(doc.query_id, doc.doc_id, doc.score) for doc in run] == [
        ("q", "patterns/a#b", 0.75),
        ("q", "patterns/c#d", 0.75),
    ]
    qrels = list(ir_measures.read_trec_qrels(str(tmp_path / "new" / "queries.qrels")))  # type: ignore[no-untyped-call]
    assert [(q.query_id, q.doc_id, q.relevance) for q in qrels] == [
        ("q", "patterns/a#b", 3),
        ("q", "patterns/c#d", 1),
        ("r", "patterns/a#b", 2),
    ]


def test_without_rankings_there_are_no_files_of_trec(tmp_path: Path) -> None:
    write_files(tmp_path, Results(ROWS), {})
    assert [path.name for path in tmp_path.iterdir()] == ["results.jsonl"]
