"""Which function answers which question of docs/analyst.md."""

from collections.abc import Callable, Mapping

from benchmarks.customer_graph.analyst import campaigns, households, money, products
from benchmarks.customer_graph.analyst.rows import Answer
from benchmarks.customer_graph.analyst.shop import Shop

__all__ = ["ANSWERS"]

ANSWERS: Mapping[int, Callable[[Shop], Answer]] = {
    1: products.bought_most_by,
    2: products.bought_with,
    3: products.coming_back,
    4: products.favourite_brands,
    5: products.lift_of_a_segment,
    6: products.unsold,
    7: products.taken_up,
    8: money.season,
    9: money.movers,
    10: money.discounts,
    11: money.spending_by_trait,
    12: households.similar,
    13: households.joined_by_rare_products,
    14: households.rare_in_common,
    15: households.mix,
    16: households.stores,
    17: households.asleep,
    18: households.stopped,
    19: campaigns.reach,
    20: campaigns.bought_under_a_campaign,
}
