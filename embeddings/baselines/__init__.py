"""The methods every model is measured beside, and the choice of their settings; numpy and scipy only."""

from embeddings.baselines.als import ALS
from embeddings.baselines.blend import Blend
from embeddings.baselines.buy_again import BuyAgain
from embeddings.baselines.discovered import Discovered
from embeddings.baselines.ease import EASE
from embeddings.baselines.item_knn import ItemKNN
from embeddings.baselines.light_gcn import LightGCN
from embeddings.baselines.lineup import BASELINES, GRIDS, JOINED, JOINS, fixed_lineup, tuned_lineup
from embeddings.baselines.most_popular import MostPopular
from embeddings.baselines.rp3beta import RP3beta
from embeddings.baselines.tuning import PerTask, Trial, Tuned, tuned

__all__ = [
    "ALS",
    "BASELINES",
    "EASE",
    "GRIDS",
    "JOINED",
    "JOINS",
    "Blend",
    "BuyAgain",
    "Discovered",
    "ItemKNN",
    "LightGCN",
    "MostPopular",
    "PerTask",
    "RP3beta",
    "Trial",
    "Tuned",
    "fixed_lineup",
    "tuned",
    "tuned_lineup",
]
