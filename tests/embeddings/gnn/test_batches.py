"""Batches: what they hold is what the histories say."""

from dataclasses import replace

import numpy as np
import pytest

from embeddings.gnn import Batch, Batches, GnnConfig, Histories, hetero_graph
from embeddings.gnn.device import PROCESSOR
from embeddings.gnn.processes import Processes
from embeddings.interaction_matrix import InteractionMatrix
from graph import InteractionKind, Product, ProductId

IDS = [ProductId(f"p{n}") for n in range(4)]
PRODUCTS = [Product(id=IDS[0], department="A"), Product(id=IDS[2], department="B"), Product(id=IDS[3], department="B")]


@pytest.fixture
def batches(histories: Histories, config: GnnConfig) -> Batches:
    return Batches(hetero_graph(histories, IDS, PRODUCTS, []), histories, config)


def only(batches: Batches, seed: int = 0) -> Batch:
    (batch,) = batches.epoch(np.random.default_rng(seed))
    return batch


def test_an_epoch_has_every_customer_with_two_products_once(batches: Batches) -> None:
    assert len(batches) == 1
    batch = only(batches)
    assert (
        batch.history.shape[0] - len(batch.targets) == 2
    )  # Ann and Bob; Cid's dismissal and Dot's silence leave nothing to learn
    assert np.bincount(batch.customers).tolist() == [3, 3]


def test_targets_are_of_the_customers_own_with_their_own_weight(batches: Batches, histories: Histories) -> None:
    whole = histories.matrix(histories.history).toarray()
    batch = only(batches)
    for customer, target, weight in zip(batch.customers, batch.targets[batch.own], batch.target_weights, strict=True):
        assert weight == pytest.approx(whole[customer, batch.rows[target]])
        assert weight > 0
        assert batch.history.to_dense()[customer, target] == weight


def test_what_a_customer_has_is_masked_but_for_the_target(batches: Batches, histories: Histories) -> None:
    has = histories.matrix(histories.history).toarray() > 0
    batch = only(batches)
    targets = batch.rows[batch.targets].numpy()
    expected = has[batch.customers.numpy()][:, targets]
    expected[np.arange(len(expected)), batch.own.numpy()] = False
    assert (batch.masked.numpy() == expected).all()
    assert len(set(targets)) == len(targets)


def test_the_graph_around_a_batch_is_the_part_of_its_products(batches: Batches, histories: Histories) -> None:
    batch = only(batches)
    rows = batch.rows.numpy()
    history = batch.history.to_dense().numpy()
    assert (history[:2] == histories.matrix(histories.history).toarray()[:2, rows]).all()
    assert (history[2:] == np.eye(len(rows))[batch.targets.numpy()]).all()  # each target, to be compared
    departments = np.array([[1, 0], [0, 0], [0, 1], [0, 1]])
    assert (batch.described_by["department"].to_dense().numpy() == departments[rows]).all()
    assert set(batch.described_by) == {"department"}


def test_the_same_generator_gives_the_same_batch(batches: Batches) -> None:
    one, other = only(batches, 5), only(batches, 5)
    assert one.targets.tolist() == other.targets.tolist()
    assert one.own.tolist() == other.own.tolist()


def test_a_target_is_drawn_as_often_as_it_is_new(histories: Histories, config: GnnConfig) -> None:
    many = replace(config, targets_per_customer=3000)
    flat = replace(histories, target=np.array([0.5, 1.0, 0.5, 0.5], dtype=np.float32))
    batch = only(Batches(hetero_graph(flat, IDS, [], []), flat, many))
    anns = batch.rows[batch.targets[batch.own[batch.customers == 0]]]
    assert (anns == 1).float().mean() == pytest.approx(2 / 3, abs=0.03)  # weights 0.5 and 1


def test_an_epoch_of_every_pair_has_each_once(histories: Histories, config: GnnConfig) -> None:
    every = replace(config, every_pair=True, batch_customers=1, targets_per_customer=3)
    batches = Batches(hetero_graph(histories, IDS, [], []), histories, every)
    seen = list(batches.epoch(np.random.default_rng(0)))
    assert len(batches) == len(seen) == 2
    pairs = [
        (batch.history.to_dense()[customer].tolist(), int(batch.rows[target]))
        for batch in seen
        for customer, target in zip(batch.customers, batch.targets[batch.own], strict=True)
    ]
    anns, bobs = histories.matrix(histories.history).toarray()[:2].tolist()
    assert sorted(target for _, target in pairs) == [0, 1, 1, 2]
    assert [len(batch.customers) for batch in seen] == [3, 1]
    for history, target in pairs:
        assert sum(history) == pytest.approx(sum(anns if history[0] else bobs))
        assert history[target] > 0 or len(history) < 4


def test_without_leaving_out_the_targets_weigh_nothing(histories: Histories, config: GnnConfig) -> None:
    graph = hetero_graph(histories, IDS, [], [])
    assert only(Batches(graph, histories, replace(config, leave_out=False))).target_weights.tolist() == [[0.0]] * 6


@pytest.mark.parametrize("pairs", [4, 3, 1])
def test_the_shares_of_two_processes_are_the_batch_of_one(histories: Histories, config: GnnConfig, pairs: int) -> None:
    graph = hetero_graph(histories, IDS, PRODUCTS, [])
    every = replace(config, every_pair=True, batch_customers=1, targets_per_customer=pairs)
    one, *two = (
        list(Batches(graph, histories, every, processes).epoch(np.random.default_rng(0)))[-1]
        for processes in (Processes(), Processes(0, 2), Processes(1, 2))
    )
    assert sum(part.share for part in two) == one.share == 1
    for part in two:
        assert part.rows[part.targets].tolist() == one.rows[one.targets].tolist()
        assert len(part.own) == (round(part.share * len(one.own)) or len(one.own))
    own = [target for part in two if part.share for target in part.own.tolist()]
    masked = [row for part in two if part.share for row in part.masked.tolist()]
    assert (own, masked) == (one.own.tolist(), one.masked.tolist())


def test_everything_is_all_products_with_what_describes_them(batches: Batches) -> None:
    rows, described_by = batches.everything(PROCESSOR)
    assert rows.tolist() == [0, 1, 2, 3]
    assert described_by["department"].to_dense().tolist() == [[1, 0], [0, 0], [0, 1], [0, 1]]


@pytest.mark.parametrize("every_pair", [False, True])
def test_what_was_disliked_is_never_asked_for(matrix: InteractionMatrix, config: GnnConfig, every_pair: bool) -> None:
    weights = {InteractionKind.PURCHASED: 1.0, InteractionKind.VIEWED: -0.5, InteractionKind.DISMISSED: -0.5}
    disliking = replace(config, kind_weights=weights, every_pair=every_pair, targets_per_customer=50)
    histories = Histories.of(matrix, disliking)
    batch = only(Batches(hetero_graph(histories, IDS, [], []), histories, disliking))
    assert batch.history.shape[0] - len(batch.targets) == 1  # Ann alone; Bob and Cid like nothing
    assert set(batch.rows[batch.targets].tolist()) == {0, 1}
