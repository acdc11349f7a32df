"""Choices: what was taken of what could have been, and the weights that make it likeliest."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

__all__ = ["Choices", "chosen_by"]

STEPS = 60


@dataclass(frozen=True)
class Choices:
    """One session's candidates. inputs: [m, num_terms]. odds: [m] the log-odds without the session. taken: [m]."""

    inputs: NDArray[np.float32]
    odds: NDArray[np.float32]
    taken: NDArray[np.bool_]


def chosen_by(every: Sequence[Choices], ridge: float) -> NDArray[np.float32]:  # [num_terms]
    """The weights under which what was taken was likeliest, a share of exp(odds + inputs · weights) of the session's
    candidates each (a conditional logit, McFadden 1974); who took n counts n^½ times.

    ridge: what the square of a weight costs, of inputs at deviation 1.
    """
    told = [one for one in every if one.taken.any()]
    num_terms = every[0].inputs.shape[1]
    if not told:
        return np.zeros(num_terms, dtype=np.float32)
    inputs = np.concatenate([one.inputs for one in told])
    spread = inputs.std(axis=0, dtype=np.float64).astype(np.float32)
    scale = np.where(spread > 1e-6, 1.0 / np.maximum(spread, 1e-6), 0.0).astype(np.float32)
    inputs *= scale
    odds = np.concatenate([one.odds for one in told])
    taken = np.concatenate([one.taken for one in told])
    sizes = np.array([len(one.odds) for one in told])
    starts = np.cumsum(sizes) - sizes
    times = np.add.reduceat(taken.astype(np.float64), starts)
    each = np.sqrt(times)
    worth = taken * (each / times).repeat(sizes) / each.sum()

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = odds + inputs @ weights.astype(np.float32)
        greatest = np.maximum.reduceat(scores, starts)
        raised = np.exp(scores - greatest.repeat(sizes))
        totals = np.add.reduceat(raised, starts)
        every = np.log(totals) + greatest
        share = raised * (each / each.sum() / totals).repeat(sizes)
        slope = (share - worth).astype(np.float32) @ inputs
        value = float(each @ every / each.sum() - worth @ scores) + ridge * float(weights @ weights)
        return value, slope.astype(np.float64) + 2 * ridge * weights

    found = minimize(loss, np.zeros(num_terms), jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    return np.asarray(found.x * scale, dtype=np.float32)
