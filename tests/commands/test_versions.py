from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np

from embeddings.artifacts import open_snapshot
from embeddings.registry import Registry
from embeddings.snapshot.builder import build_snapshot
from tests.commands.called import Called
from tests.embeddings.greengrocer import purchases_of

Patron = Callable[..., Called]


def test_train_publish_and_roll_back(patron: Patron, data: Path) -> None:
    trained = patron("train", "--json", "--epochs", "1", "--dim", "4", "--data", data)
    assert (trained.code, trained.json["version"], trained.json["dim"]) == (0, "v0002", 4)
    assert "training the graph neural network: done" in trained.err

    assert patron("publish", "--json", "--data", data).json == {
        "published": "v0002",
        "before": "v0001",
        "notes": ["v0001 has seen all that is held out and has no backtest: they are not compared"],
    }
    assert patron("publish", "--data", data).out == "v0002 is published, as it was before\n"
    assert patron("rollback", "--json", "--data", data).json == {"published": "v0001", "before": "v0002"}


def test_a_check_says_what_the_gate_would_do_and_does_nothing(patron: Patron, data: Path) -> None:
    checked = patron("publish", "champion", "--check", "--json", "--data", data)
    assert (checked.code, checked.json["version"], checked.json["passed"]) == (0, "v0001", True)
    assert {"index recall", "sales of all products that have a vector"} <= {
        one["name"] for one in checked.json["checks"]
    }
    text = patron("publish", "--check", "--data", data).out.splitlines()
    assert text[-1] == "v0001: would be published"
    assert "passed   index recall" in "\n".join(text)
    called = patron("publish", "--check", "--force", "because", "--data", data)
    assert (called.code, "--check publishes nothing" in called.err) == (2, True)


def test_what_is_refused_is_published_by_force_alone_and_the_reason_is_kept(patron: Patron, data: Path) -> None:
    collapsed_version(data)
    called = patron("publish", "--data", data)
    message = "v0002 is not published: distinct dimensions of the product vectors is 0, expected at least 8"
    assert (called.code, called.err) == (1, f"patron: {message}\n")
    checked = patron("publish", "--check", "--data", data)
    assert (checked.code, "REFUSED  distinct dimensions" in checked.out) == (1, True)
    assert Registry(data / "embeddings").current() == "v0001"
    forced = patron("publish", "--force", "the shelf labels need it", "--json", "--data", data)
    assert (forced.json["published"], forced.json["refused"][0]) == ("v0002", message)
    act = Registry(data / "embeddings").acts()[-1]
    assert (act.what, act.version, act.reason, act.refused[0]) == (
        "forced",
        "v0002",
        "the shelf labels need it",
        message,
    )
    assert act.at > 0


def collapsed_version(data: Path) -> None:
    registry = Registry(data / "embeddings")
    good = open_snapshot(registry.path("v0001")).set
    same = np.ones_like(good.product_vectors)
    manifest = msgspec.structs.replace(good.manifest, version="")
    build_snapshot(replace(good, manifest=manifest, product_vectors=same), purchases_of(), registry.folder)


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
