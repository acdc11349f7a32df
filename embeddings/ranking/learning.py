"""Learning a Ranking from the months before: what customers bought in 30 days, seen from before these days."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.ranking.fitting import Examples, FitConfig, calibrated, fitted, log_loss, softmax_loss
from embeddings.ranking.habits import ACTIVITY, Habits, habits_of
from embeddings.ranking.low_rank_ease import low_rank_ease
from embeddings.ranking.product_facts import FACTS, PURCHASED, ProductFacts, product_facts
from embeddings.ranking.ranking import NUM_AGAIN, NUM_NEXT, Ranking, again_inputs, next_inputs
from embeddings.ranking.tastes import Tastes
from graph import DAY, EdgeArrays, Instant, Product, ProductId, day_of

__all__ = ["HORIZON_DAYS", "RankingConfig", "learn_ranking"]

AGAIN = FitConfig(hidden=32, epochs=3, customers=8, weight_decay=1e-5)
NEXT = FitConfig(hidden=16, epochs=4, customers=24, weight_decay=0.1)

HORIZON_DAYS = 30
MOST_DAYS_EVER = 1_000_000


@dataclass(frozen=True)
class RankingConfig:
    """cuts: how many days before `as_of` the instants lie that are learnt from, each 30 or more, rising.
    max_customers: so many at each cut, drawn at random. nearest, discovered: how many new products a customer learns
    of. reach: among how many of the products most discovered of late. least: so many purchases there must be to learn
    from.
    """

    cuts: tuple[int, ...] = (30, 60, 90)
    max_customers: int = 4000
    nearest: int = 200
    discovered: int = 120
    reach: int = 6000
    again: FitConfig = AGAIN
    next: FitConfig = NEXT
    least: int = 1000
    seed: int = 0


@dataclass(frozen=True)
class Month:
    """Some customers at a cut: what was known of them then, and what they bought in the days after.

    habits, bought: one a customer; `bought` are rows of the products, rising.
    """

    habits: list[Habits]
    bought: list[NDArray[np.int64]]
    facts: ProductFacts
    tastes: Tastes

    def again(self) -> Examples:
        """Every product every customer had."""
        inputs = [again_inputs(habits, self.facts) for habits in self.habits]
        bought = [np.isin(habits.products, bought) for habits, bought in zip(self.habits, self.bought, strict=True)]
        return Examples.of(inputs, bought, NUM_AGAIN)

    def next(self, config: RankingConfig) -> Examples:
        """The products new to each customer that could reach a list: to their taste, or because many discover them."""
        popular, discovered = (
            np.expm1(self.facts.values[:-1, FACTS.index(name)]) for name in ("popular_7", "discovered_7")
        )  # [num_products]
        lately = popular + 3 * discovered
        reach = np.sort(np.argsort(-lately, kind="stable")[: config.reach])
        common = reach[np.argsort(-lately[reach], kind="stable")[: config.discovered]]
        factor = np.sqrt(discovered[reach] + 0.1)
        inputs, bought = [], []
        for habits, then in zip(self.habits, self.bought, strict=True):
            scores = self.tastes.scores(self.tastes.of(habits.products, habits.last), reach)  # [num_tastes, num_reach]
            found = scores * factor
            found[:, np.isin(reach, habits.products)] = -np.inf
            near = np.argpartition(-found, min(config.nearest, len(reach) - 1), axis=1)[:, : config.nearest]
            new = np.setdiff1d(np.union1d(reach[near], common), habits.products)
            inputs.append(next_inputs(habits, scores[:, np.searchsorted(reach, new)], new, self.facts))
            bought.append(np.isin(new, then))
        return Examples.of(inputs, bought, NUM_NEXT)


def learn_ranking(
    edges: EdgeArrays,
    products: Sequence[ProductId],
    described: Sequence[Product],
    *,
    as_of: Instant,
    config: RankingConfig | None = None,
    progress: Callable[[str, int, int], None] = lambda what, done, total: None,
) -> Ranking | None:
    """The ranking of `products` at `as_of`; None where there is too little to learn from.

    edges: all interactions up to `as_of`. described: what is known of the products.
    """
    config = config or RankingConfig()
    rng = np.random.default_rng(config.seed)
    edges = edges.where(edges.at <= as_of)
    again, new = list[Examples](), list[Examples]()
    for number, days in enumerate(config.cuts):
        progress(f"what was bought from {days} days ago on", number, len(config.cuts) + 2)
        month = _month(edges, products, described, Instant(as_of - days * DAY), config.max_customers, rng)
        if number == 0 and sum(map(len, month.bought)) < config.least:
            return None
        again.append(month.again())
        new.append(month.next(config))
    progress("networks", len(config.cuts), len(config.cuts) + 2)
    examples = [Examples.joined(again, NUM_AGAIN), Examples.joined(new, NUM_NEXT)]
    if min(float(one.bought.sum()) for one in examples) < config.least:
        return None
    facts = product_facts(edges, products, described, as_of)
    activity = slice(NUM_NEXT - len(ACTIVITY), NUM_NEXT)
    new_products = fitted(examples[1], config.next, softmax_loss)[0]
    return Ranking(
        facts,
        _tastes(edges, _rows(edges, products), as_of, facts.num_products, rng),
        fitted(examples[0], config.again, log_loss)[0],
        calibrated(new_products, examples[1], activity),
    )


def _month(
    edges: EdgeArrays,
    products: Sequence[ProductId],
    described: Sequence[Product],
    cut: Instant,
    max_customers: int,
    rng: np.random.Generator,
) -> Month:
    """Up to so many of the customers who had bought something before the cut, drawn at random."""
    before, rows = edges.where(edges.at <= cut), _rows(edges, products)
    facts = product_facts(before, products, described, cut)
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
    return Month(habits, bought, facts, _tastes(before, rows, cut, facts.num_products, rng))


def _rows(edges: EdgeArrays, products: Sequence[ProductId]) -> NDArray[np.int64]:  # [num_targets]
    """Where each target of the edges stands among the products, -1 where it does not."""
    row_of = {product: row for row, product in enumerate(products)}
    return np.array([row_of.get(ProductId(target), -1) for target in edges.targets], dtype=np.int64)


def _tastes(
    edges: EdgeArrays, rows: NDArray[np.int64], as_of: Instant, num_products: int, rng: np.random.Generator
) -> Tastes:
    """What the purchases of `edges`, all up to `as_of`, say of tastes."""
    places = np.flatnonzero(edges.kind == PURCHASED)
    places = places[rows[edges.target[places]] >= 0] if len(rows) else places[:0]
    pair = edges.customer[places].astype(np.int64) * num_products + rows[edges.target[places]]
    newest = places[::-1][np.unique(pair[::-1], return_index=True)[1]]  # edges are ordered by time
    ages = np.maximum(day_of(as_of) - edges.day[newest], 0).astype(np.float32)
    return low_rank_ease(
        edges.customer[newest].astype(np.int64),
        rows[edges.target[newest]],
        ages,
        len(edges.customers),
        num_products,
        rng,
    )


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
