"""Training of a SessionEncoder (torch): every product of every session told from those before it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from embeddings.gnn.loss import half_precision_is_native
from embeddings.sessions.encoder import SessionEncoder
from embeddings.sessions.learning.batches import Batch, SessionBatches
from embeddings.sessions.learning.done_together import done_together
from embeddings.sessions.learning.encoder_module import EncoderModule
from embeddings.sessions.learning.product_table import ProductTable
from embeddings.sessions.learning.sampled_softmax import weighted_softmax
from embeddings.sessions.sessions import Sessions
from embeddings.threads import of_torch

__all__ = ["EncoderConfig", "train_encoder"]


NOISE = 0.2
"""The length of what chance adds to the vectors that training starts from."""

FEWEST_STEPS = 200
"""Of an epoch: of few sessions, batches are smaller."""


@dataclass(frozen=True)
class EncoderConfig:
    """sampled: products drawn for each step beside those of its sessions. scale: of the cosine in the softmax.
    warm_up: the share of training over which the rate rises, before it falls to nothing."""

    dim: int = 128
    epochs: float = 4.0
    batch: int = 1024
    sampled: int = 8192
    learning_rate: float = 3e-3
    scale: float = 14.0
    dropout: float = 0.2
    most_products: int = 19
    warm_up: float = 0.1


def train_encoder(
    sessions: Sessions,
    num_products: int,
    config: EncoderConfig,
    rng: np.random.Generator,
    *,
    start: SessionEncoder | None = None,
    time_gone: Callable[[], float] = lambda: 0.0,
    progress: Callable[[float], None] = lambda share: None,
) -> SessionEncoder:
    """The encoder of least loss on `sessions`; from `start`, where given, else from the spectral
    vectors of what was done in the same sessions.

    time_gone: the share of the time allowed that is over; training ends early, at its lowest rate, when that is 1.
    progress: told the share of training that is done.
    """
    generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
    module = EncoderModule(config.dim, config.most_products, config.dropout, generator)
    table = ProductTable.random(num_products, config.dim, generator)
    if start is None:
        table.weights.mul_(NOISE).add_(torch.from_numpy(done_together(sessions, num_products, config.dim, rng)))
    else:
        module.take(start)
        table = ProductTable.of(torch.from_numpy(np.array(start.vectors)))
    batches = SessionBatches(sessions, config.batch, config.most_products).smaller(FEWEST_STEPS)
    wanted = config.epochs * batches.num_products()
    told = 0.0
    done = 0.0 if wanted else 1.0
    counts = np.bincount(sessions.products, minlength=num_products) / max(len(sessions.products), 1)
    frequencies = torch.from_numpy(counts).float()
    optimizer = torch.optim.Adam(module.parameters(), lr=config.learning_rate)
    with of_torch(1):
        while done < 1.0:
            for batch in batches.epoch(rng):
                rate = _rate(done, config)
                for group in optimizer.param_groups:
                    group["lr"] = rate
                _step(batch, module, table, optimizer, rate, frequencies, config, generator)
                told += float(batch.there.sum())
                done = max(told / wanted, time_gone())
                progress(min(done, 1.0))
                if done >= 1.0:
                    break
        return module.encoder(table.vectors, frequencies > 0)


def _step(
    batch: Batch,
    module: EncoderModule,
    table: ProductTable,
    optimizer: torch.optim.Optimizer,
    rate: float,
    frequencies: Tensor,
    config: EncoderConfig,
    generator: torch.Generator,
) -> None:
    num_products = len(frequencies)
    there, targets = batch.there, batch.next[batch.there]
    drawn = torch.randint(num_products, (min(config.sampled, num_products),), generator=generator)
    rows = torch.unique(torch.cat([batch.done[there], targets, drawn]))  # rising
    missed = (1.0 - 1.0 / num_products) ** len(drawn) * (1.0 - frequencies[rows]) ** (len(targets) + len(there))
    weights, vectors = table.take(rows)
    places = torch.searchsorted(rows, batch.done.contiguous()).clamp_(
        max=len(rows) - 1
    )  # padding: any, it is never looked at
    sessions = module(vectors[places])[there]  # [num_targets, dim]
    own, half = torch.searchsorted(rows, targets), half_precision_is_native()
    loss = weighted_softmax(sessions, vectors, own, 1.0 - missed, config.scale, half)
    optimizer.zero_grad()
    torch.autograd.backward(loss)
    optimizer.step()
    table.step(rows, weights, rate)


def _rate(done: float, config: EncoderConfig) -> float:
    """Rises in a line, falls as a cosine."""
    if done < config.warm_up:
        return config.learning_rate * (0.05 + 0.95 * done / config.warm_up)
    fallen = (done - config.warm_up) / (1.0 - config.warm_up)
    return config.learning_rate * max(0.5 + 0.5 * float(np.cos(np.pi * fallen)), 1e-3)
