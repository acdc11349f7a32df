"""Comparison: how well a version finds what a holdout bought, beside what serves, the popular, and strangers."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from embeddings.artifacts.backtest import Backtest
from embeddings.artifacts.holdout import Holdout, K
from embeddings.artifacts.known_products import groups
from embeddings.artifacts.ranked import Ranked, besides
from embeddings.artifacts.report import Check
from embeddings.evaluation.bootstrap import Interval, paired_difference
from embeddings.evaluation.metrics import hits, ndcg_at
from embeddings.evaluation.split import Task
from embeddings.vectors.embedding_set import EmbeddingSet

__all__ = [
    "LEAST_CUSTOMERS",
    "against_champion",
    "against_simple",
    "common_holdout",
    "ranking_against_champion",
    "ranking_found",
    "unseen",
]

LEAST_CUSTOMERS = 10
"""Fewer tell nothing of a difference."""
LEAST_HITS = 20
LEAST_SHARE = 0.1
"""A group of products of which the champion finds so many purchases must not be found less than this share as often."""

WANTED = {Task.ALL: "what is bought next", Task.NEW: "what is bought for the first time"}
RANKED = ("what is bought next", "what is bought for the first time", "the other half of a basket")
"""What lists of a `Ranked` are to find: `again`, `new`, `begun`."""


def unseen(embeddings: EmbeddingSet, backtest: Backtest | None, holdout: Holdout) -> EmbeddingSet | None:
    """What of a version has seen nothing of a holdout's purchases: itself, else its twin, else nothing."""
    if embeddings.manifest.as_of <= holdout.cut:
        return embeddings
    if backtest is not None and backtest.twin.manifest.as_of <= holdout.cut:
        return backtest.twin
    return None


def common_holdout(ours: Backtest | None, theirs: Backtest | None) -> Holdout | None:
    """The later of two versions' holdouts: neither twin has seen it."""
    return max((one.holdout for one in (ours, theirs) if one), key=lambda holdout: holdout.cut, default=None)


def against_simple(embeddings: EmbeddingSet, twin: EmbeddingSet, holdout: Holdout) -> Iterator[Check]:
    """The twin of a version against lists that know less, and the version itself against its twin.

    A version has seen what its twin has not, so it finds it at least as well unless its own training went wrong.
    """
    for task in _tasks(holdout):
        lists = holdout.lists(twin, task)
        own = holdout.ndcg(lists, task)
        if task is Task.ALL:
            other = holdout.ndcg(holdout.lists(twin, task, strangers=True), task)
            found = _difference(own, other)
            name = f"NDCG@20 for {WANTED[task]}, less that of strangers' vectors"
            yield Check(name, found.mean, "an interval above 0", found.low > 0, found)
            seen = holdout.ndcg(holdout.lists(embeddings, task), task)
            yield _no_worse(f"NDCG@20 for {WANTED[task]}, having seen it, less not having seen it", seen, own)
        popular = holdout.ndcg(holdout.popular(task), task)
        yield _no_worse(f"NDCG@20 for {WANTED[task]}, less that of the most popular", own, popular)


def ranking_found(ranked: Ranked, holdout: Holdout) -> Iterator[Check]:
    """The ranking and the intent of a version, which make its pages, against lists that know less.

    They have seen what is held out, so this says nothing of how good they are; but what finds less than counting does
    was ruined while it was learnt or written.
    """
    own, new, begun = _found(ranked, holdout)
    if len(own) >= LEAST_CUSTOMERS:
        counted = holdout.ndcg(holdout.bought_often(), Task.ALL)
        yield _no_worse(f"NDCG@20 of the ranking for {RANKED[0]}, less that of what was bought most", own, counted)
    if len(new) >= LEAST_CUSTOMERS:
        popular = holdout.ndcg(holdout.popular(Task.NEW), Task.NEW)
        yield _no_worse(f"NDCG@20 of the ranking for {RANKED[1]}, less that of the most popular", new, popular)
    if len(begun) >= LEAST_CUSTOMERS and (ranked.begun >= 0).any():
        unheeded = _besides(ranked.unheeded, holdout)
        yield _no_worse(f"NDCG@20 of the intent for {RANKED[2]}, less that of the ranking alone", begun, unheeded)


def ranking_against_champion(ours: Ranked, theirs: Ranked, champion: str, holdout: Holdout) -> Iterator[Check]:
    """Where both have seen the holdout this is fair; where the champion was learnt before it, the version finds more
    than it would of what comes, and a ranking that is no better for that is refused all the more."""
    for name, own, other in zip(RANKED, _found(ours, holdout), _found(theirs, holdout), strict=True):
        if len(own) >= LEAST_CUSTOMERS:
            yield _no_worse(f"NDCG@20 of the ranking for {name}, less that of {champion}", own, other)


def against_champion(ours: EmbeddingSet, theirs: EmbeddingSet, champion: str, holdout: Holdout) -> Iterator[Check]:
    """ours, theirs: what of the version and of the champion has not seen the holdout."""
    for task in _tasks(holdout):
        own, other = holdout.lists(ours, task), holdout.lists(theirs, task)
        name = f"NDCG@20 for {WANTED[task]}, less that of {champion}"
        yield _no_worse(name, holdout.ndcg(own, task), holdout.ndcg(other, task))
        if task is Task.ALL:
            yield from _groups_found(holdout, own, other, champion)


def _found(ranked: Ranked, holdout: Holdout) -> tuple[NDArray[np.float64], ...]:
    """NDCG@20 for each of RANKED, one value for each customer who has something to find."""
    again, new = holdout.ndcg(ranked.again, Task.ALL), holdout.ndcg(ranked.new, Task.NEW)
    return again, new, _besides(ranked.begun, holdout)


def _besides(lists: NDArray[np.int32], holdout: Holdout) -> NDArray[np.float64]:
    relevant = besides(holdout)
    values: NDArray[np.float64] = ndcg_at(K, lists, relevant)[np.diff(relevant.indptr) > 0]
    return values


def _tasks(holdout: Holdout) -> Iterator[Task]:
    """Those with enough customers."""
    for task in Task:
        if np.count_nonzero(np.diff(holdout.relevant(task).indptr)) >= LEAST_CUSTOMERS:
            yield task


def _groups_found(
    holdout: Holdout, lists: NDArray[np.int32], others: NDArray[np.int32], champion: str
) -> Iterator[Check]:
    """The group of products whose purchases the version finds least of, of those that the champion finds."""
    found, theirs = (
        np.bincount(listed[hits(listed, holdout.bought)], minlength=len(holdout.products)) for listed in (lists, others)
    )  # [num_products] hits
    shares = {
        name: found[rows].sum() / theirs[rows].sum()
        for name, rows in groups(holdout.products, holdout).items()
        if theirs[rows].sum() >= LEAST_HITS
    }
    if shares:
        name = min(shares, key=lambda group: shares[group])
        least = f"at least {LEAST_SHARE}"
        yield Check(
            f"purchases found of {name}, of those {champion} finds", shares[name], least, shares[name] >= LEAST_SHARE
        )


def _no_worse(name: str, ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> Check:
    found = _difference(ours, theirs)
    return Check(name, found.mean, "an interval that reaches 0", found.high >= 0, found)


def _difference(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> Interval:
    return paired_difference(ours, theirs, np.random.default_rng(0))
