"""`patron train` under torchrun: two processes train one version, which the first of them writes."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from embeddings.artifacts import open_snapshot
from embeddings.registry import Registry
from tests.commands.called import Called

TRAIN = ("train", "--epochs", "2", "--dim", "4", "--data")
TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "--local-ranks-filter", "0")


def test_two_processes_write_the_version_that_one_writes(
    patron: Callable[..., Called], data: Path, tmp_path: Path
) -> None:
    other = shutil.copytree(data, tmp_path / "other")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, *TORCHRUN, "-m", "api", *TRAIN, str(data)]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert (ended.returncode, ended.stdout) == (0, "v0002 is trained; `patron publish v0002` serves it\n"), ended.stderr
    assert Registry(data / "embeddings").versions() == ["v0001", "v0002"]
    assert not (data / "embeddings" / ".training").exists()
    assert patron(*TRAIN, other).code == 0
    together, alone = (open_snapshot(folder / "embeddings" / "v0002").set for folder in (data, other))
    assert together.manifest.parameters == alone.manifest.parameters
    assert np.allclose(together.product_vectors, alone.product_vectors, atol=1e-3)
    assert np.allclose(together.customer_vectors, alone.customer_vectors, atol=1e-3)
