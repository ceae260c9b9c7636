"""The info string of a code fence: language, engine and attributes."""

import hashlib
import re

from kb.entry import Fence

# Words of an info string that are attributes without a value; any other second word is the engine.
FLAGS = frozenset({"hidden", "seed", "nosort"})
VALUED = frozenset({"since", "session", "expect", "then", "without", "plan", "op", "shape", "change"})
_WORD = re.compile(r"\S+")


def read_fence(info: str, code: str, line: int) -> Fence:
    """`sql postgresql plan=orders_idx nosort` with its code; `line` is that of the opening fence.

    The digest covers the info string: the same SQL with another expectation is another proof.
    """
    language, *words = _WORD.findall(info) or [""]
    engine = words.pop(0) if words and "=" not in words[0] and words[0] not in FLAGS else ""
    attributes = {name: value for name, _, value in (word.partition("=") for word in words)}
    code = code.removesuffix("\n")
    digest = hashlib.sha256(f"{' '.join([language, engine, *words])}\n{code}".encode()).hexdigest()
    return Fence(language, engine, attributes, code, line, digest)
