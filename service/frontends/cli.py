"""The command line `dbarch`: what can be typed. What each command does is in cli_ask, cli_calc, cli_index, cli_kb, cli_review, cli_serve and cli_slack.

Those are imported inside the commands: torch and llama-index take seconds, and `dbarch --help` must not.
"""

import os
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from ingest.errors import IngestError
from kb.errors import KbError
from service.errors import ServiceError

Json = Annotated[bool, typer.Option("--json", help="Print the body that HTTP would send.")]

app = typer.Typer(
    name="dbarch",
    help="Answers questions about designing data layers, each statement with its source.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
kb_app = typer.Typer(help="The entries: check, list and show them.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(kb_app, name="kb")
# Packages that stand left of ours, as evals does, add their commands by name: we import nothing of them.
COMMANDS = "dbarch.commands"
for _command in sorted(entry_points(group=COMMANDS), key=lambda each: each.name):
    app.add_typer(_command.load(), name=_command.name)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, or - to read it from standard input.")],
    file: Annotated[
        list[Path] | None, typer.Option("--file", help="A schema, query or plan to read with the question; repeatable.")
    ] = None,
    history: Annotated[
        Path | None, typer.Option("--history", help='JSON: [{"role": "user", "content": "…"}, …].')
    ] = None,
    as_json: Json = False,
    brief: Annotated[bool, typer.Option("--brief", help="A third of the length.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Print what was considered, chosen and dropped, instead of the answer.")
    ] = False,
    state: Annotated[
        list[str] | None,
        typer.Option("--set", help="A fact stated outright, such as workload.writes_per_s=800/s; repeatable."),
    ] = None,
    composer: Annotated[
        str, typer.Option("--composer", help="Who words it: deterministic, or model (DBARCH_LLM).")
    ] = "deterministic",
) -> None:
    """Ask a question, get cited advice."""
    from service.frontends.cli_ask import Typed
    from service.frontends.cli_ask import ask as answer
    from service.frontends.cli_ask import explain as account

    typed = Typed(question, tuple(file or ()), history, brief, tuple(state or ()), composer)
    if explain:
        account(typed)
    else:
        answer(typed, as_json)


@app.command()
def compare(
    names: Annotated[list[str], typer.Argument(help="Two to six technologies, by any of their names.")],
    purpose: Annotated[str, typer.Option("--for", help="What it is for, in a sentence.")] = "",
    as_json: Json = False,
) -> None:
    """Compare technologies for a purpose: verdict, table, what would turn it."""
    from service.frontends.cli_ask import compare as weigh

    weigh(names, purpose, as_json)


@app.command()
def review(
    files: Annotated[list[Path], typer.Argument(help="Schemas, models, queries, plans or settings, read together.")],
    dialect: Annotated[str, typer.Option(help="The dialect of the SQL; else told by its words.")] = "",
    question: Annotated[str, typer.Option(help="What is known of the case: rates, sizes, what hurts.")] = "",
    diagram: Annotated[
        Path | None, typer.Option(help="Write the diagram of the tables here: .mmd, .svg or .png.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Review what is in files: findings with their fixes, worst first, and what is good."""
    from service.frontends.cli_review import ToReview
    from service.frontends.cli_review import review as judge

    judge(ToReview(tuple(files), dialect, question, diagram), as_json)


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="Words, or a sentence.")],
    limit: Annotated[int, typer.Option(min=1, max=50, help="How many sections.")] = 10,
    as_json: Json = False,
) -> None:
    """Find the sections of entries nearest to a query."""
    from service.frontends.cli_ask import search as find

    find(query, limit, as_json)


@app.command()
def calc(
    name: Annotated[str | None, typer.Argument(help="A formula; without one, all are listed.")] = None,
    inputs: Annotated[list[str] | None, typer.Argument(help="Its inputs, such as rate=400/s bits=31.")] = None,
    as_json: Json = False,
) -> None:
    """Compute one formula, with its inputs, its statement and its source."""
    from service.frontends.cli_calc import calc as compute

    compute(name, tuple(inputs or ()), as_json)


@app.command()
def ingest(rebuild: Annotated[bool, typer.Option("--rebuild", help="Build even if nothing changed.")] = False) -> None:
    """Build the edition that answers are taken from, where it is missing or stale."""
    from service.frontends.cli_index import build_edition

    build_edition(rebuild)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; else DBARCH_HOST.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on; else DBARCH_PORT.")] = None,
) -> None:
    """Answer over HTTP, with a page to ask on."""
    from service.frontends.cli_serve import serve as listen

    listen(host, port)


@app.command()
def slack() -> None:
    """Answer in Slack over Socket Mode, without an address that Slack could reach."""
    from service.frontends.cli_slack import slack as listen

    listen()


@kb_app.command("check")
def kb_check(
    fences: Annotated[
        bool, typer.Option("--fences/--no-fences", help="Run the code fences on a real PostgreSQL.")
    ] = True,
    lock: Annotated[bool, typer.Option("--lock", help="Write down in kb/fences.lock which fences ran.")] = False,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Run the code of so many entries at a time; else one a core.")
    ] = None,
) -> None:
    """Check every entry: all problems in one pass, with file and line."""
    from service.frontends.cli_kb import check_entries

    raise typer.Exit(check_entries(fences, lock, jobs))


@kb_app.command("list")
def kb_list(kind: Annotated[str | None, typer.Option(help="Only entries of this kind.")] = None) -> None:
    """List the entries."""
    from service.frontends.cli_kb import list_entries

    list_entries(kind)


@kb_app.command("show")
def kb_show(
    entry: Annotated[
        str,
        typer.Argument(help="An entry such as patterns/cache-aside, or a section of one: patterns/cache-aside#memory."),
    ],
) -> None:
    """Show an entry, or one section of it."""
    from service.frontends.cli_kb import show_entry

    show_entry(entry)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line: 0 done, 1 a gate failed, 2 something to be fixed, told in one line."""
    try:
        app(arguments)
    except (ServiceError, IngestError, KbError) as error:
        print(f"dbarch: {error}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        # The reader of our output has left, as `head` does; nothing more can be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    sys.exit(0)
