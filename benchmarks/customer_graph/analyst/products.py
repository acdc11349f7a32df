"""The questions about products, answered with polars."""

from datetime import date

import polars as pl

from benchmarks.customer_graph.analyst.rows import Answer, first
from benchmarks.customer_graph.analyst.shop import Shop

__all__ = [
    "bought_most_by",
    "bought_with",
    "coming_back",
    "favourite_brands",
    "lift_of_a_segment",
    "taken_up",
    "unsold",
]

MILK, BUNS = "1029743", "1098066"


def bought_most_by(shop: Shop) -> Answer:
    rows = shop.purchases.filter(pl.col("product") == MILK).group_by("customer")
    found = rows.agg(pl.col("order").n_unique(), pl.col("quantity", "value").sum(), pl.col("on").max())
    return first(found, ["customer", "order", "quantity", "value", "on"], ["-order", "customer"])


def bought_with(shop: Shop) -> Answer:
    baskets = shop.purchases.filter(pl.col("product") == BUNS).select("customer", "order").unique()
    beside = shop.sold().join(baskets, on=["customer", "order"], how="semi").filter(pl.col("product") != BUNS)
    found = beside.group_by("product", "name").agg(pl.col("order").n_unique())
    return first(found, ["product", "name", "order"], ["-order", "product"])


def coming_back(shop: Shop) -> Answer:
    milk = shop.sold().filter(pl.col("category") == "FLUID MILK PRODUCTS")
    days = milk.group_by("product", "name", "customer").agg(
        pl.col("on").n_unique().alias("days"), (pl.col("on").max() - pl.col("on").min()).dt.total_days().alias("span")
    )
    again = pl.col("days") > 1
    found = days.group_by("product", "name").agg(
        pl.len().alias("households"),
        (100.0 * again.sum() / pl.len()).alias("repeat"),
        (pl.col("span") / (pl.col("days") - 1)).filter(again).median().alias("between"),
    )
    columns = ["product", "name", "households", "repeat", "between"]
    return first(found, columns, ["-households", "product"], repeat=1, between=1)


def favourite_brands(shop: Shop) -> Answer:
    milk = shop.sold().filter(pl.col("category") == "FLUID MILK PRODUCTS")
    halves = {}
    for name, half in ("was", pl.col("on") < date(2017, 7, 1)), ("became", pl.col("on") >= date(2017, 7, 1)):
        paid = milk.filter(half).group_by("customer", "brand").agg(pl.col("value").sum())
        order = paid.sort(["customer", "value", "brand"], descending=[False, True, False])
        halves[name] = order.unique("customer", keep="first", maintain_order=True).select(
            "customer", pl.col("brand").alias(name)
        )
    both = halves["was"].join(halves["became"], on="customer")
    found = both.group_by("was", "became").agg(pl.len().alias("households"))
    return first(found, ["was", "became", "households"], ["-households", "was", "became"])


def lift_of_a_segment(shop: Shop) -> Answer:
    known = shop.customers.filter(pl.col("age").is_not_null()).with_columns(young=pl.col("age") == "25-34")
    pairs = shop.sold().select("customer", "product", "name").unique().join(known, on="customer")
    found = pairs.group_by("product", "name").agg(pl.col("young").sum().alias("segment"), pl.len().alias("households"))
    found = found.filter(pl.col("households") >= 10).with_columns(
        lift=1.0 * pl.col("segment") / pl.col("households") * len(known) / known["young"].sum()
    )
    return first(found, ["product", "name", "segment", "households", "lift"], ["-lift", "product"], lift=2)


def unsold(shop: Shop) -> Answer:
    products = shop.products.with_columns(
        pl.col("department").fill_null("not in the catalogue"),
        never=~pl.col("product").is_in(shop.purchases["product"].unique().implode()),
    )
    found = products.group_by("department").agg(
        pl.len().alias("products"), pl.col("never").sum(), pl.col("product").filter("never").min()
    )
    return first(found, ["department", "products", "never", "product"], ["-never", "department"], limit=40)


def taken_up(shop: Shop) -> Answer:
    pairs = shop.sold().group_by("customer", "product", "name").agg(pl.col("on").min())
    pairs = pairs.with_columns(arrived=pl.col("on").min().over("customer")).filter(pl.col("on").dt.month() == 3)
    found = pairs.group_by("product", "name").agg(
        pl.len().alias("households"), (pl.col("on") == pl.col("arrived")).sum().alias("arrived")
    )
    return first(found, ["product", "name", "households", "arrived"], ["-households", "product"])
