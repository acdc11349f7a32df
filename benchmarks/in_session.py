"""Half of a basket is the session, the rest is to be found: what the session adds to the best long-term ranking."""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

if not __package__:  # run by its path: what lies beside it must not be taken for the packages of those names
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import msgspec
import numpy as np
from numpy.typing import NDArray

from api.learning.contenders import learnt_from, whole_recommender
from api.learning.learning_data import LearningData
from api.settings import loaded_settings
from benchmarks.machine import machine, printed
from embeddings.adjacency import basket_lines
from embeddings.baselines import GRIDS, JOINED, JOINS, tuned, tuned_lineup
from embeddings.evaluation import Ranker, Split, last_cut, time_split, validation_split
from embeddings.gnn.config import GnnConfig
from embeddings.intent import Intent, Session
from embeddings.intent.intent import alike_in
from embeddings.sessions import Shares
from embeddings.snapshot.serving_snapshot import ServingSnapshot
from graph import SECOND, CustomerId, Instant, InteractionKind, ProductId, Profile, Recent
from graph.profile.recent_rows import RecentRows
from recommend.answers import PlacementRequest, RecommendationRequest
from recommend.placements import Placements
from recommend.ranker import RecommenderRanker, profiles_of
from recommend.recommender import Recommender

K = 20
DEEP = 120
"""How long the baselines' lists are before the session's products are taken out of them."""

CART, PRODUCT_PAGE = "cart", "product_page"

RESAMPLES = 1000
DISCOUNTS = 1.0 / np.log2(np.arange(2, K + 2))


@dataclass(frozen=True)
class Basket:
    """A customer's basket after the cut, its distinct products parted."""

    customer: CustomerId
    session: tuple[ProductId, ...]
    rest: frozenset[ProductId]

    def after_its_first(self) -> "Basket":
        """The same, parted after one product."""
        return Basket(self.customer, self.session[:1], self.rest.union(self.session[1:]))


def main(arguments: list[str] | None = None) -> None:
    """``python -m benchmarks.in_session --data data [--validation] [--json FILE]``"""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.in_session", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a data folder with an imported graph")
    parser.add_argument("--validation", action="store_true", help="the month before the last one, instead of the last")
    parser.add_argument("--baskets", type=int, default=0, help="no more than so many, drawn at random (all)")
    parser.add_argument("--tuning-seconds", type=float, default=300.0, help="to choose the baselines' settings (300)")
    parser.add_argument("--seed", type=int, default=0, help="of training, of the parting and of the resamples (0)")
    parser.add_argument("--json", type=Path, help="write the object here as well")
    options = parser.parse_args(arguments)
    settings = loaded_settings(data=options.data)
    known = LearningData.read(settings)
    split = time_split(known.edges, last_cut(known.edges))
    if options.validation:
        split = validation_split(known.edges, split.cut)
    baskets = parted(split, options.baskets, np.random.default_rng(options.seed))
    products, campaigns = known.described_at(split.cut)
    described = (products, campaigns, known.customers_at(split.cut))
    learnt = learnt_from(split, *described, GnnConfig(seed=options.seed), "training the graph neural network")
    placements = Placements.read(settings.placements_file)
    values: dict[str, NDArray[np.float64]] = {}
    with tempfile.TemporaryDirectory(prefix="patron-in-session-") as folder:
        ranker = whole_recommender(
            split, learnt, products, placements=placements, folder=Path(folder), profiles=profiles_of(split.train)
        )
        strangers = replace(ranker, snapshot=_of_others(ranker.snapshot, split))
        by_hand = replace(ranker, recommender=Recommender(_by_hand(placements)))
        for name, asked in {
            "long-term, as it serves": listed(ranker, baskets, in_session=False),
            "session, learnt": listed(ranker, baskets),
            "session, weight 1 set by hand": listed(by_hand, baskets),
            "stranger, popular": listed(strangers, baskets, in_session=False, known=False),
            "stranger, session learnt": listed(strangers, baskets, known=False),
        }.items():
            begun = time.perf_counter()
            values[name] = ndcg(asked, baskets)
            print(f"{name}: {values[name].mean():.4f}, {time.perf_counter() - begun:.0f} s", file=sys.stderr)
        places = {place: found_at(ranker, baskets, place) for place in (CART, PRODUCT_PAGE)}
    chosen = tuned(GRIDS, JOINED, JOINS, validation_split(known.edges, split.cut), seconds=options.tuning_seconds)
    baselines = tuned_lineup(chosen)
    for name, method in baselines.items():
        values[name] = ndcg(baseline_lists(method.fit(split.matrix()), baskets), baskets)
    long_term = max(("long-term, as it serves", *baselines), key=lambda name: float(values[name].mean()))
    rng = np.random.default_rng(options.seed)
    answer = {
        "benchmark": "in_session",
        "machine": machine(),
        "window": "the month before the last" if options.validation else "the last 30 days",
        "parting": f"distinct products in an order drawn with seed {options.seed}; the first half is the session",
        "baskets": len(baskets),
        "households": len({basket.customer for basket in baskets}),
        "mean_session": float(np.mean([len(basket.session) for basket in baskets])),
        "ndcg@20": {name: float(value.mean()) for name, value in values.items()},
        "places": places,
        "best_long_term": long_term,
        "gain": gained(values["session, learnt"], values[long_term], baskets, rng),
        "gain_by_hand": gained(values["session, weight 1 set by hand"], values[long_term], baskets, rng),
        "gain_of_strangers": gained(values["stranger, session learnt"], values["stranger, popular"], baskets, rng),
    }
    printed(answer, options.json)


def parted(split: Split, most: int, rng: np.random.Generator) -> list[Basket]:
    """The baskets after the cut of two products or more, of customers with a history, in an order drawn at random."""
    names = [ProductId(target) for target in split.test.targets]
    lines = basket_lines(split.test, split.test.customers, names)
    known = np.zeros(len(split.test.customers), dtype=np.bool_)
    known[np.unique(split.train.customer)] = True
    starts = np.flatnonzero(np.diff(lines.basket, prepend=-1))
    ends = np.append(starts[1:], len(lines))
    asked = np.flatnonzero((ends - starts > 1) & known[lines.customer[starts]])
    if 0 < most < len(asked):
        asked = np.sort(rng.choice(asked, size=most, replace=False))
    baskets = []
    for start, end in zip(starts[asked].tolist(), ends[asked].tolist(), strict=True):
        products = [names[row] for row in rng.permutation(lines.product[start:end]).tolist()]
        half = len(products) // 2
        customer = split.test.customers[int(lines.customer[start])]
        baskets.append(Basket(customer, tuple(products[:half]), frozenset(products[half:])))
    return baskets


def listed(
    ranker: RecommenderRanker,
    baskets: Sequence[Basket],
    *,
    in_session: bool = True,
    known: bool = True,
    on_page: bool = False,
) -> Iterable[list[str]]:
    """The homepage as of the cut, the session's products in the cart, or, without a session, merely left out.

    on_page: it is the page of the first of them.
    """
    intent = ranker.snapshot.intent
    for basket in baskets:
        if isinstance(intent, OfOthers):
            intent.asker[0] = intent.numbers[basket.customer]
        profile = ranker.profiles.get(basket.customer) if known else None
        profile = profile or Profile(customer=basket.customer)
        if in_session:
            profile = with_cart(profile, basket.session, ranker.now)
        page = basket.session[0] if on_page else None
        asked = PlacementRequest(name=ranker.everything, k=K, product_id=page, exclude=tuple(basket.session))
        answer = ranker.recommender.recommend(
            RecommendationRequest(placements=(asked,)),
            profile=profile,
            snapshot=ranker.snapshot,
            catalogue=ranker.catalogue,
            now=ranker.now,
            recommendation_id="in session",
        )
        yield [item.product_id for item in answer.placements[0].items]


def found_at(ranker: RecommenderRanker, baskets: Sequence[Basket], place: str) -> Mapping[str, float]:
    """NDCG@20 of what another place lists: the cart, half of the basket in it; a product page, of its first product.

    all: of the rest of the basket. new: of what of it the household never had, where there is any.
    """
    if place == PRODUCT_PAGE:
        baskets = [basket.after_its_first() for basket in baskets]
    on_page = place == PRODUCT_PAGE
    lists = list(listed(replace(ranker, everything=place), baskets, in_session=not on_page, on_page=on_page))
    fresh = [replace(basket, rest=basket.rest - _had(ranker, basket.customer)) for basket in baskets]
    told = [row for row, basket in enumerate(fresh) if basket.rest]
    new = ndcg([lists[row] for row in told], [fresh[row] for row in told])
    return {"all": float(ndcg(lists, baskets).mean()), "new": float(new.mean()), "baskets_with_new": len(told)}


def _had(ranker: RecommenderRanker, customer: CustomerId) -> frozenset[ProductId]:
    profile = ranker.profiles.get(customer)
    return frozenset() if profile is None else frozenset(profile.bought.value)


def with_cart(profile: Profile, products: Sequence[ProductId], now: Instant) -> Profile:
    """The profile of one who put these into the cart, one every ten seconds."""
    added = tuple(
        Recent(
            Instant(now - 10 * SECOND * (len(products) - place)),
            f"session/{place}",
            InteractionKind.ADDED_TO_CART,
            product,
        )
        for place, product in enumerate(products)
    )
    return msgspec.structs.replace(profile, recent=RecentRows.of(added), cart_rows=added, last_seen=added[-1].at)


def baseline_lists(ranker: Ranker, baskets: Sequence[Basket]) -> Iterable[list[str]]:
    """A baseline's list for each basket's customer, the session's products taken out."""
    customers = sorted({basket.customer for basket in baskets})
    found = dict(zip(customers, ranker.rank(customers, DEEP, mask_history=False).tolist(), strict=True))
    for basket in baskets:
        own = set(basket.session)
        yield [ranker.products[row] for row in found[basket.customer] if row >= 0 and ranker.products[row] not in own]


def ndcg(lists: Iterable[list[str]], baskets: Sequence[Basket]) -> NDArray[np.float64]:  # [num_baskets]
    """Binary NDCG@20 of the rest of each basket."""
    values = []
    for products, basket in zip(lists, baskets, strict=True):
        hit = np.array([product in basket.rest for product in products[:K]], dtype=np.float64)
        values.append(float(hit @ DISCOUNTS[: len(hit)]) / float(DISCOUNTS[: len(basket.rest)].sum()))
    return np.array(values)


def gained(
    ours: NDArray[np.float64], theirs: NDArray[np.float64], baskets: Sequence[Basket], rng: np.random.Generator
) -> Mapping[str, Any]:
    """The paired difference over baskets with its 95 % interval, households being drawn with all their baskets."""
    _, household = np.unique([basket.customer for basket in baskets], return_inverse=True)
    counts = np.bincount(household)
    mine, other = np.bincount(household, ours), np.bincount(household, theirs)
    drawn = rng.integers(len(counts), size=(RESAMPLES, len(counts)))
    differences = (mine - other)[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    ratios = mine[drawn].sum(axis=1) / other[drawn].sum(axis=1) - 1
    return {
        "difference": float((ours - theirs).mean()),
        "interval": np.quantile(differences, [0.025, 0.975]).tolist(),
        "relative": float(ours.mean() / theirs.mean() - 1),
        "relative_interval": np.quantile(ratios, [0.025, 0.975]).tolist(),
    }


@dataclass(frozen=True)
class OfOthers(Intent):
    """An intent that asks no past session of the asker's own, as a stranger has none. numbers: of every owner of past
    sessions. asker: the number of the one who asks."""

    numbers: Mapping[CustomerId, int] = field(default_factory=dict)
    asker: list[int] = field(default_factory=lambda: [-1])

    def alike(self, session: Session) -> Shares:
        return alike_in(self.neighbours, session, without=self.asker[0])


def _of_others(snapshot: ServingSnapshot, split: Split) -> ServingSnapshot:
    """The same, with each asker's own past sessions left out."""
    intent = snapshot.intent
    if intent is None:
        return snapshot
    numbers = {customer: number for number, customer in enumerate(split.train.customers)}
    return replace(snapshot, intent=OfOthers(intent.bonds, intent.neighbours, intent.meant, intent.weights, numbers))


def _by_hand(placements: Placements) -> Placements:
    """The placements with the number that stands in for what is learnt."""
    places = {name: replace(place, learnt_session=False) for name, place in placements.places.items()}
    return replace(placements, places=places)


if __name__ == "__main__":
    main()
