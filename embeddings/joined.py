"""Joined sets: the vectors of several side by side, which is one inner product still."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec
import numpy as np

from embeddings.embedding_set import EmbeddingSet
from graph import InvalidValue

__all__ = ["joined"]


def joined(parts: Sequence[EmbeddingSet], weights: Sequence[float]) -> EmbeddingSet:
    """One set whose score is the sum of the parts' scores, each times its weight.

    parts: of the same customers, products and customer function, none of them joined before; those of weight 0 are left
        out. A customer's vector is that of each part at the same length, one after the other, so customers stay
        inductive and of unit length; weights are in the product vectors.
    """
    chosen = [(part, weight) for part, weight in zip(parts, weights, strict=True) if weight > 0]
    if not chosen:
        raise InvalidValue("weights", tuple(weights), "at least one above 0")
    sets = [part for part, _ in chosen]
    if len(sets) == 1:
        return sets[0]
    first = sets[0]
    for part in sets[1:]:
        if part.customers != first.customers or part.products != first.products:
            raise InvalidValue("parts", "sets of other customers or products", "the same ones in every part")
        if part.manifest.customer_function != first.manifest.customer_function:
            raise InvalidValue("parts", "another customer function", "the same one in every part")
    function = msgspec.structs.replace(
        first.manifest.customer_function, parts=tuple(part.manifest.dim for part in sets)
    )
    manifest = msgspec.structs.replace(
        first.manifest,
        customer_function=function,
        dim=sum(function.parts),
        parameters={"parts": [part.manifest.parameters for part in sets], "weights": [weight for _, weight in chosen]},
        metrics={},
    )
    share = np.float32(len(sets) ** -0.5)
    return replace(
        first,
        manifest=manifest,
        customer_vectors=np.hstack([part.customer_vectors * share for part in sets]),
        product_vectors=np.hstack([part.product_vectors * np.float32(weight / share) for part, weight in chosen]),
        input_vectors=np.hstack([part.input_vectors for part in sets]),
    )
