"""Which sources an entry refers to: footnotes of its body, and the references of its front matter."""

from collections.abc import Iterator

from kb.entry import OWN_WORD, FrontMatter, Section
from kb.errors import Fault
from kb.frontmatter import FrontMatterText, Place
from kb.kinds import Checklist, Technology, Tradeoff


def named_sources(meta: FrontMatter) -> Iterator[tuple[Place, str]]:
    """Every source that the front matter refers to, with the place of the reference."""
    yield from ((("guidance", number, "source"), rule.source) for number, rule in enumerate(meta.guidance))
    if isinstance(meta, Technology):
        yield from ((("facts", name, "source"), fact.source) for name, fact in meta.facts.items())
        if meta.lifecycle.source:
            yield ("lifecycle", "source"), meta.lifecycle.source
    if isinstance(meta, Tradeoff):
        yield from ((("cells", number, "source"), cell.source) for number, cell in enumerate(meta.cells))
    if isinstance(meta, Checklist):
        yield from ((("items", number, "source"), item.source) for number, item in enumerate(meta.items) if item.source)


def undefined_sources(meta: FrontMatter, sections: tuple[Section, ...], front: FrontMatterText) -> Iterator[Fault]:
    """References without a source: no citation could be resolved from them, so such an entry is not loaded."""
    known = {*meta.sources, *OWN_WORD}
    for section in sections:
        for statement in (statement for block in section.blocks for statement in block.statements):
            for source in statement.sources:
                if source not in known:
                    yield Fault(
                        statement.line,
                        f"footnote {source!r} has no source: add it under 'sources', or use [^judgement] for our own view, [^measured] for what a fence here shows",
                    )
    for place, source in named_sources(meta):
        if source not in known:
            yield Fault(
                front.line(*place),
                f"source {source!r} is not defined: add it under 'sources', or write 'judgement' for our own view",
            )
