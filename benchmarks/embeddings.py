"""Embeddings of any two files of (user, item) pairs: settings chosen on the first alone, judged on the second.

Gowalla in LightGCN's split is at https://github.com/gusye1234/LightGCN-PyTorch, folder data/gowalla.
"""

import argparse
import resource
import sys
import time
from dataclasses import asdict
from pathlib import Path

if not __package__:  # run by its path: what lies beside it must not be taken for the packages of those names
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from benchmarks.machine import machine, printed
from embeddings.evaluation.split import HeldOut, Task
from embeddings.interaction_matrix import InteractionMatrix
from embeddings.settings_search import pair_edges, search
from embeddings.settings_search.pairs import AS_OF
from embeddings.settings_search.trial import measured
from embeddings.vectors.embedding_set import EmbeddingSet
from graph import CustomerId, EdgeArrays, InvalidValue, ProductId

MOST_ROWS = 100_000_000
"""The greatest id that --out takes."""

CUSTOMER = '''"""A customer's vector from the products of a history; row = id, as in products.npy."""

from pathlib import Path

import numpy as np

INPUTS = np.load(Path(__file__).with_name("inputs.npy"), mmap_mode="r")
PARTS = {parts}


def customer_vector(products):
    """products: ids, each once. The vector of whoever has these; their score for a product is the inner product."""
    products = np.asarray(products, dtype=np.int64)
    if len(products) and not 0 <= products.min() <= products.max() < len(INPUTS):
        raise ValueError(f"products: got {products.min()} to {products.max()}, expected ids of 0 to {len(INPUTS) - 1}")
    summed = INPUTS[products].sum(axis=0, dtype=np.float32)
    parts = np.split(summed, np.cumsum(PARTS)[:-1])
    lengths = [float(np.linalg.norm(part)) for part in parts]
    share = len(parts) ** -0.5
    return np.concatenate([part * (share / length if length else 0.0) for part, length in zip(parts, lengths)])
'''


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.embeddings --train T --test S [--seconds N] [--dim D] [--out DIR] [--json FILE]``"""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.embeddings",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--train", type=Path, required=True, help="parquet: two columns of integers, user and item")
    parser.add_argument("--test", type=Path, required=True, help="the same, what is to be found")
    parser.add_argument("--seconds", type=float, default=3600.0, help="about how long search and training take (3600)")
    parser.add_argument("--dim", type=int, default=512, help="the most numbers a vector may have (512)")
    parser.add_argument("--seed", type=int, default=0, help="of the slice held out (0)")
    parser.add_argument(
        "--full-precision", action="store_true", help="scores in float32 while training, also where bfloat16 is faster"
    )
    parser.add_argument("--out", type=Path, help="a folder for customers.npy, products.npy and the customer function")
    parser.add_argument("--json", type=Path, help="write the object here as well")
    options = parser.parse_args(arguments)
    try:
        learn(options)
    except InvalidValue as error:
        sys.exit(str(error))


def learn(options: argparse.Namespace) -> None:
    """Choose, learn, judge, print and write; InvalidValue for files that hold no pairs, and for what cannot be."""
    begun = time.monotonic()
    train, others = pairs(options.train), pairs(options.test)
    edges, test_edges = pair_edges(*train), pair_edges(*others)
    if options.out is not None:
        for name, ids in (("user", train[0]), ("item", train[1])):
            if int(ids.max()) > MOST_ROWS:
                told = f"at most {MOST_ROWS:,}, since a row of what --out writes is an id"
                raise InvalidValue(f"{options.train}: {name}", int(ids.max()), told)
    made_room(options.out, options.json)
    found = search(
        edges,
        dim=options.dim,
        seconds=options.seconds,
        rng=np.random.default_rng(options.seed),
        half_precision=False if options.full_precision else None,
        progress=lambda what, done, of: print(f"{time.monotonic() - begun:7.1f} s  {what}", file=sys.stderr),
    )
    seconds = time.monotonic() - begun
    embeddings = found.embeddings
    test = held_out(edges, test_edges)
    found_in_test = measured(embeddings, InteractionMatrix.from_edges(edges, AS_OF), test)
    answer = {
        "benchmark": "embeddings",
        "machine": machine(),
        "train": {"pairs": len(edges), "users": len(edges.customers), "items": len(edges.targets)},
        "test": {
            "pairs": test.pairs,
            "users": len(test.customers),
            "users_not_in_training": len(set(test_edges.customers) - set(edges.customers)),
            "items_not_in_training": len(set(test_edges.targets) - set(edges.targets)),
        },
        "model": embeddings.manifest.model,
        "dim": embeddings.dim,
        "recall@20": round(float(found_in_test.recall.mean()), 5),
        "ndcg@20": round(float(found_in_test.ndcg.mean()), 5),
        "seconds": round(seconds, 1),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "parameters": embeddings.manifest.parameters,
        "trials": [asdict(trial) for trial in found.trials],
    }
    if options.out is not None:
        write(options.out, embeddings)
    printed(answer, options.json)


def made_room(out: Path | None, told: Path | None) -> None:
    """Make the folders that results go to, so that an hour of learning does not end at a path; InvalidValue where that
    cannot be done."""
    for name, folder in (("--out", out), ("--json", None if told is None else told.absolute().parent)):
        if folder is not None:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise InvalidValue(name, str(folder), f"a folder that can be made ({error.strerror})") from None
    if told is not None and told.is_dir():
        raise InvalidValue("--json", str(told), "the path of a file")


def pairs(path: Path) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The columns `user` and `item` of a parquet file, else its first two; InvalidValue where these are not whole
    numbers, or there are none."""
    try:
        table = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InvalidValue(str(path), str(error).splitlines()[0], "a parquet file that can be read") from None
    if table.width < 2:
        raise InvalidValue(str(path), f"{table.width} columns", "two: user and item")
    named = {"user", "item"} <= set(table.columns)
    columns = [table["user"], table["item"]] if named else [table.to_series(place) for place in (0, 1)]
    for column in columns:
        if not column.dtype.is_integer() or column.null_count():
            raise InvalidValue(f"{path}: {column.name}", f"{column.dtype} with {column.null_count()} nulls", "integers")
    if not table.height:
        raise InvalidValue(str(path), "no rows", "at least one pair of user and item")
    user, item = (column.to_numpy().astype(np.int64) for column in columns)
    return user, item


def held_out(edges: EdgeArrays, other: EdgeArrays) -> HeldOut:
    """The test pairs by user. A user or an item that training never met is there too, and cannot be found."""
    products = sorted({*edges.targets, *other.targets})
    columns = {product: column for column, product in enumerate(products)}
    own = np.array([columns[product] for product in other.targets], dtype=np.int64)
    shape = (len(other.customers), len(products))
    relevant = sparse.csr_array((np.ones(len(other), np.float32), (other.customer, own[other.target])), shape=shape)
    return HeldOut(Task.NEW, list(map(CustomerId, other.customers)), list(map(ProductId, products)), relevant)


def write(folder: Path, embeddings: EmbeddingSet) -> None:
    """customers.npy and products.npy, row = id, rows of zeros for ids that training never met; inputs.npy, what a
    history adds up, and customer_vector.py, which does."""
    folder.mkdir(parents=True, exist_ok=True)
    weighted = embeddings.input_vectors * embeddings.input_weights[:, None]
    customers = [int(customer.removeprefix("user:")) for customer in embeddings.customers]
    products = [int(product) for product in embeddings.products]
    for name, ids, vectors in (
        ("customers", customers, embeddings.customer_vectors),
        ("products", products, embeddings.product_vectors),
        ("inputs", products, weighted),
    ):
        shape = (max(ids, default=-1) + 1, embeddings.dim)
        rows = np.lib.format.open_memmap(folder / f"{name}.npy", mode="w+", dtype=np.float32, shape=shape)
        rows[ids] = vectors
        rows.flush()
    parts = embeddings.manifest.customer_function.parts or (embeddings.dim,)
    (folder / "customer_vector.py").write_text(CUSTOMER.replace("{parts}", str(parts)), encoding="utf-8")


if __name__ == "__main__":
    main()
