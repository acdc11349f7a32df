"""Attribute regression: what each attribute says of a product, learnt from the vectors of products that are bought."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.spectral import ridge
from embeddings.vectors.attribute_vectors import AttributeVectors, attribute_keys, attributes_of
from embeddings.vectors.embedding_set import EmbeddingSet
from graph import Product

__all__ = ["with_attribute_vectors"]

FEW = 10
"""Products with fewer customers teach nothing: their vectors are those customers."""

MOST = 0.01
"""The ridge is no more than this share of the products learnt from: a small shop's attributes have few each."""

LEAST = 0.1
"""Attributes of fewer products than this share of the ridge are left out: they would say next to nothing."""


def with_attribute_vectors(
    embeddings: EmbeddingSet,
    described: Sequence[Product],
    customers: NDArray[np.floating],  # [num_products], how many each product has
    gains: NDArray[np.float32],  # [num_products], what is in `product_vectors` of how popular each is
    penalty: float,
) -> EmbeddingSet:
    """The set whose products without customers are what describes them, and which can say the same of new ones.

    described: no product twice, all among those of the set. A product that was there all the time and was not bought
    keeps its own gain, the least there is; a product new to the catalogue gains as those do that are learnt from.
    """
    rows = {product: row for row, product in enumerate(embeddings.products)}
    own = np.array([rows[product.id] for product in described], dtype=np.int64)  # [num_described]
    learnt = np.flatnonzero(customers[own] >= FEW)
    if not len(learnt):
        return embeddings
    known = own[learnt]
    states = embeddings.product_vectors[known] / gains[known, None]
    gain = np.float32(gains[known].mean())
    penalty = min(penalty, MOST * len(learnt))
    keys, vectors = _regression([described[place] for place in learnt.tolist()], states, penalty)
    if not len(keys):
        return embeddings
    squares = np.maximum(np.square(states).sum(axis=0), np.float32(1e-12))
    scale = (states * embeddings.input_vectors[known]).sum(axis=0) / squares  # [dim], exact where it is one
    attributes = AttributeVectors(keys, vectors * gain, (scale / gain).astype(np.float32))
    unknown = np.flatnonzero(customers[own] == 0)
    told = attributes.of([described[place] for place in unknown.tolist()])  # gains as what is new
    unknown, told = unknown[told.any(axis=1)], told[told.any(axis=1)]
    product_vectors, input_vectors = embeddings.product_vectors.copy(), embeddings.input_vectors.copy()
    product_vectors[own[unknown]] = told * (gains[own[unknown], None] / gain)
    input_vectors[own[unknown]] = told * attributes.input_scale
    return replace(embeddings, product_vectors=product_vectors, input_vectors=input_vectors, attributes=attributes)


def _regression(
    products: Sequence[Product], vectors: NDArray[np.float32], penalty: float
) -> tuple[NDArray[np.uint64], NDArray[np.float32]]:  # [num_attributes], [num_attributes, dim]
    """The ridge regression of vectors on attributes, every product counting the same: keys, rising, and vectors."""
    named = [attributes_of(product) for product in products]
    every, columns = np.unique(attribute_keys(name for own in named for name, _ in own), return_inverse=True)
    shares = np.array([share for own in named for _, share in own], dtype=np.float32)
    offsets = np.concatenate([[0], np.cumsum([len(own) for own in named], dtype=np.int64)])
    features = sparse.csr_array((shares, columns, offsets), shape=(len(products), len(every)))
    kept = np.flatnonzero(np.bincount(columns, shares, minlength=len(every)) >= LEAST * penalty)
    features = sparse.csr_array(features[:, kept])
    return every[kept], ridge(features, vectors, np.ones(len(products), dtype=np.float32), penalty)
