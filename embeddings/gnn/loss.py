"""The loss: softmax of the target among many products the customer has not."""

from typing import Any

import torch
from torch import Tensor

__all__ = ["sampled_softmax"]

NEVER = -1e30
"""The score of what is no negative: its share is exactly 0."""


def sampled_softmax(
    customers: Tensor,  # [num_pairs, dim]
    products: Tensor,  # [num_products, dim], the distinct targets of all pairs
    targets: Tensor,  # [num_pairs], the position of each pair's own among them
    masked: Tensor,  # [num_pairs, num_products] bool, those the customer has, but for the target: no negatives
    temperature: float,
    half_precision: bool = False,
) -> Tensor:  # scalar
    r"""Mean over the pairs of the cross entropy of the target among itself and its unmasked negatives.

    .. math:: -\log \frac{e^{s^+ / \tau}}{e^{s^+ / \tau} + \sum_n e^{s_n / \tau}}

    Many shared negatives in one softmax: SSM (Wu et al. 2022, arXiv:2201.02327). half_precision: inner products and
    their gradients in bfloat16, the softmax in float32.
    """
    loss: Tensor = _SampledSoftmax.apply(customers, products, targets, masked, temperature, half_precision)
    return loss


class _SampledSoftmax(torch.autograd.Function):
    """The gradient is (share - is target) / (pairs · τ) times the other vector; the scores [num_pairs, num_products],
    by far the largest array of a step, are made once and turned into that in place."""

    @staticmethod
    def forward(
        ctx: Any,
        customers: Tensor,
        products: Tensor,
        targets: Tensor,
        masked: Tensor,
        temperature: float,
        half_precision: bool,
    ) -> Tensor:
        if half_precision:
            customers, products = customers.bfloat16(), products.bfloat16()
        scores = (customers @ products.T).to(torch.promote_types(customers.dtype, torch.float32)).div_(temperature)
        scores.masked_fill_(masked, NEVER)
        own = scores.gather(1, targets.unsqueeze(1)).squeeze(1)
        total = scores.logsumexp(dim=1)  # [num_pairs]
        shares = scores.sub_(total.unsqueeze(1)).exp_()
        shares[torch.arange(len(shares), device=shares.device), targets] -= 1.0
        ctx.save_for_backward(customers, products, shares.to(customers.dtype))
        ctx.factor = 1.0 / (max(len(shares), 1) * temperature)
        return (total - own).mean()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        customers, products, shares = ctx.saved_tensors
        (gradient,) = gradients
        to_customers = (shares @ products).to(gradient.dtype) * (gradient * ctx.factor)
        to_products = (shares.T @ customers).to(gradient.dtype) * (gradient * ctx.factor)
        return to_customers, to_products, None, None, None, None
