from collections.abc import Callable
from pathlib import Path

from tests.commands.called import Called

Patron = Callable[..., Called]


def test_train_publish_and_roll_back(patron: Patron, data: Path) -> None:
    trained = patron("train", "--json", "--epochs", "1", "--dim", "4", "--data", data)
    assert (trained.code, trained.json["version"], trained.json["dim"]) == (0, "v0002", 4)
    assert "training the graph neural network: done" in trained.err

    assert patron("publish", "--json", "--data", data).json == {"published": "v0002", "before": "v0001"}
    assert patron("publish", "--data", data).out == "v0002 is published, as it was before\n"
    assert patron("rollback", "--json", "--data", data).json == {"published": "v0001", "before": "v0002"}


def test_the_first_version_cannot_be_rolled_back(patron: Patron, data: Path) -> None:
    called = patron("rollback", "--data", data)
    assert (called.code, called.out) == (1, "")
    assert called.err == "patron: v0001 was the first to be published: there is nothing to go back to\n"


def test_a_version_nobody_trained_is_refused(patron: Patron, data: Path) -> None:
    called = patron("publish", "v9999", "--data", data)
    assert (called.code, called.err) == (1, "patron: VERSION: got 'v9999', expected one of v0001\n")


def test_without_anything_trained_publish_says_how(patron: Patron, tmp_path: Path) -> None:
    (tmp_path / "data" / "embeddings").mkdir(parents=True)
    for verb in ("publish", "rollback"):
        called = patron(verb, "--data", tmp_path / "data")
        assert called.code == 1
        assert str(tmp_path / "data" / "embeddings") in called.err


def test_a_graph_without_interactions_cannot_be_learnt_from(patron: Patron, tmp_path: Path) -> None:
    (tmp_path / "data" / "embeddings").mkdir(parents=True)
    called = patron("train", "--data", tmp_path / "data")
    assert called.code == 1
    assert called.err.splitlines()[-1].endswith("has no interactions to learn from: `patron import` brings some")
