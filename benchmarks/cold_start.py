"""Cold start: products and customers held out of training, and what a customer's vector costs."""

import argparse
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.progress import stage
from api.workbench import Workbench
from benchmarks.machine import machine, printed
from embeddings.embedding_set import EmbeddingSet
from embeddings.evaluation import last_cut, mean_interval, paired_difference, time_split, validation_split
from embeddings.evaluation.cold_start import ColdCustomers, cold_customers, cold_products
from embeddings.evaluation.split import Split, Task
from embeddings.gnn.config import GnnConfig
from embeddings.training import train
from graph import Campaign, Product

CATEGORY_AND_BRAND = "category + brand"
COUNTS = {
    CATEGORY_AND_BRAND: (("category",), ("brand",)),
    "category": (("category",),),
    "subcategory": (("subcategory",),),
    "subcategory + brand": (("subcategory",), ("brand",)),
    "category × brand": (("category", "brand"),),
    "subcategory × brand": (("subcategory", "brand"),),
    "subcategory + manufacturer": (("subcategory",), ("manufacturer",)),
    "subcategory × manufacturer": (("subcategory", "manufacturer"),),
}
"""What a customer's purchases are counted by: levels that are added up, each of one field or of several at once."""

TIMED = 2000
"""Customer vectors, over as many different histories as there are."""


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.cold_start --data data [--validation] [--seed N] [--draws N] [--json FILE]``"""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cold_start", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a data folder with an imported graph")
    parser.add_argument("--seed", type=int, default=0, help="of what is held out, of training and of resamples (0)")
    parser.add_argument("--share", type=float, default=0.1, help="of the products and customers that is held out (.1)")
    parser.add_argument("--least", type=int, default=10, help="customers a product has that may be held out (10)")
    parser.add_argument("--draws", type=int, default=1, help="times that products are held out, seed by seed (1)")
    parser.add_argument("--validation", action="store_true", help="the month before the test month, to choose by")
    parser.add_argument("--json", type=Path, help="write the object here as well")
    options = parser.parse_args(arguments)
    known = Workbench.open(options.data).learning_data()
    cut = last_cut(known.edges)
    split = validation_split(known.edges, cut) if options.validation else time_split(known.edges, cut)
    described = known.described_at(split.cut)
    config = GnnConfig(seed=options.seed)
    without = cold_customers(split, np.random.default_rng(options.seed), share=options.share)
    of_others = _trained(without.train, *described, config, "training without some customers")
    answer = {
        "benchmark": "cold_start",
        "machine": machine(),
        "cut": int(split.cut),
        "share": options.share,
        "least_customers": options.least,
        "products": _products(split, described, options),
        "customers": _customers(
            without, of_others, _trained(split, *described, config, "training on everything"), options.seed
        ),
        "customer_vector_microseconds": _microseconds(without, of_others, interactions=50),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    printed(answer, options.json)


def _trained(
    split: Split, products: list[Product], campaigns: list[Campaign], config: GnnConfig, title: str
) -> EmbeddingSet:
    with stage(title) as advance:
        return train(
            split.train,
            products,
            campaigns,
            config=config,
            as_of=split.cut,
            rng=np.random.default_rng(config.seed),
            progress=lambda what, done, total: advance(done, total, what),
        )


def _products(
    split: Split, described: tuple[list[Product], list[Campaign]], options: argparse.Namespace
) -> dict[str, Any]:
    """NDCG@20 of the products held out among themselves, by the vectors and by each way to count, over all draws."""
    ours: list[NDArray[np.float64]] = []
    counted: dict[str, list[NDArray[np.float64]]] = {name: [] for name in COUNTS}
    draws = []
    for seed in range(options.seed, options.seed + options.draws):
        rng = np.random.default_rng(seed)
        cold = cold_products(split, described[0], rng, share=options.share, least_customers=options.least)
        config = GnnConfig(seed=seed)
        embeddings = _trained(cold.train, *described, config, f"training without the products of draw {seed}")
        ours.append(cold.ndcg(cold.vector_scores(embeddings)))
        for name, levels in COUNTS.items():
            counted[name].append(cold.ndcg(cold.count_scores(described[0], levels)))
        sizes = {"held_out": len(cold.products), "customers": len(cold.customers), "pairs": int(cold.relevant.nnz)}
        means = {"ndcg": float(ours[-1].mean()), CATEGORY_AND_BRAND: float(counted[CATEGORY_AND_BRAND][-1].mean())}
        draws.append({"seed": seed, **sizes, **means})

    def interval(values: NDArray[np.float64]) -> dict[str, float]:
        return mean_interval(values, np.random.default_rng(options.seed))._asdict()

    whole, reference = np.concatenate(ours), np.concatenate(counted[CATEGORY_AND_BRAND])
    twice = paired_difference(whole, 2 * reference, np.random.default_rng(options.seed))
    return {
        "draws": draws,
        "ndcg": interval(whole),
        "counts": {name: interval(np.concatenate(values)) for name, values in counted.items()},
        "times_category_and_brand": float(whole.mean() / reference.mean()),
        "more_than_twice": twice._asdict(),
    }


def _customers(
    cold: ColdCustomers, of_others: EmbeddingSet, of_all: EmbeddingSet, seed: int
) -> dict[str, dict[str, Any]]:
    """NDCG@20 of customers held out, over every product, beside the same customers having been in training."""
    answer = {}
    for task in Task:
        outside, inside = cold.ndcg(cold.served(of_others), task), cold.ndcg(cold.served(of_all), task)
        answer[task.value] = {
            "customers": len(outside),
            "held_out": float(outside.mean()),
            "in_training": float(inside.mean()),
            "loss": float(1 - outside.mean() / inside.mean()),
            "difference": paired_difference(outside, inside, np.random.default_rng(seed))._asdict(),
        }
    return answer


def _microseconds(cold: ColdCustomers, embeddings: EmbeddingSet, interactions: int) -> dict[str, float]:
    """Percentiles of `customer_vector` over the newest interactions of those who have as many, products known."""
    matrix = cold.split.matrix()
    places = {product: row for row, product in enumerate(embeddings.products)}
    rows = np.array([places.get(product, -1) for product in matrix.products], dtype=np.int32)
    ages, histories = matrix.ages(), []
    for customer in cold.customers:
        row = matrix.customer_rows[customer]
        begin, end = np.searchsorted(matrix.customer, [row, row + 1])
        newest = begin + np.argsort(ages[begin:end], kind="stable")[:interactions]
        if len(newest) == interactions:
            times = matrix.times[newest].astype(np.float32)
            histories.append((rows[matrix.product[newest]], matrix.kind[newest], ages[newest], times))
    taken = []
    for number in range(TIMED if histories else 0):
        history = histories[number % len(histories)]
        begun = time.perf_counter()
        embeddings.customer_vector(*history)
        taken.append((time.perf_counter() - begun) * 1e6)
    return {name: round(float(np.quantile(taken, q)), 1) for name, q in (("p50", 0.5), ("p90", 0.9))} if taken else {}


if __name__ == "__main__":
    main()
