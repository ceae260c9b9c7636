"""How well the check tells: hand-written replies with planted faults on replay, and precision and recall of what it drops.

Run as `python -m evals.check_faults` on an edition that is built; 1 where fewer than 95% of the faults are caught or 5% of the honest lines
or more are lost.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from evals.fault_sets import FAULTS, Fate, load_sets, replayed, score
from service.advisor import Advisor
from service.settings import read_settings
from service.wiring import build_advisor

ENOUGH_CAUGHT, MOST_LOST = 0.95, 0.05
# Sets with which the check was tuned, three that were written after it and showed what it lacked, one on relations and bindings to tune
# with, and five by people who had not seen the check; what each of those found at first sight stands at its head.
SETS = (
    "tuned", "held_out", "last", "other_domains", "relations",
    "blind_first", "blind_second", "blind_third", "blind_fourth", "blind_fifth",
)  # fmt: skip


def fates_of(advisor: Advisor, names: Sequence[str] = SETS) -> dict[str, tuple[Fate, ...]]:
    """What became of every line, by the file of its set."""
    with tempfile.TemporaryDirectory() as directory:
        return {name: tuple(replayed(advisor, load_sets(name), Path(directory) / name)) for name in names}


def lines(fates: dict[str, tuple[Fate, ...]]) -> list[str]:
    """A table of the sets, of the kinds of fault, and every line that was judged wrongly."""
    everything = tuple(fate for told in fates.values() for fate in told)
    rows = [(name, told) for name, told in (*fates.items(), ("all", everything))]
    shown = ["| sets | faults caught | precision | honest lines lost |", "| --- | --- | --- | --- |"]
    for name, told in rows:
        found = score(told)
        shown.append(f"| {name} | {found.caught} of {found.planted}, {found.recall:.3f} | {found.precision:.3f} | {found.false_drops} of {found.honest}, {found.false_drop_rate:.3f} |")  # fmt: skip
    for kind in FAULTS:
        of_kind = [fate for fate in everything if fate.line.is_ == kind]
        shown.append(f"{kind}: {sum(fate.right for fate in of_kind)} of {len(of_kind)} caught")
    shown += [f"WRONG {f.set_id}: {f.line.is_} {f.became}: {f.line.says[:120]!r}" for f in everything if not f.right]
    return shown


def main() -> int:
    """Print the figures."""
    fates = fates_of(build_advisor(read_settings()))
    sys.stdout.write("\n".join(lines(fates)) + "\n")
    found = score(fate for told in fates.values() for fate in told)
    return 0 if found.recall >= ENOUGH_CAUGHT and found.false_drop_rate < MOST_LOST else 1


if __name__ == "__main__":
    sys.exit(main())
