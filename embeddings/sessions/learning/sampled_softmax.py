"""The loss: softmax of the product that came next among a sample of all, weighed as if it were all."""

from typing import Any

import torch
from torch import Tensor

__all__ = ["weighted_softmax"]

BLOCK = 128
"""Of these many sessions, with ten thousand products, some megabytes of scores."""


def weighted_softmax(
    sessions: Tensor,  # [num_sessions, dim], each of length 1
    products: Tensor,  # [num_products, dim], each of length 1
    targets: Tensor,  # [num_sessions], the place of each one's own among the products
    chances: Tensor,  # [num_products], how likely each was to be in the sample
    scale: float,
    half_precision: bool = False,
) -> Tensor:  # scalar
    r"""Mean over the sessions of the cross entropy of the target in :math:`e^{scale · s}`, every other product counted
    1 / chance times (Horvitz & Thompson 1952), so that the sum of the sample is that of all on average.

    half_precision: inner products and their gradients in bfloat16, the softmax in float32.
    """
    loss: Tensor = _WeightedSoftmax.apply(sessions, products, targets, chances, scale, half_precision)
    return loss


class _WeightedSoftmax(torch.autograd.Function):
    """The gradient is scale · (share - is target) / num_sessions times the other vector. A block of scores stays in the
    processor's cache and is turned into that in place; vectors of length 1 need no maximum taken off."""

    @staticmethod
    def forward(
        ctx: Any,
        sessions: Tensor,
        products: Tensor,
        targets: Tensor,
        chances: Tensor,
        scale: float,
        half_precision: bool,
    ) -> Tensor:
        to_sessions, to_products = torch.empty_like(sessions), torch.zeros_like(products)
        total = sessions.new_zeros(())
        kind = torch.bfloat16 if half_precision else torch.float32
        rows = products.to(kind)
        columns = rows.T.contiguous()  # [dim, num_products]
        offset = -chances.log().unsqueeze(1) - scale  # [num_products, 1]
        blocks = zip(*(torch.split(each, BLOCK) for each in (sessions * scale, targets, to_sessions)), strict=True)
        for some, target, gradient in blocks:
            narrow = some.to(kind)  # [BLOCK, dim]
            scores = (rows @ narrow.T.contiguous()).float()  # [num_products, BLOCK]
            own = target.unsqueeze(0)
            to_own = scores.gather(0, own) - scale  # [1, BLOCK]
            shares = scores.add_(offset).scatter_(0, own, to_own).exp_()
            every = shares.sum(dim=0, keepdim=True)
            total += (every.log() - to_own).sum()
            shares.mul_(every.reciprocal()).scatter_add_(0, own, torch.full_like(to_own, -1.0))
            less = shares.to(kind)
            gradient.copy_((columns @ less).T)
            to_products += less @ narrow
        ctx.save_for_backward(to_sessions, to_products)
        ctx.factors = scale / max(len(sessions), 1), 1.0 / max(len(sessions), 1)  # `narrow` has the scale already
        return total / max(len(sessions), 1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        to_sessions, to_products = ctx.saved_tensors
        of_sessions, of_products = ctx.factors
        return (
            to_sessions * (gradients[0] * of_sessions),
            to_products * (gradients[0] * of_products),
            None,
            None,
            None,
            None,
        )
