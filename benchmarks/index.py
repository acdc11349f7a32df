"""Recall beside time of every kind of index, with and without filters, on trained vectors, as one JSON object."""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

if not __package__:  # run by its path: what lies beside it must not be taken for the packages of those names
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import faiss
import numpy as np
from numpy.typing import NDArray

from embeddings.artifacts import open_snapshot
from embeddings.artifacts.gate import others, sample
from embeddings.index import (
    KINDS,
    AnyBit,
    Attributes,
    Between,
    Condition,
    ExactIndex,
    FilteredSearch,
    GrowingIndex,
    Listed,
    OneOf,
    build_index,
    tune,
    use_one_thread,
)
from embeddings.nearest import Nearest, VectorIndex
from graph import PatronError

Vectors = NDArray[np.float32]

JITTER = 0.05
"""What a vector that is drawn again is moved by, as a part of its length."""


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.index --snapshot data/embeddings/v0001 [--sizes 10000,100000] [--json FILE]``"""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.index", description=__doc__)
    parser.add_argument("--snapshot", type=Path, help="a version folder")
    parser.add_argument("--products", type=Path, help="instead: product vectors, a .npy file [n, dim]")
    parser.add_argument("--customers", type=Path, help="and the customer vectors to ask for, a .npy file [m, dim]")
    parser.add_argument("--json", type=Path, help="write the object here as well")
    parser.add_argument("--k", type=int, default=100, help="the length of the lists (100)")
    parser.add_argument("--queries", type=int, default=200, help="how many customer vectors to search for (200)")
    parser.add_argument("--sizes", default="10000,100000,1000000", help="how many products (10000,100000,1000000)")
    parser.add_argument("--kinds", default=",".join(KINDS), help=f"beside exact ({','.join(KINDS)})")
    options = parser.parse_args(arguments)
    try:
        trained, queries, tuning, version = _vectors(options)
    except PatronError as error:
        sys.exit(str(error))
    answer = {
        "version": version,
        "trained_vectors": len(trained),
        "dim": trained.shape[1],
        "k": options.k,
        "queries": len(queries),
        "machine": {"cores": os.cpu_count(), "processor": platform.machine(), "python": platform.python_version()},
        "load_before": round(os.getloadavg()[0], 2),
        "libraries": {"faiss": faiss.__version__, "numpy": np.__version__},
        "sizes": {
            str(size): sized(trained, size, queries, tuning, options.k, options.kinds.split(","))
            for size in map(int, options.sizes.split(","))
        },
    }
    text = json.dumps(answer, indent=2)
    print(text)
    if options.json:
        options.json.write_text(text + "\n", encoding="utf-8")


def sized(trained: Vectors, size: int, queries: Vectors, tuning: Vectors, k: int, kinds: list[str]) -> dict[str, Any]:
    """The figures of so many products: each kind alone, then what the choice takes, under filters."""
    vectors, how = resized(trained, size)
    attributes = Attributes(columns_of(size))
    bars = bars_of(vectors, queries, None, k)
    answer: dict[str, Any] = {"vectors": how, "unfiltered": {}, "filtered": {}}
    indexes: dict[str, VectorIndex] = {}
    for name in ["exact", *(kind for kind in kinds if kind)]:
        started = time.perf_counter()
        index: Any = ExactIndex(vectors) if name == "exact" else KINDS[name].build(vectors, tuning)
        built = time.perf_counter() - started
        tuned = name == "exact" or tune(index, vectors, tuning)
        indexes[name] = index
        use_one_thread()
        answer["unfiltered"][name] = {
            "build_seconds": round(built, 2),
            "bytes": index.nbytes,
            **({} if name == "exact" else {"effort": index.effort, "reaches_the_recall_sought": tuned}),
            **measured(lambda query, index=index: index.search(query, k), queries, bars),  # type: ignore[misc]
        }
        faiss.omp_set_num_threads(os.cpu_count() or 1)
    started = time.perf_counter()
    chosen = build_index(vectors, tuning, kinds={kind: KINDS[kind] for kind in kinds if kind})
    answer["chosen"] = {"kind": type(chosen).__name__, "seconds": round(time.perf_counter() - started, 2)}
    use_one_thread()
    for name, conditions, allowed in filters_of(size):
        if not allowed.any():
            continue
        bars = bars_of(vectors, queries, allowed, k)
        answer["filtered"][name] = {
            "selectivity": round(float(allowed.mean()), 5),
            **{
                label: measured(_filtered(index, vectors, attributes, conditions, k), queries, bars)
                for label, index in {"chosen": chosen, **indexes}.items()
                if label != "hnsw"
            },
        }
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    return answer


def _filtered(
    index: VectorIndex, vectors: Vectors, attributes: Attributes, conditions: list[Condition], k: int
) -> Callable[[Vectors], Nearest]:
    search = FilteredSearch(GrowingIndex(index, vectors), attributes)
    return lambda query: search.search(query, k, conditions)


def measured(search: Callable[[Vectors], Nearest], queries: Vectors, bars: Vectors) -> dict[str, Any]:
    """Recall, the milliseconds of single searches in one thread, and how many of them the thread was running."""
    times, busy, found = [], [], []
    for query, bar in zip(queries, bars[:, 0], strict=True):
        at_work, started = time.thread_time(), time.perf_counter()
        nearest = search(query)
        busy.append((time.thread_time() - at_work) * 1e3)
        times.append((time.perf_counter() - started) * 1e3)
        found.append(np.count_nonzero(nearest.scores >= bar))
    p50, p90, p99 = np.percentile(times, [50, 90, 99])
    return {
        "recall": round(float(np.mean(found / bars[:, 1])), 4),
        "p50_ms": round(float(p50), 3),
        "p90_ms": round(float(p90), 3),
        "p99_ms": round(float(p99), 3),
        "cpu_p50_ms": round(float(np.median(busy)), 3),
    }


def bars_of(vectors: Vectors, queries: Vectors, allowed: NDArray[np.bool_] | None, k: int) -> Vectors:  # [m, 2]
    """(the score of the k-th best of each query, less a rounding; how many there are), by looking at all vectors."""
    held = vectors if allowed is None else np.ascontiguousarray(vectors[allowed])
    wanted = min(k, len(held))
    scores, _ = faiss.knn(queries, held, wanted, faiss.METRIC_INNER_PRODUCT)
    bars = scores.min(axis=1) - 1e-5 * np.abs(scores).max(axis=1)
    return np.column_stack([bars, np.full(len(queries), wanted)]).astype(np.float32)


def resized(trained: Vectors, size: int) -> tuple[Vectors, str]:
    """So many vectors and how they came about: trained ones, and where those are too few, copies moved a little."""
    rng = np.random.default_rng(1)
    if size <= len(trained):
        return np.ascontiguousarray(trained[np.sort(rng.permutation(len(trained))[:size])]), "trained, drawn at random"
    more = trained[rng.integers(len(trained), size=size - len(trained))]
    lengths = np.linalg.norm(more, axis=1, keepdims=True) / trained.shape[1] ** 0.5
    moved = more + JITTER * lengths * rng.standard_normal(more.shape, dtype=np.float32)
    how = f"{len(trained)} trained, {len(more)} drawn from them again and moved by {JITTER:.0%} of their length"
    return np.concatenate([trained, moved.astype(np.float32)]), how


def columns_of(size: int) -> dict[str, NDArray[Any]]:
    """Attributes of no relation to the vectors: a category of 1,000, a price, stock and regions."""
    rng = np.random.default_rng(2)
    return {
        "category": rng.integers(0, 1000, size).astype(np.int32),
        "price": rng.integers(0, 10_000, size),
        "in_stock": rng.random(size) < 0.9,
        "regions": np.uint64(1) << rng.integers(0, 10, size).astype(np.uint64),
    }


def filters_of(size: int) -> list[tuple[str, list[Condition], NDArray[np.bool_]]]:
    """Conditions that allow about 50, 10, 1 and .1 %, in several ways, and what they allow, worked out apart."""
    held = columns_of(size)
    category, price, stock, regions = (held[name] for name in ("category", "price", "in_stock", "regions"))
    listed = np.sort(np.random.default_rng(3).permutation(size)[: size // 100])
    in_list = np.zeros(size, dtype=np.bool_)
    in_list[listed] = True
    return [
        ("50 %: price", [Between("price", 0, 4999)], price < 5000),
        (
            "50 %: stock and price and region",
            [OneOf("in_stock", (1,)), Between("price", 0, 6999), AnyBit("regions", 0xFF)],
            stock & (price < 7000) & (regions < 256),
        ),
        ("10 %: price", [Between("price", 2000, 2999)], (price >= 2000) & (price < 3000)),
        ("10 %: region", [AnyBit("regions", 1)], regions == 1),
        ("1 %: ten categories", [OneOf("category", tuple(range(10)))], category < 10),
        ("1 %: allow-list", [Listed(listed)], in_list),
        ("1 %: price and region", [Between("price", 0, 999), AnyBit("regions", 2)], (price < 1000) & (regions == 2)),
        ("0.1 %: category", [OneOf("category", (7,))], category == 7),
        (
            "0.1 %: categories, stock and price",
            [OneOf("category", (1, 2)), OneOf("in_stock", (1,)), Between("price", 0, 4999)],
            (category >= 1) & (category <= 2) & stock & (price < 5000),
        ),
    ]


def _vectors(options: argparse.Namespace) -> tuple[Vectors, Vectors, Vectors, str]:
    """(product vectors, queries, other queries to tune on, what they are called)."""
    if options.products:
        products, customers = np.load(options.products), np.load(options.customers)
        customers = customers[np.any(customers, axis=1)]
        chosen = np.random.default_rng(0).permutation(len(customers))
        queries, tuning = customers[chosen[: options.queries]], customers[chosen[options.queries :][:1000]]
        return products, np.ascontiguousarray(queries), np.ascontiguousarray(tuning), options.products.name
    if options.snapshot is None:
        sys.exit("--snapshot or --products: one of them says which vectors")
    snapshot = open_snapshot(options.snapshot)
    return (
        np.asarray(snapshot.set.product_vectors),
        sample(snapshot.set, options.queries),
        others(snapshot.set),
        snapshot.version,
    )


if __name__ == "__main__":
    main()
