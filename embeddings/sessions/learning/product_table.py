"""ProductTable: the vectors of all products while they are learnt, of which a step touches some rows."""

from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = ["ProductTable"]

MEAN_KEPT, SQUARE_KEPT, LEAST = 0.9, 0.99, 1e-9


@dataclass
class ProductTable:
    """Adam (Kingma & Ba 2015) whose moments move only when their row is touched: a step costs what it reads."""

    weights: Tensor  # [num_products, dim]
    means: Tensor  # [num_products, dim]
    squares: Tensor  # [num_products, dim]
    steps: int = 0

    @classmethod
    def of(cls, weights: Tensor) -> "ProductTable":
        return cls(weights, torch.zeros_like(weights), torch.zeros_like(weights))

    @classmethod
    def random(cls, num_products: int, dim: int, generator: torch.Generator) -> "ProductTable":
        """Rows of about length 1."""
        return cls.of(torch.randn(num_products, dim, generator=generator) * dim**-0.5)

    @property
    def vectors(self) -> Tensor:  # [num_products, dim], each of length 1
        return torch.nn.functional.normalize(self.weights, dim=1)

    def take(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """(weights of these rows, which gather the gradient; their vectors)."""
        weights = self.weights[rows].requires_grad_()
        return weights, torch.nn.functional.normalize(weights, dim=1)

    def step(self, rows: Tensor, weights: Tensor, rate: float) -> None:
        """One step by the gradient of `weights`, as `take` gave them of `rows`, each once."""
        gradient = weights.grad
        if gradient is None:
            return
        self.steps += 1
        with torch.no_grad():
            means = self.means[rows].lerp_(gradient, 1.0 - MEAN_KEPT)
            squares = self.squares[rows].lerp_(gradient.square(), 1.0 - SQUARE_KEPT)
            self.means[rows], self.squares[rows] = means, squares
            spread = (squares / (1.0 - SQUARE_KEPT**self.steps)).sqrt_().add_(LEAST)
            self.weights[rows] = weights - means.div_(spread).mul_(rate / (1.0 - MEAN_KEPT**self.steps))
