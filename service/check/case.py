"""A sentence of a claim beside the sentences nearest to it in what it cites."""

from collections.abc import Iterable
from dataclasses import dataclass

from service.check.figures import figures, folds, stands
from service.check.ground import Ground, Passage
from service.check.words import LIGHT, Words, words

# Shares of a sentence's words: found in the sentences it rests on; in one of them, for it to be about the same.
SUPPORT, ALIGNED, CLOSE = 0.5, 0.3, 0.5
# Words that no sentence has together have to be more.
TOGETHER, SCATTERED = 0.35, 0.65
# What cites nothing contradicts only what it is plainly about.
PLAINLY, NEARLY = 0.6, 0.8
FEWEST = 2
_WINDOW = 3


@dataclass(frozen=True)
class Aligned:
    """A sentence of a passage, with the share of the claim's words that it holds."""

    passage: Passage
    words: Words
    share: float


@dataclass(frozen=True)
class Case:
    """A sentence of a claim with the sentences nearest to it, best first."""

    sentence: str
    claim: Words
    window: tuple[Aligned, ...]
    ground: Ground

    @property
    def best(self) -> float:
        return self.window[0].share if self.window else 0.0

    @property
    def passages(self) -> tuple[Passage, ...]:
        return tuple({each.passage.id: each.passage for each in self.window}.values())


def aligned(claim: Words, cited: Iterable[Passage], ground: Ground) -> tuple[Aligned, ...]:
    found = [
        Aligned(passage, each, len(claim.bag & each.bag) / max(len(claim.bag), 1))
        for passage in (*cited, ground.computed)
        for each in passage.read
    ]
    if max((each.share for each in found), default=0.0) < CLOSE:
        # What prose does not say may stand in the code.
        coded = ((p, words(p.code.replace("_", " "))) for p in cited if p.code)
        found += [Aligned(p, each, len(claim.bag & each.bag) / max(len(claim.bag), 1)) for p, each in coded]
    found.sort(key=lambda each: -each.share)
    return tuple(each for each in found[:_WINDOW] if each.share > 0)


def support(case: Case) -> float:
    """The share of the claim's words that stand in the window and its titles; the asker's own words count half where they do not."""
    held = frozenset(s for each in case.window for s in (*each.words.bag, *words(each.passage.title).bag))
    own = frozenset(s for each in case.ground.asked.read for s in each.bag) - held
    bag = case.claim.bag
    there = [f for each in case.window for f in (*figures(each.words.text), *folds(each.words.text))]
    counted = sum(stands(figure, there) for figure in figures(case.sentence))
    weight = len(bag) - 0.5 * len(bag & (own | LIGHT - held)) + counted
    return (len(bag & held) + counted) / weight if weight else 0.0
