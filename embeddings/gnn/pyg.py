"""What is used of PyTorch Geometric, imported without the deprecation warning its own import raises."""

import warnings

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="`torch.jit.script` is deprecated", category=FutureWarning)
    from torch_geometric.data import HeteroData
    from torch_geometric.nn import MessagePassing
    from torch_geometric.utils import spmm

__all__ = ["HeteroData", "MessagePassing", "adjacency", "spmm"]


def adjacency(matrix: sparse.csr_array) -> torch.Tensor:  # sparse csr [n, m]
    """Weighted edges into n nodes from m nodes, in the form that message passing multiplies by, copying no messages."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sparse (CSR|invariant)", category=UserWarning)
        return torch.sparse_csr_tensor(
            _indices(matrix.indptr),
            _indices(matrix.indices),
            torch.from_numpy(matrix.data.astype(np.float32)),
            size=matrix.shape,
            check_invariants=False,
        )


def _indices(array: NDArray[np.integer]) -> torch.Tensor:
    return torch.from_numpy(array.astype(np.int64))
