"""The parameters training starts from: the spectral solution, split into what attributes explain and the rest."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.gnn.batches import Batches
from embeddings.gnn.config import GnnConfig
from embeddings.gnn.histories import Histories
from embeddings.gnn.model import CustomerProductGnn
from embeddings.gnn.warm_start import warm_start
from embeddings.spectral import SpectralSolution, powers, ridge, spectral
from embeddings.vectors.embedding_set import EmbeddingSet
from graph import InteractionKind, ProductId

__all__ = ["initial_model"]


def initial_model(
    histories: Histories,
    batches: Batches,
    config: GnnConfig,
    rng: np.random.Generator,
    products: Sequence[ProductId],
    earlier: EmbeddingSet | None = None,
) -> CustomerProductGnn:
    """A model whose products bought are the spectral solution, and whose other products are what their attributes say.

    products: what the rows stand for. earlier: a set whose products start from where it left them.

    Attribute vectors are the ridge regression of the spectral vectors on the attributes; a base is what that leaves.
    """
    solution = _solution(histories, config, rng)
    buyers = histories.buyers()
    bought: NDArray[np.bool_] = buyers > 0
    vectors = solution.products * powers(solution.strengths, config.start_power)  # [num_products, dim]
    vectors /= _root_mean_square(vectors[bought])
    strengths = np.where(solution.strengths > 0, solution.strengths, 1.0)
    input_scale = (config.spectral_power - 1.0) * np.log(strengths / strengths.mean())
    output_scale = np.zeros_like(input_scale)
    warm = None if earlier is None else warm_start(earlier, products, vectors * np.exp(input_scale), histories.gains)
    if warm is not None:
        vectors, input_scale, output_scale = warm.states, np.zeros_like(input_scale), warm.output_scale
        bought = np.any(vectors, axis=1)
    attributes: dict[str, NDArray[np.float32]] = {}
    bases = vectors
    if batches.described_by:
        features = sparse.hstack(list(batches.described_by.values()), format="csr")
        explained = ridge(features, vectors, np.sqrt(buyers), config.attribute_ridge)  # [all attributes, dim]
        bases = np.where(bought[:, None], vectors - features @ explained, 0.0).astype(np.float32)
        sizes = [matrix.shape[1] for matrix in batches.described_by.values()]
        parts = np.split(explained, np.cumsum(sizes)[:-1])
        attributes = dict(zip(batches.described_by, parts, strict=True))
    scales = (input_scale.astype(np.float32), output_scale.astype(np.float32))
    log_factors = _log_factors(histories, config, earlier)
    return CustomerProductGnn(
        bases, attributes, *scales, histories.gains, cosine=config.cosine, log_factors=log_factors
    )


def _solution(histories: Histories, config: GnnConfig, rng: np.random.Generator) -> SpectralSolution:
    """The spectral solution of who did what when, or as many random directions, all equally strong."""
    if config.spectral_start:
        return spectral(histories.matrix(histories.recency), config.dim, rng, block=histories.scratch.block)
    drawn = rng.standard_normal((histories.shape[1], config.dim), dtype=np.float32) * (histories.buyers() > 0)[:, None]
    ones = np.ones(config.dim, dtype=np.float32)
    return SpectralSolution(ones, drawn.astype(np.float32))


def _log_factors(
    histories: Histories, config: GnnConfig, earlier: EmbeddingSet | None
) -> NDArray[np.float32]:  # [num_sorts]
    """Where an earlier set of the same ages left them; 0 where there is none."""
    log_factors = np.zeros(len(histories.by_sort), dtype=np.float32)
    function = None if earlier is None else earlier.manifest.customer_function
    if function is not None and function.age_bounds == config.age_bounds:
        kinds = list(InteractionKind)
        for place, sort in enumerate(histories.sorts):
            factors = function.factors.get(kinds[sort.kind].value)
            log_factors[place] = np.log(factors[sort.age]) if factors else 0.0
    return log_factors


def _root_mean_square(vectors: NDArray[np.float32]) -> float:
    """The typical length of these vectors, 1 where there are none."""
    length = float(np.sqrt(np.square(vectors).sum(axis=1).mean())) if len(vectors) else 0.0
    return length if length > 0 else 1.0
