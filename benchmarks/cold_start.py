"""Cold start: products and customers held out of training, and what a customer's vector costs."""

import argparse
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np

from api.progress import stage
from api.workbench import Workbench
from benchmarks.machine import machine, printed
from embeddings.embedding_set import EmbeddingSet
from embeddings.evaluation import last_cut, mean_interval, paired_difference, time_split, validation_split
from embeddings.evaluation.cold_start import ColdCustomers, ColdProducts, cold_customers, cold_products
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
    """``python -m benchmarks.cold_start --data data [--validation] [--seed N] [--json FILE]``"""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cold_start", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a data folder with an imported graph")
    parser.add_argument("--seed", type=int, default=0, help="of what is held out, of training and of resamples (0)")
    parser.add_argument("--share", type=float, default=0.1, help="of the products and customers that is held out (.1)")
    parser.add_argument("--least", type=int, default=10, help="customers a product has that may be held out (10)")
    parser.add_argument("--validation", action="store_true", help="the month before the test month, to choose by")
    parser.add_argument("--json", type=Path, help="write the object here as well")
    options = parser.parse_args(arguments)
    known = Workbench.open(options.data).learning_data()
    cut = last_cut(known.edges)
    split = validation_split(known.edges, cut) if options.validation else time_split(known.edges, cut)
    described = known.described_at(split.cut)
    config = GnnConfig(seed=options.seed)

    def rng() -> np.random.Generator:
        return np.random.default_rng(options.seed)

    cold = cold_products(split, described[0], rng(), share=options.share, least_customers=options.least)
    without = cold_customers(split, rng(), share=options.share)
    of_others = _trained(without.train, *described, config, "training without some customers")
    answer = {
        "benchmark": "cold_start",
        "machine": machine(),
        "cut": int(split.cut),
        "share": options.share,
        "least_customers": options.least,
        "products": _products(
            cold, _trained(cold.train, *described, config, "training without some products"), *described
        ),
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
    cold: ColdProducts, embeddings: EmbeddingSet, described: list[Product], campaigns: list[Campaign]
) -> dict[str, Any]:
    """NDCG@20 of the products held out among themselves, of the vectors and of each way to count."""
    seed = embeddings.manifest.parameters["seed"]
    ours = cold.ndcg(cold.vector_scores(embeddings))
    counted = {name: cold.ndcg(cold.count_scores(described, levels)) for name, levels in COUNTS.items()}
    reference = counted[CATEGORY_AND_BRAND]
    return {
        "held_out": len(cold.products),
        "customers": len(cold.customers),
        "pairs": int(cold.relevant.nnz),
        "campaigns": len(campaigns),
        "ndcg": mean_interval(ours, np.random.default_rng(seed))._asdict(),
        "counts": {
            name: mean_interval(values, np.random.default_rng(seed))._asdict() for name, values in counted.items()
        },
        "times_category_and_brand": float(ours.mean() / reference.mean()),
        "more_than_twice": paired_difference(ours, 2 * reference, np.random.default_rng(seed))._asdict(),
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
