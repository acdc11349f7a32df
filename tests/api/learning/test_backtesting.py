"""Rounds of training are compared by what vectors are asked for, where enough customers bought something to tell."""

import pytest
from scipy import sparse

from api.learning.backtesting import backtested, validation
from api.learning.learning_data import LearningData
from embeddings.artifacts.holdout import Holdout
from embeddings.evaluation.split import Task, time_split
from embeddings.gnn import GnnConfig
from graph import DAY, Instant, InteractionKind
from tests.embeddings.two_crowds import AS_OF, CATALOGUE, Line, edges_of

PURCHASED = InteractionKind.PURCHASED
CUT = Instant(AS_OF - 10 * DAY)


def known(finding: int, returning: int) -> LearningData:
    """Twenty customers with a history, of whom so many then buy a product that is new to them, and as many others the
    same product as before."""
    lines: list[Line] = [(customer, product, PURCHASED, 40) for customer in range(20) for product in (0, 1)]
    lines += [(customer, 2, PURCHASED, 5) for customer in range(finding)]
    lines += [(customer, 1, PURCHASED, 5) for customer in range(finding, finding + returning)]
    lines += [(20, 3, PURCHASED, 90), (20, 3, PURCHASED, 0)]
    return LearningData(edges_of(lines, 21, 4), CATALOGUE, [])


def held_out(finding: int, returning: int) -> Holdout:
    return Holdout.of(time_split(known(finding, returning).edges, CUT), [""] * 4, [""] * 4)


def test_what_is_new_to_customers_is_asked_for_and_only_of_those_who_bought_such() -> None:
    asked = validation(held_out(finding=10, returning=5))
    assert asked is not None
    assert (asked.task, asked.customers) == (Task.NEW, [f"user:{n:03}" for n in range(10)])
    wanted = sparse.csr_array(asked.relevant)
    assert [asked.products[column] for column in wanted.indices.tolist()] == ["p002"] * 10


def test_where_few_bought_what_was_new_all_they_bought_is_asked_for() -> None:
    asked = validation(held_out(finding=9, returning=5))
    assert asked is not None
    assert (asked.task, len(asked.customers), asked.pairs) == (Task.ALL, 15, 15)


def test_where_few_bought_anything_all_rounds_are_made(capsys: pytest.CaptureFixture[str]) -> None:
    assert validation(held_out(finding=5, returning=3)) is None
    config = GnnConfig(dim=4, epochs=3, patience=1, learning_rate=1e-9)  # no round is better than the one before
    backtest = backtested(known(finding=5, returning=3), config)
    assert backtest is not None
    assert backtest.twin.manifest.parameters["best_epoch"] == 3
    assert "rounds of training" not in capsys.readouterr().err


def test_a_start_that_is_better_than_all_that_is_learnt_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    config = GnnConfig(dim=4, epochs=3, patience=1, learning_rate=1e-9, factor_learning_rate=0.0)
    backtest = backtested(known(finding=10, returning=5), config)
    assert backtest is not None
    assert backtest.twin.manifest.parameters["best_epoch"] == 0
    found = backtest.twin.manifest.curve[0].validation_ndcg
    assert f"rounds of training: 0, the best of 1 by NDCG@20 for new purchases held out: {found:.4f}" in (
        capsys.readouterr().err
    )
