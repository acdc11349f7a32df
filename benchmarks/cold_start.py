"""Cold start: products and customers held out of training, and what a customer's vector costs."""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

if not __package__:  # run by its path: what lies beside it must not be taken for the packages of those names
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np
from numpy.typing import NDArray

from api.learning.contenders import learnt_from, whole_recommender
from api.settings import loaded_settings
from api.workbench import Workbench
from benchmarks.machine import machine, printed
from embeddings.baselines.most_popular import MostPopular
from embeddings.evaluation import last_cut, mean_interval, paired_difference, time_split, validation_split
from embeddings.evaluation.cold_start import ColdCustomers, cold_customers, cold_products
from embeddings.evaluation.split import Split, Task
from embeddings.gnn.config import GnnConfig
from embeddings.vectors.embedding_set import EmbeddingSet
from graph import Campaign, Customer, CustomerId, Product, Profile
from recommend.placements import Placements
from recommend.ranker import profiles_of

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

Described = tuple[list[Product], list[Campaign], list[Customer]]
"""What was known at the cut."""

NEWEST = (0, 1, 3, 10)
"""Of how many of their newest interactions a newcomer's vector is made."""

TIMED = 2000
"""Customer vectors, over as many different histories as there are."""


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.cold_start --data data [--validation] [--seed N] [--draws N] [--json FILE]``"""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cold_start", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a data folder with an imported graph")
    parser.add_argument("--seed", type=int, default=0, help="of what is held out, of training and of resamples (0)")
    parser.add_argument("--share", type=float, default=0.1, help="of the products and customers that is held out (.1)")
    parser.add_argument("--least", type=int, default=10, help="customers a product has that may be held out (10)")
    parser.add_argument("--draws", type=int, default=1, help="times that some are held out, seed by seed (1)")
    parser.add_argument("--validation", action="store_true", help="the month before the test month, to choose by")
    parser.add_argument("--json", type=Path, help="write the object here as well")
    options = parser.parse_args(arguments)
    known = Workbench.open(options.data).learning_data()
    cut = last_cut(known.edges)
    split = validation_split(known.edges, cut) if options.validation else time_split(known.edges, cut)
    described = (*known.described_at(split.cut), known.customers_at(split.cut))
    answer = {
        "benchmark": "cold_start",
        "machine": machine(),
        "cut": int(split.cut),
        "share": options.share,
        "least_customers": options.least,
        "products": _products(split, described, options),
        **_customers(split, described, Placements.read(loaded_settings(data=options.data).placements_file), options),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    printed(answer, options.json)


def _products(split: Split, described: Described, options: argparse.Namespace) -> dict[str, Any]:
    """NDCG@20 of the products held out among themselves, by the vectors and by each way to count, over all draws."""
    ours: list[NDArray[np.float64]] = []
    counted: dict[str, list[NDArray[np.float64]]] = {name: [] for name in COUNTS}
    draws = []
    for seed in range(options.seed, options.seed + options.draws):
        rng = np.random.default_rng(seed)
        cold = cold_products(split, described[0], rng, share=options.share, least_customers=options.least)
        config = GnnConfig(seed=seed)
        embeddings = learnt_from(cold.train, *described, config, f"training without the products of draw {seed}")
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
    split: Split, described: Described, placements: Placements, options: argparse.Namespace
) -> dict[str, Any]:
    """NDCG@20 of customers held out, over every product, beside the same customers having been in training: by the
    vectors and by the whole recommender; what their newest interactions alone are worth, with what groups say and
    without; what a vector of 50 interactions costs. Profiles are whole, whatever was learnt from."""
    everything = learnt_from(split, *described, GnnConfig(seed=options.seed), "training on everything")
    profiles = profiles_of(split.train)
    pairs: dict[str, list[tuple[NDArray[np.float64], NDArray[np.float64]]]] = {}
    newcomers: dict[str, dict[str, list[NDArray[np.float64]]]] = {}
    for seed in range(options.seed, options.seed + options.draws):
        cold = cold_customers(split, np.random.default_rng(seed), share=options.share)
        learnt = learnt_from(
            cold.train, *described, GnnConfig(seed=options.seed), f"training without the customers of {seed}"
        )
        popular = MostPopular(last_days=30).fit(cold.split.matrix())
        newcomers.setdefault("0", {}).setdefault("most popular", []).append(cold.ranked_ndcg(popular, Task.ALL))
        for name, embeddings in (("with groups", learnt), ("without", replace(learnt, groups=None))):
            for newest in NEWEST:
                found = cold.ndcg(cold.served(embeddings, described[2], newest), Task.ALL)
                newcomers.setdefault(str(newest), {}).setdefault(name, []).append(found)
        for task in Task:
            outside, inside = (cold.served(each, described[2]) for each in (learnt, everything))
            of_vectors = cold.ndcg(outside, task), cold.ndcg(inside, task)
            pairs.setdefault(f"vectors, {task.value}", []).append(of_vectors)
        recommended = (
            _recommended(cold, each, described[0], placements, profiles)
            for each in ((cold.train, learnt), (split, everything))
        )
        of_strangers, of_known = recommended
        for task in Task:
            pairs.setdefault(f"recommender, {task.value}", []).append((of_strangers[task], of_known[task]))
    answer = {}
    for name, draws in pairs.items():
        outside_all, inside_all = (np.concatenate(values) for values in zip(*draws, strict=True))
        answer[name] = {
            "customers": len(outside_all),
            "held_out": float(outside_all.mean()),
            "in_training": float(inside_all.mean()),
            "loss": float(1 - outside_all.mean() / inside_all.mean()),
            "difference": paired_difference(outside_all, inside_all, np.random.default_rng(options.seed))._asdict(),
        }
    told = {
        newest: {name: float(np.concatenate(values).mean()) for name, values in by_name.items()}
        for newest, by_name in newcomers.items()
    }
    microseconds = _microseconds(cold, learnt, interactions=50)
    return {"customers": answer, "newcomers": told, "customer_vector_microseconds": microseconds}


def _recommended(
    cold: ColdCustomers,
    learnt: tuple[Split, EmbeddingSet],
    products: list[Product],
    placements: Placements,
    profiles: Mapping[CustomerId, Profile],
) -> dict[Task, NDArray[np.float64]]:
    """NDCG@20 of the recommender's lists for those held out."""
    with tempfile.TemporaryDirectory(prefix="patron-cold-start-") as folder:
        ranker = whole_recommender(*learnt, products, placements=placements, folder=Path(folder), profiles=profiles)
        return {task: cold.ranked_ndcg(ranker, task) for task in Task}


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
