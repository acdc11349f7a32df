"""EncoderModule: a SessionEncoder while it is learnt (torch), for every beginning of a session at once."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from embeddings.sessions.encoder import SessionEncoder

__all__ = ["EncoderModule"]


class EncoderModule(nn.Module):
    """What `SessionEncoder.vector` computes, with dropout before each layer."""

    def __init__(self, dim: int, most_products: int, dropout: float, generator: torch.Generator) -> None:
        super().__init__()
        self.own, self.newest = _uniform(dim, dim, generator), _uniform(dim, dim, generator)
        self.steps = nn.Parameter(torch.randn(most_products, dim, generator=generator) * 0.02)
        self.attention = _uniform(dim, 1, generator)
        self.out = _uniform(2 * dim, dim, generator)
        self.dropout, self.generator = dropout, generator

    def forward(self, done: Tensor) -> Tensor:  # [num_sessions, n, dim] -> the same: of the first, the first two, …
        n = done.shape[1]
        done = self._dropped(done)
        back = torch.arange(n).unsqueeze(1) - torch.arange(n)  # [n, n], steps from each (column) to the newest (row)
        hidden = (done @ self.own).unsqueeze(1) + (done @ self.newest).unsqueeze(2) + self.steps[back.clamp(min=0)]
        weights = (torch.sigmoid(hidden) @ self.attention).squeeze(3)  # [num_sessions, n, n]
        summed = weights.masked_fill(back < 0, 0.0) @ done
        both = self._dropped(torch.cat([summed, done], dim=2))
        return nn.functional.normalize(both @ self.out, dim=2)

    def take(self, encoder: SessionEncoder) -> None:
        """Go on from what `encoder` has learnt."""
        with torch.no_grad():
            for parameter, array in (
                (self.own, encoder.own),
                (self.newest, encoder.newest),
                (self.steps, encoder.steps),
                (self.attention, encoder.attention[:, None]),
                (self.out, encoder.out),
            ):
                parameter.copy_(torch.from_numpy(np.array(array)))

    def encoder(self, vectors: Tensor, known: Tensor) -> SessionEncoder:
        """The same for serving. vectors: [num_products, dim]. known: [num_products] bool; the others become 0."""
        return SessionEncoder(
            _array(vectors * known.unsqueeze(1)),
            _array(self.own),
            _array(self.newest),
            _array(self.steps),
            _array(self.attention.squeeze(1)),
            _array(self.out),
        )

    def _dropped(self, done: Tensor) -> Tensor:
        if not self.dropout:
            return done
        kept = torch.rand(done.shape, generator=self.generator) >= self.dropout
        return done * kept / (1.0 - self.dropout)


def _uniform(rows: int, columns: int, generator: torch.Generator) -> nn.Parameter:
    bound = rows**-0.5
    return nn.Parameter(torch.empty(rows, columns).uniform_(-bound, bound, generator=generator))


def _array(tensor: Tensor) -> NDArray[np.float32]:
    return np.ascontiguousarray(tensor.detach().numpy(), dtype=np.float32)
