"""What lies in a version folder: the names, types and shapes of its arrays, written here and read by `opening`."""

from pathlib import Path

import numpy as np

from embeddings.index import write_index
from embeddings.intent import Bonds, Intent
from embeddings.intent.intent import NUM_TERMS
from embeddings.predictions import CategoryPropensity, NextPurchase, Predictions, category_propensity, next_purchase
from embeddings.ranking import Network, ProductFacts, Ranking, Tastes
from embeddings.ranking.product_facts import FACTS, GROUPS
from embeddings.ranking.ranking import NUM_AGAIN, NUM_NEXT
from embeddings.ranking.tastes import HALF_LIVES
from embeddings.sessions import SessionNeighbours
from embeddings.snapshot.serving_snapshot import Adjacency, ServingSnapshot
from embeddings.vectors.attribute_vectors import AttributeVectors
from embeddings.vectors.embedding_set import EmbeddingSet
from embeddings.vectors.group_vectors import GroupVectors
from graph import InteractionKind
from graph.files import read_array, read_ids, write_array, write_ids

__all__ = [
    "ATTRIBUTES",
    "CUSTOMER_GROUPS",
    "INTENT",
    "PREDICTIONS",
    "RANKING",
    "read_adjacency",
    "read_attributes",
    "read_groups",
    "read_intent",
    "read_predictions",
    "read_ranking",
    "write_snapshot",
]

ATTRIBUTES = "attributes"
"""What the names of its arrays begin with; a version without them knows nothing of new products."""

CUSTOMER_GROUPS = "customer_groups"
"""What the names of its arrays begin with; a version without them lets customers start from nothing."""

RANKING = "ranking"
"""What the names of its arrays begin with; a version without them has no ranking."""


INTENT = "intent"
"""What the names of its arrays begin with; a version without them weighs a session by hand."""

PREDICTIONS = "predictions"
"""What the names of its arrays begin with; a version without them predicts nothing."""


def write_snapshot(folder: Path, snapshot: ServingSnapshot) -> None:
    """All arrays and indexes of a snapshot; inputs.npy only where it is not the same as products.npy."""
    _write_set(folder, snapshot.set)
    write_array(folder, "popularity", snapshot.popularity)
    write_index(folder, "products", snapshot.index)
    write_index(folder, "customers", snapshot.customer_index)
    if snapshot.ranking is not None:
        _write_ranking(folder, snapshot.ranking)
    if snapshot.intent is not None:
        snapshot.intent.neighbours.write(folder, f"{INTENT}.neighbours")
        for name, array in snapshot.intent.arrays():
            write_array(folder, name, array)
    if snapshot.predictions is not None:
        write_ids(folder, f"{PREDICTIONS}.categories", snapshot.predictions.propensity.categories)
        for name, array in snapshot.predictions.arrays():
            write_array(folder, name, array)
    for name in ("bought_together", "purchases", "buyers", "similar_customers"):
        adjacency: Adjacency = getattr(snapshot, name)
        for part in ("offsets", "columns", "counts", "strengths"):
            write_array(folder, f"{name}.{part}", getattr(adjacency, part))


def read_ranking(folder: Path, num_products: int) -> Ranking:
    """The ranking that `write_snapshot` wrote."""
    facts = ProductFacts(
        read_array(folder, f"{RANKING}.facts", np.float32, (num_products + 1, len(FACTS))),
        read_array(folder, f"{RANKING}.groups", np.int32, (num_products + 1, len(GROUPS))),
    )
    vectors = read_array(folder, f"{RANKING}.tastes", np.float32, (len(HALF_LIVES), None, None))
    tastes = Tastes(
        read_array(folder, f"{RANKING}.places", np.int32, (num_products + 1,)),
        vectors,
        read_array(folder, f"{RANKING}.gains", np.float32, vectors.shape[:2]),
        read_array(folder, f"{RANKING}.inverses", np.float32, (len(HALF_LIVES), vectors.shape[2])),
        read_array(folder, f"{RANKING}.ridges", np.float32, (len(HALF_LIVES),)),
    )
    return Ranking(facts, tastes, _read_network(folder, "again", NUM_AGAIN), _read_network(folder, "next", NUM_NEXT))


def read_intent(folder: Path, num_products: int) -> Intent:
    """The intent that `write_snapshot` wrote."""
    columns = read_array(folder, f"{INTENT}.columns", np.int32, (None,))
    categories = read_array(folder, f"{INTENT}.categories", np.float32, (None, None))
    bonds = Bonds(
        read_array(folder, f"{INTENT}.offsets", np.int64, (num_products + 1,)),
        columns,
        read_array(folder, f"{INTENT}.lifts", np.float32, (len(columns),)),
        categories,
    )
    return Intent(
        bonds,
        SessionNeighbours.read(folder, f"{INTENT}.neighbours"),
        read_array(folder, f"{INTENT}.meant", np.float32, (len(InteractionKind),)),
        read_array(folder, f"{INTENT}.weights", np.float32, (2, NUM_TERMS)),
    )


def read_predictions(folder: Path) -> Predictions:
    """The predictions that `write_snapshot` wrote."""
    categories = read_ids(folder, f"{PREDICTIONS}.categories")
    size, named = len(categories), f"{PREDICTIONS}.propensity"
    return Predictions(
        NextPurchase(
            read_array(folder, f"{PREDICTIONS}.next_purchase.weights", np.float64, (next_purchase.NUM_INPUTS,)),
            read_array(folder, f"{PREDICTIONS}.next_purchase.usual", np.float64, (2,)),
        ),
        CategoryPropensity(
            categories,
            read_array(folder, f"{named}.facts", np.float64, (category_propensity.NUM_FACTS, size)),
            read_array(folder, f"{named}.weights", np.float64, (category_propensity.NUM_INPUTS,)),
            read_array(folder, f"{named}.own", np.float64, (size,)),
        ),
    )


def _read_network(folder: Path, name: str, num_inputs: int) -> Network:
    first = read_array(folder, f"{RANKING}.{name}.first", np.float32, (num_inputs + 1, None))
    hidden = first.shape[1]
    return Network(
        first,
        read_array(folder, f"{RANKING}.{name}.second", np.float32, (hidden + 1, hidden)),
        read_array(folder, f"{RANKING}.{name}.third", np.float32, (hidden + 1,)),
    )


def read_attributes(folder: Path, dim: int) -> AttributeVectors:
    """What `write_snapshot` wrote of the attributes of products."""
    keys = read_array(folder, f"{ATTRIBUTES}.keys", np.uint64, (None,))
    return AttributeVectors(
        keys,
        read_array(folder, f"{ATTRIBUTES}.vectors", np.float32, (len(keys), dim)),
        read_array(folder, f"{ATTRIBUTES}.input_scale", np.float32, (dim,)),
    )


def read_groups(folder: Path, dim: int) -> GroupVectors:
    """What `write_snapshot` wrote of the groups of customers."""
    keys = read_array(folder, f"{CUSTOMER_GROUPS}.keys", np.uint64, (None,))
    return GroupVectors(
        keys,
        read_array(folder, f"{CUSTOMER_GROUPS}.vectors", np.float32, (len(keys), dim)),
        read_array(folder, f"{CUSTOMER_GROUPS}.everyone", np.float32, (dim,)),
    )


def _write_ranking(folder: Path, ranking: Ranking) -> None:
    write_array(folder, f"{RANKING}.groups", ranking.facts.groups)
    write_array(folder, f"{RANKING}.places", ranking.tastes.place)
    for name, array in ranking.arrays():
        write_array(folder, name, array)


def read_adjacency(folder: Path, name: str, num_rows: int) -> Adjacency:
    columns = read_array(folder, f"{name}.columns", np.int32, (None,))
    size = len(columns)
    return Adjacency(
        offsets=read_array(folder, f"{name}.offsets", np.int64, (num_rows + 1,)),
        columns=columns,
        counts=read_array(folder, f"{name}.counts", np.int32, (size,)),
        strengths=read_array(folder, f"{name}.strengths", np.float32, (size,)),
    )


def _write_set(folder: Path, embeddings: EmbeddingSet) -> None:
    write_ids(folder, "customer_ids", embeddings.customers)
    write_ids(folder, "product_ids", embeddings.products)
    write_array(folder, "customers", embeddings.customer_vectors)
    write_array(folder, "products", embeddings.product_vectors)
    if not np.array_equal(embeddings.input_vectors, embeddings.product_vectors):
        write_array(folder, "inputs", embeddings.input_vectors)
    write_array(folder, "input_weights", embeddings.input_weights)
    if embeddings.attributes is not None:
        for part in ("keys", "vectors", "input_scale"):
            write_array(folder, f"{ATTRIBUTES}.{part}", getattr(embeddings.attributes, part))
    if embeddings.groups is not None:
        for part in ("keys", "vectors", "everyone"):
            write_array(folder, f"{CUSTOMER_GROUPS}.{part}", getattr(embeddings.groups, part))
