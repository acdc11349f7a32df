"""Steps of a training: saved whole, found again, and never those of another training."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embeddings.checkpoint import Checkpoint, fingerprint
from embeddings.gnn.config import GnnConfig
from graph import Product, ProductId
from tests.embeddings.greengrocer import purchases_of

ARRAYS = {"weights/of a layer": np.arange(6, dtype=np.float32).reshape(2, 3), "steps": np.array(7)}


def test_the_newest_step_comes_back_as_it_was_and_writable(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "training", "one")
    assert checkpoint.load() is None
    for step in (1, 2, 10):
        checkpoint.save(step, {**ARRAYS, "losses": np.arange(step)}, {"rng": {"state": 2**127}, "step": step})
    saved = Checkpoint(tmp_path / "training", "one").load()
    assert saved is not None
    assert (saved.step, saved.state) == (10, {"rng": {"state": 2**127}, "step": 10})
    assert list(saved.arrays) == ["weights/of a layer", "steps", "losses"]
    for name, array in ARRAYS.items():
        assert saved.arrays[name].dtype == array.dtype
        assert np.array_equal(saved.arrays[name], array)
    saved.arrays["weights/of a layer"][0, 0] = 5


def test_two_steps_are_kept_and_clear_leaves_nothing(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "training", "one")
    for step in range(5):
        checkpoint.save(step, ARRAYS)
    assert sorted(path.name for path in checkpoint.folder.iterdir()) == ["step-00000003", "step-00000004"]
    checkpoint.clear()
    assert list(tmp_path.iterdir()) == []


def test_a_step_can_be_saved_again(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path, "one")
    for state in ("first", "second"):
        checkpoint.save(1, ARRAYS, state)
    saved = checkpoint.load()
    assert saved is not None
    assert saved.state == "second"


@pytest.mark.parametrize("lost", ["0.npy", "state.json"])
def test_where_the_newest_step_lost_a_part_the_one_before_is_taken(tmp_path: Path, lost: str) -> None:
    checkpoint = Checkpoint(tmp_path, "one")
    checkpoint.save(1, ARRAYS, "kept")
    checkpoint.save(2, ARRAYS, "lost")
    path = tmp_path / "step-00000002" / lost
    path.write_bytes(path.read_bytes()[:-1])
    saved = checkpoint.load()
    assert saved is not None
    assert (saved.step, saved.state) == (1, "kept")


def test_what_other_data_or_settings_left_is_told_not_loaded_and_removed_by_the_next_save(tmp_path: Path) -> None:
    Checkpoint(tmp_path, "one").save(9, ARRAYS)
    other = Checkpoint(tmp_path, "other")
    assert other.is_of_another()
    assert other.load() is None
    other.save(1, ARRAYS)
    assert not other.is_of_another()
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000001"]


def test_a_fingerprint_tells_any_change_of_data_or_settings() -> None:
    edges, config, product = purchases_of(), GnnConfig(), Product(id=ProductId("apple"))
    same = fingerprint(purchases_of(), GnnConfig(), [product])
    assert fingerprint(edges, config, [product]) == same
    later = replace(edges, at=edges.at + np.int64(1))
    renamed = replace(edges, targets=[*edges.targets[:-1], "quince"])
    changed = [
        fingerprint(later, config, [product]),
        fingerprint(renamed, config, [product]),
        fingerprint(edges, replace(config, learning_rate=0.5), [product]),
        fingerprint(edges, config, []),
        fingerprint(np.zeros((2, 3))),
        fingerprint(np.zeros((3, 2))),
    ]
    assert len({same, *changed}) == 7


SAVING = """
import sys
from pathlib import Path
import numpy as np
from embeddings.checkpoint import Checkpoint
checkpoint = Checkpoint(Path(sys.argv[1]), "one")
for step in range(1, 100_000):
    checkpoint.save(step, {"a": np.full(20_000, step), "b": np.full(20_000, step)}, step)
    print(step, flush=True)
"""


def test_a_writer_killed_at_any_moment_leaves_a_whole_step_no_older_than_what_it_said(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", SAVING, str(tmp_path)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        said = [int(writer.stdout.readline()) for _ in range(5)]
        writer.send_signal(signal.SIGKILL)
    checkpoint = Checkpoint(tmp_path, "one")
    saved = checkpoint.load()
    assert saved is not None
    assert saved.step == saved.state >= said[-1] == 5
    assert all((array == saved.step).all() for array in saved.arrays.values())
    checkpoint.save(saved.step + 1, ARRAYS)
    assert len(list(tmp_path.iterdir())) == 2
