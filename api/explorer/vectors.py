"""Vectors: how near two customers or two products are in the published embeddings."""

import math
import threading

import numpy as np
from numpy.typing import NDArray

from embeddings.snapshot.holder import SnapshotHolder
from embeddings.snapshot.serving_snapshot import ServingSnapshot
from embeddings.versions import Versions
from graph import CustomerId, Instant, InteractionKind, NodeKind, NodeRef, ProductId, Profile, day_of
from graph.identity.consent import ConsentDefaults, Purpose
from graph.identity.people import People
from graph.profile.store import SqliteProfiles

__all__ = ["Vectors"]

_CODES = {kind: code for code, kind in enumerate(InteractionKind)}


class Vectors:
    """The vectors of the version that is current; any thread may ask."""

    def __init__(self, registry: Versions, defaults: ConsentDefaults) -> None:
        self._registry, self._defaults = registry, defaults
        self._holder: SnapshotHolder | None = None
        self._turn = threading.Lock()

    def similarity(self, a: NodeRef, b: NodeRef, profiles: SqliteProfiles) -> float | None:
        """The cosine of two customers' or two products' vectors; None where one has none or none are published.

        A customer's vector is made of what they did until now, as answers make it; of one who does not permit
        personalization none is made.
        """
        snapshot = self._current()
        if snapshot is None:
            return None
        people = People(profiles.read)
        first, second = (self._vector(snapshot, node, people) for node in (a, b))
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

    def _vector(self, snapshot: ServingSnapshot, node: NodeRef, people: People) -> NDArray[np.float32] | None:  # [dim]
        if node.kind is NodeKind.CUSTOMER:
            profile = people.of((CustomerId(node.id),))
            permitted = profile is not None and self._defaults.permit(profile.consents, Purpose.PERSONALIZATION)
            return _of_profile(snapshot, profile) if profile is not None and permitted else None
        row = snapshot.product_rows.get(ProductId(node.id)) if node.kind is NodeKind.PRODUCT else None
        return None if row is None else snapshot.set.product_vectors[row]


def _of_profile(snapshot: ServingSnapshot, profile: Profile) -> NDArray[np.float32] | None:  # [dim]
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
