"""A training that was ended goes on to the same result, and one may start from an earlier version."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from api.learning.learning_data import LearningData
from api.learning.unfinished import training_run
from api.settings import loaded_settings
from embeddings.artifacts import open_snapshot
from embeddings.artifacts.backtest import read_backtest
from embeddings.checkpoint import Checkpoint
from embeddings.gnn import GnnConfig
from embeddings.registry import Registry
from embeddings.vectors.embedding_set import EmbeddingSet
from graph import DAY, PatronError
from tests.commands.called import Called

Patron = Callable[..., Called]
CALL = ("train", "--epochs", "4", "--dim", "8", "--data")


def learnt(data: Path, version: str = "v0002") -> EmbeddingSet:
    return open_snapshot(data / "embeddings" / version).set


KILLED_AFTER_AN_EPOCH = """
import os, signal, sys
from embeddings.checkpoint import Checkpoint
from api.cli import main
save = Checkpoint.save
def saved_and_killed(self, step, arrays, state=None):
    save(self, step, arrays, state)
    if self.folder.name == "whole" and step == 1:
        os.kill(os.getpid(), signal.SIGKILL)
Checkpoint.save = saved_and_killed
main(sys.argv[1:])
"""


def test_a_training_killed_in_the_middle_goes_on_to_the_result_of_one_that_was_not(
    patron: Patron, data: Path, tmp_path: Path
) -> None:
    whole = shutil.copytree(data, tmp_path / "whole")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", KILLED_AFTER_AN_EPOCH, *CALL, str(data)]
    assert subprocess.run(command, env=environment, check=False).returncode == -signal.SIGKILL
    assert Registry(data / "embeddings").versions() == ["v0001"]
    gone_on = patron(*CALL, data)
    assert (gone_on.code, patron(*CALL, whole).code) == (0, 0)
    assert "going on with the unfinished training on what was done up to 2024-04-" in gone_on.err
    assert not (data / "embeddings" / ".training").exists()
    for name in ("product_vectors", "customer_vectors", "input_vectors"):
        assert np.allclose(getattr(learnt(data), name), getattr(learnt(whole), name), atol=1e-5)
    assert learnt(data).manifest.metrics == pytest.approx(learnt(whole).manifest.metrics)


def test_a_version_is_trained_for_the_rounds_that_were_best_for_its_twin(patron: Patron, data: Path) -> None:
    trained = patron("train", "--epochs", "4", "--dim", "8", "--json", "--data", data)
    backtest = read_backtest(data / "embeddings" / "v0002")
    assert backtest is not None
    found = [epoch.validation_ndcg or 0.0 for epoch in backtest.twin.manifest.curve]
    best = found.index(max(found))
    assert 0 < best < 4
    assert backtest.twin.manifest.parameters["best_epoch"] == best
    assert (trained.json["parameters"]["epochs"], trained.json["parameters"]["best_epoch"]) == (4, best)
    assert [epoch["epoch"] for epoch in trained.json["curve"]] == list(range(1, best + 1))
    assert trained.json["metrics"]["backtest_ndcg_new"] == pytest.approx(max(found), abs=1e-6)
    told = f"rounds of training: {best}, the best of {len(found) - 1} by NDCG@20 for new purchases held out: "
    assert f"{told}{max(found):.4f}, {found[0]:.4f} at the start" in trained.err.splitlines()


def test_ctrl_c_leaves_nothing_half_written_and_says_how_to_go_on(
    patron: Patron, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path.name for path in (data / "embeddings").iterdir()}
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has what it puts in the background
    try:  # ignore it
        with monkeypatch.context() as patched:
            patched.setattr(Checkpoint, "save", lambda *_: signal.raise_signal(signal.SIGINT))
            ended = patron(*CALL, data)
    finally:
        signal.signal(signal.SIGINT, handler)
    assert (ended.code, ended.out) == (130, "")
    assert "ended: the same call goes on after the last whole round, with --fresh it begins anew" in ended.err
    assert {path.name for path in (data / "embeddings").iterdir()} - before == {".training"}
    assert patron(*CALL, data).code == 0
    assert Registry(data / "embeddings").candidate() == "v0002"


def test_what_came_since_waits_for_the_next_training(made_shop: Path, tmp_path: Path) -> None:
    known, config = LearningData.read(loaded_settings(data=made_shop)), GnnConfig()
    last = known.edges.at == known.edges.at.max()
    newer = replace(known, edges=replace(known.edges, at=known.edges.at + last * DAY))
    earlier = newer.until(known.as_of)
    assert len(earlier.edges) == np.count_nonzero(~last)
    with pytest.raises(KeyboardInterrupt), training_run(tmp_path, earlier, config, "") as run:
        run.whole.save(1, {"epoch": np.ones(1)})
        raise KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt), training_run(tmp_path, newer, config, "") as run:
        assert (run.known.as_of, run.known.edges.customers) == (earlier.as_of, earlier.edges.customers)
        assert run.whole.load() is not None
        raise KeyboardInterrupt


@pytest.mark.parametrize("changed", ["settings", "data", "parent", "fresh"])
def test_other_settings_or_data_begin_anew_and_say_so(
    made_shop: Path, tmp_path: Path, changed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    known, config = LearningData.read(loaded_settings(data=made_shop)), GnnConfig()
    with pytest.raises(PatronError, match="it went wrong"), training_run(tmp_path, known, config, "") as run:
        run.twin.save(1, {"epoch": np.ones(1)})
        raise PatronError("it went wrong")
    if changed == "data":
        known = replace(known, edges=replace(known.edges, quantity=known.edges.quantity + 1))
    config = replace(config, epochs=9) if changed == "settings" else config
    parent = "v0001" if changed == "parent" else ""
    with training_run(tmp_path, known, config, parent, fresh=changed == "fresh") as run:
        assert run.twin.load() is None
        assert not run.twin.is_of_another()
    assert ("this one begins anew" in capsys.readouterr().err) == (changed != "fresh")
    assert list(tmp_path.iterdir()) == []


def test_two_trainings_in_a_folder_take_turns(made_shop: Path, tmp_path: Path) -> None:
    known, config = LearningData.read(loaded_settings(data=made_shop)), GnnConfig()
    with (
        training_run(tmp_path, known, config, ""),
        pytest.raises(PatronError, match="another `patron train` goes on"),
        training_run(tmp_path, known, config, ""),
    ):
        pass


def test_a_training_starts_from_an_earlier_version(patron: Patron, data: Path) -> None:
    refused = patron("train", "--from", "champion", "--data", data)
    assert (refused.code, refused.err.splitlines()[-1]) == (
        *(1, "patron: from: got 'v0001', expected a version that `patron train` made, with a backtest"),
    )
    assert patron(*CALL, data).code == 0
    trained = patron("train", "--from", "candidate", "--epochs", "0", "--json", "--fresh", "--data", data)
    assert (trained.json["version"], trained.json["parent"], trained.json["dim"]) == ("v0003", "v0002", 8)
    ours, theirs = learnt(data, "v0003").product_vectors, learnt(data).product_vectors
    cosines = (ours * theirs).sum(axis=1) / np.linalg.norm(ours, axis=1) / np.linalg.norm(theirs, axis=1)
    assert np.median(cosines) > 0.99
    other = patron("train", "--from", "candidate", "--dim", "6", "--data", data)
    assert (other.code, "dim: got 6, expected the 8 of v0003" in other.err) == (1, True)
