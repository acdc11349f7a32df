"""Learning predictions, and keeping them in a version."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embeddings.artifacts import open_snapshot
from embeddings.artifacts.seal import read_manifest, seal
from embeddings.errors import SnapshotBroken
from embeddings.predictions import Predictions
from embeddings.predictions.learning import PredictionsConfig, learn_predictions
from embeddings.snapshot.builder import build_snapshot
from graph import DAY
from tests.embeddings.greengrocer import greengrocer, purchases_of
from tests.embeddings.predictions.regulars import PRODUCTS, TODAY, regulars


def test_too_few_customers_teach_nothing() -> None:
    config = PredictionsConfig(least_customers=61)
    assert learn_predictions(regulars(), PRODUCTS, today=TODAY, config=config) is None


def test_a_category_with_too_few_buyers_is_not_predicted() -> None:
    config = PredictionsConfig(least_buyers=31)
    assert learn_predictions(regulars(), PRODUCTS, today=TODAY, config=config) is None


def test_a_month_after_which_nothing_is_known_teaches_nothing_and_a_little_more_something() -> None:
    config = PredictionsConfig(least_customers=20)
    assert learn_predictions(regulars(25), PRODUCTS, today=TODAY, config=config) is None
    found = learn_predictions(regulars(50), PRODUCTS, today=TODAY, config=config)
    assert found is not None and all(np.isfinite(array).all() for _, array in found.arrays())


def test_later_days_teach_nothing(predictions: Predictions) -> None:
    edges, again = regulars(), regulars()
    both = replace(
        edges,
        customer=np.concatenate([edges.customer, again.customer]),
        target=np.concatenate([edges.target, again.target]),
        kind=np.concatenate([edges.kind, again.kind]),
        at=np.concatenate([edges.at, again.at + 400 * DAY]),
        day=np.concatenate([edges.day, again.day + 400]),
        quantity=np.concatenate([edges.quantity, again.quantity]),
        value=np.concatenate([edges.value, again.value]),
        order=np.concatenate([edges.order, again.order]),
    )
    found = learn_predictions(both, PRODUCTS, today=TODAY)
    assert found is not None
    for (_, one), (_, other) in zip(predictions.arrays(), found.arrays(), strict=True):
        assert np.array_equal(one, other)


def test_a_version_keeps_them_and_one_without_has_none(predictions: Predictions, tmp_path: Path) -> None:
    plain = build_snapshot(greengrocer(), purchases_of(), tmp_path)
    with_them = build_snapshot(greengrocer(), purchases_of(), tmp_path, predictions=predictions)
    assert open_snapshot(plain, verify=True).predictions is None
    found = open_snapshot(with_them, verify=True).predictions
    assert found is not None and found.propensity.categories == predictions.propensity.categories
    for (_, one), (_, other) in zip(predictions.arrays(), found.arrays(), strict=True):
        assert np.array_equal(one, other)


def test_weights_that_are_not_numbers_are_refused(predictions: Predictions, tmp_path: Path) -> None:
    version = build_snapshot(greengrocer(), purchases_of(), tmp_path, predictions=predictions)
    name = "predictions.propensity.weights.npy"
    np.save(version / name, np.load(version / name) * np.nan)
    seal(version, read_manifest(version))
    with pytest.raises(SnapshotBroken) as caught:
        open_snapshot(version)
    assert caught.value.path == version / name
