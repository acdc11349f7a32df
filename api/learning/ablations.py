"""Ablations: the whole recommender with one part of it taken out or exchanged, to tell what that part adds."""

from dataclasses import replace

import numpy as np

from embeddings.nearest import Nearest
from recommend.asked import Asked, nearest_customers
from recommend.placements import Place, Placements, Signal, SourceName

__all__ = ["ABLATIONS", "ONLY_SIMILAR_CUSTOMERS", "Strangers", "without_vectors"]

ABLATIONS = (
    ("recommender", "recommender on the spectral filter"),
    ("recommender", "recommender without vectors"),
    ("recommender", "recommender, random customers"),
    ("similar customers alone", "random customers alone"),
)
"""(with a part, without it), lines of the table: what the network adds, all vectors, and the similar customers."""

ONLY_SIMILAR_CUSTOMERS = """
placements:
  homepage: {k: 20, sources: {similar_customers: 200}, weights: {similar_customers: 1.0}}
  discover: {k: 20, sources: {similar_customers: 200}, weights: {similar_customers: 1.0}, filters: {bought: true}}
"""
"""What the source is worth by itself: in the whole recommender the network says much of the same."""

VECTOR_SOURCES = (SourceName.NEIGHBOURS, SourceName.SIMILAR_CUSTOMERS)
VECTOR_SIGNALS = (Signal.LONG_TERM, Signal.SESSION, Signal.SIMILAR_CUSTOMERS)


def without_vectors(placements: Placements) -> Placements:
    """The same placements, none of whose candidates is found, scored or held back by a vector.

    What is popular brings the candidates that the vectors brought, so that as many are ranked.
    """
    return replace(placements, places={name: _without_vectors(place) for name, place in placements.places.items()})


def _without_vectors(place: Place) -> Place:
    found = sum(place.sources.get(name, 0) for name in VECTOR_SOURCES)
    sources = {name: limit for name, limit in place.sources.items() if name not in VECTOR_SOURCES}
    if found:
        sources[SourceName.POPULAR] = sources.get(SourceName.POPULAR, 0) + found
    weights = {signal: weight for signal, weight in place.weights.items() if signal not in VECTOR_SIGNALS}
    return replace(
        place,
        sources=sources,
        weights=weights or {Signal.POPULAR: 1.0},
        diversity=replace(place.diversity, penalty=0.0),
    )


class Strangers:
    """As many customers as are found alike, drawn at random: what the similar ones are worth is the difference."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def __call__(self, asked: Asked) -> Nearest:
        found = nearest_customers(asked)
        drawn = self._rng.choice(len(asked.snapshot.set.customers), size=len(found.rows), replace=False)
        return Nearest(drawn.astype(np.int64), found.scores)
