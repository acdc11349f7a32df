"""A logistic regression with a ridge and a constant for each group, by Newton's method."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["logistic"]

STEPS = 25
ENOUGH = 1e-4
"""A step that changes no weight, of inputs at deviation 1, by more is the last."""


def logistic(
    inputs: NDArray[np.float32],  # [n, num_inputs], scaled in place
    happened: NDArray[np.bool_],  # [n]
    ridge: float,
    group: NDArray[np.int64],  # [n]
    num_groups: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(weights [num_inputs], what each group's log-odds are raised by [num_groups]): the likeliest.

    ridge: what half the square of a weight costs in log loss, of inputs at deviation 1, as a share of n / 1000.
    """
    spread = np.sqrt(
        np.maximum((inputs**2).mean(axis=0, dtype=np.float64) - inputs.mean(axis=0, dtype=np.float64) ** 2, 0)
    )
    scale = np.where(spread > 1e-6, 1.0 / np.maximum(spread, 1e-6), 1.0)
    inputs *= scale.astype(np.float32)
    cost = ridge * len(happened) / 1000
    weights, own = np.zeros(inputs.shape[1]), np.zeros(num_groups)
    for _ in range(STEPS):
        odds = inputs @ weights.astype(np.float32) + own[group]
        p = 1.0 / (1.0 + np.exp(-np.clip(odds, -30.0, 30.0)))
        wrong, doubt = p - happened, np.maximum(p * (1.0 - p), 1e-6)
        weighed = inputs * doubt[:, None].astype(np.float32)
        slope = (wrong.astype(np.float32) @ inputs).astype(np.float64) + cost * weights
        curve = (weighed.T @ inputs).astype(np.float64) + cost * np.eye(len(weights))
        across = np.stack([np.bincount(group, column, minlength=num_groups) for column in weighed.T])
        own_slope = np.bincount(group, wrong, minlength=num_groups) + cost * own
        own_curve = np.bincount(group, doubt, minlength=num_groups) + cost
        step = np.linalg.solve(curve - (across / own_curve) @ across.T, slope - across @ (own_slope / own_curve))
        own_step = (own_slope - across.T @ step) / own_curve
        shorter = min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        weights -= shorter * step
        own -= shorter * own_step
        if max(float(np.abs(step).max()), float(np.abs(own_step).max(initial=0.0))) < ENOUGH:
            break
    return weights * scale, own
