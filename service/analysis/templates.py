"""Templates: fences of references that an answer writes out with the asker's names."""

from collections.abc import Mapping

from kb.entry import Fence, KnowledgeBase, Section


def templates(kb: KnowledgeBase, mark: str, engine: str = "") -> Mapping[str, tuple[Section, Fence]]:
    """The fences of references that carry the mark ("shape", "change"), of one engine where one is wanted, by its value in the order in which they stand."""
    return {
        fence.attributes[mark]: (section, fence)
        for section, fence in kb.reference_fences
        if mark in fence.attributes and engine in ("", fence.engine)
    }
