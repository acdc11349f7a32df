"""SessionNeighbours: what was done in the past sessions most like the one under way."""

from dataclasses import astuple, dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from embeddings.nearest import Nearest
from embeddings.sessions.sessions import Sessions
from graph import FileBroken, InvalidValue
from graph.files import read_array, write_array

__all__ = ["NeighbourSettings", "SessionNeighbours", "Shares"]


@dataclass(frozen=True)
class NeighbourSettings:
    """Half-lives are in the unit of what they are about; `inf` lets nothing fade.

    sessions_each: of each product of the session, its newest so many sessions are looked at.
    neighbours: so many of the sessions found are asked, the most alike.
    age_half_life: of a product's weight in the session, by its age; in steps, unless ages are given in another unit.
    recency_half_life: of a neighbour's weight by its age, in the unit of the sessions' `at`.
    distance_half_life: of a product's weight in a neighbour, by its steps from the newest product both have.
    before: the weight of what a neighbour did before that product, for 1 of what it did after.
    length_power: a neighbour's likeness is divided by its number of products to this power.
    rarity_power: a product counts by the logarithm of (sessions / its sessions) to this power.
    """

    sessions_each: int = 1000
    neighbours: int = 500
    age_half_life: float = 1.0
    recency_half_life: float = np.inf
    distance_half_life: float = 2.0
    before: float = 1.0
    length_power: float = 0.5
    rarity_power: float = 0.0

    def __post_init__(self) -> None:
        for name in ("sessions_each", "neighbours"):
            if not getattr(self, name) >= 1:
                raise InvalidValue(name, getattr(self, name), "an integer of 1 or more")
        for name in ("age_half_life", "recency_half_life", "distance_half_life"):
            if not getattr(self, name) > 0:
                raise InvalidValue(name, getattr(self, name), "a number above 0")
        for name in ("before", "length_power", "rarity_power"):
            if not np.isfinite(getattr(self, name)):
                raise InvalidValue(name, getattr(self, name), "a finite number")


class Shares(NamedTuple):
    """What the past sessions most like one did: products, rising, and the share of these sessions that did each, by how
    much alike they are and less with its steps from what both did. sessions: which they are, in no order."""

    products: NDArray[np.int64]  # [n] rows
    shares: NDArray[np.float64]  # [n], above 0
    sessions: NDArray[np.int64]  # [num_neighbours] rows

    def of(self, products: NDArray[np.int64]) -> NDArray[np.float64]:  # [len(products)]
        """The share of each of these, 0 where none did it."""
        if not len(self.products):
            return np.zeros(len(products))
        place = np.minimum(self.products.searchsorted(products), len(self.products) - 1)
        return np.where(self.products.take(place) == products, self.shares.take(place), 0.0)


@dataclass(frozen=True)
class SessionNeighbours:
    """Past sessions and, of each product, its sessions, newest first, with the place where each did it last; owners,
    a number a session, say whose each was, where that is known.

    The method is STAN's (Garg et al. 2019, arXiv:1910.12781): products of the session weigh by how lately they came,
    neighbours by how lately they were, what a neighbour did by how near it is to what both did.
    """

    sessions: Sessions
    offsets: NDArray[np.int64]  # [num_products + 1]
    containing: NDArray[np.int32]  # [num_entries] sessions
    places: NDArray[np.int32]  # [num_entries] of the product's last time within each
    owners: NDArray[np.int32]  # [num_sessions], -1 where it is not known
    settings: NeighbourSettings = field(default_factory=NeighbourSettings)

    @classmethod
    def of(
        cls,
        sessions: Sessions,
        num_products: int,
        settings: NeighbourSettings | None = None,
        owners: NDArray[np.int32] | None = None,  # [num_sessions]
    ) -> "SessionNeighbours":
        """The index of these sessions; InvalidValue where one has a product that is no row of the catalogue."""
        products = sessions.products.astype(np.int64)
        if len(products) and int(products.max()) >= num_products:
            raise InvalidValue("products", int(products.max()), f"rows below {num_products}")
        lengths = np.diff(sessions.offsets)
        session = np.repeat(np.arange(len(sessions)), lengths)
        place = np.arange(len(products)) - np.repeat(sessions.offsets[:-1], lengths)
        order = np.lexsort((-place, -session, products))
        products, session, place = products[order], session[order], place[order]
        kept = np.ones(len(products), dtype=np.bool_)
        kept[1:] = (products[1:] != products[:-1]) | (session[1:] != session[:-1])
        counts = np.bincount(products[kept], minlength=num_products)
        return cls(
            sessions,
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            session[kept].astype(np.int32),
            place[kept].astype(np.int32),
            np.full(len(sessions), -1, dtype=np.int32) if owners is None else owners,
            settings or NeighbourSettings(),
        )

    @property
    def num_products(self) -> int:
        return len(self.offsets) - 1

    def scores(
        self,
        products: NDArray[np.int64],  # [n] rows, oldest first
        ages: NDArray[np.float64] | None = None,  # [n]
        *,
        now: int | None = None,
        k: int | None = None,
    ) -> Nearest:
        """What the neighbours of a session did, best first, ties by row: its own products too, where they did them.

        products: rows that are not in the index, such as those of new products, are passed over.
        ages: how long ago each was, in the unit of `age_half_life`; n - 1, …, 1, 0 where it is None.
        now: in the unit of the sessions' `at`; the time of the newest session where it is None.
        k: no more than so many; all where it is None.
        """
        session, likeness, place = self._alike(products, ages, now)
        return _ranked(*self._done_in(session, likeness, place), k)

    def neighbours(
        self, products: NDArray[np.int64], ages: NDArray[np.float64] | None = None, *, now: int | None = None
    ) -> Nearest:
        """The past sessions that `scores` asks, as rows of `sessions`, and how much like this one each is."""
        session, likeness, _ = self._alike(products, ages, now)
        return _ranked(session, likeness, None)

    def shares(
        self,
        products: NDArray[np.int64],
        ages: NDArray[np.float64] | None = None,
        *,
        now: int | None = None,
        without: int | None = None,
    ) -> Shares:
        """The same as shares of the neighbours: 1 of a product that all of them did, beside what both have.

        without: an owner whose own sessions are not asked.
        """
        session, likeness, place = self._alike(products, ages, now, without)
        rows, scores = self._done_in(session, likeness, place)
        return Shares(rows, scores / max(float(likeness.sum()), 1e-12), session)

    def prepare(self) -> None:
        """Weigh every session now, which the first answer would else take milliseconds for."""
        _ = self._worth

    def owners_of(
        self, sessions: NDArray[np.int64], products: NDArray[np.int64]
    ) -> NDArray[np.int64]:  # [len(products)]
        """How many owners did each product, of rising rows, in these past sessions."""
        starts = self.sessions.offsets.take(sessions)
        lengths = self.sessions.offsets.take(sessions + 1) - starts
        done = self.sessions.products.take(_ranges(starts, lengths))
        place = np.minimum(products.searchsorted(done), len(products) - 1)
        there = (products.take(place) == done).nonzero()[0]
        owners, own = np.unique(self.owners.take(sessions), return_inverse=True)
        did = np.zeros((len(owners), len(products)), dtype=np.bool_)
        did[own.repeat(lengths).take(there), place.take(there)] = True
        return np.asarray(did.sum(axis=0))

    def write(self, folder: Path, name: str) -> None:
        """Its arrays as files whose names begin with `name`."""
        for part, array in self._arrays():
            write_array(folder, f"{name}.{part}", array)
        write_array(folder, f"{name}.settings", np.array(astuple(self.settings), dtype=np.float64))

    @classmethod
    def read(cls, folder: Path, name: str, settings: NeighbourSettings | None = None) -> "SessionNeighbours":
        """What `write` wrote, by mmap; FileBroken where a file is missing or not of its type and shape.

        settings: others than it was written with.
        """
        written = read_array(folder, f"{name}.settings", np.float64, (len(fields(NeighbourSettings)),)).tolist()
        at = read_array(folder, f"{name}.at", np.int64, (None,))
        sessions = Sessions(
            read_array(folder, f"{name}.session_offsets", np.int64, (len(at) + 1,)),
            read_array(folder, f"{name}.products", np.int32, (None,)),
            at,
        )
        containing = read_array(folder, f"{name}.containing", np.int32, (None,))
        try:
            settings = settings or NeighbourSettings(int(written[0]), int(written[1]), *written[2:])
        except ValueError as error:
            raise FileBroken(folder / f"{name}.settings.npy", str(written), "settings that can be") from error
        return cls(
            sessions,
            read_array(folder, f"{name}.offsets", np.int64, (None,)),
            containing,
            read_array(folder, f"{name}.places", np.int32, (len(containing),)),
            read_array(folder, f"{name}.owners", np.int32, (len(at),)),
            settings,
        )

    def _arrays(self) -> tuple[tuple[str, NDArray[Any]], ...]:
        return (
            ("session_offsets", self.sessions.offsets),
            ("products", self.sessions.products),
            ("at", self.sessions.at),
            ("offsets", self.offsets),
            ("containing", self.containing),
            ("places", self.places),
            ("owners", self.owners),
        )

    def _alike(
        self,
        products: NDArray[np.int64],
        ages: NDArray[np.float64] | None,
        now: int | None,
        without: int | None = None,
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
        """(neighbours, how much alike, the place in each of the newest product that both have), in no order."""
        settings = self.settings
        own, weights = self._distinct(products, ages)
        starts = self.offsets.take(own)
        counts = self.offsets.take(own + 1) - starts
        if settings.rarity_power:
            weights = weights * np.log1p(len(self.sessions) / np.maximum(counts, 1)) ** settings.rarity_power
        counts = np.minimum(counts, settings.sessions_each)
        entries = _ranges(starts, counts)
        session = self.containing.take(entries)
        weights = weights.repeat(counts)
        if without is not None:
            others = (self.owners.take(session) != without).nonzero()[0]
            entries, session, weights = entries.take(others), session.take(others), weights.take(others)
        order = session.argsort(kind="stable")  # of one session's entries, that of the newest product stays the first
        session = session.take(order)
        fresh = np.ones(len(session), dtype=np.bool_)
        np.not_equal(session[1:], session[:-1], out=fresh[1:])
        firsts = fresh.nonzero()[0]
        found = session.take(firsts).astype(np.int64)
        if not len(found):
            return found, np.empty(0), found
        likeness = np.add.reduceat(weights.take(order), firsts)
        likeness *= self._worth.take(found) if now is None else self._worth_at(now, found)
        place = self.places.take(entries.take(order.take(firsts))).astype(np.int64)
        if len(found) > settings.neighbours:
            best = likeness.argpartition(len(found) - settings.neighbours)[-settings.neighbours :]
            found, likeness, place = found[best], likeness[best], place[best]
        return found, likeness, place

    @cached_property
    def _worth(self) -> NDArray[np.float64]:  # [num_sessions]
        """What a likeness to each session counts at the time of the newest."""
        every = np.arange(len(self.sessions))
        return self._worth_at(int(self.sessions.at.max(initial=0)), every)

    def _worth_at(self, now: int, sessions: NDArray[np.int64]) -> NDArray[np.float64]:  # [len(sessions)]
        """Less of long sessions, and of old ones."""
        settings = self.settings
        lengths = self.sessions.offsets.take(sessions + 1) - self.sessions.offsets.take(sessions)
        worth: NDArray[np.float64] = np.maximum(lengths, 1) ** -settings.length_power
        if np.isfinite(settings.recency_half_life):
            worth *= np.exp2(-np.maximum(now - self.sessions.at.take(sessions), 0) / settings.recency_half_life)
        return worth

    def _distinct(
        self, products: NDArray[np.int64], ages: NDArray[np.float64] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """(known products once each, the weight of the last time), newest first."""
        if ages is None:
            ages = np.arange(len(products) - 1.0, -1.0, -1.0)
        newest: dict[int, float] = {}
        for product, age in zip(products.tolist()[::-1], ages.tolist()[::-1], strict=True):
            if 0 <= product < self.num_products:
                newest.setdefault(product, age)
        own = np.fromiter(newest, dtype=np.int64, count=len(newest))
        weights = np.exp2(-np.fromiter(newest.values(), dtype=np.float64) / self.settings.age_half_life)
        return own, weights

    def _done_in(
        self, session: NDArray[np.int64], likeness: NDArray[np.float64], place: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """(products, scores): the sum over these sessions of how much alike, less with the steps from `place`."""
        starts = self.sessions.offsets.take(session)
        lengths = self.sessions.offsets.take(session + 1) - starts
        weights = likeness.repeat(lengths)
        settings = self.settings
        if np.isfinite(settings.distance_half_life) or settings.before != 1.0:
            steps = _ranges(-place, lengths)  # from the product that both have: before it, below 0
            weights *= np.exp2(np.abs(steps) / -settings.distance_half_life)
            weights *= np.where(steps < 0, settings.before, 1.0)
        return summed(self.sessions.products.take(_ranges(starts, lengths)), weights)


def summed(rows: NDArray[Any], weights: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(the distinct rows, rising, the sum of each one's weights)."""
    order = rows.argsort(kind="stable")
    rows = rows.take(order)
    fresh = np.ones(len(rows), dtype=np.bool_)
    np.not_equal(rows[1:], rows[:-1], out=fresh[1:])
    firsts = fresh.nonzero()[0]
    if not len(firsts):
        return np.empty(0, dtype=np.int64), np.empty(0)
    return rows.take(firsts).astype(np.int64), np.add.reduceat(weights.take(order), firsts)


def _ranges(starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:  # [counts.sum()]
    """start, start + 1, …, as many as its count, of each."""
    ends = counts.cumsum()
    places = np.arange(counts.sum())
    places += (starts - (ends - counts)).repeat(counts)
    return places


def _ranked(rows: NDArray[np.int64], scores: NDArray[np.float64], k: int | None) -> Nearest:
    """The best `k`, all where None, ties by row."""
    if k is not None and len(rows) > 4 * k:
        best = scores >= np.partition(scores, len(scores) - k)[len(scores) - k]
        rows, scores = rows[best], scores[best]
    order = np.lexsort((rows, -scores))[:k]
    return Nearest(rows[order], scores[order].astype(np.float32))
