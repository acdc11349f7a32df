"""Learning a Ranking from the months before: what customers bought in 30 days, seen from before these days."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from embeddings.ranking.fitting import Examples, FitConfig, calibrated, fitted, log_loss, softmax_loss
from embeddings.ranking.habits import ACTIVITY, Habits, habits_of
from embeddings.ranking.low_rank_ease import low_rank_ease
from embeddings.ranking.product_facts import FACTS, ProductFacts, facts_of, product_groups
from embeddings.ranking.purchases import Purchases
from embeddings.ranking.ranking import NUM_AGAIN, NUM_NEXT, Ranking, again_inputs, next_inputs
from embeddings.ranking.tastes import Tastes
from graph import DAY, EdgeArrays, Instant, Product, ProductId, day_of

__all__ = ["HORIZON_DAYS", "Month", "RankingConfig", "buyers_before", "learn_ranking", "month_after"]

AGAIN = FitConfig(hidden=32, epochs=3, customers=8, weight_decay=1e-5)
NEXT = FitConfig(hidden=16, epochs=4, customers=24, weight_decay=0.1)

HORIZON_DAYS = 30
TOGETHER = 256
"""Customers whose tastes are asked together."""


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

    customers: positions in the ids of the edges, rising. habits, bought: one a customer; `bought` are rows of the
    products, rising.
    """

    customers: NDArray[np.int64]
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
        common = np.argsort(-lately[reach], kind="stable")[: config.discovered]
        factor = np.sqrt(discovered[reach] + 0.1)
        nearest = min(config.nearest, len(reach) - 1)
        met = np.zeros(self.facts.num_products, dtype=np.bool_)
        inputs, bought = [], []
        for start in range(0, len(self.habits), TOGETHER):
            some = self.habits[start : start + TOGETHER]
            scores = self.tastes.scores_of_all(np.stack([self.taste(one) for one in some]), reach)
            for habits, then, score in zip(
                some, self.bought[start:], scores, strict=False
            ):  # score: [num_tastes, reach]
                met[habits.products] = True
                had = met[reach]
                found = np.where(had, -np.inf, score * factor)
                chosen = np.zeros(len(reach), dtype=np.bool_)
                chosen[np.argpartition(-found, nearest, axis=1)[:, : config.nearest]] = True
                chosen[common] = True
                places = np.flatnonzero(chosen & ~had)
                new = reach[places]
                met[habits.products] = False
                met[then] = True
                inputs.append(next_inputs(habits, score[:, places], new, self.facts))
                bought.append(met[new])
                met[then] = False
        return Examples.of(inputs, bought, NUM_NEXT)

    def taste(self, habits: Habits) -> NDArray[np.float32]:  # [num_tastes, dim]
        """The taste of one of these customers, as whoever knows the others would see it."""
        return self.tastes.of(habits.products, habits.last, (habits.products, habits.last))


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
    purchases, groups = Purchases.of(edges, products).until(as_of), product_groups(products, described)
    again, new = list[Examples](), list[Examples]()
    for number, days in enumerate(config.cuts):
        progress(f"what was bought from {days} days ago on", number, len(config.cuts) + 2)
        cut = Instant(as_of - days * DAY)
        drawn = buyers_before(purchases, cut)
        if len(drawn) > config.max_customers:
            drawn = np.sort(rng.choice(drawn, size=config.max_customers, replace=False))
        month = month_after(purchases, groups, cut, drawn, rng)
        if number == 0 and sum(map(len, month.bought)) < config.least:
            return None
        again.append(month.again())
        new.append(month.next(config))
    progress("networks", len(config.cuts), len(config.cuts) + 2)
    examples = [Examples.joined(again, NUM_AGAIN), Examples.joined(new, NUM_NEXT)]
    if min(float(one.bought.sum()) for one in examples) < config.least:
        return None
    activity = slice(NUM_NEXT - len(ACTIVITY), NUM_NEXT)
    new_products = fitted(examples[1], config.next, softmax_loss)[0]
    return Ranking(
        facts_of(purchases, groups, as_of),
        _tastes(purchases, as_of, rng),
        fitted(examples[0], config.again, log_loss)[0],
        calibrated(new_products, examples[1], activity),
    )


def buyers_before(purchases: Purchases, cut: Instant) -> NDArray[np.int64]:
    """The customers who had bought something up to the cut, rising."""
    return np.unique(purchases.until(cut).customer)


def month_after(
    purchases: Purchases, groups: NDArray[np.int32], cut: Instant, drawn: NDArray[np.int64], rng: np.random.Generator
) -> Month:
    """The month of some customers, rising, who had bought something up to the cut."""
    before = purchases.until(cut)
    facts = facts_of(before, groups, cut)
    theirs = np.zeros(purchases.num_customers, dtype=np.bool_)
    theirs[drawn] = True
    had = before.where(theirs[before.customer])
    day, oldest = had.day, int(had.day.min(initial=0))
    span = int(day.max(initial=0)) - oldest + 1
    key, times = np.unique(
        (had.customer * purchases.num_products + had.product) * span + day - oldest, return_counts=True
    )
    pair, days = key // span, key % span + oldest
    after = (purchases.at > cut) & (purchases.at <= cut + HORIZON_DAYS * DAY) & theirs[purchases.customer]
    then = np.unique(purchases.customer[after] * purchases.num_products + purchases.product[after])
    borders = np.append(drawn, purchases.num_customers) * purchases.num_products
    habits, bought = [], []
    for (start, end), (first, last) in zip(
        pairwise(np.searchsorted(pair, borders)), pairwise(np.searchsorted(then, borders)), strict=True
    ):
        rows = pair[start:end] % purchases.num_products
        habits.append(habits_of(rows, days[start:end], times[start:end], day_of(cut), facts))
        bought.append(then[first:last] % purchases.num_products)
    return Month(drawn, habits, bought, facts, _tastes(before, cut, rng))


def _tastes(purchases: Purchases, as_of: Instant, rng: np.random.Generator) -> Tastes:
    """What purchases, all up to `as_of`, say of tastes."""
    pair = purchases.customer * purchases.num_products + purchases.product
    newest = len(pair) - 1 - np.unique(pair[::-1], return_index=True)[1]  # they are ordered by time
    ages = np.maximum(day_of(as_of) - purchases.day[newest], 0).astype(np.float32)
    return low_rank_ease(
        purchases.customer[newest],
        purchases.product[newest],
        ages,
        purchases.num_customers,
        purchases.num_products,
        rng,
    )
