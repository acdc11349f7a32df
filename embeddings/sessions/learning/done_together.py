"""Where training starts: products near each other that were done in the same sessions."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.sessions.sessions import Sessions
from embeddings.spectral.solution import spectral

__all__ = ["done_together"]

POWER = 0.5
"""Of the degrees that sessions and products are divided by, and of the strengths of the directions."""


def done_together(
    sessions: Sessions, num_products: int, dim: int, rng: np.random.Generator
) -> NDArray[np.float32]:  # [num_products, dim]
    """Vectors of length 1 in the leading singular directions of which session did what; 0 for what none did."""
    session = np.repeat(np.arange(len(sessions)), np.diff(sessions.offsets))
    done = sparse.csr_array(
        (np.ones(len(session), dtype=np.float32), (session, sessions.products)), shape=(len(sessions), num_products)
    )
    done.data.fill(1.0)  # what a session did twice is one entry by now
    found = spectral(done, dim, rng, customer_power=POWER, product_power=POWER)
    vectors = found.products * found.strengths**POWER
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)
