"""The loss: softmax of the target among many products the customer has not."""

from typing import Any

import torch
from torch import Tensor

__all__ = ["half_precision_is_native", "sampled_softmax"]

NEVER = -1e30
"""The score of what is no negative: its share is exactly 0."""

PAIRS = 128
"""Of a block: with some thousand targets, a megabyte of scores."""


def half_precision_is_native() -> bool:
    """Whether this processor multiplies bfloat16 itself; one that does not takes longer than for float32."""
    return any(there and name.endswith("bf16") for name, there in torch.cpu.get_capabilities().items())


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
    """The gradient is (share - is target) / (pairs · τ) times the other vector. Scores are made a block of pairs at a
    time and turned into that in place: the block stays in the processor's cache, and all of them are never there."""

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
        to_customers, to_products = torch.empty_like(customers), torch.zeros_like(products)
        total = customers.new_zeros(())
        if half_precision:
            customers, products = customers.bfloat16(), products.bfloat16()
        blocks = (torch.split(each, PAIRS) for each in (customers, targets, masked, to_customers))
        for some, own, hidden, gradient in zip(*blocks, strict=True):
            scores = (some @ products.T).to(total.dtype).div_(temperature).masked_fill_(hidden, NEVER)
            logs, own = scores.log_softmax(dim=1), own.unsqueeze(1)  # [PAIRS, num_products], [PAIRS, 1]
            total -= logs.gather(1, own).sum()
            shares = logs.exp_().scatter_add_(1, own, logs.new_full(own.shape, -1.0)).to(some.dtype)
            gradient.copy_(shares @ products)
            to_products += shares.T @ some
        ctx.save_for_backward(to_customers, to_products)
        ctx.factor = 1.0 / (max(len(customers), 1) * temperature)
        return total / max(len(customers), 1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        factor = gradients[0] * ctx.factor
        to_customers, to_products = ctx.saved_tensors
        return to_customers * factor, to_products * factor, None, None, None, None
