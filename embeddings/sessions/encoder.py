"""SessionEncoder: a session as one vector, near the vectors of the products that may come next."""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from graph.files import read_array, write_array

__all__ = ["SessionEncoder"]


@dataclass(frozen=True)
class SessionEncoder:
    """Attention by position: each of the newest products adds its vector, as much as it, the newest one and the steps
    between them say; what is summed and the newest product's own vector make the session's.

    The readout of SR-GNN (Wu et al. 2019, arXiv:1811.00855) with reversed positions (GCE-GNN, Wang et al. 2020,
    arXiv:2106.05081) over vectors of one length (NISER, Gupta et al. 2019, arXiv:1909.04276), without a graph.
    """

    vectors: NDArray[np.float32]  # [num_products, dim], each of length 1; 0 for what no session ever had
    own: NDArray[np.float32]  # [dim, dim]
    newest: NDArray[np.float32]  # [dim, dim]
    steps: NDArray[np.float32]  # [most_products, dim], by the steps to the newest product
    attention: NDArray[np.float32]  # [dim]
    out: NDArray[np.float32]  # [2 · dim, dim]

    @property
    def num_products(self) -> int:
        return len(self.vectors)

    @property
    def dim(self) -> int:
        return int(self.vectors.shape[1])

    def vector(self, products: NDArray[np.int64]) -> NDArray[np.float32]:  # [dim]
        """Of length 1; 0 where there is no product that it knows.

        products: [n] rows, oldest first; unknown ones are passed over.
        """
        known = products[(products >= 0) & (products < self.num_products)][-len(self.steps) :]
        if not len(known):
            return np.zeros(self.dim, dtype=np.float32)
        done = self.vectors.take(known, axis=0)  # [n, dim]
        hidden = done @ self.own
        hidden += done[-1] @ self.newest
        hidden += self.steps[: len(done)][::-1]
        np.negative(hidden, out=hidden)
        np.exp(hidden, out=hidden)
        weights = (1.0 / (1.0 + hidden)) @ self.attention  # [n]
        vector = np.concatenate([weights @ done, done[-1]]) @ self.out
        length = np.sqrt(vector @ vector)
        return vector / length if length else vector

    def write(self, folder: Path, name: str) -> None:
        """Its arrays as files whose names begin with `name`."""
        for part in fields(self):
            write_array(folder, f"{name}.{part.name}", getattr(self, part.name))

    @classmethod
    def read(cls, folder: Path, name: str) -> "SessionEncoder":
        """What `write` wrote, by mmap; FileBroken where a file is missing or not of its type and shape."""
        vectors = read_array(folder, f"{name}.vectors", np.float32, (None, None))
        dim = vectors.shape[1]
        return cls(
            vectors,
            read_array(folder, f"{name}.own", np.float32, (dim, dim)),
            read_array(folder, f"{name}.newest", np.float32, (dim, dim)),
            read_array(folder, f"{name}.steps", np.float32, (None, dim)),
            read_array(folder, f"{name}.attention", np.float32, (dim,)),
            read_array(folder, f"{name}.out", np.float32, (2 * dim, dim)),
        )
