"""Fusion of scores."""

import numpy as np
import pytest

from service.retrieval.fusion import by_entry, damped, fuse


def test_meaning_counts_by_alpha_and_terms_by_their_share_of_the_best() -> None:
    dense = np.asarray([0.5, -0.2, 0.0], dtype=np.float32)
    lexical = np.asarray([2.0, 4.0, 9.0], dtype=np.float32)
    assert fuse(dense, lexical, 4.0, 0.8).tolist() == pytest.approx([0.5, 0.2, 0.2])


def test_without_terms_meaning_decides() -> None:
    zero = np.zeros(2, dtype=np.float32)
    assert fuse(np.asarray([0.5, 0.25], dtype=np.float32), zero, 0.0, 0.8).tolist() == pytest.approx([0.4, 0.2])


def test_many_weak_sections_are_no_strong_entry() -> None:
    assert damped([0.2] * 20) == pytest.approx(0.2)
    assert damped([0.9]) > damped([0.4, 0.4, 0.4, 0.4])


def test_scores_are_gathered_by_entry() -> None:
    assert by_entry([("b", 0.1), ("a", 0.3), ("b", 0.2)]) == {"a": [0.3], "b": [0.1, 0.2]}
