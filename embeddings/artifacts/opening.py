"""Opening a version folder: arrays by mmap, a look at whether they make sense, and the snapshot that serves them."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.artifacts.layout import (
    ATTRIBUTES,
    CUSTOMER_GROUPS,
    INTENT,
    PREDICTIONS,
    RANKING,
    read_adjacency,
    read_attributes,
    read_groups,
    read_intent,
    read_predictions,
    read_ranking,
)
from embeddings.artifacts.seal import read_manifest, verify_files
from embeddings.artifacts.self_check import self_check
from embeddings.errors import SnapshotBroken
from embeddings.index import ExactIndex, index_file, read_index
from embeddings.nearest import VectorIndex
from embeddings.snapshot.serving_snapshot import ServingSnapshot
from embeddings.vectors.embedding_set import EmbeddingSet, Manifest
from graph import CustomerId, FileBroken, InvalidValue, ProductId
from graph.files import read_array, read_ids

__all__ = ["open_snapshot"]


def open_snapshot(folder: Path, *, verify: bool = False, before: ServingSnapshot | None = None) -> ServingSnapshot:
    """The snapshot of a version folder, checked against itself.

    verify: read every byte first, as a publication does. before: one open already, with which ids are shared where they
    are the same: reading and freeing 100,000 takes tens of milliseconds in which no other thread runs.
    SnapshotBroken names the file and what was expected of it.
    """
    manifest = verify_files(folder) if verify else read_manifest(folder)
    try:
        snapshot = _read_snapshot(folder, manifest, before)
    except FileBroken as error:
        raise SnapshotBroken(error.path, error.found, error.expected) from None
    self_check(snapshot, folder)
    return snapshot


def _read_snapshot(folder: Path, manifest: Manifest, before: ServingSnapshot | None) -> ServingSnapshot:
    embeddings = _read_set(folder, manifest, before)
    num_products, num_customers = len(embeddings.products), len(embeddings.customers)
    return ServingSnapshot(
        set=embeddings,
        index=_read_index(folder, "products", embeddings.product_vectors, manifest),
        customer_index=_read_index(folder, "customers", embeddings.customer_vectors, manifest),
        bought_together=read_adjacency(folder, "bought_together", num_products),
        purchases=read_adjacency(folder, "purchases", num_customers),
        buyers=read_adjacency(folder, "buyers", num_products),
        similar_customers=read_adjacency(folder, "similar_customers", num_customers),
        popularity=read_array(folder, "popularity", np.float32, (num_products,)),
        product_rows=before.product_rows
        if before is not None and before.set.products is embeddings.products
        else {product: row for row, product in enumerate(embeddings.products)},
        customer_rows=before.customer_rows
        if before is not None and before.set.customers is embeddings.customers
        else {customer: row for row, customer in enumerate(embeddings.customers)},
        folder=folder,
        ranking=read_ranking(folder, num_products) if f"{RANKING}.facts.npy" in manifest.checksums else None,
        intent=read_intent(folder, num_products) if f"{INTENT}.weights.npy" in manifest.checksums else None,
        predictions=read_predictions(folder) if f"{PREDICTIONS}.propensity.own.npy" in manifest.checksums else None,
    )


def _read_set(folder: Path, manifest: Manifest, before: ServingSnapshot | None) -> EmbeddingSet:
    customers = products = None
    if before is not None:
        customers = before.set.customers if _same_ids("customer_ids", manifest, before.set.manifest) else None
        products = before.set.products if _same_ids("product_ids", manifest, before.set.manifest) else None
    if customers is None:
        customers = [CustomerId(text) for text in read_ids(folder, "customer_ids")]
    if products is None:
        products = [ProductId(text) for text in read_ids(folder, "product_ids")]
    shape = (len(products), manifest.dim)
    product_vectors = read_array(folder, "products", np.float32, shape)
    return EmbeddingSet(
        manifest=manifest,
        customers=customers,
        products=products,
        customer_vectors=read_array(folder, "customers", np.float32, (len(customers), manifest.dim)),
        product_vectors=product_vectors,
        input_vectors=read_array(folder, "inputs", np.float32, shape)
        if "inputs.npy" in manifest.checksums
        else product_vectors,
        input_weights=read_array(folder, "input_weights", np.float32, (len(products),)),
        attributes=read_attributes(folder, manifest.dim) if f"{ATTRIBUTES}.keys.npy" in manifest.checksums else None,
        groups=read_groups(folder, manifest.dim) if f"{CUSTOMER_GROUPS}.keys.npy" in manifest.checksums else None,
    )


def _same_ids(name: str, one: Manifest, other: Manifest) -> bool:
    """Whether two versions have the same ids in the same rows, by the checksums of their files."""
    files = (f"{name}.text.npy", f"{name}.offsets.npy")
    return all(file in one.checksums and one.checksums[file] == other.checksums.get(file) for file in files)


def _read_index(folder: Path, name: str, vectors: NDArray[np.float32], manifest: Manifest) -> VectorIndex:
    file = index_file(manifest.checksums, name)
    if file is None:
        return ExactIndex(vectors)
    try:
        return read_index(folder / file, vectors)
    except (RuntimeError, InvalidValue) as error:
        found = str(error).strip().splitlines()[-1]
        raise SnapshotBroken(folder / file, found, f"an index of {vectors.shape} vectors") from None
