"""Turned: a version unlike another in everything an answer reads, and mixtures of the two, to tell when one answers."""

from collections.abc import Mapping, Sized
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from embeddings.artifacts.gate import sample
from embeddings.artifacts.layout import write_snapshot
from embeddings.artifacts.seal import seal
from embeddings.index import build_index
from embeddings.intent import Intent
from embeddings.ranking import Network, Ranking
from embeddings.registry import Registry
from embeddings.sessions import SessionNeighbours, Sessions
from embeddings.snapshot.serving_snapshot import Adjacency, ServingSnapshot
from embeddings.vectors.embedding_set import EmbeddingSet

__all__ = ["MIXTURES", "mixed", "turned", "written"]

MIXTURES = MappingProxyType(
    {
        "vectors": ("set", "index", "customer_index"),
        "counts": ("bought_together", "purchases", "buyers", "similar_customers", "popularity"),
        "ranking": ("ranking",),
        "intent": ("intent",),
    }
)
"""What an answer may not take from another version than the rest, by name: the fields of the snapshot."""

A = TypeVar("A", bound=np.generic)


def turned(snapshot: ServingSnapshot) -> ServingSnapshot:
    """The same ids, and of each product and each customer what the snapshot says of another, half of them further on.

    The ranking's networks are half as sure, a look is meant half as often, and strangers and known customers have each
    other's weights.
    """
    embeddings = _turned_set(snapshot.set)
    by, people = _half(embeddings.products), _half(embeddings.customers)
    return replace(
        snapshot,
        set=embeddings,
        index=build_index(embeddings.product_vectors, sample(embeddings)),
        customer_index=build_index(embeddings.customer_vectors, sample(embeddings)),
        bought_together=_shifted(snapshot.bought_together, by, len(embeddings.products)),
        purchases=_shifted(snapshot.purchases, by, len(embeddings.products)),
        buyers=_shifted(snapshot.buyers, people, len(embeddings.customers)),
        similar_customers=_shifted(snapshot.similar_customers, people, len(embeddings.customers)),
        popularity=np.roll(snapshot.popularity, by),
        ranking=None if snapshot.ranking is None else _turned_ranking(snapshot.ranking, by),
        intent=None if snapshot.intent is None else _turned_intent(snapshot.intent, by),
    )


def mixed(one: ServingSnapshot, other: ServingSnapshot) -> Mapping[str, ServingSnapshot]:
    """One snapshot with a part of the other's, by the name of the part; none of a part that neither has."""
    parts = {name: {field: getattr(other, field) for field in fields} for name, fields in MIXTURES.items()}
    return {
        name: replace(one, **part) for name, part in parts.items() if not any(value is None for value in part.values())
    }


def written(registry: Registry, snapshot: ServingSnapshot) -> str:
    """Write a snapshot as a version that is not published; its name, the next free one."""
    name = registry.next_version()
    folder = registry.folder / name
    folder.mkdir()
    write_snapshot(folder, snapshot)
    seal(folder, msgspec.structs.replace(snapshot.set.manifest, version=name))
    return name


def _turned_set(embeddings: EmbeddingSet) -> EmbeddingSet:
    by = _half(embeddings.products)
    attributes, groups = embeddings.attributes, embeddings.groups
    return replace(
        embeddings,
        customer_vectors=np.roll(embeddings.customer_vectors, _half(embeddings.customers), axis=0),
        product_vectors=np.roll(embeddings.product_vectors, by, axis=0),
        input_vectors=np.roll(embeddings.input_vectors, by, axis=0),
        input_weights=np.roll(embeddings.input_weights, by),
        attributes=attributes and replace(attributes, vectors=np.roll(attributes.vectors, 1, axis=0)),
        groups=groups and replace(groups, vectors=np.roll(groups.vectors, 1, axis=0)),
    )


def _turned_ranking(ranking: Ranking, by: int) -> Ranking:
    """The last row of facts, groups and places is that of what nobody knows, and stays."""
    facts, tastes = ranking.facts, ranking.tastes
    return replace(
        ranking,
        facts=replace(facts, values=_rolled(facts.values, by), groups=_rolled(facts.groups, by)),
        tastes=replace(tastes, place=_rolled(tastes.place, by)),
        again=_half_as_sure(ranking.again),
        next=_half_as_sure(ranking.next),
    )


def _turned_intent(intent: Intent, by: int) -> Intent:
    bonds, neighbours, size = intent.bonds, intent.neighbours, intent.bonds.num_products
    sessions = neighbours.sessions
    others = Sessions(sessions.offsets, _further(sessions.products, by, size), sessions.at)
    return Intent(
        replace(bonds, columns=_further(bonds.columns, by, size), categories=_turned_square(bonds.categories)),
        SessionNeighbours.of(others, size, neighbours.settings, neighbours.owners),
        np.where(intent.meant < 1, intent.meant / 2, intent.meant).astype(np.float32),
        intent.weights[::-1].copy(),
    )


def _turned_square(categories: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each known category beside what another one is beside; the first is that of what has none, and stays."""
    square = categories.copy()
    square[1:, 1:] = np.roll(categories[1:, 1:], 1, axis=0)
    return square


def _half_as_sure(network: Network) -> Network:
    return replace(network, third=network.third / np.float32(2))


def _rolled(rows: NDArray[A], by: int) -> NDArray[A]:
    """All rows but the last, each in the place of another."""
    return np.concatenate([np.roll(rows[:-1], by, axis=0), rows[-1:]])


def _shifted(adjacency: Adjacency, by: int, num_columns: int) -> Adjacency:
    return replace(adjacency, columns=_further(adjacency.columns, by, num_columns))


def _further(rows: NDArray[np.int32], by: int, size: int) -> NDArray[np.int32]:
    """Each row so much further on, from the last on to the first."""
    return ((rows.astype(np.int64) + by) % max(size, 1)).astype(np.int32)


def _half(ids: Sized) -> int:
    return len(ids) // 2
