"""The runner: from settings to results, report and exit code."""

import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from evals import baseline as baselines
from evals.case import SUITES
from evals.case_files import Cases, load_cases
from evals.comparison import compare
from evals.errors import SuiteError
from evals.floors import standings
from evals.gates import Finding, comparable, findings, moved, unchanged
from evals.judge import Model, judge, load_model
from evals.mutants import Fate, kill
from evals.report import gain, html, table, write_files
from evals.score import Row
from evals.stand import Plan, bench, run_dealt
from evals.suite import Bench, Results
from evals.summary import figures, worst
from service.settings import Settings, read_settings

PASSED, REGRESSED, BROKEN, INCOMPARABLE = 0, 1, 2, 3
ENOUGH_KILLED = 0.95


@dataclass(frozen=True)
class Options:
    """What was typed: suites, where cases, baseline and results lie, how these are printed, and a model as judge with its address."""

    suites: tuple[str, ...] = tuple(SUITES)
    cases: Path | None = None
    baseline: Path | None = None
    out: Path | None = None
    as_json: bool = False
    judge: str = ""
    judge_url: str = ""
    jobs: int | None = None
    composer: str = "deterministic"

    def plan(self, settings: Settings) -> Plan:
        """Two gigabytes a process are much where there are many cores: four at most, unless told otherwise."""
        return Plan(settings, self.cases, self.jobs or min(4, os.cpu_count() or 1), self.composer)

    def place(self, settings: Settings) -> Path:
        return self.out or settings.data_dir / "evals"


def run_suites(options: Options) -> int:
    """Run, write results and report, print the figures. Raises SuiteError and BaselineError."""
    settings, loaded = read_settings(), load_cases(options.cases)
    before = baselines.read(options.baseline or baselines.own_baseline())
    model = load_model(options.judge, options.judge_url) if options.judge else None
    started = time.perf_counter()
    if options.composer not in ("deterministic", "model") or (options.composer == "model" and not settings.llm):
        raise SuiteError("--composer is deterministic or model, and a model is named by DBARCH_LLM")
    with bench(settings, options.composer) as stand:
        comparable(before, baselines.fingerprint(stand.edition, ()))
        results = run_watched(stand, options.plan(settings), loaded, options.suites)
        entries = len(stand.edition.kb.entries)
    found = findings(before, results.rows)
    check_complete(results.rows)
    place = options.place(settings)
    write_files(place, results, loaded)
    same = sum(unchanged(row, before) for row in results.rows)
    note = f"{len(results.rows)} cases on {entries} entries, {same} of them as in the baseline “{before.reason}”"
    (place / "report.html").write_text(html(results, found, moved(before, results.rows), note), encoding="utf-8")
    print(_as_json(results, found) if options.as_json else _as_text(results, found, note))
    if model is not None:
        print_opinions(model, results, loaded, place)
    print(f"{time.perf_counter() - started:.0f} s; report: {place / 'report.html'}", file=sys.stderr)
    return REGRESSED if found else PASSED


def print_opinions(model: Model, results: Results, loaded: Cases, place: Path) -> None:
    """The judge's opinions of the interactions, to standard error: advice for people, part of no score."""
    answers = {row.case: row.answer for row in results.rows if row.suite == "interactions" and row.answer}
    judged = judge(
        model, [(case, answers[case.id]) for case in loaded["interactions"] if case.id in answers], place / "judge"
    )
    for opinion in judged:
        shown = "no verdict" if opinion.score is None else f"{opinion.score:g} of 5"
        print(
            f"judge (advisory) {opinion.case}: {shown}: {opinion.reasons[0] if opinion.reasons else ''}",
            file=sys.stderr,
        )


def accept_baseline(reason: str, options: Options) -> int:
    """Run everything and write the baseline; what fails whatever the baseline says is refused. Raises SuiteError."""
    if not reason.strip():
        raise SuiteError("a baseline is committed with the reason why it moves: give one, `--reason '…'`")
    if options.cases and not options.baseline:
        raise SuiteError("cases of your own need a baseline of their own: name it, `--baseline FILE`")
    settings, loaded = read_settings(), load_cases(options.cases)
    with bench(settings) as stand:
        results = run_watched(stand, options.plan(settings), loaded, options.suites)
        made_on = baselines.fingerprint(stand.edition, results.rows)
    check_complete(results.rows)
    now = baselines.of_run(results, made_on, reason)
    unsafe = findings(now, results.rows)
    write_files(options.place(settings), results, loaded)
    if unsafe:
        print("\n".join(map(str, unsafe)), file=sys.stderr)
        return REGRESSED
    path = options.baseline or baselines.own_baseline()
    baselines.write(now, path)
    print(f"{path.name} written: {len(now.cases)} cases; commit it with its reason")
    return PASSED


def compare_files(before: Path, after: Path) -> int:
    """Print what moved between two runs, and which gates the second would fail. Raises BaselineError."""
    difference = compare(before, after)
    for key, change in difference.moved:
        print(f"{change:+.3f}  {key}")
    print("\n".join(map(str, difference.findings)) or f"no regression in {difference.compared} unchanged cases")
    return REGRESSED if difference.findings else PASSED


def run_mutants(options: Options) -> int:
    """Break answers and systems on purpose and say which gate noticed."""
    settings, loaded = read_settings(), load_cases(options.cases)
    with bench(settings) as stand:
        fates = kill(stand, options.plan(settings), loaded, lambda name: print(f"mutant {name} …", file=sys.stderr))
    return tell_fates(fates, options.place(settings))


def tell_fates(fates: Sequence[Fate], place: Path) -> int:
    """Print and write down what became of each mutant: passed where enough were noticed."""
    for fate in fates:
        print(f"{'killed  ' if fate.killed else 'SURVIVED'}  {fate.mutant:<28} {fate.by}")
    killed = sum(fate.killed for fate in fates)
    print(f"{killed} of {len(fates)} killed")
    place.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({"mutant": f.mutant, "killed": f.killed, "by": f.by}, sort_keys=True) for f in fates]
    (place / "mutants.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return PASSED if killed >= ENOUGH_KILLED * len(fates) else REGRESSED


def run_watched(stand: Bench, plan: Plan, loaded: Cases, suites: Sequence[str]) -> Results:
    """Run with a progress bar where somebody watches."""
    total = sum(len(loaded[suite]) for suite in suites if suite != "queries") + ("queries" in suites)
    with tqdm(total=total, unit=" cases", disable=not sys.stderr.isatty(), leave=False) as bar:

        def watch(case: str) -> None:
            bar.set_postfix_str(case)
            bar.update()

        return run_dealt(stand, plan, loaded, suites, watch)


def check_complete(rows: Sequence[Row]) -> None:
    """A suite in which scorers crash measures nothing."""
    crashed = [(row.key, reason) for row in rows for reason in row.reasons.values() if reason.startswith("crashed: ")]
    if crashed:
        raise SuiteError(f"a scorer crashed on {crashed[0][0]}: {crashed[0][1]}")


def _as_json(results: Results, found: Sequence[Finding]) -> str:
    shown = [
        {"suite": f.suite, "metric": f.metric, "value": round(f.value, 6), "n": f.n} for f in figures(results.rows)
    ]
    floors = [
        {"floor": s.floor.name, "value": round(s.value, 6), "n": s.n, "least": s.floor.floor, "target": s.floor.target, "standing": s.word}
        for s in standings(results.rows)
    ]  # fmt: skip
    systems = {r.system: {m: round(r.mean(m), 6) for m in next(iter(r.per_query.values()))} for r in results.rankings}
    return json.dumps(
        {"figures": shown, "floors": floors, "retrieval": systems, "regressions": [str(f) for f in found]},
        sort_keys=True,
        indent=1,
    )


def _as_text(results: Results, found: Sequence[Finding], note: str) -> str:
    lines = [note, ""]
    lines += [f"{f.suite:<28} {f.metric:<14} {f.shown:>22}  n={f.n}" for f in figures(results.rows)]
    if results.rankings:
        lines += ["", f"{'retrieval':<12} ndcg@10  recall@20  mrr@10"]
        lines += [f"{row[0]:<12} {row[1]:>7}  {row[2]:>9}  {row[3]:>6}" for row in table(results.rankings)]
        lines += [f"gain: {gain(results.rankings)}"]
    lines += ["", f"{'floors':<38} {'value':>7}  {'floor':>6} {'target':>6}"]
    lines += [
        f"{s.floor.name:<38} {s.value:>7.3f}  {s.floor.floor:>6g} {s.floor.target:>6g}  n={s.n}, {s.word}"
        for s in standings(results.rows)
    ]
    lines += ["", "worst:", *(f"  {row.key}: {_lacks(row)}" for row in worst(results.rows, 5))]
    lines += ["", *(f"REGRESSION {finding}" for finding in found)] if found else ["", "no regression"]
    return "\n".join(lines)


def _lacks(row: Row) -> str:
    if row.error:
        return row.error
    return next(
        (reason for name in ("vital", "carried", "corrected", "refused") if (reason := row.reasons.get(name))), ""
    )
