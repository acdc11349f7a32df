"""The parameters training starts from: the spectral solution, split into what attributes explain and the rest."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.gnn.batches import Batches
from embeddings.gnn.config import GnnConfig
from embeddings.gnn.histories import Histories
from embeddings.gnn.model import CustomerProductGnn
from embeddings.spectral import powers, ridge, spectral

__all__ = ["initial_model"]


def initial_model(
    histories: Histories, batches: Batches, config: GnnConfig, rng: np.random.Generator
) -> CustomerProductGnn:
    """A model whose products bought are the spectral solution, and whose other products are what their attributes say.

    Attribute vectors are the ridge regression of the spectral vectors on the attributes; a base is what that leaves.
    """
    solution = spectral(histories.matrix(histories.recency), config.dim, rng)
    buyers = histories.buyers()
    bought = buyers > 0
    vectors = solution.products * powers(solution.strengths, config.start_power)  # [num_products, dim]
    vectors /= _root_mean_square(vectors[bought])
    attributes: dict[str, NDArray[np.float32]] = {}
    bases = vectors
    if batches.described_by:
        features = sparse.hstack(list(batches.described_by.values()), format="csr")
        explained = ridge(features, vectors, np.sqrt(buyers), config.attribute_ridge)  # [all attributes, dim]
        bases = np.where(bought[:, None], vectors - features @ explained, 0.0).astype(np.float32)
        sizes = [matrix.shape[1] for matrix in batches.described_by.values()]
        parts = np.split(explained, np.cumsum(sizes)[:-1])
        attributes = dict(zip(batches.described_by, parts, strict=True))
    strengths = np.where(solution.strengths > 0, solution.strengths, 1.0)
    input_scale = (config.spectral_power - 1.0) * np.log(strengths / strengths.mean())
    return CustomerProductGnn(bases, attributes, input_scale.astype(np.float32), histories.gains, cosine=config.cosine)


def _root_mean_square(vectors: NDArray[np.float32]) -> float:
    """The typical length of these vectors, 1 where there are none."""
    length = float(np.sqrt(np.square(vectors).sum(axis=1).mean())) if len(vectors) else 0.0
    return length if length > 0 else 1.0
