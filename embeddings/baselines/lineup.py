"""The line-up: the methods of the table by name, the settings each may have, and what the window before chose."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from embeddings.baselines.als import ALS
from embeddings.baselines.blend import Blend
from embeddings.baselines.buy_again import BuyAgain
from embeddings.baselines.discovered import Discovered
from embeddings.baselines.ease import EASE
from embeddings.baselines.item_knn import ItemKNN
from embeddings.baselines.light_gcn import LightGCN
from embeddings.baselines.most_popular import MostPopular
from embeddings.baselines.once import Shared
from embeddings.baselines.rp3beta import RP3beta
from embeddings.baselines.tuning import PerTask, Tuned
from embeddings.evaluation.ranker import Method, ScoreMethod
from embeddings.evaluation.split import Task

__all__ = ["BASELINES", "GRIDS", "JOINED", "JOINS", "fixed_lineup", "tuned_lineup"]

DISCOVERIES = tuple((days, power) for days in (7.0, 3.0, 15.0) for power in (0.5, 0.25, 1.0))
"""The half-life of a discovery in days and its power, to choose from."""

GRIDS: Mapping[str, Sequence[ScoreMethod]] = MappingProxyType(
    {
        "most popular": (MostPopular(),),
        "most popular, lately": tuple(MostPopular(last_days=days) for days in (30, 7, 14, 60, 90)),
        "buy again, counts": (BuyAgain(half_life_days=None), BuyAgain(half_life_days=None, popularity=0.0)),
        "buy again": tuple(
            BuyAgain(days, popularity) for days in (90.0, 30.0, 60.0, 120.0) for popularity in (1.0, 0.0, 3.0)
        ),
        "item-kNN": tuple(ItemKNN(neighbours, shrink) for neighbours in (100, 400) for shrink in (10.0, 100.0)),
        "RP3beta": (
            *(RP3beta(alpha, beta) for alpha in (1.0, 0.7, 1.3) for beta in (0.0, 0.3, 0.5)),
            *(RP3beta(alpha) for alpha in (0.5, 1.6, 2.0)),
        ),
        "EASE": tuple(EASE(regularization) for regularization in (500.0, 200.0, 300.0, 1000.0, 2000.0)),
        "EASE × discovery": (
            *(Discovered(EASE(), *discovery) for discovery in DISCOVERIES),
            *(
                Discovered(EASE(regularization), *discovery)
                for regularization in (200.0, 1000.0)
                for discovery in DISCOVERIES[:3]
            ),
        ),
        "ALS": (
            ALS(),
            ALS(dim=256),
            ALS(dim=128),
            ALS(dim=128, regularization=10.0),
            ALS(dim=256, regularization=60.0),
            ALS(dim=128, confidence=1.0),
            ALS(dim=128, half_life_days=120.0),
        ),
        "ALS × discovery": tuple(
            Discovered(ALS(dim=dim), *discovery) for dim in (64, 256) for discovery in DISCOVERIES
        ),
        "LightGCN": (LightGCN(), *(LightGCN(steps=steps) for steps in (60, 120, 240))),
    }
)
"""Settings to choose from, the fixed ones first."""

JOINED = (
    "most popular, lately",
    "item-kNN",
    "RP3beta",
    "EASE",
    "EASE × discovery",
    "ALS",
    "ALS × discovery",
    "LightGCN",
)
"""Lines that are also joined with buy-again."""

JOINS = tuple(
    (BuyAgain(days, popularity=0.0), weight) for days in (60.0, 90.0) for weight in (0.1, 0.3, 1.0, 3.0, 10.0)
)
"""The buy-again and its weight in a blend, to choose from."""

BASELINES: Mapping[str, ScoreMethod] = MappingProxyType(
    {**{name: grid[0] for name, grid in GRIDS.items()}, "EASE + buy again": Blend()}
)
"""Every line with fixed settings, for a table in a hurry."""


def fixed_lineup() -> dict[str, Method]:
    """Every line with fixed settings. What two lines share is fitted once, for the first of them."""
    shared = Shared()
    return {name: shared.once(method) for name, method in BASELINES.items()}


def tuned_lineup(chosen: Mapping[str, Tuned]) -> dict[str, Method]:
    """Every line with the settings chosen for each task. What two lines share is fitted once, for the first of them."""
    shared = Shared()
    return {
        name: PerTask(shared.once(line.best(Task.ALL).method), shared.once(line.best(Task.NEW).method))
        for name, line in chosen.items()
    }
