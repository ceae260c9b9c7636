"""The vocabulary, loaded once for the tests of the question."""

import pytest

from kb.vocabulary import Vocabulary, load_vocabulary


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return load_vocabulary()
