"""What is used of PyTorch Geometric, imported without the warnings its own import raises."""

import warnings
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from torch.nn import functional

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="`torch.jit.script` is deprecated", category=FutureWarning)
    warnings.filterwarnings("ignore", message="IProgress not found")  # of progress bars in notebooks, drawn by nothing
    from torch_geometric.data import HeteroData
    from torch_geometric.nn import MessagePassing

__all__ = ["HeteroData", "MessagePassing", "adjacency", "propagated"]


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


def propagated(adj_t: torch.Tensor, x: torch.Tensor) -> torch.Tensor:  # [n, dim]
    """adj_t @ x, for sparse csr adj_t [n, m] without gradient and x [m, dim]."""
    summed: torch.Tensor = _Propagation.apply(adj_t, x)
    return summed


class _Propagation(torch.autograd.Function):
    """Sums of rows by torch's kernel for bags of embeddings: its sparse product copies and takes several times that.

    scipy transposes the edges for the way back: some ms where torch sorts them for fifty.
    """

    @staticmethod
    def forward(ctx: Any, adj_t: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        ctx.adj_t = adj_t
        return _summed(adj_t, x)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[None, torch.Tensor]:
        (gradient,) = gradients
        return None, _summed(_transposed(ctx.adj_t), gradient.contiguous())


def _summed(adj_t: torch.Tensor, x: torch.Tensor) -> torch.Tensor:  # [n, m], [m, dim] -> [n, dim]
    """adj_t @ x."""
    return functional.embedding_bag(
        adj_t.col_indices(),
        x,
        adj_t.crow_indices(),
        mode="sum",
        per_sample_weights=adj_t.values().to(x.dtype),
        include_last_offset=True,
    )


def _transposed(adj_t: torch.Tensor) -> torch.Tensor:
    held = adj_t.cpu()
    parts = (held.values().numpy(), held.col_indices().numpy(), held.crow_indices().numpy())
    return adjacency(sparse.csr_array(parts, shape=tuple(adj_t.shape)).T.tocsr()).to(adj_t.device)


def _indices(array: NDArray[np.integer]) -> torch.Tensor:
    return torch.from_numpy(array.astype(np.int64))
