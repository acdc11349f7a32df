"""NextInSession: what comes next, of what the neighbours did and what lies near the session's vector, by a network."""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.index import QuantisedIndex, write_index
from embeddings.nearest import Nearest
from embeddings.ranking import Network
from embeddings.sessions.encoder import SessionEncoder
from embeddings.sessions.neighbours import SessionNeighbours
from embeddings.sessions.product_counts import ProductCounts
from graph import FileBroken, InvalidValue
from graph.files import read_array, write_array

__all__ = ["INPUTS", "NextInSession", "SessionParts"]

CANDIDATES = 100
"""So many of the neighbours' and so many of the nearest products are looked at."""

LEAST = 1e-3
"""What a share counts as at least, before its logarithm."""

INPUTS = (
    "neighbours",
    "neighbours_share",
    "near",
    "near_first",
    "near_newest",
    "near_previous",
    "after_newest",
    "after_newest_share",
    "after_previous_share",
    "popularity",
    "popularity_of_late",
    "times",
    "is_newest",
    "steps",
    "length",
    "repeated",
    "neighbours_first",
    "followers",
)
"""What is known of a candidate. neighbours: logarithm of their score; _share: of the best one's. near: inner product
with the session's vector; _first: less that of the nearest. near_newest, near_previous: with the vectors of the newest
two products. after_…: how often it came after those, log1p, and the logarithm of its share. times, steps: in the
session, log1p, 0 where it is not. The last four are the session's: log1p of its length, the share of repeated products,
the best neighbours' score, log1p of all that ever came after the newest product."""


@dataclass(frozen=True)
class SessionParts:
    """What finds the candidates and describes them; all of one catalogue."""

    neighbours: SessionNeighbours
    encoder: SessionEncoder
    index: QuantisedIndex  # of the encoder's vectors
    counts: ProductCounts

    def candidates(
        self, products: NDArray[np.int64], now: int | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """(rows [n], rising, their inputs [n, len(INPUTS)]); none where no product of the session is known.

        products: rows, oldest first. now: in the unit of the sessions' `at`, None for the newest session's.
        """
        products = products[(products >= 0) & (products < self.neighbours.num_products)]
        if not len(products):
            return np.empty(0, dtype=np.int64), np.empty((0, len(INPUTS)), dtype=np.float32)
        asked = self.neighbours.scores(products, now=now, k=CANDIDATES)
        vector = self.encoder.vector(products)
        near = self.index.search(vector, CANDIDATES)
        rows = _distinct(np.concatenate([asked.rows, near.rows, products]))
        inputs = np.zeros((len(rows), len(INPUTS)), dtype=np.float32)
        self._describe_neighbours(inputs, rows, asked)
        self._describe_vectors(inputs, rows, vector, products)
        self._describe_followers(inputs, rows, products)
        inputs[:, 9:11] = self.counts.popularity.take(rows, axis=0)
        _describe_session(inputs, rows, products)
        return rows, inputs

    def _describe_neighbours(self, inputs: NDArray[np.float32], rows: NDArray[np.int64], asked: Nearest) -> None:
        scores = np.zeros(len(rows), dtype=np.float32)
        scores[np.searchsorted(rows, asked.rows)] = asked.scores
        first = float(asked.scores[0]) if len(asked.scores) else 0.0
        inputs[:, 0] = np.log(scores + LEAST)
        inputs[:, 1] = np.log(scores / (first or 1.0) + LEAST)
        inputs[:, 16] = np.log(first + LEAST)

    def _describe_vectors(
        self,
        inputs: NDArray[np.float32],
        rows: NDArray[np.int64],
        vector: NDArray[np.float32],
        products: NDArray[np.int64],
    ) -> None:
        newest, previous = self.encoder.vectors[products[-1]], self.encoder.vectors[products[max(len(products) - 2, 0)]]
        near = self.encoder.vectors.take(rows, axis=0) @ np.stack([vector, newest, previous], axis=1)  # [n, 3]
        inputs[:, 2] = near[:, 0]
        inputs[:, 3] = near[:, 0] - near[:, 0].max()
        inputs[:, 4:6] = near[:, 1:]

    def _describe_followers(
        self, inputs: NDArray[np.float32], rows: NDArray[np.int64], products: NDArray[np.int64]
    ) -> None:
        for product, column in ((products[-1], 7), (products[max(len(products) - 2, 0)], 8)):
            followers, _, strengths = self.counts.followers.of(int(product))
            found = np.zeros(len(rows), dtype=np.float32)
            places = np.searchsorted(rows, followers)
            places[places == len(rows)] = 0
            there = rows[places] == followers
            found[places[there]] = strengths[there]
            total = float(strengths.sum())
            inputs[:, column] = np.log(found / (total or 1.0) + LEAST)
            if column == 7:
                inputs[:, 6] = np.log1p(found)
                inputs[:, 17] = np.log1p(total)


@dataclass(frozen=True)
class NextInSession:
    """network: the logit of each candidate, learnt on sessions that the parts had not seen."""

    parts: SessionParts
    network: Network

    def scores(self, products: NDArray[np.int64], k: int, *, now: int | None = None) -> Nearest:
        """The `k` products likeliest next, best first, ties by row; rows and time as `SessionParts.candidates`."""
        rows, inputs = self.parts.candidates(products, now)
        logits = self.network.logits(inputs)
        order = np.lexsort((rows, -logits))[:k]
        return Nearest(rows[order], logits[order])

    def write(self, folder: Path, name: str) -> None:
        """All its arrays, and the index, as files whose names begin with `name`."""
        self.parts.neighbours.write(folder, f"{name}.neighbours")
        self.parts.encoder.write(folder, f"{name}.encoder")
        self.parts.counts.write(folder, f"{name}.counts")
        write_index(folder, f"{name}.encoder", self.parts.index)
        for layer in fields(Network):
            write_array(folder, f"{name}.network.{layer.name}", getattr(self.network, layer.name))

    @classmethod
    def read(cls, folder: Path, name: str) -> "NextInSession":
        """What `write` wrote, by mmap; FileBroken where a file is missing or not of its type and shape."""
        encoder = SessionEncoder.read(folder, f"{name}.encoder")
        first = read_array(folder, f"{name}.network.first", np.float32, (len(INPUTS) + 1, None))
        hidden = first.shape[1]
        network = Network(
            first,
            read_array(folder, f"{name}.network.second", np.float32, (hidden + 1, hidden)),
            read_array(folder, f"{name}.network.third", np.float32, (hidden + 1,)),
        )
        path = folder / f"{name}.encoder.pq"
        try:
            index = QuantisedIndex.read(path, encoder.vectors)
        except (InvalidValue, RuntimeError) as error:
            raise FileBroken(path, str(error), "an index of the encoder's vectors") from error
        neighbours = SessionNeighbours.read(folder, f"{name}.neighbours")
        return cls(SessionParts(neighbours, encoder, index, ProductCounts.read(folder, f"{name}.counts")), network)


def _distinct(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each once, rising; a sort of so few is faster than np.unique."""
    rows.sort()
    fresh = np.ones(len(rows), dtype=np.bool_)
    np.not_equal(rows[1:], rows[:-1], out=fresh[1:])
    return rows[fresh]


def _describe_session(inputs: NDArray[np.float32], rows: NDArray[np.int64], products: NDArray[np.int64]) -> None:
    places = np.searchsorted(rows, products)
    times = np.bincount(places, minlength=len(rows))
    inputs[:, 11] = np.log1p(times)
    inputs[places[-1], 12] = 1.0
    inputs[places, 13] = np.log1p(np.arange(len(places), 0, -1.0))  # the last of one product stays
    inputs[:, 14] = np.log1p(len(products))
    inputs[:, 15] = 1.0 - np.count_nonzero(times) / len(products)
