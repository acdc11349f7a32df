"""A logistic regression with a ridge and a constant for each group, by Newton's method."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["logistic"]

STEPS = 12
ENOUGH = 1e-3
"""A step that changes no weight, of inputs at deviation 1, by more is the last."""

LONGEST = 2.0
"""What a step changes a weight by at most."""


def logistic(
    inputs: NDArray[np.float32],  # [n, num_groups, num_inputs], scaled in place
    happened: NDArray[np.bool_],  # [n, num_groups]
    ridge: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(weights [num_inputs], what each group's log-odds are raised by [num_groups]): the likeliest.

    ridge: what half the square of a weight costs in log loss, of inputs at deviation 1, for every thousand rows.
    """
    _, num_groups, num_inputs = inputs.shape
    rows = inputs.reshape(-1, num_inputs)
    mean = rows.mean(axis=0, dtype=np.float64)
    spread = np.sqrt(np.maximum((rows**2).mean(axis=0, dtype=np.float64) - mean**2, 0.0))
    scale = np.where(spread > 1e-4, 1.0 / np.maximum(spread, 1e-4), 1.0)
    rows *= scale.astype(np.float32)
    cost = ridge * len(rows) / 1000
    weights, own = np.zeros(num_inputs), np.zeros(num_groups)
    for _ in range(STEPS):
        odds = inputs @ weights.astype(np.float32) + own.astype(np.float32)
        p = 1.0 / (1.0 + np.exp(-np.clip(odds, -30.0, 30.0)))
        wrong, doubt = p - happened, np.maximum(p * (1.0 - p), np.float32(1e-6))
        weighed = inputs * doubt[:, :, None]
        slope = wrong.ravel() @ rows + cost * weights
        curve = weighed.reshape(-1, num_inputs).T @ rows + cost * np.eye(num_inputs)
        across = weighed.sum(axis=0, dtype=np.float64).T  # [num_inputs, num_groups]
        own_slope = wrong.sum(axis=0, dtype=np.float64) + cost * own
        own_curve = doubt.sum(axis=0, dtype=np.float64) + cost
        step = np.linalg.solve(curve - (across / own_curve) @ across.T, slope - across @ (own_slope / own_curve))
        own_step = (own_slope - across.T @ step) / own_curve
        longest = max(float(np.abs(step).max()), float(np.abs(own_step).max()))
        share = min(1.0, LONGEST / max(longest, 1e-12))
        weights, own = weights - share * step, own - share * own_step
        if longest < ENOUGH:
            break
    return weights * scale, own
