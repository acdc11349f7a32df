"""of_torch: PyTorch with so many threads for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

__all__ = ["of_torch"]


@contextmanager
def of_torch(threads: int) -> Iterator[None]:
    """Within it PyTorch's operations take so many threads, afterwards as many as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
