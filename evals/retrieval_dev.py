"""Measures retrieval on the development questions: `python -m evals.retrieval_dev`; its numbers stand beside the constants they chose."""

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean, median

import numpy as np
import yaml

from ingest.edition import Edition, open_edition
from ingest.embeddings import Embedder, load_embedder
from service.retrieval.hits import Retrieved
from service.retrieval.search import Retriever
from service.settings import read_settings

QUESTIONS = Path(__file__).parent / "data" / "retrieval_dev.yaml"
_BEST, _GOOD = 3, 2
_DEPTH = 10


def questions() -> Mapping[str, list[Mapping[str, object]]]:
    """The questions by group (`inside`, `gap`, `far`, `near`), each with what is known of its answer."""
    raw = yaml.load(QUESTIONS.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {group: [item if isinstance(item, dict) else {"q": item} for item in items] for group, items in raw.items()}


def ndcg(ranked: Sequence[str], gold: Sequence[str]) -> float:
    """nDCG@10 with linear gain: 3 for the first of the gold sections, 2 for the others."""
    gains = {section: _BEST if place == 0 else _GOOD for place, section in enumerate(gold)}
    discounts = 1 / np.log2(np.arange(2, _DEPTH + 2))
    found = [gains.get(section, 0) for section in ranked[:_DEPTH]] + [0] * max(0, _DEPTH - len(ranked))
    ideal = (sorted(gains.values(), reverse=True) + [0] * _DEPTH)[:_DEPTH]
    return float(np.dot(found, discounts) / np.dot(ideal, discounts))


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """How often a question of ours is more relevant than one of others."""
    return mean(mean(1.0 if a > b else 0.5 if a == b else 0.0 for b in outside) for a in inside)


def measure(edition: Edition, embedder: Embedder) -> Mapping[str, float]:
    """All numbers, by name."""
    retriever = Retriever(edition, embedder)
    found: dict[str, list[Retrieved]] = {}
    seconds: list[float] = []
    asked = questions()
    for group, items in asked.items():
        for item in items:
            text = str(item["q"])
            vector = retriever.embed(text)
            started = time.perf_counter()
            found.setdefault(group, []).append(retriever.retrieve(text, vector))
            seconds.append(time.perf_counter() - started)
    return {
        **_ranking(asked["inside"], found["inside"]),
        **_abstention(found),
        "retrieve_p50_ms": median(seconds) * 1000,
    }


def _ranking(items: Sequence[Mapping[str, object]], found: Sequence[Retrieved]) -> Mapping[str, float]:
    rows = []
    for item, retrieved in zip(items, found, strict=True):
        gold = [str(section) for section in _list(item["gold"])]
        ranked = [hit.section for hit in retrieved.hits]
        first = next((1 / place for place, section in enumerate(ranked[:_DEPTH], 1) if section in gold), 0.0)
        recall = len(set(ranked[:20]) & set(gold)) / len(gold)
        entry = retrieved.entries[0].entry in {section.partition("#")[0] for section in gold}
        rows.append((ndcg(ranked, gold), recall, first, float(entry)))
    names = ("ndcg@10", "recall@20", "mrr@10", "best entry right")
    return {name: mean(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}


def _abstention(found: Mapping[str, Sequence[Retrieved]]) -> Mapping[str, float]:
    ours, others = [*found["inside"], *found["gap"]], [*found["far"], *found["near"]]
    return {
        "inside answered": mean(r.relevant for r in ours),
        "far refused": mean(not r.relevant for r in found["far"]),
        "near refused": mean(not r.relevant for r in found["near"]),
        "auroc": auroc([r.relevance for r in ours], [r.relevance for r in others]),
        "gap named": mean(bool(r.gaps) for r in found["gap"]),
        "gap named wrongly": mean(bool(r.gaps) for r in found["inside"]),
    }


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def main() -> None:
    """Print the numbers for the current edition."""
    settings = read_settings()
    embedder = load_embedder(settings.embedding_model)
    edition = open_edition(settings.data_dir, embedder, settings.chroma_url)
    for name, value in measure(edition, embedder).items():
        sys.stdout.write(f"{name:18s} {value:.3f}\n")
    edition.close()


if __name__ == "__main__":
    main()
