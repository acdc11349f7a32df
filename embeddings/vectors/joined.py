"""Joined sets: the vectors of several side by side, which is one inner product still."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec
import numpy as np

from embeddings.vectors.embedding_set import CustomerFunction, EmbeddingSet
from graph import InvalidValue

__all__ = ["joined"]


def joined(parts: Sequence[EmbeddingSet], weights: Sequence[float]) -> EmbeddingSet:
    """One set whose score is the sum of the parts' scores, each times its weight.

    parts: of the same customers, products and customer function; those of weight 0 are left out. A customer's vector is
        that of each part at the same length, one after the other, so customers stay inductive and of unit length;
        weights are in the product vectors. What was joined before falls into its own parts.
    """
    chosen = [(part, weight) for part, weight in zip(parts, weights, strict=True) if weight > 0]
    if not chosen:
        raise InvalidValue("weights", tuple(weights), "at least one above 0")
    sets = [part for part, _ in chosen]
    if len(sets) == 1:
        return sets[0]
    first = sets[0]
    plain = _plain(first)
    for part in sets[1:]:
        if part.customers != first.customers or part.products != first.products:
            raise InvalidValue("parts", "sets of other customers or products", "the same ones in every part")
        if _plain(part) != plain:
            raise InvalidValue("parts", "another customer function", "the same one in every part")
    sizes = tuple(size for part in sets for size in _sizes(part))
    manifest = msgspec.structs.replace(
        first.manifest,
        customer_function=msgspec.structs.replace(plain, parts=sizes),
        dim=sum(sizes),
        parameters={"parts": [part.manifest.parameters for part in sets], "weights": [weight for _, weight in chosen]},
        metrics={},
    )
    shares = [np.float32((len(_sizes(part)) / len(sizes)) ** 0.5) for part in sets]
    return replace(
        first,
        manifest=manifest,
        customer_vectors=np.hstack([part.customer_vectors * share for part, share in zip(sets, shares, strict=True)]),
        product_vectors=np.hstack(
            [
                part.product_vectors * np.float32(weight / share)
                for (part, weight), share in zip(chosen, shares, strict=True)
            ]
        ),
        input_vectors=np.hstack([part.input_vectors for part in sets]),
        attributes=None,
        groups=None,
    )


def _plain(embeddings: EmbeddingSet) -> CustomerFunction:
    return msgspec.structs.replace(embeddings.manifest.customer_function, parts=())


def _sizes(embeddings: EmbeddingSet) -> tuple[int, ...]:
    return embeddings.manifest.customer_function.parts or (embeddings.manifest.dim,)
