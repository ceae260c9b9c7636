"""What a claim may rest on: passages of the knowledge base, the asker's facts, what was computed, and where the conclusions stand."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from kb.entry import Block, Entry, KnowledgeBase, Section
from kb.vocabulary import TechnologyName, Vocabulary
from service.answer.evidence import Evidence
from service.check.figures import Figure, figures, names
from service.check.meaning import Meaning
from service.check.rows import Marks, Row, marks, rows, told
from service.check.words import Words, letters, plain, sentences, words

# Names of technologies that are also words: only with a capital letter are they names.
_WORDS_TOO = frozenset({"oracle", "spanner", "aurora", "neptune", "elastic", "prisma", "synapse", "rails", "varnish", "snowflake", "atlas", "alembic", "redshift", "dynamo", "cosmos", "timescale", "fauna", "citus", "rds", "django"})  # fmt: skip
_ADVERSE = re.compile(r"\b(?:poor fit|mistakes?|wrong|pitfalls?|anti-?patterns?|what lost|rejected|not fit|avoid|fails?)\b", re.IGNORECASE)  # fmt: skip
_SLOT = re.compile(r"\{[^{}]*\}")
_POSITIVE = ("require", "prefer")
_OPINIONS = (*_POSITIVE, "avoid", "exclude")


@dataclass(frozen=True)
class Passage:
    """Something that can be cited: where it stands, what its entry is about, its sentences, and its code apart.

    `adverse` sentences name what is wrong under a heading such as "Poor fit": whether they affirm or deny, they speak against it.
    """

    id: str
    title: str
    sentences: tuple[str, ...]
    about: frozenset[str] = frozenset()
    code: str = ""
    whole: tuple[str, ...] = ()
    adverse: frozenset[str] = frozenset()
    tables: tuple[tuple[Row, ...], ...] = ()

    @cached_property
    def verbatim(self) -> frozenset[str]:
        """Its sentences and statements by their letters."""
        return frozenset(map(letters, (*self.sentences, *self.whole)))

    @cached_property
    def read(self) -> tuple[Words, ...]:
        return tuple(words(sentence) for sentence in self.sentences)

    @cached_property
    def prose(self) -> Marks:
        """What its title and the sentences outside its tables and lists speak of."""
        inside = [row.text for table in self.tables for row in table]
        free = [s for s in self.sentences if not any(s in text for text in inside)]
        return frozenset(mark for text in (self.title, *free) for mark in marks(text))

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(name for text in (self.title, self.code, *self.sentences) for name in names(text))


@dataclass(frozen=True)
class Ground:
    """Everything that the evidence holds beside the passages that a claim cites."""

    passages: tuple[Passage, ...]
    asked: Passage
    computed: Passage
    technologies: Mapping[str, TechnologyName] = field(repr=False)
    favoured: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    meaning: Meaning | None = field(default=None, repr=False, compare=False)

    @cached_property
    def given(self) -> tuple[Figure, ...]:
        """Figures that the asker stated."""
        return tuple(f for sentence in self.asked.sentences for f in figures(sentence))

    @cached_property
    def results(self) -> tuple[Figure, ...]:
        return tuple(f for sentence in self.computed.sentences for f in figures(sentence))

    def engines(self, text: str) -> tuple[str, ...]:
        """Technologies named in a text, in order, by id."""
        return tuple(name for _, name in self.places(text))

    def places(self, text: str) -> tuple[tuple[int, str], ...]:
        """Where each technology is named first."""
        return _places(text, _Names(self.technologies))


@dataclass(frozen=True)
class _Names:
    """Names as a key of a cache: there is one vocabulary."""

    technologies: Mapping[str, TechnologyName] = field(compare=False)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        ways = sorted(self.ids, key=len, reverse=True)
        return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, ways))})(?:'s)?(?!\w)", re.IGNORECASE)

    @cached_property
    def ids(self) -> Mapping[str, str]:
        return {alias.lower(): t.id for t in self.technologies.values() for alias in (t.name, *t.aliases)}

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=8192)
def _places(text: str, known: _Names) -> tuple[tuple[int, str], ...]:
    found: dict[str, int] = {}
    for match in known.pattern.finditer(text):
        word = match.group().removesuffix("'s")
        if word.lower() in _WORDS_TOO and word[:1].islower():
            continue
        found.setdefault(known.ids[word.lower()], match.start())
    return tuple(sorted((start, name) for name, start in found.items()))


def passage(section: Section, entry: Entry, sources: bool = True) -> Passage:
    """A section as what can be cited; titles of its sources belong to it, for they name versions."""
    bad = {text for block in section.blocks for text in _wrong(block)} if _ADVERSE.search(section.heading) else set()
    said = [part for block in section.blocks for text in _said(block) for part in _apart(text, bad)]
    said += _ruled(section, entry)
    used = dict.fromkeys(s for block in section.blocks for statement in block.statements for s in statement.sources)
    titles = [entry.meta.sources[s].title for s in used if s in entry.meta.sources] if sources else []
    code = "\n".join(s.text for block in section.blocks if block.kind == "code" for s in block.statements)
    whole = [s.text if s.kind != "row" else " ".join(s.cells) for block in section.blocks for s in block.statements]
    about = frozenset({entry.id.partition("/")[2]} if entry.kind == "technologies" else ())
    return Passage(
        section.id,
        f"{entry.title}: {section.heading}",
        tuple(said),
        about,
        "\n".join((code, *titles)),
        tuple(map(plain, whole)),
        frozenset(bad),
        tuple(filter(None, map(rows, section.blocks))),
    )


def _said(block: Block) -> Iterator[str]:
    if block.kind == "code":
        return
    if block.kind == "table":
        yield from told(block)
        return
    for statement in block.statements:
        yield from sentences(plain(statement.text))


def _wrong(block: Block) -> Iterator[str]:
    """What the items of a list name, before the colon behind which they say why."""
    if block.kind == "list":
        yield from (text.partition(": ")[0] for s in block.statements for text in sentences(plain(s.text))[:1])


def _apart(text: str, bad: set[str]) -> tuple[str, ...]:
    head, _, rest = text.partition(": ")
    return (head, rest) if rest and head in bad else (text,)


def _ruled(section: Section, entry: Entry) -> list[str]:
    """All wordings of the rule that a derived section stands for: it shows the one without the asker's values."""
    rules = [rule for rule in entry.meta.guidance if section.anchor == f"rule-{rule.id}"]
    return [_SLOT.sub("", text) for rule in rules for text in (*rule.say, rule.because, rule.unless) if text]


def ground(evidence: Evidence, computed: Iterable[str] = (), more: Iterable[Passage] = ()) -> Ground:
    """The ground of an answer: chosen sections, rules that hold and rules that are offered, facts, results."""
    favoured, refused = stances(evidence)
    return Ground(
        passages=(*passages(evidence), *more),
        asked=Passage("asked", "", tuple(_asked(evidence))),
        computed=Passage("computed", "", tuple(computed)),
        technologies=evidence.vocabulary.technologies,
        favoured=favoured,
        refused=refused,
    )


def passages(evidence: Evidence) -> tuple[Passage, ...]:
    """Every passage of the evidence, sections first."""
    kb = evidence.kb
    shown = [s for chosen in evidence.selection.chosen for s in chosen.sections]
    shown += [evidence.rule_section(c.key) for c in evidence.fired]
    return tuple(passage(section, kb.entries[section.entry]) for section in shown)


def cited_passage(kb: KnowledgeBase, section_id: str) -> Passage | None:
    """What a citation leads to."""
    section = kb.section(section_id)
    return passage(section, kb.entries[section.entry]) if section else None


def stances(evidence: Evidence) -> tuple[frozenset[str], frozenset[str]]:
    """Technologies that what holds speaks for, and those that it speaks against; what it does both to is open."""
    favoured: set[str] = set()
    refused: set[str] = set()
    for conclusion in evidence.fired:
        for effect, target in conclusion.rule.effect.items():
            if effect in _OPINIONS and isinstance(target, str) and target.startswith("technologies/"):
                (favoured if effect in _POSITIVE else refused).add(target.removeprefix("technologies/"))
    if evidence.choice is not None:
        out = {e.candidate for e in evidence.choice.excluded}
        refused |= {name.removeprefix("technologies/") for name in out}
        if evidence.choice.ranking[0] not in out:
            favoured.add(evidence.choice.ranking[0].removeprefix("technologies/"))
        if evidence.choice.survives:
            refused |= {name.removeprefix("technologies/") for name in evidence.choice.ranking[1:]} - favoured
    return frozenset(favoured - refused), frozenset(refused - favoured)


def _asked(evidence: Evidence) -> Iterator[str]:
    yield from sentences(evidence.request.question)
    for turn in evidence.request.history:
        if turn.role == "user":
            yield from sentences(turn.content)
    attributes: Vocabulary = evidence.vocabulary
    for fact in evidence.conclusions.facts.by_attribute.values():
        known = attributes.attributes.get(fact.attribute)
        yield (known.phrase if known else "{value}").replace("{value}", fact.spelling)
