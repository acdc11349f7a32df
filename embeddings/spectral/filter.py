"""The spectral graph filter: a low-pass filter of who bought what, in closed form, in seconds; no torch."""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.interaction_matrix import InteractionMatrix
from embeddings.scratch import unit_rows
from embeddings.spectral.solution import SpectralSolution, powers, spectral
from embeddings.vectors.embedding_set import CustomerFunction, EmbeddingSet, Manifest
from graph import InteractionKind, InvalidValue

__all__ = ["SpectralConfig", "SpectralFilter"]


@dataclass(frozen=True)
class SpectralConfig:
    """Defaults were chosen on validation slices of Gowalla's training pairs; docs/concepts/embeddings.md derives them.

    customer_power, product_power: how far rows and columns are tempered by their sums before the decomposition.
    strength_power: customers are U · s^strength_power, so that weaker directions count as much less.
    popularity_power: products are V · degree^popularity_power: what tempering took, given back.
    half_life_days: of an interaction, None for no decay; seed: what the random projection starts from.
    """

    dim: int = 512
    customer_power: float = 0.4
    product_power: float = 0.4
    strength_power: float = 1.0
    popularity_power: float = 0.3
    half_life_days: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.dim < 1:
            raise InvalidValue("dim", self.dim, "an integer of 1 or more")
        if self.half_life_days is not None and not self.half_life_days > 0:
            raise InvalidValue("half_life_days", self.half_life_days, "a number of days above 0, or None for no decay")


@dataclass(frozen=True)
class SpectralFilter:
    """The decomposition of one matrix, which any number of settings of the powers and of fewer dimensions share.

    matrix: what it was made of. degrees: [num_products] column sums of its weights.
    """

    matrix: InteractionMatrix
    weights: sparse.csr_array  # [num_customers, num_products]
    degrees: NDArray[np.float32]
    solution: SpectralSolution
    fitted: SpectralConfig

    @classmethod
    def fit(cls, matrix: InteractionMatrix, config: SpectralConfig) -> "SpectralFilter":
        """Decompose what customers bought; `config.dim` is the most dimensions `embeddings` can be asked for."""
        weights = matrix.weighted({InteractionKind.PURCHASED: 1.0}, config.half_life_days, times_power=0.0)
        solution = spectral(
            weights,
            config.dim,
            np.random.default_rng(config.seed),
            customer_power=config.customer_power,
            product_power=config.product_power,
            block=matrix.scratch.block,
        )
        degrees = np.zeros(matrix.shape[1])
        for some in matrix.scratch.slices(weights.nnz):
            degrees += np.bincount(weights.indices[some], weights.data[some], minlength=len(degrees))
        return cls(matrix, weights, degrees.astype(np.float32), solution, config)

    def embeddings(self, config: SpectralConfig) -> EmbeddingSet:
        """The set with these powers and dimensions, tempered and decayed as it was fitted.

        The left singular vectors are the tempered matrix times the right ones over s, so a customer is a weighted sum
        over their products: V · s^(strength_power - 1), each product times degree^-product_power. Tempering rows is
        undone by the unit length of a customer.
        """
        if not config.dim <= len(self.solution.strengths):
            raise InvalidValue("dim", config.dim, f"at most the {len(self.solution.strengths)} that were fitted")
        strengths = self.solution.strengths[: config.dim]
        products = self.solution.products[:, : config.dim]
        inputs = np.ascontiguousarray(products * powers(strengths, config.strength_power - 1.0))
        outputs = np.ascontiguousarray(products * powers(self.degrees, config.popularity_power)[:, None])
        own = powers(self.degrees, -self.fitted.product_power)
        vectors, _ = unit_rows(self.weights, own[:, None] * inputs, self.matrix.scratch)
        function = CustomerFunction(
            kind_weights={InteractionKind.PURCHASED.value: 1.0},
            half_life_days=self.fitted.half_life_days or FOREVER,
            times_power=0.0,
            degree_power=self.fitted.product_power,
        )
        manifest = Manifest(
            version="",
            model="spectral filter",
            parameters=asdict(config),
            customer_function=function,
            dim=config.dim,
            as_of=self.matrix.as_of,
            counts={"customers": self.matrix.shape[0], "products": self.matrix.shape[1], "pairs": self.weights.nnz},
        )
        return EmbeddingSet(
            manifest=manifest,
            customers=self.matrix.customers,
            products=self.matrix.products,
            customer_vectors=vectors,
            product_vectors=outputs,
            input_vectors=inputs,
            input_weights=own,
        )


FOREVER = 1e9
"""A half-life in days of what does not fade."""
