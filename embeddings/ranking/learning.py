"""Learning a Ranking from the months before: what customers bought in 30 days, seen from before these days."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from embeddings.embedding_set import EmbeddingSet
from embeddings.ranking.habits import Habits, habits_of
from embeddings.ranking.network import Network
from embeddings.ranking.product_facts import FACTS, PURCHASED, ProductFacts, product_facts
from embeddings.ranking.ranking import NUM_AGAIN, NUM_NEXT, Ranking, again_inputs, next_inputs
from graph import DAY, CustomerId, EdgeArrays, Instant, Product, ProductId, day_of

__all__ = ["HORIZON_DAYS", "Embed", "Examples", "RankingConfig", "fitted", "learn_ranking", "logistic"]

HORIZON_DAYS = 30
MOST_DAYS_EVER = 1_000_000
CHUNK = 64
"""Customers scored at a time: 64 × 92,000 products × 4 bytes are 24 MB."""

Embed = Callable[[EdgeArrays, Instant], EmbeddingSet]
"""Embeddings learnt from these interactions, all up to the instant."""


@dataclass(frozen=True)
class RankingConfig:
    """cuts: how many days before `as_of` the instants lie that are learnt from, each 30 or more; the first is the one
    that new products are learnt at, for which embeddings are trained once more.
    max_customers: so many at each cut, drawn at random. nearest, popular: how many new products a customer learns of.
    least: so many purchases there must be to learn from.
    """

    cuts: tuple[int, ...] = (30, 44, 58)
    max_customers: int = 4000
    nearest: int = 250
    popular: int = 150
    hidden: int = 32
    epochs: int = 3
    batch_size: int = 4096
    learning_rate: float = 3e-3
    weight_decay: float = 1e-5
    least: int = 1000
    seed: int = 0


@dataclass(frozen=True)
class Examples:
    """inputs: [n, num_inputs] float32. bought: [n] float32, 1 where it was bought within the horizon."""

    inputs: NDArray[np.float32]
    bought: NDArray[np.float32]

    @classmethod
    def joined(cls, parts: Sequence["Examples"], num_inputs: int) -> "Examples":
        nothing = cls(np.empty((0, num_inputs), dtype=np.float32), np.empty(0, dtype=np.float32))
        every = [nothing, *parts]
        return cls(np.concatenate([one.inputs for one in every]), np.concatenate([one.bought for one in every]))


@dataclass(frozen=True)
class Month:
    """Some customers at a cut: what was known of them then, and what they bought in the days after.

    habits, bought: one a customer; `bought` are rows of the products, rising.
    """

    customers: list[CustomerId]
    habits: list[Habits]
    bought: list[NDArray[np.int64]]
    facts: ProductFacts

    def again(self) -> Examples:
        """Every product every customer had."""
        examples = [
            Examples(again_inputs(habits, self.facts), np.isin(habits.products, bought).astype(np.float32))
            for habits, bought in zip(self.habits, self.bought, strict=True)
        ]
        return Examples.joined(examples, NUM_AGAIN)

    def next(self, embeddings: EmbeddingSet, products: Sequence[ProductId], nearest: int, popular: int) -> Examples:
        """The products new to each customer that could reach a list: by inner product, or because many take them."""
        row_of = {product: row for row, product in enumerate(embeddings.products)}
        rows = np.array([row_of.get(product, -1) for product in products], dtype=np.int64)
        vectors = embeddings.product_vectors[rows] * (rows >= 0)[:, None]  # [num_products, dim]
        customer_of = {customer: row for row, customer in enumerate(embeddings.customers)}
        common = self._common(popular)
        examples = []
        for start in range(0, len(self.customers), CHUNK):
            places = range(start, min(start + CHUNK, len(self.customers)))
            own = [customer_of.get(self.customers[place], -1) for place in places]
            scores = (embeddings.customer_vectors[own] * (np.array(own) >= 0)[:, None]) @ vectors.T
            for place, score in zip(places, scores, strict=True):
                habits = self.habits[place]
                near = np.argpartition(-score, min(nearest, len(score)) - 1)[:nearest]
                new = np.setdiff1d(np.union1d(near, common), habits.products)
                bought = np.isin(new, self.bought[place]).astype(np.float32)
                examples.append(Examples(next_inputs(habits, score[new]), bought))
        return Examples.joined(examples, NUM_NEXT)

    def _common(self, popular: int) -> NDArray[np.int64]:
        """The products most bought, and most discovered, of late."""
        rows = [
            np.argsort(-self.facts.values[:-1, FACTS.index(fact)], kind="stable")[:popular]
            for fact in ("popular_15", "discovered_7")
        ]
        return np.union1d(*rows)


def learn_ranking(
    edges: EdgeArrays,
    products: Sequence[ProductId],
    described: Sequence[Product],
    *,
    as_of: Instant,
    embed: Embed,
    config: RankingConfig | None = None,
    progress: Callable[[str, int, int], None] = lambda what, done, total: None,
) -> Ranking | None:
    """The ranking of `products` at `as_of`; None where there is too little to learn from.

    edges: all interactions up to `as_of`. described: what is known of the products. embed: learns embeddings of what
    came before a cut; it sees nothing later.
    """
    config = config or RankingConfig()
    rng = np.random.default_rng(config.seed)
    edges = edges.where(edges.at <= as_of)
    again, new = list[Examples](), list[Examples]()
    for number, days in enumerate(config.cuts):
        cut = Instant(as_of - days * DAY)
        progress(f"what was bought from {days} days ago on", number, len(config.cuts) + 2)
        before = edges.where(edges.at <= cut)
        month = _month(before, edges, products, described, cut, config.max_customers, rng)
        if number == 0 and sum(map(len, month.bought)) < config.least:
            return None
        again.append(month.again())
        if number == 0:
            new.append(month.next(embed(before, cut), products, config.nearest, config.popular))
    progress("networks", len(config.cuts), len(config.cuts) + 2)
    examples = [Examples.joined(again, NUM_AGAIN), Examples.joined(new, NUM_NEXT)]
    if min(float(one.bought.sum()) for one in examples) < config.least:
        return None
    facts = product_facts(edges, products, described, as_of)
    return Ranking(facts, fitted(examples[0], config)[0], logistic(examples[1]))


def _month(
    before: EdgeArrays,
    edges: EdgeArrays,
    products: Sequence[ProductId],
    described: Sequence[Product],
    cut: Instant,
    max_customers: int,
    rng: np.random.Generator,
) -> Month:
    """Up to so many of the customers who had bought something before the cut, drawn at random."""
    facts = product_facts(before, products, described, cut)
    row_of = {product: row for row, product in enumerate(products)}
    rows = np.array([row_of.get(ProductId(target), -1) for target in edges.targets], dtype=np.int64)
    had = _by_customer(before, before.kind == PURCHASED, rows)
    after = (edges.kind == PURCHASED) & (edges.at > cut) & (edges.at <= cut + HORIZON_DAYS * DAY)
    then = _by_customer(edges, after, rows)
    drawn = sorted(had)
    if len(drawn) > max_customers:
        drawn = sorted(rng.choice(drawn, size=max_customers, replace=False).tolist())
    habits, bought = [], []
    for customer in drawn:
        product, day = had[customer]
        key, times = np.unique(product * MOST_DAYS_EVER + day, return_counts=True)
        habits.append(habits_of(key // MOST_DAYS_EVER, key % MOST_DAYS_EVER, times, day_of(cut), facts))
        bought.append(np.unique(then[customer][0]) if customer in then else np.empty(0, dtype=np.int64))
    return Month([edges.customers[customer] for customer in drawn], habits, bought, facts)


def _by_customer(
    edges: EdgeArrays, kept: NDArray[np.bool_], rows: NDArray[np.int64]
) -> dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """(product rows, days) of the edges kept, by customer."""
    places = np.flatnonzero(kept)
    places = places[rows[edges.target[places]] >= 0] if len(rows) else places[:0]
    places = places[np.argsort(edges.customer[places], kind="stable")]
    customer = edges.customer[places]
    starts = np.flatnonzero(np.r_[True, customer[1:] != customer[:-1]]) if len(customer) else places
    products, days = rows[edges.target[places]], edges.day[places].astype(np.int64)
    ends = np.r_[starts[1:], len(places)]
    return {
        int(customer[start]): (products[start:end], days[start:end]) for start, end in zip(starts, ends, strict=False)
    }


class Standardised(torch.nn.Module):
    """Inputs at mean 0 and deviation 1."""

    def __init__(self, inputs: NDArray[np.float32]) -> None:
        super().__init__()
        self.mean = torch.from_numpy(inputs.mean(axis=0, dtype=np.float64).astype(np.float32))
        spread = inputs.std(axis=0, dtype=np.float64).astype(np.float32)
        self.spread = torch.from_numpy(np.where(spread < 1e-6, np.float32(1.0), spread))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:  # [n, num_inputs] -> the same
        return (inputs - self.mean) / self.spread


def fitted(examples: Examples, config: RankingConfig) -> tuple[Network, torch.nn.Module]:
    """The network of least log loss, for serving and as it was trained; the scale of the inputs is folded into the
    first layer of the one that serves."""
    inputs, bought = torch.from_numpy(examples.inputs), torch.from_numpy(examples.bought)
    scale = Standardised(examples.inputs)
    generator = torch.Generator().manual_seed(config.seed)
    layers = []
    for rows, columns in ((inputs.shape[1], config.hidden), (config.hidden, config.hidden), (config.hidden, 1)):
        layer = torch.nn.Linear(rows, columns)
        bound = rows**-0.5
        for parameter in layer.parameters():
            torch.nn.init.uniform_(parameter, -bound, bound, generator=generator)
        layers.append(layer)
    network = torch.nn.Sequential(scale, layers[0], torch.nn.ReLU(), layers[1], torch.nn.ReLU(), layers[2])
    optimizer = torch.optim.Adam(network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
    batches = -(-len(inputs) // config.batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, config.learning_rate, total_steps=max(config.epochs * batches, 1), pct_start=0.1
    )
    for _ in range(config.epochs):
        for batch in torch.split(torch.randperm(len(inputs), generator=generator), config.batch_size):
            logits = network(inputs[batch])[:, 0]
            loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, bought[batch])
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
            schedule.step()
    first, second, third = (_with_bias(layer) for layer in layers)
    first[:-1] /= scale.spread.numpy()[:, None]
    first[-1] -= scale.mean.numpy() @ first[:-1]
    return Network(first, second, np.ascontiguousarray(third[:, 0])), network


def logistic(examples: Examples, ridge: float = 1.0, steps: int = 12) -> NDArray[np.float32]:  # [num_inputs + 1]
    """The logistic regression of greatest likelihood, by Newton's steps; its last coefficient is what is added."""
    inputs = np.column_stack([examples.inputs, np.ones(len(examples.inputs))]).astype(np.float64)
    coefficients = np.zeros(inputs.shape[1])
    share = examples.bought.mean()
    coefficients[-1] = np.log(share / (1 - share)) if 0 < share < 1 else 0.0
    for _ in range(steps):
        likely = 1 / (1 + np.exp(-np.clip(inputs @ coefficients, -30, 30)))
        slope = inputs.T @ (examples.bought - likely) - ridge * coefficients
        curve = (inputs * (likely * (1 - likely))[:, None]).T @ inputs + ridge * np.eye(len(coefficients))
        coefficients += np.linalg.solve(curve, slope)
    return coefficients.astype(np.float32)


def _with_bias(layer: torch.nn.Linear) -> NDArray[np.float32]:  # [rows + 1, columns]
    with torch.no_grad():
        return np.concatenate([layer.weight.numpy().T, layer.bias.numpy()[None]]).astype(np.float32)
