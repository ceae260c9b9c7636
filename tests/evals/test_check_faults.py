"""The check on hand-written replies: planted faults are caught, honest lines keep their sources."""

from evals.check_faults import ENOUGH_CAUGHT, MOST_LOST, SETS, fates_of, lines
from evals.fault_sets import FAULTS, load_sets, score
from service.advisor import Advisor


def test_planted_faults_are_caught_and_honest_lines_are_kept(real: Advisor) -> None:
    fates = fates_of(real)
    everything = [fate for told in fates.values() for fate in told]
    assert len({fate.set_id for fate in everything}) >= 40
    assert {fate.line.is_ for fate in everything} == {"honest", *FAULTS}
    found = score(everything)
    assert found.recall >= ENOUGH_CAUGHT
    assert found.false_drop_rate < MOST_LOST
    assert lines(fates)[0].startswith("| sets |")


def test_no_set_is_written_twice() -> None:
    names = [each.id for name in SETS for each in load_sets(name)]
    assert len(set(names)) == len(names)
