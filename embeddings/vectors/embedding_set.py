"""EmbeddingSet: one published version of vectors, and the function that makes a customer's vector from a history."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from embeddings.vectors.attribute_vectors import AttributeVectors
from embeddings.vectors.group_vectors import GroupVectors
from graph import CustomerId, InteractionKind, Product, ProductId, Trait

__all__ = ["CustomerFunction", "EmbeddingSet", "Epoch", "Manifest"]

NO_TRAITS: Mapping[str, Trait] = {}


class CustomerFunction(msgspec.Struct, frozen=True, kw_only=True):
    """How much one (product, kind, day, times) row of a history weighs in its customer's vector.

    weight = kind_weights[kind] · factor · times^times_power · 2^(-age_days / half_life_days) · degree^-degree_power

    factors: kind → one factor for each age, those up to the first of `age_bounds` (days), up to the next and so on, the
    last for whatever is older; 1 for a kind without any.

    parts: where vectors were joined of several, how many dimensions each has: a customer's are equally long in all.

    Where the set knows groups of customers, what those of a customer take is added (`GroupVectors`).

    Ages are counted from min(now, the manifest's as_of), a later row's age is 0: so what was done since training counts
    in full, and the long-term vector does not fade away merely because nobody retrained.
    """

    kind_weights: dict[str, float]
    half_life_days: float
    times_power: float = 0.5
    degree_power: float = 0.0
    parts: tuple[int, ...] = ()
    age_bounds: tuple[float, ...] = ()
    factors: dict[str, tuple[float, ...]] = {}

    def worth(self) -> "Worth":
        """What an interaction weighs by its kind and age, but for its decay."""
        table = np.repeat(kind_weights(self.kind_weights)[:, None], len(self.age_bounds) + 1, axis=1)
        for row, kind in enumerate(InteractionKind):
            if kind.value in self.factors:
                table[row] *= np.array(self.factors[kind.value], dtype=np.float32)
        return Worth(table, np.array(self.age_bounds, dtype=np.float32))


class Worth(NamedTuple):
    """table: [num_kinds, num_ages] float32, a row for each of list(InteractionKind). bounds: [num_ages - 1] days."""

    table: NDArray[np.float32]
    bounds: NDArray[np.float32]

    def of(
        self, kinds: NDArray[np.integer], ages: NDArray[np.integer | np.floating]
    ) -> NDArray[np.float32]:  # [n], [n] -> [n]
        passed = self.bounds.searchsorted(ages, side="right") if len(self.bounds) else 0
        worth: NDArray[np.float32] = self.table[kinds, passed]
        return worth


class Epoch(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a training stood after an epoch, 0 being its start.

    loss: the mean over the epoch's steps; None before the first. validation_ndcg: NDCG@20 on what was held out of the
    training to see when it should end; None where nothing was.
    """

    epoch: int
    loss: float | None = None
    validation_ndcg: float | None = None


class Manifest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a version is: model and parameters, the data it saw, how good it is, where it came from.

    curve: of a version that was trained, an entry an epoch.
    """

    version: str
    model: str
    parameters: dict[str, Any]
    customer_function: CustomerFunction
    dim: int
    as_of: int  # microseconds UTC: the end of the data window
    since: int | None = None
    created: int = 0
    parent: str = ""
    metrics: dict[str, float] = {}
    curve: tuple[Epoch, ...] = ()
    index_recall: float | None = None
    counts: dict[str, int] = {}
    checksums: dict[str, str] = {}


@dataclass(frozen=True)
class EmbeddingSet:
    """Vectors by row. A customer's score for a product is the inner product of their vectors.

    customer_vectors: [num_customers, dim] float32, unit length (zero for one of whom nothing is known).
    product_vectors: [num_products, dim] float32, what is searched and scored.
    input_vectors: [num_products, dim] float32, what a history adds up; may be the same array.
    input_weights: [num_products] float32, degree^-degree_power of the customer function.
    attributes: what describes products as vectors of the same space; None where nothing was learnt of it.
    groups: what customers start from before they do anything; None where that is nothing.
    """

    manifest: Manifest
    customers: list[CustomerId]
    products: list[ProductId]
    customer_vectors: NDArray[np.float32]
    product_vectors: NDArray[np.float32]
    input_vectors: NDArray[np.float32]
    input_weights: NDArray[np.float32]
    attributes: AttributeVectors | None = None
    groups: GroupVectors | None = None

    @property
    def version(self) -> str:
        return self.manifest.version

    @property
    def dim(self) -> int:
        return int(self.product_vectors.shape[1])

    def customer_vector(
        self,
        rows: NDArray[np.int32],  # [n] product rows; those < 0 are left out
        kinds: NDArray[np.int8],  # [n] positions in list(InteractionKind)
        ages: NDArray[np.float32],  # [n] days before min(now, as_of)
        times: NDArray[np.float32],  # [n]
        traits: Mapping[str, Trait] = NO_TRAITS,
    ) -> NDArray[np.float32]:  # [dim], unit length, or zeros where nothing counts
        """The vector of a customer with these traits who did this; the same function made `customer_vectors`."""
        if not self.products:
            return np.zeros(self.dim, dtype=np.float32)
        weights = self.interaction_weights(kinds, ages, times) * self.input_weights[rows]
        weights *= rows >= 0  # a row below 0 took some product's weight
        summed = weights @ self.input_vectors.take(rows, axis=0)
        return self.customer_of(summed.astype(np.float32, copy=False), traits)

    def interaction_weights(
        self, kinds: NDArray[np.int8], ages: NDArray[np.float32], times: NDArray[np.float32]
    ) -> NDArray[np.float32]:  # [n]
        """What interactions weigh in a history, whatever the product: all of the customer function but the degree."""
        function = self.manifest.customer_function
        weights = self._worth.of(kinds, ages) * times**function.times_power
        weights *= np.exp2(np.maximum(ages, 0.0) * np.float32(-1.0 / function.half_life_days))
        return weights.astype(np.float32, copy=False)

    def customer_of(self, summed: NDArray[np.float32], traits: Mapping[str, Trait]) -> NDArray[np.float32]:  # [dim]
        """The vector of a customer with these traits whose history adds up to `summed` [dim]."""
        function = self.manifest.customer_function
        vector = summed if self.groups is None else summed + self.groups.of(traits)
        if function.parts:
            share = 1.0 / math.sqrt(len(function.parts))
            return np.concatenate(
                [_at_length(share, part) for part in np.split(vector, np.cumsum(function.parts)[:-1])]
            )
        return _at_length(1.0, vector)

    def attribute_vectors(self, products: Sequence[Product]) -> NDArray[np.float32]:  # [n, dim]
        """What is scored of products new to the catalogue, by what describes them; zeros where that says nothing."""
        if self.attributes is None:
            return np.zeros((len(products), self.dim), dtype=np.float32)
        return self.attributes.of(products)

    @cached_property
    def _worth(self) -> Worth:
        return self.manifest.customer_function.worth()


def kind_weights(weights: Mapping[str, float]) -> NDArray[np.float32]:  # [num_kinds]
    """Weights by name as an array by position in list(InteractionKind); a kind not named weighs nothing."""
    return np.array([weights.get(kind.value, 0.0) for kind in InteractionKind], dtype=np.float32)


def _at_length(length: float, vector: NDArray[np.float32]) -> NDArray[np.float32]:  # [dim]
    now = math.sqrt(vector @ vector)
    return vector * np.float32(length / now) if now > 0 else np.zeros_like(vector)
