"""The report: one HTML page without any outside file, plots drawn in it; and the files that other tools read."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import mmdr
from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from evals.case import Query
from evals.case_files import Cases
from evals.floors import standings
from evals.gates import Finding
from evals.measures import leading
from evals.retrieval import METRICS, Ranking, trec_qrels, trec_run
from evals.score import Row
from evals.statistics import sign_flip
from evals.suite import Results
from evals.summary import calibration, figures, worst

_WORST = 12
_BARS = 24


def jsonl(rows: Sequence[Row]) -> str:
    """One case a line, keys sorted, no times: the same answers give the same bytes."""
    lines = (
        json.dumps({"suite": r.suite, "case": r.case, "digest": r.digest, "group": r.group, "cluster": r.cluster, "metrics": dict(r.metrics), "points": dict(r.points), "reasons": dict(r.reasons), "answer": r.answer, "error": r.error}, sort_keys=True, ensure_ascii=False)
        for r in rows
    )  # fmt: skip
    return "".join(f"{line}\n" for line in lines)


def write_files(directory: Path, results: Results, loaded: Cases) -> None:
    """results.jsonl, and a TREC run a system with the qrels."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "results.jsonl").write_text(jsonl(results.rows), encoding="utf-8")
    for ranking in results.rankings:
        (directory / f"{ranking.system}.run").write_text(trec_run(ranking), encoding="utf-8")
    if results.rankings:
        queries = [case for case in loaded["queries"] if isinstance(case, Query)]
        (directory / "queries.qrels").write_text(trec_qrels(queries), encoding="utf-8")


def html(results: Results, found: Sequence[Finding], changes: Mapping[str, float], note: str) -> str:
    """The page."""
    # Always escaped: select_autoescape() goes by the ending, and .j2 is none that it knows.
    environment = Environment(loader=PackageLoader("evals"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("report.html.j2").render(
        figures=figures(results.rows),
        floors=standings(results.rows),
        systems=table(results.rankings),
        gain=gain(results.rankings),
        findings=found,
        note=note,
        plots=_plots(results, changes),
        worst=worst(results.rows, _WORST),
        leading=leading,
        rows=results.rows,
    )


def table(rankings: Sequence[Ranking]) -> list[tuple[str, ...]]:
    """Systems by metric, the service first."""
    return [(r.system, *(f"{r.mean(metric):.3f}" for metric in METRICS)) for r in rankings]


def gain(rankings: Sequence[Ranking]) -> str:
    """What the service is ahead of the best of its rivals that rank by one thing alone, or nothing where there are none."""
    rivals = {ranking.system: ranking for ranking in rankings if ranking.system in ("bm25", "dense")}
    if not rivals:
        return ""
    best = max(rivals.values(), key=lambda ranking: ranking.mean("ndcg@10"))
    mine, theirs = ([scores["ndcg@10"] for scores in r.per_query.values()] for r in (rankings[0], best))
    # The test asks whether the rival is below us by chance.
    p = sign_flip(mine, theirs)
    return f"{rankings[0].mean('ndcg@10') - best.mean('ndcg@10'):+.3f} nDCG@10 over {best.system} (n = {len(mine)}, p = {p:.4f})"


def _plots(results: Results, changes: Mapping[str, float]) -> list[tuple[str, Markup]]:
    suites = {
        row.suite: [v for r in results.rows if r.suite == row.suite and (v := leading(r)) is not None]
        for row in results.rows
    }
    means = {name: sum(values) / len(values) for name, values in suites.items() if values}
    plots = [("Score by suite", _bars(means, 0, 1))] if means else []
    binned = {f"{level:g} (n={n})": value for level, value, n in calibration(results.rows)}
    if binned:
        plots.append(("What answers had of what was wanted, by their stated confidence", _bars(binned, 0, 1)))
    largest = dict(sorted(changes.items(), key=lambda item: (-abs(item[1]), item[0]))[:_BARS])
    if largest:
        plots.append(("Cases that moved against the baseline, largest first", _bars(largest, -1, 1)))
    return plots


def _bars(values: Mapping[str, float], low: float, high: float) -> Markup:
    labels = ", ".join(json.dumps(name) for name in values)
    numbers = ", ".join(f"{value:.3f}" for value in values.values())
    chart = f"xychart-beta\n  x-axis [{labels}]\n  y-axis {low:g} --> {high:g}\n  bar [{numbers}]\n"
    # mmdr draws it from our own numbers; nothing of an answer is in it.
    return Markup(mmdr.render(chart).svg())
