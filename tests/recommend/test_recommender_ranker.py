"""The Recommender as a ranker of the evaluation table."""

import numpy as np

from graph import CustomerId, EdgeArrays, InteractionKind
from recommend.ranker import RecommenderRanker, profiles_of
from tests.recommend.shop import AS_OF, BASKETS, PRODUCTS, TODAY, Shop, profile


def edges() -> EdgeArrays:
    customers, targets = sorted(BASKETS), sorted(PRODUCTS)
    rows = [
        (customers.index(customer), targets.index(product), TODAY - ago)
        for customer, baskets in BASKETS.items()
        for ago, basket in baskets.items()
        for product in basket
    ]
    customer, target, day = (np.array(column) for column in zip(*sorted(rows, key=lambda row: row[2]), strict=True))
    kind = np.full(len(rows), list(InteractionKind).index(InteractionKind.PURCHASED), dtype=np.int8)
    return EdgeArrays(
        customers=[CustomerId(f"user:{name}") for name in customers],
        targets=list(targets),
        customer=customer.astype(np.int32),
        target=target.astype(np.int32),
        kind=kind,
        at=day.astype(np.int64) * 86_400_000_000 + 12 * 3_600_000_000,
        day=day.astype(np.int32),
        quantity=np.ones(len(rows)),
        value=np.zeros(len(rows), dtype=np.int64),
        order=np.full(len(rows), -1, dtype=np.int32),
    )


def test_profiles_are_what_the_interactions_add_up_to() -> None:
    profiles = profiles_of(edges())
    for customer in BASKETS:
        assert profiles[CustomerId(f"user:{customer}")].days == profile(customer).days
        assert profiles[CustomerId(f"user:{customer}")].bought == profile(customer).bought


def test_lists_are_rows_of_the_products_and_new_ones_leave_history_out(shop: Shop) -> None:
    ranker = RecommenderRanker(shop.recommender, shop.snapshot, shop.catalogue, profiles_of(edges()), AS_OF)
    anna, unknown = CustomerId("user:anna"), CustomerId("user:nobody")
    everything = ranker.rank([anna, unknown], 20, mask_history=False)
    new = ranker.rank([anna], 20, mask_history=True)
    named = [ranker.products[row] for row in everything[0] if row >= 0]
    assert named[:2] == ["milk", "butter"] and everything.shape == (2, 20)
    assert ranker.products[everything[1][0]] == "milk"
    assert not {"milk", "butter"} & {ranker.products[row] for row in new[0] if row >= 0}
