"""Time and memory by the number of interactions: the matrix, the spectral fit, one epoch of the network, and what else
a version learns: the ranking, what a session changes, the predictions.

Interactions are made up, as degrees are found in real ones: see `synthetic`. Every size is measured in a process of its
own, whose memory is looked at from outside every 20 ms: anonymous, which is the process' own, and all that is resident,
of which the system takes back mapped files when it needs room.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

if not __package__:  # run by its path: what lies beside it must not be taken for the packages of those names
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np

from benchmarks.machine import machine, printed
from embeddings.interaction_matrix import InteractionMatrix
from embeddings.scratch import MEMORY, Scratch
from embeddings.spectral import SpectralConfig, SpectralFilter
from graph import DAY, CustomerId, EdgeArrays, Instant, InteractionKind, Product, ProductId

__all__ = ["main", "synthetic"]

AS_OF = Instant(20_000 * DAY)
DAYS = 365
PER_CUSTOMER = 27
ACTIVITY, POPULARITY = 0.9, 1.0
"""Standard deviations of the logarithms. Gowalla's training pairs have 27 a customer and 20 a product; beside as many
that are made up: customers 50 % 16 and 18, 90 % 53 and 58, 99 % 182 and 150, most 811 and 735; products 12 and 12, 34
and 44, 139 and 125, 1,415 and 887."""
PRODUCTS = 41_000 / 810_000**0.5
"""Times the square root of the interactions (Heaps): 41,000 products at Gowalla's 810,000."""
CROWDS, LOYALTY, FAVOURITES = 64, 0.8, 3
"""Every product is of one crowd; a customer takes this share from the favourite crowds, and the rest from any."""

VISITS = 6
"""A year, of every customer, of 4.5 products each: for what is bought together. Without them each purchase has an
instant of its own."""
REPEATED = 0.4
"""The share of purchases that are of what the customer bought at another time: for what is bought again."""
CATEGORIES = 300
"""As the retailer has."""


def synthetic(interactions: int, rng: np.random.Generator, scratch: Scratch = MEMORY) -> EdgeArrays:
    """So many purchases of a year, in order of time, written a block at a time.

    Customers are drawn by a log-normal activity and products by a log-normal popularity, within a crowd of products
    that is mostly one of the customer's three favourites: that is what there is to learn.
    """
    num_customers, num_products = max(2, interactions // PER_CUSTOMER), max(CROWDS, int(PRODUCTS * interactions**0.5))
    activity = np.cumsum(rng.lognormal(0.0, ACTIVITY, num_customers))
    popularity = np.concatenate([[0.0], np.cumsum(rng.lognormal(0.0, POPULARITY, num_products))])
    borders = popularity[np.linspace(0, num_products, CROWDS + 1).astype(np.int64)]
    favourites = rng.integers(CROWDS, size=(num_customers, FAVOURITES), dtype=np.int8)
    shuffle = rng.permutation(num_products).astype(np.int32)  # so that crowds are not neighbours
    dtypes = {"customer": "i4", "target": "i4", "kind": "i1", "at": "i8", "day": "i4"}
    dtypes |= {"quantity": "f8", "value": "i8", "order": "i4"}
    columns: dict[str, Any] = {name: scratch.empty(interactions, dtype) for name, dtype in dtypes.items()}
    begun = AS_OF - DAYS * DAY
    for some in scratch.slices(interactions):
        size = some.stop - some.start
        customer = np.searchsorted(activity, rng.random(size) * activity[-1])
        crowd = favourites[customer, rng.integers(FAVOURITES, size=size)]
        crowd = np.where(rng.random(size) < LOYALTY, crowd, rng.integers(CROWDS, size=size))
        low, high = borders[crowd], borders[crowd + 1]
        target = np.searchsorted(popularity, low + rng.random(size) * (high - low), side="right") - 1
        columns["customer"][some] = customer
        columns["target"][some] = shuffle[np.minimum(target, num_products - 1)]
        columns["at"][some] = begun + np.arange(some.start, some.stop) * (DAYS * DAY // interactions)
        columns["day"][some] = columns["at"][some] // DAY
        for name, value in (("kind", PURCHASED), ("quantity", 1.0), ("value", 100), ("order", -1)):
            columns[name][some] = value
    return EdgeArrays(
        customers=[CustomerId(f"user:{number:010d}") for number in range(num_customers)],
        targets=[f"{number:08d}" for number in range(num_products)],
        **columns,
    )


def in_visits(edges: EdgeArrays, rng: np.random.Generator) -> tuple[EdgeArrays, list[Product]]:
    """As many purchases in VISITS a customer, each at one instant within its part of the year, some of them REPEATED;
    and the products."""
    part, num_customers = DAYS * DAY // VISITS, len(edges.customers)
    number = np.minimum((edges.at - edges.at.min()) // part, VISITS - 1)
    at = AS_OF - DAYS * DAY + number * part + rng.integers(part, size=(VISITS, num_customers))[number, edges.customer]
    sizes = np.bincount(edges.customer, minlength=num_customers)
    other = (np.cumsum(sizes) - sizes)[edges.customer] + (rng.random(len(edges)) * sizes[edges.customer]).astype(int)
    theirs = edges.target[np.argsort(edges.customer, kind="stable")][other]
    target = np.where(rng.random(len(edges)) < REPEATED, theirs, edges.target)
    order = np.argsort(at, kind="stable")
    at = at[order]
    visited = replace(
        edges, customer=edges.customer[order], target=target[order], at=at, day=(at // DAY).astype(np.int32)
    )
    described = [
        Product(id=ProductId(target), category=f"category {row % CATEGORIES}")
        for row, target in enumerate(edges.targets)
    ]
    return visited, described


THREADS = os.environ.get("OMP_NUM_THREADS", "all")
PURCHASED = list(InteractionKind).index(InteractionKind.PURCHASED)


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.scale [--interactions N …] [--spectral N …] [--in-memory N …] [--models N …] …``"""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.scale", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    sizes: dict[str, Any] = {"type": int, "nargs": "*", "metavar": "N"}
    parser.add_argument(
        "--interactions", **sizes, default=[1_000_000, 3_000_000, 10_000_000], help="all of it on files"
    )
    parser.add_argument("--spectral", **sizes, default=[30_000_000], help="on files, without the network")
    parser.add_argument("--in-memory", **sizes, default=[], help="all of it, nothing on files")
    parser.add_argument("--models", **sizes, default=[], help="in memory, what else a version learns")
    parser.add_argument("--data", type=Path, help="a data folder whose graph that is learnt from as well")
    parser.add_argument("--dim", type=int, default=64, help="numbers a vector (64)")
    parser.add_argument(
        "--scratch", type=Path, help="a folder on a disk for the files (the system's for temporary ones)"
    )
    parser.add_argument("--json", type=Path, help="write the object here as well")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        run = json.loads(options.one)
        if "models" in run:
            models(run["models"])
        else:
            measure(**run)
        return
    with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
        dim = options.dim
        runs = [{"interactions": n, "network": True, "folder": folder, "dim": dim} for n in options.interactions]
        runs += [{"interactions": n, "network": False, "folder": folder, "dim": dim} for n in options.spectral]
        runs += [{"interactions": n, "network": True, "folder": None, "dim": dim} for n in options.in_memory]
        runs += [{"models": n} for n in options.models]
        runs += [{"models": str(options.data)}] if options.data else []
        curve = []
        for run in runs:
            curve.append(watched(run))
            print(json.dumps(curve[-1]), file=sys.stderr)
    printed(
        {"benchmark": "scale", "machine": machine(), "threads": THREADS, "curve": curve},
        options.json,
    )


def measure(interactions: int, network: bool, folder: str | None, dim: int) -> None:
    """One size in this process, a line of JSON when a stage begins and what it gave when it ends."""
    scratch = Scratch(Path(folder)) if folder else MEMORY
    with stage("edges"):
        edges = synthetic(interactions, np.random.default_rng(0), scratch)
    told: dict[str, Any] = {"customers": len(edges.customers), "products": len(edges.targets)}
    with stage("matrix"):
        matrix = InteractionMatrix.from_edges(edges, AS_OF, scratch=scratch)
    config = SpectralConfig(dim=dim)
    with stage("spectral fit"):
        fitted = SpectralFilter.fit(matrix, config)
    told["pairs"] = int(fitted.weights.nnz)
    with stage("customers' vectors"):
        vectors = fitted.embeddings(config).customer_vectors
        if folder:
            np.save(Path(folder) / "customers.npy", vectors)
    del matrix, fitted, vectors
    if network:
        told |= network_epoch(edges, scratch, dim)
    print(json.dumps({"told": told}), flush=True)


def network_epoch(edges: EdgeArrays, scratch: Scratch, dim: int) -> dict[str, Any]:
    """One epoch over every pair, as `patron`'s search for pairs trains."""
    from embeddings.settings_search.searching import MOST_PAIRS, PAIRS  # torch loads with it
    from embeddings.training import train

    config = replace(PAIRS, dim=dim, epochs=1, batch_customers=MOST_PAIRS, half_precision=True)
    told: dict[str, Any] = {"pairs_a_step": config.batch_customers * config.targets_per_customer}
    stages = Stages()

    def progress(what: str, done: int, of: int) -> None:
        if what.startswith("epoch"):
            told["loss"] = float(what.rsplit(" ", 1)[1])
        stages.begin(
            {"start": "network: prepared", "learning": "network: epoch"}.get(what, "network: customers' vectors")
        )

    train(edges, [], [], config=config, as_of=AS_OF, rng=np.random.default_rng(0), scratch=scratch, progress=progress)
    stages.end()
    return told


def models(of: int | str) -> None:
    """What else a version learns from so many made-up interactions, or from the graph of a data folder, in memory."""
    from api.workbench import Workbench  # what the fit is measured without
    from embeddings.intent.learning import learn_intent
    from embeddings.intent.past_sessions import past_sessions
    from embeddings.predictions.learning import learn_predictions
    from embeddings.ranking.learning import learn_ranking

    with stage("edges"):
        if isinstance(of, str):
            known = Workbench.open(of).learning_data()
            edges, described, as_of = known.edges, known.products, known.as_of
        else:
            rng = np.random.default_rng(0)
            edges, described = in_visits(synthetic(of, rng), rng)
            as_of = AS_OF
    products = [product.id for product in described]
    with stage("ranking"):
        ranking = learn_ranking(edges, products, described, as_of=as_of)
    if ranking is None:
        sys.exit("too little to learn a ranking from")
    with stage("intent"):
        intent = learn_intent(edges, products, described, ranking, as_of=as_of)
    with stage("past sessions, which the intent makes twice"):
        found = past_sessions(edges, products)
    with stage("predictions"):
        predictions = learn_predictions(edges, described, today=int(edges.day.max()))
    told: dict[str, Any] = {"interactions": len(edges), "customers": len(edges.customers), "products": len(products)}
    told |= {"past_sessions": len(found.sessions), "learnt": [each is not None for each in (intent, predictions)]}
    print(json.dumps({"told": told}), flush=True)


class Stages:
    """Says on standard output which stage goes on."""

    def begin(self, name: str) -> None:
        print(json.dumps({"stage": name, "at": time.perf_counter(), "cpu": time.process_time()}), flush=True)

    def end(self) -> None:
        self.begin("")


@contextmanager
def stage(name: str) -> Iterator[None]:
    Stages().begin(name)
    yield
    Stages().end()


def watched(run: dict[str, Any]) -> dict[str, Any]:
    """A size measured in a process of its own: seconds and greatest memory by stage."""
    command = [sys.executable, "-m", "benchmarks.scale", "--one", json.dumps(run)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    stages: dict[str, dict[str, float]] = {}
    now: list[str] = [""]

    def look() -> None:
        while process.poll() is None:
            sizes, stage = memory(process.pid), now[0]
            for name, gigabytes in sizes.items() if stage else ():
                kept = stages.setdefault(stage, {})
                kept[name] = max(kept.get(name, 0.0), gigabytes)
            time.sleep(0.02)

    looking = Thread(target=look)
    looking.start()
    answer: dict[str, Any] = run | {"folder": bool(run.get("folder"))}
    begun = {"at": 0.0, "cpu": 0.0}
    for line in process.stdout or ():
        said = json.loads(line)
        answer |= said.get("told", {})
        if "stage" in said:
            if now[0]:
                kept = stages.setdefault(now[0], {})
                kept["seconds"] = round(said["at"] - begun["at"], 2)
                kept["processor_seconds"] = round(said["cpu"] - begun["cpu"], 2)
            now[0], begun = said["stage"], said
    looking.join()
    if process.returncode:
        sys.exit(f"{run} ended with {process.returncode}")
    most = {name: max(kept.get(name, 0.0) for kept in stages.values()) for name in ("anonymous_gb", "resident_gb")}
    return answer | {"most": most, "stages": stages}


def memory(process: int) -> dict[str, float]:
    """What a process takes, in gigabytes; nothing where it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return {}
    named = {"RssAnon:": "anonymous_gb", "VmRSS:": "resident_gb"}
    sizes = (line.split() for line in lines)
    return {named[size[0]]: round(int(size[1]) * 1024 / 1e9, 3) for size in sizes if size and size[0] in named}


if __name__ == "__main__":
    main()
