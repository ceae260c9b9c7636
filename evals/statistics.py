"""Statistics of the gates: exact where counts are small, by randomisation where means are compared."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

# Any number would do; a fixed one makes the same run give the same p.
SEED = 20240901
RESAMPLES = 9999


class Interval(NamedTuple):
    low: float
    high: float


def exact_interval(successes: int, n: int) -> Interval:
    """The 95% interval of Clopper and Pearson 1934 for a share."""
    found = stats.binomtest(successes, n).proportion_ci(0.95, method="exact")
    return Interval(float(found.low), float(found.high))


def mcnemar(lost: int, won: int) -> float:
    """One-sided exact p of McNemar 1947 that cases were lost by chance: a binomial test on those that changed."""
    return float(stats.binomtest(lost, lost + won, 0.5, alternative="greater").pvalue) if lost + won else 1.0


def sign_flip(before: Sequence[float], after: Sequence[float]) -> float:
    """One-sided p that the mean fell by chance: signs of the paired differences are flipped at random (Smucker et al. 2007)."""
    differences = np.asarray(after) - np.asarray(before)
    # A single pair can be flipped one way only: nothing can be told from it.
    if len(differences) < 2 or not np.any(differences):
        return 1.0
    found = stats.permutation_test(
        (differences,), np.mean, permutation_type="samples", alternative="less",
        n_resamples=RESAMPLES, rng=np.random.default_rng(SEED),
    )  # fmt: skip
    return float(found.pvalue)


def holm(pvalues: Mapping[str, float]) -> Mapping[str, float]:
    """Adjusted p-values of Holm 1979, so that several metrics do not multiply the chance of a false alarm."""
    adjusted: dict[str, float] = {}
    running = 0.0
    for place, (name, value) in enumerate(sorted(pvalues.items(), key=lambda item: (item[1], item[0]))):
        running = max(running, min(1.0, (len(pvalues) - place) * value))
        adjusted[name] = running
    return adjusted


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """The chance that one of the first is above one of the second, ties counting half (Mann and Whitney 1947)."""
    statistic = stats.mannwhitneyu(positives, negatives).statistic
    return float(statistic) / (len(positives) * len(negatives))


def excess_augrc(graded: Sequence[tuple[float, float]]) -> float:
    """Of confidence and error each: the area under the generalised risk coverage curve (Traub et al. 2024) above the least there is.

    Answers of the same confidence have no order, so each counts as their mean.
    """
    errors: dict[float, list[float]] = {}
    for confidence, error in graded:
        errors.setdefault(confidence, []).append(error)
    ordered = [float(np.mean(errors[c])) for c in sorted(errors, reverse=True) for _ in errors[c]]
    n = len(ordered)
    area = float(np.sum(np.cumsum(ordered))) / n**2
    return area - float(np.mean(ordered)) ** 2 / 2
