"""The search, on two crowds: what it chooses, and what it does with the time it has."""

from collections.abc import Sequence

import numpy as np
import pytest

from embeddings.interaction_matrix import InteractionMatrix
from embeddings.settings_search import pair_edges, search
from embeddings.settings_search.pairs import AS_OF, hold_out
from embeddings.settings_search.trial import Measured, measured
from graph import EdgeArrays, InvalidValue


@pytest.fixture(scope="module")
def crowds() -> EdgeArrays:
    rng = np.random.default_rng(0)
    pairs = [(c, 30 * (c // 40) + int(p)) for c in range(80) for p in rng.choice(30, size=12, replace=False)]
    users, items = np.array(pairs).T
    return pair_edges(users, items)


class Clock:
    """Every look at it takes a second."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def test_with_little_time_it_is_the_filter(crowds: EdgeArrays) -> None:
    found = search(crowds, dim=8, seconds=1e-9, rng=np.random.default_rng(0))
    assert found.embeddings.manifest.model == "spectral filter"
    assert {trial.model for trial in found.trials} == {"spectral filter"}
    chosen = found.embeddings.manifest.parameters
    (judged,) = found.trials  # its defaults; there is time for nothing else
    assert {name: chosen[name] for name in judged.settings} == judged.settings


def test_with_some_more_the_settings_of_the_filter_are_chosen(crowds: EdgeArrays) -> None:
    found = search(crowds, dim=8, seconds=25.0, rng=np.random.default_rng(0), clock=Clock())
    chosen = found.embeddings.manifest.parameters
    judged = found.trials[-1]  # what was chosen, by more customers
    assert {name: chosen[name] for name in judged.settings} == judged.settings
    assert judged.ndcg >= 0.95 * max(trial.ndcg for trial in found.trials)
    assert {trial.model for trial in found.trials} == {"spectral filter"}


def test_with_time_the_network_is_tried_and_the_better_of_both_is_learnt_from_everything(crowds: EdgeArrays) -> None:
    found = search(crowds, dim=8, seconds=1e5, rng=np.random.default_rng(0), clock=Clock())
    best = max(found.trials, key=lambda trial: trial.ndcg)
    assert {trial.model for trial in found.trials} == {"spectral filter", "GNN"}
    assert found.embeddings.manifest.model in {best.model.lower(), "spectral filter"}  # what is simpler, unless by luck
    assert len(found.embeddings.customers) == 80
    assert [trial.seconds for trial in found.trials] == sorted(trial.seconds for trial in found.trials)
    scores = found.embeddings.customer_vectors @ found.embeddings.product_vectors.T
    assert (scores.argmax(axis=1) // 30 == np.arange(80) // 40).all()


def test_the_network_has_as_many_dimensions_as_the_best_filter(crowds: EdgeArrays) -> None:
    found = search(crowds, dim=8, seconds=1e5, rng=np.random.default_rng(0), clock=Clock())
    networks = [trial for trial in found.trials if trial.model == "GNN"]
    *_, judged = (trial for trial in found.trials if trial.model == "spectral filter")
    assert {trial.settings["dim"] for trial in networks} == {min(judged.settings["dim"] + 1, 8)}  # and the popularity


def test_it_learns_longer_while_that_is_better_and_ends_in_time(
    crowds: EdgeArrays, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Measured, "better_than", lambda self, other: True)
    tried = {}
    for seconds in (1e3, 1e5):
        clock = Clock()
        found = search(crowds, dim=8, seconds=seconds, rng=np.random.default_rng(0), clock=clock)
        assert clock.now <= seconds
        tried[seconds] = [trial for trial in found.trials if trial.model == "GNN"]
    learnt, last = found.embeddings.manifest, tried[1e5][-1]  # every trial was taken for better than those before it
    assert learnt.model == "gnn" and learnt.counts["interactions"] == len(crowds)
    assert learnt.parameters["temperature"] == last.settings["temperature"]
    assert learnt.parameters["epochs"] == last.settings["epochs"]
    assert 0 < len(tried[1e3]) <= len(tried[1e5])
    assert {trial.settings["temperature"] for trial in tried[1e5]} > {0.08, 0.1, 0.065}


def test_a_trial_measures_recall_and_ndcg_of_what_was_held_out(crowds: EdgeArrays) -> None:
    train, held = hold_out(crowds, 0.2, np.random.default_rng(0))
    found = search(train, dim=4, seconds=1e-9, rng=np.random.default_rng(0)).embeddings
    result = measured(found, InteractionMatrix.from_edges(train, AS_OF), held)
    assert result.recall.shape == result.ndcg.shape == (len(held.customers),)
    assert 0 < result.recall.mean() <= 1 and 0 < result.ndcg.mean() <= 1


def test_what_is_no_better_than_chance_says_is_not_chosen() -> None:
    before, noise = np.full(100, 0.5), np.tile([0.3, -0.3], 50)
    incumbent = Measured(before, before)
    assert not Measured(before, before).better_than(incumbent)
    assert not Measured(before, before + noise + 0.02).better_than(incumbent)  # a standard error is .03
    assert Measured(before, before + noise + 0.04).better_than(incumbent)


@pytest.mark.parametrize("dim", [1, 2, 512])
@pytest.mark.parametrize(
    ("users", "items"),
    [
        ([5], [7]),
        ([0, 0, 1], [0, 1, 1]),
        (range(50), [number % 7 for number in range(50)]),  # nobody has two
        ([number // 4 for number in range(40)], [number % 4 for number in range(40)]),  # everybody has everything
        ([number // 2 for number in range(400)], [number * 7919 % 5 * 10**9 for number in range(400)]),
        ([number % 3 * 10**9 for number in range(300)], range(300)),
    ],
)
def test_whatever_the_pairs_there_is_a_set(users: Sequence[int], items: Sequence[int], dim: int) -> None:
    edges = pair_edges(np.array(users), np.array(items))
    found = search(edges, dim=dim, seconds=1e5, rng=np.random.default_rng(0), clock=Clock())
    assert 1 <= found.embeddings.dim <= dim
    assert len(found.embeddings.products) == len(set(items))
    assert np.isfinite(found.embeddings.product_vectors).all() and np.isfinite(found.embeddings.customer_vectors).all()


def test_no_time_at_all_is_refused(crowds: EdgeArrays) -> None:
    with pytest.raises(InvalidValue, match="seconds"):
        search(crowds, dim=8, seconds=0.0, rng=np.random.default_rng(0))
