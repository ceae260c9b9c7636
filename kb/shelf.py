"""What the check of one entry may look at: the entry with its lines, all other entries, the vocabulary, a day."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kb.entry import Block, Entry, KnowledgeBase, Section, Statement
from kb.errors import Fault
from kb.files import EntryFile
from kb.frontmatter import FrontMatterText
from kb.markdown import Sections
from kb.vocabulary import Vocabulary


@dataclass(frozen=True)
class LoadedEntry:
    """An entry with what only its checks need: its file, the line of every front-matter value, its H1, whose it is."""

    entry: Entry
    file: EntryFile
    front: FrontMatterText
    body: Sections
    own: bool


@dataclass(frozen=True)
class Shelf:
    """`today` is None where no day was given: nothing is overdue by the calendar alone."""

    kb: KnowledgeBase
    vocabulary: Vocabulary
    today: dt.date | None = None


Check = Callable[[LoadedEntry, Shelf], Iterator[Fault]]


def statements_of(loaded: LoadedEntry) -> Iterator[tuple[Section, Block, Statement]]:
    """Every statement of the body with where it stands."""
    for section in loaded.entry.sections:
        for block in section.blocks:
            for statement in block.statements:
                yield section, block, statement
