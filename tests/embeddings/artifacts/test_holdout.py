"""What is held out asks any set the same, and a version's folder brings it back as it was."""

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from embeddings.artifacts.backtest import Backtest, read_backtest, write_backtest
from embeddings.artifacts.comparison import common_holdout, unseen
from embeddings.artifacts.holdout import Holdout
from embeddings.errors import NothingToEvaluate, SnapshotBroken
from embeddings.evaluation import Task, time_split
from graph import DAY, Instant
from tests.embeddings.greengrocer import AS_OF, greengrocer, purchases_of

CUT = Instant(AS_OF - 30 * DAY)
LINES = (
    ("ann", "apple", 60, 0),
    ("ann", "apple", 40, 1),
    ("bob", "bread", 50, 2),
    ("cid", "butter", 50, 3),
    *(("ann", "apple", 10, 4), ("ann", "bread", 10, 4), ("bob", "bread", 5, 5)),
    ("dee", "bread", 5, 6),  # nobody knew dee at the cut
)


@pytest.fixture
def holdout() -> Holdout:
    return Holdout.of(time_split(purchases_of(LINES), CUT), ["FRUIT", "BAKERY", "DAIRY"], ["", "LOAVES", ""])


def named(holdout: Holdout, lists: np.ndarray) -> list[list[str]]:
    products = [*holdout.products, "other"]
    return [[products[column] for column in row if column >= 0] for row in lists]


def test_those_with_a_history_who_bought_after_the_cut_are_asked(holdout: Holdout) -> None:
    assert (holdout.customers, holdout.products) == (["user:ann", "user:bob"], ["apple", "bread", "butter"])
    assert holdout.offsets.tolist() == [0, 2, 3]
    assert holdout.buyers.tolist() == [1, 1, 1]
    assert holdout.relevant(Task.ALL).toarray().tolist() == [[1, 1, 0], [0, 1, 0]]
    assert holdout.relevant(Task.NEW).toarray().tolist() == [[0, 1, 0], [0, 0, 0]]
    with pytest.raises(NothingToEvaluate):
        Holdout.of(time_split(purchases_of(LINES), Instant(AS_OF)), [], [])


def test_a_set_lists_for_the_vectors_its_own_function_makes_at_the_cut(holdout: Holdout) -> None:
    made = greengrocer()
    assert named(holdout, holdout.lists(made, Task.ALL)) == [
        *(["apple", "other", "bread", "butter", "other"], ["other", "butter", "bread", "apple", "other"])
    ]  # ann is all fruit (apple 2, pear 1), bob all bread (käse 3, butter 2, bread 1)
    assert named(holdout, holdout.lists(made, Task.NEW))[0][0] == "other"  # the pear: she had apples
    swapped = holdout.lists(made, Task.ALL, strangers=True)
    assert np.array_equal(swapped, holdout.lists(made, Task.ALL)[::-1])
    assert holdout.ndcg(holdout.lists(made, Task.ALL), Task.ALL) == pytest.approx([0.9197, 0.5], abs=1e-4)
    assert len(holdout.ndcg(holdout.lists(made, Task.NEW), Task.NEW)) == 1


def test_the_vectors_are_those_of_the_customer_function(holdout: Holdout) -> None:
    made = greengrocer()
    late = replace(made, manifest=msgspec.structs.replace(made.manifest, as_of=AS_OF - 45 * DAY))
    for embeddings in (made, late):
        as_of = min(CUT, embeddings.manifest.as_of)
        ages = np.maximum(np.array([as_of // DAY - 940, as_of // DAY - 960], dtype=np.float32), 0)
        vector = embeddings.customer_vector(
            np.array([0, 0], dtype=np.int32), holdout.kind[:2], ages, np.ones(2, dtype=np.float32)
        )
        assert holdout.customer_vectors(embeddings)[0] == pytest.approx(vector)


def test_the_popular_are_the_same_for_all_but_for_what_is_masked(holdout: Holdout) -> None:
    assert named(holdout, holdout.popular(Task.ALL)) == [["apple", "bread", "butter"]] * 2
    assert named(holdout, holdout.popular(Task.NEW)) == [["bread", "butter"], ["apple", "butter"]]


def test_a_backtest_comes_back_from_its_folder(holdout: Holdout, tmp_path: Path) -> None:
    made = greengrocer()
    assert read_backtest(tmp_path) is None
    write_backtest(tmp_path, Backtest(made, holdout))
    found = read_backtest(tmp_path)
    assert found is not None
    assert (found.holdout.cut, found.holdout.departments) == (CUT, ["FRUIT", "BAKERY", "DAIRY"])
    for task in Task:
        assert np.array_equal(found.holdout.lists(found.twin, task), holdout.lists(made, task))
        assert np.array_equal(found.holdout.popular(task), holdout.popular(task))
        assert np.array_equal(found.holdout.relevant(task).toarray(), holdout.relevant(task).toarray())
    assert found.metrics() == Backtest(made, holdout).metrics()
    (tmp_path / "holdout.kind.npy").unlink()
    with pytest.raises(SnapshotBroken, match=r"holdout\.kind\.npy"):
        read_backtest(tmp_path)


def test_what_has_seen_the_purchases_is_never_asked(holdout: Holdout) -> None:
    made = greengrocer()  # learnt up to AS_OF
    twin = replace(made, manifest=msgspec.structs.replace(made.manifest, as_of=CUT))
    own, later = Backtest(twin, holdout), Backtest(made, replace(holdout, cut=Instant(AS_OF)))
    assert unseen(made, own, holdout) is twin
    assert unseen(made, None, holdout) is None
    assert unseen(made, later, holdout) is None
    assert unseen(made, later, later.holdout) is made
    assert common_holdout(own, later) is later.holdout
    assert common_holdout(own, None) is holdout
