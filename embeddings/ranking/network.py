"""Network: a small feed-forward network in numpy, as the serving process computes it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Network"]


@dataclass(frozen=True)
class Network:
    """logit = w₃ · relu(W₂ · relu(W₁ · x + b₁) + b₂) + b₃; inputs are taken as they are, their scale is in W₁ and b₁.

    first: [num_inputs + 1, num_hidden], second: [num_hidden + 1, num_hidden], third: [num_hidden + 1] float32, the last
    row of each what is added.
    """

    first: NDArray[np.float32]
    second: NDArray[np.float32]
    third: NDArray[np.float32]

    def logits(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:  # [n, num_inputs] -> [n]
        hidden = inputs @ self.first[:-1]
        hidden += self.first[-1]
        np.maximum(hidden, 0.0, out=hidden)
        hidden = hidden @ self.second[:-1]
        hidden += self.second[-1]
        np.maximum(hidden, 0.0, out=hidden)
        logits: NDArray[np.float32] = hidden @ self.third[:-1] + self.third[-1]
        return logits
