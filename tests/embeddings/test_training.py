"""Training, from edges to an EmbeddingSet, on shops small enough to see through."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from embeddings.checkpoint import Checkpoint
from embeddings.evaluation import Progress
from embeddings.evaluation.split import Task, time_split
from embeddings.gnn import GnnConfig, TrainingDiverged
from embeddings.interaction_matrix import InteractionMatrix
from embeddings.training import pace, train
from embeddings.vectors.embedding_set import EmbeddingSet
from graph import DAY, EdgeArrays, Instant, InteractionKind, ProductId
from tests.embeddings.two_crowds import AS_OF, CAMPAIGNS, CATALOGUE, edges_of, two_crowds

CONFIG = GnnConfig(dim=8, epochs=3, batch_customers=8, attribute_ridge=0.5)


def trained(edges: EdgeArrays, config: GnnConfig = CONFIG, seed: int = 0) -> EmbeddingSet:
    return train(edges, CATALOGUE, CAMPAIGNS, config=config, as_of=AS_OF, rng=np.random.default_rng(seed))


def row(embeddings: EmbeddingSet, product: str) -> int:
    return embeddings.products.index(ProductId(product))


@pytest.mark.parametrize("base_learning_rate", [0.0, 0.001])
def test_customers_score_the_products_of_their_crowd_above_the_others(base_learning_rate: float) -> None:
    config = replace(CONFIG, dim=2, base_learning_rate=base_learning_rate)  # a direction for each crowd
    embeddings = trained(two_crowds(), config)
    scores = embeddings.customer_vectors[:20] @ embeddings.product_vectors[:20].T
    assert scores[:10, :10].min() > scores[:10, 10:].max()
    assert scores[10:, 10:].min() > scores[10:, :10].max()


def test_every_product_of_the_catalogue_has_a_row() -> None:
    embeddings = trained(two_crowds())
    assert embeddings.products == sorted(product.id for product in CATALOGUE)
    assert embeddings.manifest.counts["products"] == 22
    assert embeddings.manifest.counts["department"] == 2
    assert embeddings.manifest.counts["campaign"] == 1


def test_a_product_nobody_bought_is_what_its_attributes_say() -> None:
    embeddings = trained(two_crowds())
    scores = embeddings.customer_vectors @ embeddings.product_vectors[row(embeddings, "unbought-fruit")]
    assert scores[:10].min() > scores[10:20].max()
    assert not embeddings.product_vectors[row(embeddings, "unheard-of")].any()


def test_a_customers_vector_is_the_customer_function_of_their_history() -> None:
    edges = two_crowds()
    embeddings = trained(edges)
    matrix = InteractionMatrix.from_edges(edges, AS_OF)
    for customer in range(21):
        own = matrix.customer == customer
        rows: NDArray[np.int32] = np.array(
            [row(embeddings, matrix.products[p]) for p in matrix.product[own]], dtype=np.int32
        )
        vector = embeddings.customer_vector(
            rows, matrix.kind[own], matrix.ages()[own], matrix.times[own].astype(np.float32)
        )
        assert vector == pytest.approx(embeddings.customer_vectors[customer], abs=1e-5)


def test_a_dislike_turns_a_customers_vector_away() -> None:
    edges = two_crowds()
    own = np.flatnonzero(edges.customer == 0)
    kind = edges.kind.copy()
    kind[own] = list(InteractionKind).index(InteractionKind.DISMISSED)
    disliking = trained(replace(edges, kind=kind))
    scores = disliking.customer_vectors[0] @ disliking.product_vectors[:20].T
    assert scores[:10].max() < 0
    matrix = InteractionMatrix.from_edges(replace(edges, kind=kind), AS_OF)
    of_matrix = matrix.customer == 0
    vector = disliking.customer_vector(
        matrix.product[of_matrix],
        matrix.kind[of_matrix],
        matrix.ages()[of_matrix],
        matrix.times[of_matrix].astype(np.float32),
    )
    assert vector == pytest.approx(disliking.customer_vectors[0], abs=1e-5)


def test_a_customer_without_history_has_no_vector_and_all_others_have_unit_length() -> None:
    lengths = np.linalg.norm(trained(two_crowds()).customer_vectors, axis=1)
    assert lengths[:20] == pytest.approx(np.ones(20), abs=1e-5)
    assert lengths[20] == 0


def test_the_same_seed_gives_the_same_set_and_another_does_not() -> None:
    one, same, other = (trained(two_crowds(), seed=seed) for seed in (3, 3, 4))
    assert (one.product_vectors == same.product_vectors).all()
    assert (one.customer_vectors == same.customer_vectors).all()
    assert not (one.product_vectors == other.product_vectors).all()


def test_a_shop_of_three_customers_and_five_products_trains() -> None:
    lines = [(c, p, InteractionKind.PURCHASED, 1) for c, p in ((0, 0), (0, 1), (1, 1), (1, 2), (2, 4))]
    embeddings = train(edges_of(lines, 3, 5), [], [], config=GnnConfig(), as_of=AS_OF, rng=np.random.default_rng(0))
    assert embeddings.product_vectors.shape == (5, 64)
    assert np.isfinite(embeddings.product_vectors).all()


def test_a_shop_where_nothing_happened_has_vectors_of_zeros() -> None:
    embeddings = trained(edges_of([], 0, 0))
    assert embeddings.customer_vectors.shape == (0, 8)
    assert not embeddings.product_vectors.any()


def test_the_manifest_says_how_the_set_was_made() -> None:
    manifest = trained(two_crowds()).manifest
    assert (manifest.model, manifest.dim, manifest.as_of) == ("gnn", 8, AS_OF)
    assert manifest.parameters["epochs"] == manifest.parameters["best_epoch"] == 3
    assert manifest.customer_function.kind_weights["purchased"] == 1.0
    assert manifest.counts["interactions"] == 140


def test_the_best_epoch_by_validation_is_kept() -> None:
    edges = two_crowds()
    split = time_split(edges, Instant(AS_OF - 20 * DAY))
    steady = replace(CONFIG, epochs=20, patience=1, learning_rate=1e-9)  # nothing changes: the first epoch is no better
    seen: list[str] = []
    embeddings = train(
        split.train,
        CATALOGUE,
        [],
        config=steady,
        as_of=split.cut,
        rng=np.random.default_rng(0),
        validation=split.held_out(Task.NEW),
        progress=lambda what, done, of: seen.append(what),
    )
    assert embeddings.manifest.parameters["best_epoch"] == 0
    assert embeddings.manifest.metrics["validation_recall"] > 0.5
    assert [what.split(",")[0] for what in seen] == ["start", "learning", "epoch 1"]


def test_a_training_that_stops_after_the_best_epoch_of_a_like_one_is_as_that_was() -> None:
    split = time_split(two_crowds(), Instant(AS_OF - 20 * DAY))
    config = replace(CONFIG, epochs=5, patience=1, base_learning_rate=0.05)
    again = partial(train, split.train, CATALOGUE, [], as_of=split.cut)
    tried = again(config=config, rng=np.random.default_rng(1), validation=split.held_out(Task.NEW))
    assert [epoch.epoch for epoch in tried.manifest.curve] == [0, 1, 2, 3, 4]  # the fourth was no better
    stopped = again(config=config, rng=np.random.default_rng(1), stop_after=3)
    assert stopped.manifest.parameters == tried.manifest.parameters
    assert (stopped.manifest.parameters["epochs"], stopped.manifest.parameters["best_epoch"]) == (5, 3)
    assert [epoch.epoch for epoch in stopped.manifest.curve] == [1, 2, 3]
    assert (stopped.product_vectors == tried.product_vectors).all()
    short = again(config=replace(config, epochs=3), rng=np.random.default_rng(1))  # whose rates fall faster
    assert not np.allclose(short.product_vectors, tried.product_vectors, atol=1e-3)


def test_a_training_that_is_to_stop_before_what_was_saved_begins_anew(tmp_path: Path) -> None:
    again = partial(train, two_crowds(), CATALOGUE, CAMPAIGNS, config=CONFIG, as_of=AS_OF)
    checkpoint = Checkpoint(tmp_path / "training", "of these edges")
    again(rng=np.random.default_rng(0), checkpoint=checkpoint)
    saved, anew = (again(rng=np.random.default_rng(0), stop_after=1, checkpoint=kept) for kept in (checkpoint, None))
    assert [epoch.epoch for epoch in saved.manifest.curve] == [1]
    assert (saved.product_vectors == anew.product_vectors).all()


def test_training_that_runs_away_says_so() -> None:
    with pytest.raises(TrainingDiverged, match="learning_rate 1e\\+30"):
        trained(two_crowds(), replace(CONFIG, learning_rate=1e30))


class Killed(Exception):
    """The process ended here."""


def killed_after(epoch: int) -> Progress:
    def progress(what: str, done: int, of: int) -> None:
        if done > epoch:
            raise Killed

    return progress


def test_a_training_that_was_killed_goes_on_to_the_same_result(tmp_path: Path) -> None:
    edges = two_crowds()
    config = replace(CONFIG, epochs=4, base_learning_rate=0.01)
    whole = trained(edges, config)
    again = partial(train, edges, CATALOGUE, CAMPAIGNS, config=config, as_of=AS_OF)
    checkpoint = Checkpoint(tmp_path / "training", "of these edges")
    with pytest.raises(Killed):
        again(rng=np.random.default_rng(0), checkpoint=checkpoint, progress=killed_after(2))
    seen: list[str] = []
    resumed = again(
        rng=np.random.default_rng(0),
        checkpoint=checkpoint,
        progress=lambda what, done, of: seen.append(what),
    )
    assert seen[1] == "going on after epoch 2"
    assert resumed.manifest.curve == whole.manifest.curve
    assert [epoch.epoch for epoch in whole.manifest.curve] == [1, 2, 3, 4]
    assert (resumed.product_vectors == whole.product_vectors).all()
    assert (resumed.customer_vectors == whole.customer_vectors).all()


def test_a_training_with_validation_that_was_killed_keeps_the_best_epoch_it_had(tmp_path: Path) -> None:
    split = time_split(two_crowds(), Instant(AS_OF - 20 * DAY))
    config = replace(CONFIG, epochs=5, patience=5, base_learning_rate=0.05)
    held_out = split.held_out(Task.NEW)
    again = partial(train, split.train, CATALOGUE, [], config=config, as_of=split.cut, validation=held_out)
    whole = again(rng=np.random.default_rng(0))
    checkpoint = Checkpoint(tmp_path / "training", "of these edges")
    with pytest.raises(Killed):
        again(rng=np.random.default_rng(0), checkpoint=checkpoint, progress=killed_after(3))
    resumed = again(rng=np.random.default_rng(0), checkpoint=checkpoint)
    assert resumed.manifest.parameters == whole.manifest.parameters
    assert (resumed.manifest.metrics, resumed.manifest.curve) == (whole.manifest.metrics, whole.manifest.curve)
    assert (resumed.product_vectors == whole.product_vectors).all()


def test_without_an_epoch_a_warm_start_says_what_the_earlier_set_said() -> None:
    earlier = trained(two_crowds(), replace(CONFIG, epochs=5, base_learning_rate=0.01))
    again = train(
        two_crowds(),
        CATALOGUE,
        CAMPAIGNS,
        config=replace(CONFIG, epochs=0),
        as_of=AS_OF,
        rng=np.random.default_rng(9),
        start=earlier,
    )
    scores, before = (s.customer_vectors[:20] @ s.product_vectors[:20].T for s in (again, earlier))
    assert scores == pytest.approx(before, rel=0.02, abs=0.02)


def test_an_epoch_is_timed_with_the_threads_that_are_fastest() -> None:
    threads = torch.get_num_threads()
    found = pace(two_crowds(), CONFIG, AS_OF, np.random.default_rng(0))
    assert found.seconds > 0 and found.threads in (1, threads)
    assert torch.get_num_threads() == threads
