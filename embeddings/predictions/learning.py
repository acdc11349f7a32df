"""Learning Predictions from the months before: what was known on a day, and what was bought in those after it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.predictions.category_facts import category_facts
from embeddings.predictions.category_propensity import DAYS, CategoryPropensity, category_inputs
from embeddings.predictions.logistic import logistic
from embeddings.predictions.next_purchase import NextPurchase, hazard_inputs
from embeddings.predictions.predictions import Predictions
from embeddings.predictions.shopping_days import ShoppingDays
from graph import EdgeArrays, InteractionKind, Product

__all__ = ["PredictionsConfig", "categories_of", "learn_predictions", "shopping_of"]

Progress = Callable[[str, int, int], None]
PURCHASED = list(InteractionKind).index(InteractionKind.PURCHASED)


@dataclass(frozen=True)
class PredictionsConfig:
    """What is learnt from how much.

    cuts: how many times, `step` days apart, the next purchase is learnt from (twice as many, half as far apart, were no
    better on the month before the retailer's last one); watched: for how many days it is then waited for.
    months: how many months, one before the other, the categories are learnt from.
    least_share: of the customers must have bought of a category in a year, and least_buyers of them, for it to have a
    prediction. least_customers: so many there must be who bought on several days, the first of them a month ago.
    max_customers: drawn at random where there are more.
    """

    cuts: int = 4
    step: int = 30
    watched: int = 45
    months: int = 3
    ridge: float = 0.01
    least_share: float = 0.05
    least_buyers: int = 20
    least_customers: int = 50
    max_customers: int = 3000
    seed: int = 0


def learn_predictions(
    edges: EdgeArrays,
    products: Sequence[Product],
    *,
    today: int,
    config: PredictionsConfig | None = None,
    progress: Progress = lambda what, done, total: None,
) -> Predictions | None:
    """Of what was bought up to the day `today`; None where too few customers came back, or no category has the buyers.

    edges: interactions, those of later days being left out. products: what is known of them.
    """
    config = config or PredictionsConfig()
    edges = edges.where((edges.kind == PURCHASED) & (edges.day <= today))
    categories = categories_of(edges, products, today, config)
    everybody = shopping_of(edges, products, categories)
    returned = [one for one in everybody if len(one.days) > 1 and one.days[0] <= today - DAYS]
    if len(returned) < config.least_customers or not categories:
        return None
    if len(everybody) > config.max_customers:
        drawn = np.random.default_rng(config.seed).choice(len(everybody), config.max_customers, replace=False)
        everybody = [everybody[row] for row in np.sort(drawn).tolist()]
    progress("when they buy next", 0, 2)
    following = _next_purchase(everybody, today, config)
    progress("what they buy of", 1, 2)
    return Predictions(following, _propensity(everybody, categories, today, config))


def categories_of(edges: EdgeArrays, products: Sequence[Product], today: int, config: PredictionsConfig) -> list[str]:
    """The categories that enough customers bought of in the year up to `today`, by name."""
    edges = edges.where((edges.kind == PURCHASED) & (edges.day > today - 365) & (edges.day <= today))
    category: dict[str, str] = {product.id: product.category for product in products if product.category}
    names = sorted(set(category.values()))
    row_of = {name: row for row, name in enumerate(names)}
    rows = np.array([row_of.get(category.get(target, ""), -1) for target in edges.targets], dtype=np.int64)
    of = rows[edges.target]
    pairs = np.unique(of[of >= 0] * len(edges.customers) + edges.customer[of >= 0])
    buyers = np.bincount(pairs // max(len(edges.customers), 1), minlength=len(names))
    least = max(config.least_buyers, config.least_share * len(np.unique(edges.customer)))
    return [name for name, count in zip(names, buyers.tolist(), strict=True) if count >= least]


def shopping_of(edges: EdgeArrays, products: Sequence[Product], categories: Sequence[str]) -> list[ShoppingDays]:
    """The days of each customer who bought, in the order of their rows."""
    edges = edges.where(edges.kind == PURCHASED)
    row_of = {name: row for row, name in enumerate(categories)}
    category: dict[str, int] = {product.id: row_of.get(product.category, -1) for product in products}
    rows = np.array([category.get(target, -1) for target in edges.targets], dtype=np.int64)
    order = np.argsort(edges.customer, kind="stable")
    ends = np.flatnonzero(np.diff(edges.customer[order])) + 1
    day, of = edges.day[order].astype(np.int64), rows[edges.target[order]]
    parts = zip(np.split(day, ends), np.split(of, ends), strict=True)
    return [ShoppingDays.of_lines(days, found) for days, found in parts if len(days)]


def _next_purchase(everybody: Sequence[ShoppingDays], today: int, config: PredictionsConfig) -> NextPurchase:
    logs = np.log(np.concatenate([np.diff(shopping.days) for shopping in everybody]))
    usual = np.array([logs.mean(), max(float(logs.std()), 0.1)])
    inputs, bought = [], []
    for cut in range(today - config.step * config.cuts, today, config.step):
        ahead = min(config.watched, today - cut)
        for shopping in everybody:
            if shopping.days[0] > cut:
                continue
            coming = shopping.after(cut, ahead).days
            waited = int(coming[0]) - cut if len(coming) else ahead
            inputs.append(hazard_inputs(shopping, usual, cut, waited).astype(np.float32))
            bought.append(np.arange(1, waited + 1) == (waited if len(coming) else 0))
    weights, own = logistic(np.concatenate(inputs)[:, None], np.concatenate(bought)[:, None], config.ridge)
    weights[0] += own[0]
    return NextPurchase(weights, usual)


def _propensity(
    everybody: Sequence[ShoppingDays], categories: list[str], today: int, config: PredictionsConfig
) -> CategoryPropensity:
    size = len(categories)
    inputs: list[NDArray[np.float32]] = []
    bought: list[NDArray[np.bool_]] = []
    for month in range(1, config.months + 1):
        cut = today - DAYS * month
        facts = category_facts(everybody, size, cut)
        for shopping in everybody:
            if shopping.days[0] > cut:
                continue
            inputs.append(category_inputs(shopping, facts, cut).astype(np.float32))
            bought.append(np.bincount(shopping.after(cut, DAYS).category, minlength=size) > 0)
    weights, own = logistic(np.stack(inputs), np.stack(bought), config.ridge)
    return CategoryPropensity(categories, category_facts(everybody, size, today), weights, own)
