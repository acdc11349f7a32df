"""Fitting a Network to examples: which of a customer's products they bought."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from embeddings.ranking.network import Network
from embeddings.threads import of_torch

__all__ = ["Examples", "FitConfig", "Loss", "calibrated", "fitted", "log_loss", "logistic", "softmax_loss"]


@dataclass(frozen=True)
class Examples:
    """inputs: [n, num_inputs] float32. bought: [n] float32, 1 where it was bought within the horizon. sizes: how many
    rows, one after the other, are of one customer at one cut, 1 or more each."""

    inputs: NDArray[np.float32]
    bought: NDArray[np.float32]
    sizes: NDArray[np.int64]

    @classmethod
    def of(
        cls, inputs: Sequence[NDArray[np.float32]], bought: Sequence[NDArray[np.bool_]], num_inputs: int
    ) -> "Examples":
        """One part a customer."""
        sizes = np.array([len(part) for part in bought if len(part)], dtype=np.int64)
        nothing = np.empty((0, num_inputs), dtype=np.float32)
        everything = np.concatenate([np.empty(0, dtype=np.bool_), *bought]).astype(np.float32)
        return cls(np.concatenate([nothing, *inputs]), everything, sizes)

    @classmethod
    def joined(cls, parts: Sequence["Examples"], num_inputs: int) -> "Examples":
        every = [cls.of([], [], num_inputs), *parts]
        return cls(
            np.concatenate([one.inputs for one in every]),
            np.concatenate([one.bought for one in every]),
            np.concatenate([one.sizes for one in every]),
        )


@dataclass(frozen=True)
class FitConfig:
    """customers: how many make a step."""

    hidden: int = 32
    epochs: int = 3
    customers: int = 24
    learning_rate: float = 3e-3
    weight_decay: float = 1e-5
    seed: int = 0


ENOUGH = 1e-6
"""A logistic regression whose coefficients move less than this has been found."""

Loss = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
"""(logits [n], bought [n], which customer of the step each row is of [n], rising from 0) -> what is to be least."""


def log_loss(logits: torch.Tensor, bought: torch.Tensor, customer: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.binary_cross_entropy_with_logits(logits, bought)


def softmax_loss(logits: torch.Tensor, bought: torch.Tensor, customer: torch.Tensor) -> torch.Tensor:
    """-log of the share that a bought product has of all its customer's, exp(logit) each; who bought n of them counts
    n^½ times."""
    num = int(customer[-1]) + 1
    place = torch.arange(len(logits)) - torch.searchsorted(customer, customer)
    padded = torch.full((num, int(place.max()) + 1), -torch.inf).index_put((customer, place), logits)
    every = torch.logsumexp(padded, dim=1)  # [num]
    times = torch.zeros(num).index_add(0, customer, bought)
    weights = bought * times.clamp(min=1.0)[customer] ** -0.5
    return (weights * (every[customer] - logits)).sum() / weights.sum().clamp(min=1.0)


class Skipping(torch.nn.Module):
    """Inputs at mean 0 and deviation 1; two hidden layers, and the inputs themselves added to what they say."""

    def __init__(self, inputs: NDArray[np.float32], hidden: int, generator: torch.Generator) -> None:
        super().__init__()
        variance, self.mean = torch.var_mean(torch.from_numpy(inputs), dim=0, correction=0)
        self.spread = torch.where(variance < 1e-12, 1.0, variance.sqrt())
        size = inputs.shape[1]
        self.first, self.second = _layer(size, hidden, generator), _layer(hidden, hidden, generator)
        self.third, self.skip = _layer(hidden, 1, generator), _layer(size, 1, generator)
        torch.nn.init.zeros_(self.skip.weight)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:  # [n, num_inputs] -> [n]
        inputs = (inputs - self.mean) / self.spread
        hidden = torch.relu(self.second(torch.relu(self.first(inputs))))
        logits: torch.Tensor = (self.third(hidden) + self.skip(inputs))[:, 0]
        return logits

    def network(self) -> Network:
        """The same for serving: the scale of the inputs is in the first layer, the skip goes through two more units of
        each, x = relu(x) - relu(-x)."""
        first, second, third, skip = (_with_bias(layer) for layer in (self.first, self.second, self.third, self.skip))
        hidden = first.shape[1]
        widened = np.hstack([first, skip, -skip])
        widened[:-1] /= self.spread.numpy()[:, None]
        widened[-1] -= self.mean.numpy() @ widened[:-1]
        passing = np.zeros((hidden + 3, hidden + 2), dtype=np.float32)
        passing[:hidden, :hidden], passing[-1, :hidden] = second[:-1], second[-1]
        passing[[hidden, hidden + 1], [hidden, hidden + 1]] = 1.0
        last = np.concatenate([third[:-1, 0], np.array([1.0, -1.0], dtype=np.float32), third[-1]])
        return Network(widened, passing, last)


def fitted(examples: Examples, config: FitConfig, loss: Loss) -> tuple[Network, Skipping]:
    """The network of least loss, for serving and as it was trained.

    By one thread: so little is done in each operation that a second helps nobody, and where another program is on its
    core the wait for it takes ten times as long as all the work.
    """
    with of_torch(1):
        return _fitted(examples, config, loss)


def _fitted(examples: Examples, config: FitConfig, loss: Loss) -> tuple[Network, Skipping]:
    torch_rng, rng = torch.Generator().manual_seed(config.seed), np.random.default_rng(config.seed)
    inputs, bought = torch.from_numpy(examples.inputs), torch.from_numpy(examples.bought)
    module = Skipping(examples.inputs, config.hidden, torch_rng)
    optimizer = torch.optim.AdamW(module.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
    starts = np.cumsum(examples.sizes) - examples.sizes
    batches = -(-len(starts) // config.customers)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, config.learning_rate, total_steps=max(config.epochs * batches, 1), pct_start=0.1
    )
    for _ in range(config.epochs):
        for step in np.array_split(rng.permutation(len(starts)), max(batches, 1)):
            rows = torch.from_numpy(
                np.concatenate([np.arange(starts[one], starts[one] + examples.sizes[one]) for one in step])
            )
            customer = torch.from_numpy(np.repeat(np.arange(len(step)), examples.sizes[step]))
            least = loss(module(inputs[rows]), bought[rows], customer)
            optimizer.zero_grad()
            torch.autograd.backward(least)
            optimizer.step()
            schedule.step()
    return module.network(), module


def calibrated(network: Network, examples: Examples, activity: slice) -> Network:
    """The network made to answer log-odds: of each customer's products the order stays, but how likely all of them are
    goes by the columns `activity` of the inputs too."""
    beside = examples.inputs[:, activity]
    found = logistic(np.column_stack([network.logits(examples.inputs), beside]), examples.bought)
    scale = max(float(found[0]), 1e-3)
    first, third = network.first.copy(), scale * network.third
    first[:-1][activity, -2] += found[1:-1] / scale
    first[:, -1] = -first[:, -2]
    third[-1] += found[-1]
    return replace(network, first=first, third=third)


def logistic(
    inputs: NDArray[np.float32], bought: NDArray[np.float32], ridge: float = 1.0, steps: int = 12
) -> NDArray[np.float32]:  # [num_inputs + 1]
    """The logistic regression of greatest likelihood, by Newton's steps; its last coefficient is what is added."""
    inputs = np.column_stack([inputs, np.ones(len(inputs))]).astype(np.float64)
    coefficients = np.zeros(inputs.shape[1])
    share = bought.mean()
    coefficients[-1] = np.log(share / (1 - share)) if 0 < share < 1 else 0.0
    for _ in range(steps):
        likely = 1 / (1 + np.exp(-np.clip(inputs @ coefficients, -30, 30)))
        slope = inputs.T @ (bought - likely) - ridge * coefficients
        curve = (inputs * (likely * (1 - likely))[:, None]).T @ inputs + ridge * np.eye(len(coefficients))
        moved = np.linalg.solve(curve, slope)
        coefficients += moved
        if np.abs(moved).max() < ENOUGH:
            break
    return coefficients.astype(np.float32)


def _layer(rows: int, columns: int, generator: torch.Generator) -> torch.nn.Linear:
    layer = torch.nn.Linear(rows, columns)
    for parameter in layer.parameters():
        torch.nn.init.uniform_(parameter, -(rows**-0.5), rows**-0.5, generator=generator)
    return layer


def _with_bias(layer: torch.nn.Linear) -> NDArray[np.float32]:  # [rows + 1, columns]
    with torch.no_grad():
        return np.concatenate([layer.weight.numpy().T, layer.bias.numpy()[None]]).astype(np.float32)
