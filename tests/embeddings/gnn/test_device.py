"""The device that learns is the processor, or an accelerator that is really there, for each process its own."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from embeddings.gnn.config import GnnConfig
from embeddings.gnn.device import PROCESSOR, device_named, own_device
from embeddings.training import train
from embeddings.vectors.embedding_set import EmbeddingSet
from graph import InvalidValue
from tests.embeddings.two_crowds import AS_OF, CAMPAIGNS, CATALOGUE, two_crowds

CONFIG = GnnConfig(dim=8, epochs=2, batch_customers=8)

ACCELERATORS = [name for name in ("cuda", "xpu", "mps") if getattr(torch, name).is_available()]
"""Of this machine; where it has none, the processor alone is asked."""

ALONE: dict[str, str] = {}


def of_four(rank: int) -> dict[str, str]:
    """What torchrun tells one of four processes on the second of two machines."""
    return {"LOCAL_WORLD_SIZE": "4", "LOCAL_RANK": str(rank), "RANK": str(4 + rank), "WORLD_SIZE": "8"}


def learnt_on(device: torch.device, config: GnnConfig = CONFIG) -> EmbeddingSet:
    rng = np.random.default_rng(1)
    return train(two_crowds(), CATALOGUE, CAMPAIGNS, config=config, as_of=AS_OF, rng=rng, device=device)


def test_the_processor_is_always_there() -> None:
    assert device_named("cpu") == PROCESSOR


@pytest.mark.parametrize("name", ["abacus", "cuda:99", "meta", ""])
def test_what_this_machine_lacks_is_refused_by_name(name: str) -> None:
    with pytest.raises(InvalidValue, match=rf"device: got {name!r}, expected cpu, or an accelerator of this machine"):
        device_named(name)


@pytest.mark.parametrize("name", ["cpu", "cpu:0"])
def test_processes_share_the_processor(name: str) -> None:
    assert [own_device(name, environment, 0) for environment in (ALONE, of_four(3))] == [PROCESSOR, PROCESSOR]


@pytest.mark.parametrize(
    ("name", "environment", "own"),
    [
        ("cuda", ALONE, "cuda"),
        ("cuda:1", ALONE, "cuda:1"),
        ("cuda:1", {"LOCAL_WORLD_SIZE": "1", "LOCAL_RANK": "0"}, "cuda:1"),
        *(("cuda", of_four(rank), f"cuda:{rank}") for rank in range(4)),
        ("xpu", of_four(2), "xpu:2"),
    ],
)
def test_each_process_of_a_machine_has_an_accelerator_of_its_own(
    name: str, environment: dict[str, str], own: str
) -> None:
    assert own_device(name, environment, 4) == torch.device(own)


@pytest.mark.parametrize(
    ("name", "environment", "accelerators", "expected"),
    [
        ("cuda", ALONE, 0, r"cpu, or an accelerator of this machine such as cuda \(this machine has 0 of cuda\)"),
        ("cuda", of_four(0), 0, r"cpu, or an accelerator of this machine such as cuda \(this machine has 0 of cuda\)"),
        ("cuda:2", ALONE, 2, r"cpu, or an accelerator of this machine such as cuda \(this machine has 2 of cuda\)"),
        ("cuda:1", of_four(0), 4, "cuda, of which each of 4 processes takes its own"),
        *(
            ("cuda", of_four(rank), 3, r"one for each of 4 processes \(this machine has 3 of cuda\): start no more")
            for rank in (0, 3)  # all of them say so, and none waits for one that ended
        ),
        ("abacus", of_four(1), 4, "cpu, or an accelerator of this machine such as cuda"),
    ],
)
def test_what_processes_cannot_have_is_refused(
    name: str, environment: dict[str, str], accelerators: int, expected: str
) -> None:
    with pytest.raises(InvalidValue, match=f"device: got {name!r}, expected {expected}"):
        own_device(name, environment, accelerators)


@pytest.mark.parametrize("name", ["cpu", *ACCELERATORS])
def test_every_device_learns_who_likes_what_and_the_same(name: str) -> None:
    embeddings = learnt_on(device_named(name), replace(CONFIG, dim=2))  # a direction for each crowd
    scores = embeddings.customer_vectors[:20] @ embeddings.product_vectors[:20].T
    assert scores[:10, :10].min() > scores[:10, 10:].max()
    assert scores[10:, 10:].min() > scores[10:, :10].max()
    ours, theirs = learnt_on(PROCESSOR), learnt_on(device_named(name))
    assert np.allclose(ours.product_vectors, theirs.product_vectors, atol=1e-3)
