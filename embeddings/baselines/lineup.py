"""BASELINES: the methods of the table, by name, with the settings the validation month chose."""

from collections.abc import Mapping
from types import MappingProxyType

from embeddings.baselines.als import ALS
from embeddings.baselines.blend import Blend
from embeddings.baselines.buy_again import BuyAgain
from embeddings.baselines.ease import EASE
from embeddings.baselines.item_knn import ItemKNN
from embeddings.baselines.most_popular import MostPopular
from embeddings.evaluation.ranker import Method

__all__ = ["BASELINES"]

BASELINES: Mapping[str, Method] = MappingProxyType(
    {
        "most popular": MostPopular(),
        "most popular, 30 days": MostPopular(last_days=30),
        "buy again, counts": BuyAgain(half_life_days=None),
        "buy again": BuyAgain(),
        "item-kNN": ItemKNN(),
        "ALS": ALS(),
        "EASE": EASE(),
        "EASE + buy again": Blend(),
    }
)
