"""The gate a version passes before it serves: whole, searchable, of vectors that differ, no worse than what serves."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.artifacts.backtest import Backtest, read_backtest
from embeddings.artifacts.comparison import (
    LEAST_CUSTOMERS,
    against_champion,
    against_simple,
    common_holdout,
    ranking_against_champion,
    ranking_found,
    unseen,
)
from embeddings.artifacts.holdout import Holdout
from embeddings.artifacts.known_products import still_known, with_vectors
from embeddings.artifacts.opening import open_snapshot
from embeddings.artifacts.ranked import Ranked
from embeddings.artifacts.report import Check, Report
from embeddings.errors import SnapshotBroken
from embeddings.index import ASKED_BY_GATE, index_recall
from embeddings.ranking import Ranking
from embeddings.snapshot.serving_snapshot import ServingSnapshot
from embeddings.vectors.embedding_set import EmbeddingSet
from graph import Instant

__all__ = ["LEAST_RECALL", "examine", "others", "sample"]

LEAST_RECALL = 0.97
FLAT = 1e-3
"""A direction along which vectors differ by less than this part of the largest coordinates (root mean square of a
dimension) says nothing."""
MOST_ALIKE = 0.99
LEAST_VECTORS = 10
"""So few may well be alike."""


def examine(folder: Path, champion: Path | None = None) -> Report:
    """Every check of the version in `folder`, held against the one in `champion`, where one serves and is another.

    SnapshotBroken where a byte differs, a number is not finite or a row does not exist: there is nothing to measure.
    """
    snapshot = open_snapshot(folder, verify=True)
    backtest = read_backtest(folder)
    checks = [*_sound(snapshot), *with_vectors(snapshot, backtest.holdout if backtest else None)]
    notes: list[str] = []
    if backtest is None:
        notes.append(f"{snapshot.version} has no backtest: how well it finds what is bought next is not known")
    elif len(backtest.holdout.customers) < LEAST_CUSTOMERS:
        notes.append(
            f"{len(backtest.holdout.customers)} customers are held out of {snapshot.version}'s backtest: "
            f"fewer than {LEAST_CUSTOMERS} tell nothing of a difference"
        )
    else:
        checks += against_simple(snapshot.set, backtest.twin, backtest.holdout)
        if snapshot.ranking is not None:
            checks += ranking_found(_ranked(snapshot, snapshot.ranking, backtest.holdout), backtest.holdout)
    if champion is None or champion == folder:
        return Report(snapshot.version, "", tuple(checks), tuple(notes))
    try:
        serving, theirs = open_snapshot(champion), read_backtest(champion)
    except SnapshotBroken as error:
        notes.append(f"the champion cannot be read, nothing is held against it: {error}")
        return Report(snapshot.version, champion.name, tuple(checks), tuple(notes))
    checks += still_known(snapshot, serving, theirs.holdout if theirs else None)
    checks += _compared(snapshot, backtest, serving, theirs, notes)
    return Report(snapshot.version, serving.version, tuple(checks), tuple(notes))


def _compared(
    snapshot: ServingSnapshot,
    backtest: Backtest | None,
    serving: ServingSnapshot,
    theirs: Backtest | None,
    notes: list[str],
) -> Iterator[Check]:
    """The version against the champion on the same customers, if there are any that neither has seen."""
    if backtest is None and theirs is not None:
        yield Check(f"backtests to hold against that of {serving.version}", 0, "1, as `patron train` makes", False)
        return
    holdout = common_holdout(backtest, theirs)
    if holdout is None:
        return
    left, right = unseen(snapshot.set, backtest, holdout), unseen(serving.set, theirs, holdout)
    if left is None or right is None:
        blind = snapshot.version if left is None else serving.version
        notes.append(f"{blind} has seen all that is held out and has no backtest: they are not compared")
        return
    yield from against_champion(left, right, serving.version, holdout)
    if serving.ranking is None:
        return
    if snapshot.ranking is None:
        yield Check(f"rankings to hold against that of {serving.version}", 0, "1, as `patron train` learns", False)
        return
    own, other = _ranked(snapshot, snapshot.ranking, holdout), _ranked(serving, serving.ranking, holdout)
    yield from ranking_against_champion(own, other, serving.version, holdout)


def _ranked(snapshot: ServingSnapshot, ranking: Ranking, holdout: Holdout) -> Ranked:
    as_of = Instant(snapshot.set.manifest.as_of)
    return Ranked.of(holdout, snapshot.set.products, ranking, snapshot.intent, as_of)


def _sound(snapshot: ServingSnapshot) -> Iterator[Check]:
    """What can be said of a version by itself."""
    embeddings = snapshot.set
    yield _at_least("products with a vector", len(embeddings.products), 1)
    asked, found = _dimensions(embeddings.product_vectors)
    yield _at_least("distinct dimensions of the product vectors", found, asked)
    for name, vectors in (("customer", embeddings.customer_vectors), ("product", embeddings.product_vectors)):
        alike = _alike(vectors)
        yield Check(f"mean cosine of two {name} vectors", alike, f"at most {MOST_ALIKE}", alike <= MOST_ALIKE)
    recall = index_recall(snapshot.index, embeddings.product_vectors, sample(embeddings))
    yield _at_least("index recall", recall, LEAST_RECALL)


def sample(embeddings: EmbeddingSet, size: int = ASKED_BY_GATE) -> NDArray[np.float32]:  # [≤ size, dim]
    """Customer vectors, evenly spread over the rows, to ask an index; product vectors where there are no customers."""
    vectors = _askers(embeddings)
    return vectors[_spread(len(vectors), size)]


def others(embeddings: EmbeddingSet, size: int = 1000) -> NDArray[np.float32]:  # [≤ size, dim]
    """Such vectors to tune an index with: none of those that the gate asks, unless there are hardly more."""
    vectors = _askers(embeddings)
    left = np.delete(np.arange(len(vectors)), _spread(len(vectors), ASKED_BY_GATE))
    left = left if len(left) >= ASKED_BY_GATE else np.arange(len(vectors))
    return vectors[left[_spread(len(left), size)]]


def _askers(embeddings: EmbeddingSet) -> NDArray[np.float32]:  # [m, dim]
    vectors = embeddings.customer_vectors[np.any(embeddings.customer_vectors, axis=1)]
    return vectors if len(vectors) else embeddings.product_vectors


def _spread(total: int, size: int) -> NDArray[np.int64]:  # [≤ size]
    """Places, evenly spread."""
    return np.arange(total)[:: max(1, total // size)][:size]


def _at_least(name: str, measured: float, least: float) -> Check:
    return Check(name, measured, f"at least {least}", measured >= least)


def _alike(vectors: NDArray[np.float32]) -> float:
    """The mean cosine of two different vectors of [n, dim], zeros left out; 0 where there are too few to tell."""
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    units = vectors[lengths[:, 0] > 0] / lengths[lengths[:, 0] > 0]
    n = len(units)
    if n < LEAST_VECTORS:
        return 0.0
    return float((np.square(units.sum(axis=0)).sum() - n) / (n * (n - 1)))


def _dimensions(vectors: NDArray[np.float32]) -> tuple[int, int]:
    """(asked, found): directions along which the vectors [n, dim] differ, whichever way these lie among the numbers; n
    vectors can only differ along n - 1."""
    if not len(vectors):
        return 0, 0
    size = np.sqrt(np.square(vectors, dtype=np.float64).mean(axis=0))  # [dim]
    apart = (vectors - vectors.mean(axis=0, dtype=np.float64)).astype(np.float64)
    spread = np.sqrt(np.maximum(np.linalg.eigvalsh(apart.T @ apart / len(vectors)), 0.0))  # [dim]
    found = int(np.count_nonzero(spread > FLAT * size.max(initial=0.0)))
    return min(vectors.shape[1], max(len(vectors) - 1, 0)), found
