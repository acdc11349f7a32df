"""From an EmbeddingSet and the purchases behind it to a version folder: indexes, neighbour lists, popularity, seal."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

import msgspec
import numpy as np

from embeddings import adjacency
from embeddings.artifacts.backtest import Backtest, write_backtest
from embeddings.artifacts.gate import others, sample
from embeddings.artifacts.layout import write_snapshot
from embeddings.artifacts.seal import seal
from embeddings.index import build_index, index_recall
from embeddings.intent import Intent
from embeddings.predictions import Predictions
from embeddings.ranking import Ranking
from embeddings.snapshot.serving_snapshot import ServingSnapshot
from embeddings.vectors.embedding_set import EmbeddingSet
from embeddings.versions import Versions
from graph import EdgeArrays, Instant, InvalidValue
from graph.files import hold, locked, sync

__all__ = ["Progress", "build_snapshot"]

Progress = Callable[[str, float], None]
"""Called with the step being done and the share of it that is done, 0 to 1."""

_BUILDING = ".building-"
_NAMED = re.compile(r"v[0-9]{4,}|")


def build_snapshot(
    embeddings: EmbeddingSet,
    edges: EdgeArrays,
    folder: Path,
    *,
    ranking: Ranking | None = None,
    intent: Intent | None = None,
    predictions: Predictions | None = None,
    backtest: Backtest | None = None,
    progress: Progress | None = None,
) -> Path:
    """Write the next version under `folder` and return its folder, ``folder/vNNNN``; nothing is published.

    edges: what customers did with products up to the set's `as_of`. ranking: learnt of the same products, if one was.
    intent: learnt with the ranking. predictions: of the same customers, if any could be learnt.
    backtest: what the gate holds against the version that serves; without one, nothing that has one is replaced by it.
    A set that names its version gets that name, one that does not (``""``) the next free one. The folder is there whole
    or not at all, whenever the process dies. InvalidValue for vectors and ids that do not fit together, for numbers
    that are not finite, and for a version that is there already.
    """
    _check(embeddings, ranking, intent)
    registry = Versions(folder)
    _refuse_taken(registry, embeddings.version)
    snapshot = _joined(embeddings, edges, ranking, intent, progress or (lambda step, share: None))
    snapshot = replace(snapshot, predictions=predictions)
    with _new_folder(folder) as building:
        write_snapshot(building, snapshot)
        if backtest is not None:
            write_backtest(building, backtest)
        with locked(folder):
            version = embeddings.version or registry.next_version()
            _refuse_taken(registry, version)
            seal(building, msgspec.structs.replace(snapshot.set.manifest, version=version))
            building.rename(folder / version)
            sync(folder)
    return folder / version


def _joined(
    embeddings: EmbeddingSet,
    edges: EdgeArrays,
    ranking: Ranking | None,
    intent: Intent | None,
    progress: Progress,
) -> ServingSnapshot:
    """The snapshot in memory, its manifest completed with counts and the index's recall."""
    as_of, num_customers = Instant(embeddings.manifest.as_of), len(embeddings.customers)
    progress("index", 0.0)
    index = build_index(embeddings.product_vectors, others(embeddings))
    customer_index = build_index(embeddings.customer_vectors, others(embeddings))
    recall = index_recall(index, embeddings.product_vectors, sample(embeddings))
    progress("purchases", 0.0)
    lines = adjacency.basket_lines(edges, embeddings.customers, embeddings.products)
    purchases = adjacency.purchases(lines, num_customers, as_of)
    together = adjacency.bought_together(lines, progress=lambda share: progress("bought together", share))
    similar = adjacency.similar_customers(
        customer_index,
        embeddings.customer_vectors,
        purchases,
        len(embeddings.products),
        progress=lambda share: progress("similar customers", share),
    )
    manifest = msgspec.structs.replace(
        embeddings.manifest,
        index_recall=recall,
        counts={
            **embeddings.manifest.counts,
            "customers": num_customers,
            "products": len(embeddings.products),
            "purchases": len(purchases.columns),
            "bought_together": len(together.columns),
            "similar_customers": len(similar.columns),
        },
    )
    return ServingSnapshot(
        set=replace(embeddings, manifest=manifest),
        index=index,
        customer_index=customer_index,
        bought_together=together,
        purchases=purchases,
        buyers=adjacency.buyers(lines, num_customers, as_of),
        similar_customers=similar,
        popularity=adjacency.popularity(lines, as_of),
        product_rows={product: row for row, product in enumerate(embeddings.products)},
        customer_rows={customer: row for row, customer in enumerate(embeddings.customers)},
        ranking=ranking,
        intent=intent,
    )


@contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    """An empty folder to write into until the block ends; those that builders who died left behind are removed."""
    with ExitStack() as stack:
        with locked(folder):
            for left in folder.glob(f"{_BUILDING}*"):
                with hold(left) as abandoned:
                    if abandoned:
                        shutil.rmtree(left)
            building = next(path for n in count() if not (path := folder / f"{_BUILDING}{n}").exists())
            building.mkdir()
            stack.enter_context(hold(building))
        stack.callback(shutil.rmtree, building, ignore_errors=True)
        yield building


def _refuse_taken(registry: Versions, version: str) -> None:
    if not _NAMED.fullmatch(version):
        raise InvalidValue("version", version, "v and four or more digits, such as v0001, or nothing")
    if version in registry.versions():
        raise InvalidValue("version", version, f"one not yet in {registry.folder}, such as {registry.next_version()}")


def _check(embeddings: EmbeddingSet, ranking: Ranking | None, intent: Intent | None) -> None:
    dim, num_products, num_customers = embeddings.manifest.dim, len(embeddings.products), len(embeddings.customers)
    attributes, groups = embeddings.attributes, embeddings.groups
    for name, array, shape in (
        ("customer_vectors", embeddings.customer_vectors, (num_customers, dim)),
        ("product_vectors", embeddings.product_vectors, (num_products, dim)),
        ("input_vectors", embeddings.input_vectors, (num_products, dim)),
        ("input_weights", embeddings.input_weights, (num_products,)),
        *(() if attributes is None else (("attributes.vectors", attributes.vectors, (len(attributes.keys), dim)),)),
        *(() if groups is None else (("groups.vectors", groups.vectors, (len(groups.keys), dim)),)),
        *(() if groups is None else (("groups.everyone", groups.everyone, (dim,)),)),
    ):
        if array.shape != shape or array.dtype != np.float32:
            raise InvalidValue(name, f"{array.dtype.name} {array.shape}", f"float32 {shape}")
        if bad := int(np.count_nonzero(~np.isfinite(array))):
            raise InvalidValue(name, f"{bad} values that are not finite", "finite numbers only")
    if ranking is not None and ranking.facts.num_products != num_products:
        raise InvalidValue("ranking", f"facts of {ranking.facts.num_products} products", f"those of {num_products}")
    if intent is not None and (ranking is None or intent.bonds.num_products != num_products):
        raise InvalidValue("intent", f"bonds of {intent.bonds.num_products} products", f"a ranking's {num_products}")
    if intent is not None and intent.neighbours.num_products != num_products:
        raise InvalidValue(
            "intent", f"sessions of {intent.neighbours.num_products} products", f"those of {num_products}"
        )
    for name, ids in (("products", embeddings.products), ("customers", embeddings.customers)):
        if len(set(ids)) != len(ids):
            raise InvalidValue(name, f"{len(set(ids))} distinct ids of {len(ids)}", "every id once")
