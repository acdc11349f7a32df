"""The device that learns is the processor, or an accelerator that is really there."""

import numpy as np
import pytest
import torch

from embeddings.gnn.config import GnnConfig
from embeddings.gnn.device import PROCESSOR, device_named
from embeddings.training import train
from graph import InvalidValue
from tests.embeddings.two_crowds import AS_OF, CAMPAIGNS, CATALOGUE, two_crowds

CONFIG = GnnConfig(dim=8, epochs=2, batch_customers=8)

ACCELERATORS = [name for name in ("cuda", "xpu", "mps") if getattr(torch, name).is_available()]
"""Of this machine; where it has none, the processor alone is asked."""


def test_the_processor_is_always_there() -> None:
    assert device_named("cpu") == PROCESSOR


@pytest.mark.parametrize("name", ["abacus", "cuda:99", "meta", ""])
def test_what_this_machine_lacks_is_refused_by_name(name: str) -> None:
    with pytest.raises(InvalidValue, match=rf"device: got {name!r}, expected cpu, or an accelerator of this machine"):
        device_named(name)


@pytest.mark.parametrize("name", ["cpu", *ACCELERATORS])
def test_every_device_learns_the_same(name: str) -> None:
    config = GnnConfig(dim=8, epochs=2, batch_customers=8)
    ours, theirs = (
        train(
            two_crowds(), CATALOGUE, CAMPAIGNS, config=config, as_of=AS_OF, rng=np.random.default_rng(1), device=device
        )
        for device in (PROCESSOR, device_named(name))
    )
    assert np.allclose(ours.product_vectors, theirs.product_vectors, atol=1e-3)
