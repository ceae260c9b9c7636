"""Templates: fences of references that an answer writes out with the asker's names."""

from collections.abc import Mapping

from kb.entry import Fence, KnowledgeBase, Section


def templates(kb: KnowledgeBase, mark: str, engine: str = "") -> Mapping[str, tuple[Section, Fence]]:
    """The fences of references that carry the mark ("shape", "change"), of one engine where one is wanted, by its value in the order in which they stand."""
    return {
        block.fence.attributes[mark]: (section, block.fence)
        for entry in kb.entries.values()
        if entry.kind == "references"
        for section in entry.sections
        for block in section.blocks
        if block.fence is not None and mark in block.fence.attributes and engine in ("", block.fence.engine)
    }
