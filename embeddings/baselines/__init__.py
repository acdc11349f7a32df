"""The methods every model is measured beside; numpy and scipy only."""

from embeddings.baselines.als import ALS
from embeddings.baselines.blend import Blend
from embeddings.baselines.buy_again import BuyAgain
from embeddings.baselines.ease import EASE
from embeddings.baselines.item_knn import ItemKNN
from embeddings.baselines.lineup import BASELINES
from embeddings.baselines.most_popular import MostPopular

__all__ = ["ALS", "BASELINES", "EASE", "Blend", "BuyAgain", "ItemKNN", "MostPopular"]
