"""The check as a whole: what the report holds, what is lenient, what is counted."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from kb.checks import check, write_lock
from kb.errors import Problem
from kb.loader import own_entries, parse_lock

Front = Callable[[str], str]


class Bench(Protocol):
    directory: Path
    overlay: Path

    def write(self, entry_id: str, text: str, *, overlay: bool = False) -> Path: ...
    def replace(self, entry_id: str, old: str, new: str) -> None: ...
    def problems(self) -> list[Problem]: ...
    def errors(self) -> list[str]: ...
    def warnings(self) -> list[str]: ...


def test_the_samples_keep_every_rule(bench: Bench) -> None:
    assert bench.problems() == []


def test_everything_is_counted(bench: Bench) -> None:
    counts = check([bench.directory], fences=False).counts
    assert (counts["entries"], counts["rules"], counts["fences unverified"]) == (7, 10, 5)
    assert counts["sections"] == counts["statements"] == 49


def test_problems_of_many_entries_are_found_in_one_pass_with_file_and_line(bench: Bench) -> None:
    bench.replace("references/stone-sizes", "# Stone sizes", "# Stones")
    bench.replace("patterns/partial-index", "covers: [IX-03]", "covers: [IX-99]")
    bench.write("patterns/broken.md".removesuffix(".md"), "nothing")
    found = [(Path(each.path).name, each.line) for each in bench.problems()]
    assert found == [("broken.md", 1), ("partial-index.md", 10), ("stone-sizes.md", 14)]


def test_what_only_ours_must_have_is_a_warning_for_a_teams_entry(bench: Bench, front: Front) -> None:
    bench.write("patterns/ours", front(""), overlay=True)
    assert bench.errors() == []
    told = bench.warnings()
    assert len([each for each in told if "heading" in each]) > 5
    assert [each for each in told if "'answers' has 0 questions" in each]


def test_what_holds_for_all_is_an_error_for_a_teams_entry_too(bench: Bench, front: Front) -> None:
    bench.write("patterns/ours", front("related: [patterns/nowhere]\n"), overlay=True)
    assert [each for each in bench.errors() if "'patterns/nowhere', which is no entry" in each]


def test_a_review_is_overdue_on_a_given_day_only(bench: Bench) -> None:
    assert not [each for each in check([bench.directory], fences=False).problems if "overdue" in each.text]
    late = check([bench.directory], fences=False, today=dt.date(2027, 12, 1)).problems
    assert len([each for each in late if "overdue" in each.text and each.warning]) == 7
    assert not [
        each
        for each in check([bench.directory], fences=False, today=dt.date(2027, 11, 24)).problems
        if "overdue" in each.text
    ]


def test_errors_are_the_problems_that_are_no_warnings(bench: Bench) -> None:
    bench.replace("references/stone-sizes", "# Stone sizes", "# Stones")
    report = check([bench.directory], fences=False)
    assert [each.line for each in report.errors] == [14]
    assert len(report.problems) > 1


def test_the_check_gives_the_same_report_twice(bench: Bench) -> None:
    bench.replace("patterns/partial-index", "[^pg-partial]", "[^nowhere]")
    assert check([bench.directory], fences=False) == check([bench.directory], fences=False)


def test_fences_are_run_and_their_proofs_are_written_as_the_lock(bench: Bench, front: Front) -> None:
    fence = "\n```sql postgresql\nSELEC 1;\n```\n\n```sqlite\n```\n"
    path = bench.write("references/ours", front("") + fence, overlay=True)
    report = check([bench.directory, bench.overlay], jobs=2)
    assert {each.line for each in report.errors if each.path == str(path)} == {14, 17}
    assert [each for each in report.errors if each.path != str(path)] == []
    assert report.counts["fences executed"] == 4
    assert len(report.lock) == 5
    assert parse_lock(write_lock(report, bench.directory / "lock").read_text(encoding="utf-8")) == report.lock


def test_a_calculation_is_told_once_where_fences_run(bench: Bench) -> None:
    bench.replace("patterns/partial-index", "= 1/s", "= 2/s")
    assert len(check([bench.directory]).errors) == 1


def test_the_real_entries_can_be_checked() -> None:
    assert check([own_entries()], fences=False).counts["entries"] >= 11
