"""Backtest: the twin of a version, trained the same way up to a cut, and the holdout after it, in its folder."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from scipy import sparse

from embeddings.artifacts.holdout import Holdout
from embeddings.errors import SnapshotBroken
from embeddings.evaluation.split import Task
from embeddings.vectors.embedding_set import EmbeddingSet, Manifest
from graph import CustomerId, FileBroken, Instant, ProductId
from graph.files import read_array, read_ids, write_array, write_ids

__all__ = ["Backtest", "read_backtest", "write_backtest"]

FILE = "backtest.json"
TWIN = "backtest"
HELD = "holdout"
"""What the names of the arrays begin with."""


@dataclass(frozen=True)
class Backtest:
    """twin: has seen nothing after `holdout.cut`; read from a folder it has no customers, their vectors are computed
    from the holdout's histories."""

    twin: EmbeddingSet
    holdout: Holdout

    def metrics(self) -> dict[str, float]:
        """The means for a manifest: NDCG@20 of the twin for all that is bought, and for what is new to the customer."""
        values = {task: self.holdout.ndcg(self.holdout.lists(self.twin, task), task) for task in Task}
        found = {f"backtest_ndcg_{task.value}": float(ndcg.mean()) for task, ndcg in values.items() if len(ndcg)}
        return found | {"backtest_customers": float(len(self.holdout.customers))}


def write_backtest(folder: Path, backtest: Backtest) -> None:
    """Into a version folder that is being built."""
    twin, holdout = backtest.twin, backtest.holdout
    (folder / FILE).write_bytes(msgspec.json.encode(twin.manifest))
    write_ids(folder, f"{TWIN}.product_ids", twin.products)
    write_array(folder, f"{TWIN}.products", twin.product_vectors)
    write_array(folder, f"{TWIN}.inputs", twin.input_vectors)
    write_array(folder, f"{TWIN}.input_weights", twin.input_weights)
    write_ids(folder, f"{HELD}.customer_ids", holdout.customers)
    write_ids(folder, f"{HELD}.product_ids", holdout.products)
    write_ids(folder, f"{HELD}.departments", holdout.departments)
    write_ids(folder, f"{HELD}.categories", holdout.categories)
    for name in ("offsets", "product", "kind", "day", "times", "buyers"):
        write_array(folder, f"{HELD}.{name}", getattr(holdout, name))
    write_array(folder, f"{HELD}.cut", np.array([holdout.cut], dtype=np.int64))
    for name, matrix in (("bought", holdout.bought), ("basket", holdout.basket)):
        write_array(folder, f"{HELD}.{name}.offsets", matrix.indptr.astype(np.int64))
        write_array(folder, f"{HELD}.{name}.columns", matrix.indices.astype(np.int32))


def read_backtest(folder: Path) -> Backtest | None:
    """That of a version folder; None where it was built without one. SnapshotBroken where a file is not as written."""
    path = folder / FILE
    if not path.exists():
        return None
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
        return Backtest(_read_twin(folder, manifest), _read_holdout(folder))
    except msgspec.DecodeError as error:
        raise SnapshotBroken(path, str(error), "the manifest of the twin") from None
    except FileBroken as error:
        raise SnapshotBroken(error.path, error.found, error.expected) from None


def _read_twin(folder: Path, manifest: Manifest) -> EmbeddingSet:
    products = [ProductId(text) for text in read_ids(folder, f"{TWIN}.product_ids")]
    shape = (len(products), manifest.dim)
    return EmbeddingSet(
        manifest=manifest,
        customers=[],
        products=products,
        customer_vectors=np.empty((0, manifest.dim), dtype=np.float32),
        product_vectors=read_array(folder, f"{TWIN}.products", np.float32, shape),
        input_vectors=read_array(folder, f"{TWIN}.inputs", np.float32, shape),
        input_weights=read_array(folder, f"{TWIN}.input_weights", np.float32, (len(products),)),
    )


def _read_holdout(folder: Path) -> Holdout:
    customers = [CustomerId(text) for text in read_ids(folder, f"{HELD}.customer_ids")]
    products = [ProductId(text) for text in read_ids(folder, f"{HELD}.product_ids")]
    product = read_array(folder, f"{HELD}.product", np.int32, (None,))
    size = (len(product),)
    shape = (len(customers), len(products))
    return Holdout(
        cut=Instant(int(read_array(folder, f"{HELD}.cut", np.int64, (1,))[0])),
        customers=customers,
        products=products,
        departments=read_ids(folder, f"{HELD}.departments"),
        categories=read_ids(folder, f"{HELD}.categories"),
        offsets=read_array(folder, f"{HELD}.offsets", np.int64, (len(customers) + 1,)),
        product=product,
        kind=read_array(folder, f"{HELD}.kind", np.int8, size),
        day=read_array(folder, f"{HELD}.day", np.int32, size),
        times=read_array(folder, f"{HELD}.times", np.int32, size),
        bought=_read_cells(folder, "bought", shape),
        basket=_read_cells(folder, "basket", shape),
        buyers=read_array(folder, f"{HELD}.buyers", np.int32, (len(products),)),
    )


def _read_cells(folder: Path, name: str, shape: tuple[int, int]) -> sparse.csr_array:
    columns = read_array(folder, f"{HELD}.{name}.columns", np.int32, (None,))
    offsets = read_array(folder, f"{HELD}.{name}.offsets", np.int64, (shape[0] + 1,))
    return sparse.csr_array((np.ones(len(columns), dtype=np.float32), columns, offsets), shape=shape)
