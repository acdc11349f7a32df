"""The loss: softmax of the target among many products the customer has not."""

import torch
from torch import Tensor

__all__ = ["sampled_softmax"]


def sampled_softmax(
    positives: Tensor,  # [num_pairs], score of each pair's target
    negatives: Tensor,  # [num_pairs, num_negatives], scores of the shared negatives
    masked: Tensor,  # [num_pairs, num_negatives] bool, those the customer has: no negatives
    temperature: float,
) -> Tensor:  # scalar
    r"""Mean over the pairs of the cross entropy of the target among itself and its unmasked negatives.

    .. math:: -\log \frac{e^{s^+ / \tau}}{e^{s^+ / \tau} + \sum_n e^{s_n / \tau}}

    Many shared negatives in one softmax: SSM (Wu et al. 2022, arXiv:2201.02327).
    """
    others = (negatives / temperature).masked_fill(masked, float("-inf"))
    target = positives / temperature
    return (torch.logaddexp(target, torch.logsumexp(others, dim=1)) - target).mean()
