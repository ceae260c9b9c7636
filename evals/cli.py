"""`dbarch eval`: run the suites, compare two runs, accept a baseline, harvest feedback.

What commands need is imported inside them: torch takes seconds, and `dbarch --help` must not; a serving installation lacks the rest.
"""

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from evals.errors import BaselineError, EvalError

app = typer.Typer(help="How good the answers are: run, compare, accept.", no_args_is_help=True, rich_markup_mode=None)

Suites = Annotated[list[str] | None, typer.Option("--suite", help="Only this suite; repeatable.")]
Cases = Annotated[Path | None, typer.Option("--cases", help="Cases from this directory instead of ours.")]
Base = Annotated[Path | None, typer.Option("--baseline", help="This baseline instead of the committed one.")]
Out = Annotated[Path | None, typer.Option("--out", help="Where results and report go; else evals/ in DBARCH_DATA_DIR.")]

Jobs = Annotated[int | None, typer.Option("--jobs", min=1, help="In so many processes; else one a core, four at most.")]


@app.command()
def run(
    *,
    suite: Suites = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print figures and regressions as JSON.")] = False,
    out: Out = None,
    cases: Cases = None,
    baseline: Base = None,
    judge: Annotated[str, typer.Option("--judge", help="Advisory opinions of this model on the interactions.")] = "",
    judge_url: Annotated[
        str, typer.Option("--judge-url", help="Its OpenAI-compatible address; the key is OPENAI_API_KEY.")
    ] = "",
    jobs: Jobs = None,
    composer: Annotated[
        str, typer.Option("--composer", help="Who words the answers: deterministic, or model (DBARCH_LLM).")
    ] = "deterministic",
) -> None:
    """Ask every case, score the answers, compare with the baseline: 0 pass, 1 regression, 2 broken suite, 3 not comparable."""

    def work() -> int:
        from evals.runner import Options, run_suites

        return run_suites(Options(_chosen(suite), cases, baseline, out, as_json, judge, judge_url, jobs, composer))

    raise typer.Exit(guarded(work))


@app.command()
def compare(
    before: Annotated[Path, typer.Argument(help="A baseline or results.jsonl.")],
    after: Annotated[Path, typer.Argument(help="A baseline or results.jsonl.")],
) -> None:
    """Say what changed between two runs: 1 where the second is worse by a gate."""

    def work() -> int:
        from evals.runner import compare_files

        return compare_files(before, after)

    raise typer.Exit(guarded(work))


@app.command()
def accept(
    reason: Annotated[str, typer.Option(help="Why the baseline moves; it is committed with it.")],
    out: Out = None,
    cases: Cases = None,
    baseline: Base = None,
    jobs: Jobs = None,
) -> None:
    """Run every suite and write the baseline."""

    def work() -> int:
        from evals.runner import Options, accept_baseline

        return accept_baseline(reason, Options(cases=cases, baseline=baseline, out=out, jobs=jobs))

    raise typer.Exit(guarded(work))


@app.command()
def mutants(out: Out = None, cases: Cases = None, jobs: Jobs = None) -> None:
    """Break answers and systems in known ways and count how many the suite notices: 1 where fewer than 95%."""

    def work() -> int:
        from evals.runner import Options, run_mutants

        return run_mutants(Options(cases=cases, out=out, jobs=jobs))

    raise typer.Exit(guarded(work))


@app.command()
def harvest(
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=["%Y-%m-%d"], help="Only feedback of this day or later, in UTC."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where candidates go; else to standard output.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
) -> None:
    """Make candidate cases of feedback other than helpful."""

    def work() -> int:
        from evals.harvest import harvest as gather

        return gather(since and since.replace(tzinfo=UTC), out, force)

    raise typer.Exit(guarded(work))


def _chosen(suites: Sequence[str] | None) -> tuple[str, ...]:
    from evals.case import SUITES

    unknown = sorted(set(suites or ()) - set(SUITES))
    if unknown:
        raise EvalError(f"there is no suite {unknown[0]!r}: they are {', '.join(SUITES)}")
    return tuple(suites) if suites else tuple(SUITES)


def guarded(work: Callable[[], int]) -> int:
    """Exit code 3 where runs cannot be compared, 2 where the suite is broken, each told in one line."""
    try:
        return work()
    except BaselineError as error:
        print(f"dbarch: {error}", file=sys.stderr)
        return 3
    except EvalError as error:
        print(f"dbarch: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(f"dbarch: {error.name} is not installed: evals need what tests need, `make install-dev`", file=sys.stderr)
        return 2
