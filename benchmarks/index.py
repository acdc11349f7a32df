"""Recall beside time of every kind of index, with and without filters, on trained vectors, as one JSON object."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

if not __package__:  # run by its path: what lies beside it must not be taken for the packages of those names
    sys.path[0] = str(Path(__file__).resolve().parents[1])

if __name__ == "__main__":  # before numpy is there: a search is one thread's, as in a server
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import faiss
import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import machine, printed
from embeddings.artifacts import open_snapshot
from embeddings.artifacts.gate import others, sample
from embeddings.index import (
    KINDS,
    Attributes,
    Between,
    Condition,
    ExactIndex,
    FilteredSearch,
    GrowingIndex,
    Holds,
    Listed,
    OneOf,
    Sets,
    build_index,
    tune,
    use_one_thread,
)
from embeddings.nearest import Nearest, VectorIndex
from graph import PatronError

Vectors = NDArray[np.float32]

JITTER = 0.05
"""What a vector that is drawn again is moved by, as a part of its length."""

REGIONS = (0.5, 0.1, 0.01, 0.001, *[0.1] * 96)
"""What share of the products each region has."""


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.index --snapshot data/embeddings/v0001 [--sizes 10000,100000] [--json FILE]``"""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.index", description=__doc__)
    parser.add_argument("--snapshot", type=Path, help="a version folder")
    parser.add_argument("--products", type=Path, help="instead: product vectors, a .npy file [n, dim]")
    parser.add_argument("--customers", type=Path, help="and the customer vectors to ask for, a .npy file [m, dim]")
    parser.add_argument("--json", type=Path, help="write the object here as well")
    parser.add_argument("--k", type=int, default=100, help="the length of the lists (100)")
    parser.add_argument("--queries", type=int, default=200, help="how many customer vectors to search for (200)")
    parser.add_argument("--tuning", type=int, default=1000, help="on how many others each kind is tuned (1000)")
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
        "machine": machine(),
        "sizes": {
            str(size): sized(trained, size, queries, tuning, options.k, options.kinds.split(","))
            for size in map(int, options.sizes.split(","))
        },
    }
    printed(answer, options.json)


def sized(trained: Vectors, size: int, queries: Vectors, tuning: Vectors, k: int, kinds: list[str]) -> dict[str, Any]:
    """The figures of so many products: what each kind takes to build and to search, without filters and under each.

    load: processes that ran or waited, before and after, this one among them; more than the cores say it was not alone.
    """
    load = [os.getloadavg()[0]]
    vectors, how = resized(trained, size)
    regions = regions_of(size)
    attributes = Attributes({**columns_of(size), "regions": regions})
    bars = bars_of(vectors, queries, None, k)
    answer: dict[str, Any] = {"vectors": how, "unfiltered": {}, "filtered": {}}
    indexes: dict[str, VectorIndex] = {}
    for name in ["exact", *(kind for kind in kinds if kind)]:
        print(f"{size:,} products, {name}", file=sys.stderr)
        started, at_work = time.perf_counter(), time.process_time()
        index: Any = ExactIndex(vectors) if name == "exact" else KINDS[name].build(vectors, tuning)
        built, ran = time.perf_counter() - started, time.process_time() - at_work
        tuned = name == "exact" or tune(index, vectors, tuning)
        indexes[name] = index
        use_one_thread()
        answer["unfiltered"][name] = {
            "build_seconds": round(built, 2),
            "build_cpu_seconds": round(ran, 2),
            "megabytes_beside_the_vectors": round(index.nbytes / 1e6, 1),
            **({} if name == "exact" else {"effort": index.effort, "reaches_the_recall_sought": tuned}),
            **measured(lambda query, index=index: index.search(query, k), queries, bars),  # type: ignore[misc]
        }
        faiss.omp_set_num_threads(os.cpu_count() or 1)
    started = time.perf_counter()
    chosen = build_index(vectors, tuning, kinds={kind: KINDS[kind] for kind in kinds if kind})
    answer["chosen"] = {"kind": type(chosen).__name__, "seconds": round(time.perf_counter() - started, 2)}
    use_one_thread()
    for name, conditions, allowed in filters_of(size, regions):
        if not allowed.any():
            continue
        bars = bars_of(vectors, queries, allowed, k)
        answer["filtered"][name] = {
            "selectivity": round(float(allowed.mean()), 5),
            **{
                label: measured(_filtered(index, vectors, attributes, conditions, k), queries, bars)
                for label, index in {"chosen": chosen, **indexes}.items()
            },
        }
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    answer["load_average"] = [round(each, 1) for each in (*load, os.getloadavg()[0])]
    return answer


def _filtered(
    index: VectorIndex, vectors: Vectors, attributes: Attributes, conditions: list[Condition], k: int
) -> Callable[[Vectors], Nearest]:
    search = FilteredSearch(GrowingIndex(index, vectors), attributes)
    return lambda query: search.search(query, k, conditions)


def measured(search: Callable[[Vectors], Nearest], queries: Vectors, bars: Vectors) -> dict[str, Any]:
    """Recall, the milliseconds of single searches in one thread, and how many of them it was running (`cpu`): the rest
    it waited for a core that others had."""
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
        "cpu_p99_ms": round(float(np.percentile(busy, 99)), 3),
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
    """Attributes of no relation to the vectors: a category of 1,000, a price and stock."""
    rng = np.random.default_rng(2)
    return {
        "category": rng.integers(0, 1000, size).astype(np.int32),
        "price": rng.integers(0, 10_000, size),
        "in_stock": rng.random(size) < 0.9,
    }


def regions_of(size: int) -> Sets:
    """The regions each product is sold in, of no relation to the vectors either: about ten of a hundred."""
    rng = np.random.default_rng(4)
    rows = [np.flatnonzero(rng.random(size, dtype=np.float32) < share) for share in REGIONS]
    codes = np.repeat(np.arange(len(rows)), [len(part) for part in rows])
    by_product = np.concatenate(rows)
    return Sets(np.bincount(by_product, minlength=size), codes[np.argsort(by_product, kind="stable")])


def filters_of(size: int, regions: Sets) -> list[tuple[str, list[Condition], NDArray[np.bool_]]]:
    """Conditions that allow about 50, 10, 1 and .1 %, in several ways, and what they allow, worked out apart."""
    held = columns_of(size)
    category, price, stock = (held[name] for name in ("category", "price", "in_stock"))
    listed = np.sort(np.random.default_rng(3).permutation(size)[: size // 100])
    in_list, sold = np.zeros(size, dtype=np.bool_), np.zeros((size, 4), dtype=np.bool_)
    in_list[listed] = True
    few = regions.codes < 4
    sold[np.repeat(np.arange(size), regions.lengths)[few], regions.codes[few]] = True
    half, tenth, hundredth, thousandth = sold.T
    return [
        ("50 %: price", [Between("price", 0, 4999)], price < 5000),
        ("50 %: region", [Holds("regions", (0,))], half),
        (
            "50 %: stock, price and either of two regions",
            [OneOf("in_stock", (1,)), Between("price", 0, 8999), Holds("regions", (0, 1))],
            stock & (price < 9000) & (half | tenth),
        ),
        ("10 %: price", [Between("price", 2000, 2999)], (price >= 2000) & (price < 3000)),
        ("10 %: region", [Holds("regions", (1,))], tenth),
        ("1 %: ten categories", [OneOf("category", tuple(range(10)))], category < 10),
        ("1 %: allow-list", [Listed(listed)], in_list),
        ("1 %: region", [Holds("regions", (2,))], hundredth),
        ("1 %: price and region", [Between("price", 0, 999), Holds("regions", (1,))], (price < 1000) & tenth),
        ("0.1 %: category", [OneOf("category", (7,))], category == 7),
        ("0.1 %: region", [Holds("regions", (3,))], thousandth),
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
        queries, tuning = customers[chosen[: options.queries]], customers[chosen[options.queries :][: options.tuning]]
        return products, np.ascontiguousarray(queries), np.ascontiguousarray(tuning), options.products.name
    if options.snapshot is None:
        sys.exit("--snapshot or --products: one of them says which vectors")
    snapshot = open_snapshot(options.snapshot)
    return (
        np.asarray(snapshot.set.product_vectors),
        sample(snapshot.set, options.queries),
        others(snapshot.set)[: options.tuning],
        snapshot.version,
    )


if __name__ == "__main__":
    main()
