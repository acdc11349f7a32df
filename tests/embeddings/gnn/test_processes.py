"""Two processes that train together learn what one does, stop together, and tell when one is gone."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from embeddings.gnn.processes import Processes
from tests.embeddings.gnn.training_together import fifty_steps, stopped_early

SCRIPT = Path(__file__).with_name("training_together.py")


class Two(NamedTuple):
    """The folder of two processes that have ended, what the first told, and how they ended."""

    folder: Path
    told: dict[str, Any]
    codes: list[int]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Two:
    folder = tmp_path_factory.mktemp("together")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OMP_NUM_THREADS": "1"}
    running = [subprocess.Popen([sys.executable, SCRIPT, str(rank), folder], env=environment) for rank in (0, 1)]
    codes = [process.wait(timeout=300) for process in running]
    return Two(folder, json.loads((folder / "told-0.json").read_text()), codes)


def losses(lines: list[str]) -> list[float]:
    return [float(line.rsplit(" ", 1)[1]) for line in lines if re.fullmatch(r"epoch \d+, loss [\d.]+", line)]


def test_fifty_steps_of_two_processes_are_those_of_one(two: Two) -> None:
    lines: list[str] = []
    alone = fifty_steps(progress=lambda what, done, of: lines.append(what))
    assert len(losses(lines)) == 13
    assert losses(two.told["lines"]) == pytest.approx(losses(lines), abs=1e-3)
    assert losses(lines)[-1] < losses(lines)[0] - 0.1  # there was something to learn
    for rank in (0, 1):
        assert np.load(two.folder / f"products-{rank}.npy") == pytest.approx(alone.product_vectors, abs=1e-3)
        assert np.load(two.folder / f"customers-{rank}.npy") == pytest.approx(alone.customer_vectors, abs=1e-3)


def test_they_stop_at_the_same_epoch_with_the_same_figures(two: Two) -> None:
    manifest = stopped_early().manifest
    assert two.told["stopped"] == [0, pytest.approx(manifest.metrics)]
    assert manifest.parameters["best_epoch"] == 0


def test_the_first_alone_keeps_checkpoints_and_all_go_on_from_them(two: Two) -> None:
    assert two.told["saved"]
    assert not (two.folder / "checkpoint-1").exists()
    assert two.told["resumed"]


def test_a_loss_that_runs_away_does_so_in_both(two: Two) -> None:
    assert two.told["diverged"].endswith("expected a finite number; try a lower learning rate")


def test_when_one_is_gone_the_other_says_so_and_ends(two: Two) -> None:
    assert two.codes == [0, 9]
    assert two.told["lost"].startswith("process 0 of 2 has lost the others: expected all of them to train to the end")


@pytest.mark.parametrize("count", [0, 1, 7, 8])
def test_shares_are_all_things_once(count: int) -> None:
    shares = [list(range(count))[Processes(rank, 3).share(count)] for rank in range(3)]
    assert [thing for share in shares for thing in share] == list(range(count))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_one_alone_has_nobody_to_wait_for() -> None:
    alone = Processes.here()
    assert alone == Processes(0, 1)
    assert alone.first
    assert alone.from_first(lambda: 7) == 7
