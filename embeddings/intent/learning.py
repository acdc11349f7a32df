"""Learning an Intent from the last month's baskets: part of each is the session, the rest is what was wanted."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from embeddings.adjacency import BasketLines, basket_lines
from embeddings.intent.bonds import Bonds
from embeddings.intent.choices import Choices, chosen_by
from embeddings.intent.counting import bonds_of, meant_of
from embeddings.intent.intent import POPULAR, Intent, Session, alike_in, log_odds, session_terms, to_a_stranger
from embeddings.intent.past_sessions import past_sessions
from embeddings.ranking import Habits, Ranking
from embeddings.ranking.learning import HORIZON_DAYS, buyers_before, month_after
from embeddings.ranking.purchases import Purchases
from embeddings.sessions import SessionNeighbours
from graph import DAY, EdgeArrays, Instant, Product, ProductId

__all__ = ["IntentConfig", "learn_intent"]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class IntentConfig:
    """baskets: so many of the last month are learnt from, drawn at random from those of customers with a history.

    bonded, alike, nearest, popular: how many candidates a basket has beside what the customer ever bought: those most
    bonded with the session, those most done in sessions like it, those most to their taste, those most popular. least:
    so many baskets there must be.
    """

    baskets: int = 600
    bonded: int = 150
    alike: int = 100
    nearest: int = 100
    popular: int = 60
    least: int = 100
    ridge: float = 1e-3
    seed: int = 0


def learn_intent(
    edges: EdgeArrays,
    products: Sequence[ProductId],
    described: Sequence[Product],
    ranking: Ranking,
    *,
    as_of: Instant,
    config: IntentConfig | None = None,
    progress: Progress = lambda what, done, total: None,
) -> Intent | None:
    """The intent of `products` at `as_of`; None where there are too few baskets to learn from.

    edges: all interactions up to `as_of`. described: what is known of the products. ranking: learnt of the same; its
    networks are asked what they say of 30 days before, from what was known then.
    """
    config = config or IntentConfig()
    rng = np.random.default_rng(config.seed)
    cut = Instant(as_of - HORIZON_DAYS * DAY)
    edges = edges.where(edges.at <= as_of)
    lines = basket_lines(edges, edges.customers, products)
    sizes = np.bincount(lines.basket)
    latest = lines.at > cut
    asked = np.unique(lines.basket[latest & (sizes[lines.basket] > 1)])
    progress("baskets", 0, 3)
    groups = ranking.facts.groups
    purchases = Purchases.of(edges, products)
    owners = lines.customer[np.searchsorted(lines.basket, asked)]
    told = np.isin(owners, buyers_before(purchases, cut))
    asked, owners = asked[told], owners[told]
    if len(asked) < config.least:
        return None
    if len(asked) > config.baskets:
        drawn = np.sort(rng.choice(len(asked), size=config.baskets, replace=False))
        asked, owners = asked[drawn], owners[drawn]
    month = month_after(purchases, groups, cut, np.unique(owners), rng)
    then = replace(ranking, facts=month.facts, tastes=month.tastes)
    habits = {
        customer: replace(one, taste=month.taste(one))
        for customer, one in zip(month.customers.tolist(), month.habits, strict=True)
    }
    before = past_sessions(edges.where(edges.at <= cut), products)
    learner = _Learner(bonds_of(lines.where(~latest), groups), before, then, config)
    progress("sessions", 1, 3)
    known, strangers = list[Choices](), list[Choices]()
    for customer, session, rest in _parted(lines, asked, rng):
        known.append(learner.choices(habits[customer], session, rest))
        strangers.append(learner.choices(None, session, rest, without=customer))
    progress("weights", 2, 3)
    weights = np.stack([chosen_by(every, config.ridge) for every in (known, strangers)])
    return Intent(bonds_of(lines, groups), past_sessions(edges, products), meant_of(edges), weights)


@dataclass(frozen=True)
class _Learner:
    """What was known at the cut."""

    bonds: Bonds
    neighbours: SessionNeighbours
    ranking: Ranking
    config: IntentConfig

    def choices(
        self,
        habits: Habits | None,
        products: NDArray[np.int64],
        rest: NDArray[np.int64],
        without: int | None = None,
    ) -> Choices:
        """What could have been taken beside `products`, and what was. without: whose past sessions are left out, for a
        stranger has none."""
        session = Session(products, np.ones(len(products), dtype=np.float32))
        alike = alike_in(self.neighbours, session, without)
        facts, config = self.ranking.facts, self.config
        size = facts.num_products
        joined = np.bincount(*self.bonds.summed(products, session.meant), minlength=size)
        popular = facts.values[:-1, POPULAR]
        found = [
            _greatest(joined, config.bonded),
            alike.products[_greatest(alike.shares, config.alike)],
            _greatest(popular, config.popular),
        ]
        if habits is not None:
            tastes = self.ranking.tastes.scores(habits.taste, np.arange(size)).max(axis=0)
            found += [_greatest(tastes, config.nearest), habits.products]
        candidates = np.setdiff1d(np.unique(np.concatenate(found)), products)
        if habits is None:
            had = np.zeros(len(candidates), dtype=np.bool_)
            likely = to_a_stranger(facts, candidates)
        else:
            had = np.isin(candidates, habits.products)
            likely = np.empty(len(candidates), dtype=np.float32)
            again = self.ranking.again_probabilities(habits)
            likely[had] = again[habits.products.searchsorted(candidates[had])]
            likely[~had] = self.ranking.next_probabilities(habits, candidates[~had])
        odds = log_odds(likely)
        inputs = session_terms(self.bonds, session, alike, candidates, odds, had, facts)
        return Choices(inputs, odds, np.isin(candidates, rest))


def _parted(
    lines: BasketLines, asked: NDArray[np.int64], rng: np.random.Generator
) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.int64]]]:
    """(customer, what is the session, the rest) of these baskets, rising: in an order drawn at random, parted
    anywhere."""
    starts = np.searchsorted(lines.basket, np.column_stack([asked, asked + 1]))
    for first, last in starts.tolist():
        products = rng.permutation(lines.product[first:last])
        size = int(rng.integers(1, len(products)))
        yield int(lines.customer[first]), products[:size], products[size:]


def _greatest(values: NDArray[np.number], most: int) -> NDArray[np.int64]:
    """The rows of the greatest values above 0."""
    most = min(most, len(values))
    rows = np.argpartition(-values, most - 1)[:most] if most else np.empty(0, dtype=np.int64)
    return rows[values[rows] > 0]
