"""What the check of one entry may look at besides the entry: all other entries, the vocabulary, a day, a token counter."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kb.entry import Block, KnowledgeBase, Section, Statement
from kb.errors import Fault
from kb.loader import LoadedEntry
from kb.vocabulary import Vocabulary

TokenCounter = Callable[[Sequence[str]], Sequence[int]]


@dataclass(frozen=True)
class Shelf:
    """`today` is None where no day was given: nothing is overdue by the calendar alone."""

    kb: KnowledgeBase
    vocabulary: Vocabulary
    count_tokens: TokenCounter
    today: dt.date | None = None


Check = Callable[[LoadedEntry, Shelf], Iterator[Fault]]


def statements_of(loaded: LoadedEntry) -> Iterator[tuple[Section, Block, Statement]]:
    """Every statement of the body with where it stands."""
    for section in loaded.entry.sections:
        for block in section.blocks:
            for statement in block.statements:
                yield section, block, statement
