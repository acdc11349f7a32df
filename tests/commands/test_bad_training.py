"""Training runs that went wrong are refused by the gate, each for what is wrong with it; the champion serves on."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from api.learning.backtesting import backtested
from api.learning.learning_data import LearningData
from api.learning.training import write_version
from api.settings import loaded_settings
from embeddings.artifacts import open_snapshot
from embeddings.artifacts.backtest import Backtest, read_backtest
from embeddings.artifacts.known_products import with_vectors
from embeddings.errors import PublicationRefused
from embeddings.evaluation.split import time_split
from embeddings.gnn import GnnConfig, TrainingDiverged
from embeddings.registry import Registry
from embeddings.snapshot.builder import build_snapshot
from embeddings.training import train

CONFIG = GnnConfig(dim=8, epochs=2)


@pytest.fixture(scope="module")
def known(made_shop: Path) -> LearningData:
    return LearningData.read(loaded_settings(data=made_shop))


@pytest.fixture(scope="module")
def trained(known: LearningData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of versions whose v0001 was trained as it should be, and serves."""
    registry = Registry(tmp_path_factory.mktemp("trained"))
    registry.publish(write_version(known, CONFIG, registry.folder))
    return registry.folder


@pytest.fixture
def registry(trained: Path, tmp_path: Path) -> Registry:
    return Registry(shutil.copytree(trained, tmp_path / "embeddings"))


def refused(registry: Registry, version: str) -> set[str]:
    """The checks that a version does not pass."""
    with pytest.raises(PublicationRefused):
        registry.publish(version)
    assert registry.current() == "v0001"
    return {refusal.check for refusal in registry.examine(version).refusals}


def test_the_same_training_once_more_is_published(registry: Registry, known: LearningData) -> None:
    report = registry.publish(write_version(known, replace(CONFIG, seed=1), registry.folder))
    assert (report.champion, report.notes, registry.current()) == ("v0001", (), "v0002")
    assert "NDCG@20 for what is bought next, less that of v0001" in {check.name for check in report.checks}


def test_shuffled_labels_are_refused(registry: Registry, known: LearningData) -> None:
    edges = known.edges
    shuffled = replace(edges, customer=np.random.default_rng(0).permutation(edges.customer))
    version = write_version(replace(known, edges=shuffled), CONFIG, registry.folder)
    assert "NDCG@20 for what is bought next, less that of strangers' vectors" in refused(registry, version)


def test_a_rate_that_explodes_ends_the_training(registry: Registry, known: LearningData) -> None:
    with pytest.raises(TrainingDiverged):
        write_version(known, replace(CONFIG, learning_rate=1e30), registry.folder)
    assert registry.versions() == ["v0001"]


def test_rounds_that_ruin_the_vectors_are_not_kept(known: LearningData) -> None:
    backtest = backtested(known, replace(CONFIG, learning_rate=10.0, epochs=10))
    assert backtest is not None
    found = [epoch.validation_ndcg or 0.0 for epoch in backtest.twin.manifest.curve]
    best = found[backtest.twin.manifest.parameters["best_epoch"]]
    assert found[-1] < 0.7 * best
    assert backtest.metrics()["backtest_ndcg_new"] == pytest.approx(best, abs=1e-6)


def test_ruined_vectors_are_refused(registry: Registry, known: LearningData) -> None:
    theirs = read_backtest(registry.path("v0001"))
    assert theirs is not None
    cut, config = theirs.holdout.cut, replace(CONFIG, learning_rate=10.0, epochs=10)
    twin, version = (
        train(edges, known.products, known.campaigns, config=config, as_of=as_of, rng=np.random.default_rng(0))
        for edges, as_of in ((time_split(known.edges, cut).train, cut), (known.edges, known.as_of))
    )  # no round of which was held against another
    built = build_snapshot(version, known.edges, registry.folder, backtest=Backtest(twin, theirs.holdout))
    ruined = refused(registry, built.name)
    assert ruined & {"mean cosine of two customer vectors", "distinct dimensions of the product vectors"}
    assert "NDCG@20 for what is bought next, less that of v0001" in ruined


def test_an_emptied_category_is_refused_by_name(registry: Registry, known: LearningData) -> None:
    edges = known.edges
    kept = np.array([not target.startswith("party") for target in edges.targets])[edges.target]
    rest = [product for product in known.products if product.category != "PARTY"]
    version = write_version(replace(known, edges=edges.where(kept), products=rest), CONFIG, registry.folder)
    assert "sales of category PARTY at v0001 that are known" in refused(registry, version)


def test_a_category_without_vectors_is_refused_by_name(registry: Registry) -> None:
    snapshot = open_snapshot(registry.path("v0001"))
    vectors = snapshot.set.product_vectors.copy()
    vectors[[product.startswith("dairy") for product in snapshot.set.products]] = 0
    emptied = replace(snapshot, set=replace(snapshot.set, product_vectors=vectors))
    holdout = read_backtest(registry.path("v0001"))
    assert holdout is not None
    (check,) = with_vectors(emptied, holdout.holdout)
    assert (check.name, check.measured, check.passed) == ("sales of category DAIRY that have a vector", 0.0, False)
