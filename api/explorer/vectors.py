"""Vectors: how near two customers or two products are in the published embeddings."""

import math
import threading

import numpy as np
from numpy.typing import NDArray

from embeddings.snapshot.holder import SnapshotHolder
from embeddings.snapshot.serving_snapshot import ServingSnapshot
from embeddings.versions import Versions
from graph import CustomerId, Instant, InteractionKind, NodeKind, NodeRef, ProductId, Profile, day_of
from graph.ids import is_anonymous
from graph.profile.joined import joined
from graph.profile.stores.profile_store import ProfileReader

__all__ = ["Vectors"]

_CODES = {kind: code for code, kind in enumerate(InteractionKind)}


class Vectors:
    """The vectors of the version that is current; any thread may ask."""

    def __init__(self, registry: Versions) -> None:
        self._registry = registry
        self._holder: SnapshotHolder | None = None
        self._turn = threading.Lock()

    def similarity(self, a: NodeRef, b: NodeRef, profiles: ProfileReader) -> float | None:
        """The cosine of two customers' or two products' vectors; None where one has none or none are published.

        A customer's vector is made of what they did until now, as answers make it; of one who does not permit
        personalization none is made.
        """
        snapshot = self._current()
        if snapshot is None:
            return None
        first, second = (_vector(snapshot, node, profiles) for node in (a, b))
        if first is None or second is None:
            return None
        lengths = math.sqrt(float(first @ first) * float(second @ second))
        return float(first @ second) / lengths if lengths else None

    def _current(self) -> ServingSnapshot | None:
        with self._turn:
            if self._holder is None:
                self._holder = SnapshotHolder(self._registry)
            else:
                self._holder.refresh()
            return self._holder.current if self._holder.version else None


def _vector(snapshot: ServingSnapshot, node: NodeRef, profiles: ProfileReader) -> NDArray[np.float32] | None:  # [dim]
    if node.kind is NodeKind.PRODUCT:
        row = snapshot.product_rows.get(ProductId(node.id))
        return None if row is None else snapshot.set.product_vectors[row]
    if node.kind is not NodeKind.CUSTOMER:
        return None
    profile = _profile(CustomerId(node.id), profiles)
    if profile is None or not profile.permits("personalization"):
        return None
    history = [row for row in profile.history() if row.product in snapshot.product_rows]
    if not history:
        return None
    as_of = day_of(Instant(snapshot.set.manifest.as_of))
    return snapshot.set.customer_vector(
        np.array([snapshot.product_rows[row.product] for row in history], dtype=np.int32),
        np.array([_CODES[row.kind] for row in history], dtype=np.int8),
        np.array([max(as_of - row.day, 0) for row in history], dtype=np.float32),
        np.array([row.times for row in history], dtype=np.float32),
        profile.known_traits(),
    )


def _profile(customer: CustomerId, profiles: ProfileReader) -> Profile | None:
    """A customer with the visitors linked to them."""
    profile = profiles.read(customer)
    if profile is None:
        return None
    for leaf in [leaf for leaf, link in profile.linked.items() if link.value and is_anonymous(leaf)]:
        visitor = profiles.read(leaf)
        if visitor is not None:
            profile = joined(profile, visitor)
    return profile
