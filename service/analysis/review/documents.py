"""Documents: lists that grow inside them by the asker's own numbers, and the index that a call asks for."""

import re
from collections.abc import Iterable

from kb.meaning import words_of
from service.analysis.review.finding import Hit, Rule
from service.analysis.review.subject import Subject
from service.question.artefact.documents import Find, arrays_of, finds_of

_MANY = 100
_SCALES = {"k": 1e3, "m": 1e6, "thousand": 1e3, "million": 1e6}
_ID = "_id"


def grown_array(subject: Subject) -> Iterable[Hit]:
    """A list of which the asker says that one has very many."""
    for array in arrays_of(subject.artefacts.text) if "document" in subject.artefacts.kinds else ():
        noun = words_of(array.name).rpartition(" ")[2]
        said = re.search(rf"(\d[\d.,]*)\s?(k|m|thousand|million)?\b\s+(?:\w+\s+)?{re.escape(noun)}\b", subject.facts.text, re.IGNORECASE)  # fmt: skip
        count = float(said.group(1).replace(",", "").rstrip(".")) * _SCALES.get((said.group(2) or "").lower(), 1) if said else 0  # fmt: skip
        if said is None or count < _MANY:
            continue
        yield Hit(
            array.name,
            array.place,
            f"{array.name} is a list inside the document, and “{said.group()}” is past any bound: move them into a collection of their own, one document each with the id of its parent and an index on (parent, time), and embed only the newest that a page shows",
            "each append rewrites the whole document, every read of it carries the list, and it ends at 16 MiB",
        )


def wanted_by_find(subject: Subject) -> Iterable[Hit]:
    told: set[tuple[str, ...]] = set()
    for find in finds_of(subject.artefacts.text) if "document" in subject.artefacts.kinds else ():
        keys = _keys(find)
        if not keys or keys[0][0] == _ID or (find.collection, *map(str, keys)) in told:
            continue
        told.add((find.collection, *map(str, keys)))
        spelt = ", ".join(f"{name}: {way}" if name.isidentifier() else f'"{name}": {way}' for name, way in keys)
        yield Hit(
            f"{find.collection} ({', '.join(name for name, _ in keys)})",
            find.place,
            "Create this index unless one begins so already: what is compared with a value first, then the sort, then the range",
            "the call then reads the documents that it wants, in their order, and stops at its limit",
            f"db.{find.collection}.createIndex({{ {spelt} }});",
        )


def _keys(find: Find) -> tuple[tuple[str, int], ...]:
    """Equality, sort, range; each field once."""
    found: dict[str, int] = {}
    for name, way in (*((n, 1) for n in find.equal), *find.order, *((n, 1) for n in find.ranges)):
        found.setdefault(name, way)
    return tuple(found.items())


DOCUMENTS = (
    Rule("grown-array", "growth", "high", "patterns/document-embedding-vs-referencing#arrays-without-a-bound", grown_array, asked=True),
    Rule("wanted-by-find", "indexes", "medium", "technologies/mongodb#compound-indexes-follow-equality-sort-range", wanted_by_find, asked=True),
)  # fmt: skip
