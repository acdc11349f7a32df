"""One of two processes that train together: ``python training_together.py RANK FOLDER``; what it saw is in FOLDER."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from torch import distributed

from embeddings.checkpoint import Checkpoint
from embeddings.evaluation import Progress, silent
from embeddings.evaluation.split import Task, time_split
from embeddings.gnn import GnnConfig, TrainingDiverged
from embeddings.gnn.processes import ProcessLost
from embeddings.training import train
from embeddings.vectors.embedding_set import EmbeddingSet
from graph import DAY, Instant
from tests.embeddings.two_crowds import AS_OF, CAMPAIGNS, CATALOGUE, two_crowds

__all__ = ["FIFTY_STEPS", "fifty_steps", "stopped_early"]

FIFTY_STEPS = GnnConfig(
    dim=8,
    epochs=13,
    learning_rate=0.01,
    base_learning_rate=0.01,
    batch_customers=5,  # of 20: 4 steps an epoch
    targets_per_customer=3,  # 15 pairs, which two processes cannot halve
    attribute_ridge=0.5,
)


def fifty_steps(checkpoint: Checkpoint | None = None, progress: Progress = silent) -> EmbeddingSet:
    return train(
        two_crowds(),
        CATALOGUE,
        CAMPAIGNS,
        config=FIFTY_STEPS,
        as_of=AS_OF,
        rng=np.random.default_rng(0),
        checkpoint=checkpoint,
        progress=progress,
    )


def stopped_early() -> EmbeddingSet:
    split = time_split(two_crowds(), Instant(AS_OF - 20 * DAY))
    config = replace(FIFTY_STEPS, epochs=20, patience=1, learning_rate=1e-9, base_learning_rate=0.0)
    held_out, rng = split.held_out(Task.NEW), np.random.default_rng(0)
    return train(split.train, CATALOGUE, [], config=config, as_of=split.cut, rng=rng, validation=held_out)


def main(rank: int, folder: Path) -> None:
    meeting = f"file://{folder / 'meeting'}"
    distributed.init_process_group("gloo", init_method=meeting, rank=rank, world_size=2)
    told: dict[str, object] = {}
    lines: list[str] = []
    checkpoint = Checkpoint(folder / f"checkpoint-{rank}", "of these edges")
    learnt = fifty_steps(checkpoint, lambda what, done, of: lines.append(what))
    np.save(folder / f"products-{rank}.npy", learnt.product_vectors)
    np.save(folder / f"customers-{rank}.npy", learnt.customer_vectors)
    told["lines"], told["saved"] = lines, checkpoint.folder.is_dir()
    manifest = stopped_early().manifest
    told["stopped"] = [manifest.parameters["best_epoch"], manifest.metrics]
    try:
        train(
            two_crowds(),
            CATALOGUE,
            [],
            config=replace(FIFTY_STEPS, learning_rate=1e30),
            as_of=AS_OF,
            rng=np.random.default_rng(0),
        )
    except TrainingDiverged as error:
        told["diverged"] = str(error)
    resumed = fifty_steps(checkpoint if rank == 0 else None)
    told["resumed"] = bool((resumed.product_vectors == learnt.product_vectors).all())

    def dying(what: str, done: int, of: int) -> None:
        if rank == 1 and done == 2:
            os._exit(9)

    try:
        fifty_steps(progress=dying)
    except ProcessLost as error:
        told["lost"] = str(error)
    (folder / f"told-{rank}.json").write_text(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
