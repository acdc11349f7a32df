"""The questions about households, answered with polars and networkx."""

from collections import Counter
from datetime import date, timedelta
from itertools import combinations

import networkx as nx
import polars as pl

from benchmarks.customer_graph.analyst.rows import Answer, first
from benchmarks.customer_graph.analyst.shop import Shop

__all__ = [
    "asleep",
    "joined_by_rare_products",
    "mix",
    "rare_in_common",
    "similar",
    "stopped",
    "stores",
]

HOUSEHOLD, OTHER, OF_TWO_STORES = "user:393", "user:1873", "user:113"


def similar(shop: Shop) -> Answer:
    pairs = shop.purchases.select("customer", "product").unique()
    own = pairs.filter(pl.col("customer") == HOUSEHOLD)
    bought = pairs.group_by("customer").agg(pl.len().alias("products"))
    shared = pairs.filter(pl.col("customer") != HOUSEHOLD).join(own, on="product", how="semi")
    found = shared.group_by("customer").agg(pl.len().alias("shared")).join(bought, on="customer")
    found = found.with_columns(similarity=pl.col("shared") / (1.0 * len(own) * pl.col("products")).sqrt())
    columns = ["customer", "shared", "products", "similarity"]
    return first(found, columns, ["-similarity", "customer"], similarity=4)


def joined_by_rare_products(shop: Shop) -> Answer:
    """The shortest chains of at most three products, each sold at most four times."""
    rare = shop.sold().filter(pl.len().over("product") <= 4)
    drawn: nx.Graph[str] = nx.Graph(rare.select("customer", pl.format("product:{}", "product")).rows())
    named = dict(rare.select(pl.format("product:{}", "product"), pl.coalesce("name", "product")).rows())
    if not (HOUSEHOLD in drawn and OTHER in drawn and nx.has_path(drawn, HOUSEHOLD, OTHER)):
        return []
    paths = {tuple(named.get(node, node) for node in path) for path in nx.all_shortest_paths(drawn, HOUSEHOLD, OTHER)}
    return [(list(path),) for path in sorted(paths) if len(path) <= 7][:5]


def rare_in_common(shop: Shop) -> Answer:
    rare = shop.sold().filter(pl.len().over("product").is_between(2, 6))
    shared: Counter[tuple[str, str]] = Counter()
    example: dict[tuple[str, str], str] = {}
    for _, name, households in rare.group_by("product", "name").agg(pl.col("customer").unique()).rows():
        for pair in combinations(sorted(households), 2):
            shared[pair] += 1
            if name is not None:
                example[pair] = min(example.get(pair, name), name)
    order = sorted(shared, key=lambda pair: (-shared[pair], pair))
    return [(*pair, shared[pair], example.get(pair)) for pair in order[:10]]


def mix(shop: Shop) -> Answer:
    sold = shop.sold().filter(pl.col("department").is_not_null())
    own = pl.col("value").filter(pl.col("customer") == HOUSEHOLD).sum()
    found = sold.group_by("department").agg(own.alias("own"), pl.col("value").sum().alias("everyone"))
    found = found.with_columns((100.0 * pl.col(name) / pl.col(name).sum()).alias(name) for name in ("own", "everyone"))
    columns = ["department", "own", "everyone"]
    return first(found, columns, ["-own", "-everyone", "department"], own=1, everyone=1)


def stores(shop: Shop) -> Answer:
    rows = shop.purchases.filter(pl.col("customer") == OF_TWO_STORES).group_by("place")
    first_visit, last_visit = pl.col("on").min().alias("first"), pl.col("on").max().alias("last")
    found = rows.agg(pl.col("order").n_unique(), pl.col("value").sum(), first_visit, last_visit)
    return first(found, ["place", "order", "value", "first", "last"], ["-order", "place"])


def asleep(shop: Shop) -> Answer:
    rows = shop.purchases.group_by("customer")
    found = rows.agg(pl.col("on").max(), pl.col("order").n_unique(), pl.col("value").sum())
    found = found.filter(pl.col("on") < date(2018, 1, 1) - timedelta(days=60), pl.col("order") >= 10)
    return first(found, ["customer", "on", "order", "value"], ["-value", "customer"])


def stopped(shop: Shop) -> Answer:
    drinks = shop.sold().filter(pl.col("category") == "SOFT DRINKS")
    found = drinks.group_by("customer").agg(pl.col("order").n_unique(), pl.col("on").max())
    found = found.filter(pl.col("order") >= 10, pl.col("on") < date(2017, 10, 1))
    here = shop.purchases.filter(pl.col("on") >= date(2017, 12, 1))
    return first(found.join(here, on="customer", how="semi"), ["customer", "order", "on"], ["-order", "customer"])
