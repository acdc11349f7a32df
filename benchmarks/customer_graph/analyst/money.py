"""The questions about time and money, answered with polars."""

from datetime import date

import polars as pl

from benchmarks.customer_graph.analyst.rows import Answer, first
from benchmarks.customer_graph.analyst.shop import Shop

__all__ = ["discounts", "movers", "season", "spending_by_trait"]


def season(shop: Shop) -> Answer:
    ice_cream = shop.sold().filter(pl.col("category") == "ICE CREAM/MILK/SHERBTS")
    found = ice_cream.group_by(pl.col("on").dt.month_start().alias("month")).agg(
        pl.col("order", "customer").n_unique(), pl.col("value").sum()
    )
    return first(found, ["month", "order", "customer", "value"], ["month"], limit=24)


def movers(shop: Shop) -> Answer:
    sold = shop.sold().filter(pl.col("category").is_not_null())
    november = pl.col("on") >= date(2017, 11, 1)
    both = sold.filter(pl.col("on") >= date(2017, 10, 1), pl.col("on") < date(2017, 12, 1))
    found = both.group_by("category").agg(
        pl.col("value").filter(~november).sum().alias("october"),
        pl.col("value").filter(november).sum().alias("november"),
    )
    found = found.with_columns(change=pl.col("november") - pl.col("october"))
    found = found.with_columns(moved=pl.col("change").abs())
    return first(found, ["category", "october", "november", "change"], ["-moved", "category"])


def discounts(shop: Shop) -> Answer:
    sold = shop.sold().filter(pl.col("department").is_not_null())
    found = sold.group_by("department").agg(pl.col("value", "discount").sum()).filter(pl.col("value") >= 100_000)
    found = found.with_columns(percent=100.0 * pl.col("discount") / (pl.col("value") + pl.col("discount")))
    return first(found, ["department", "value", "discount", "percent"], ["-percent", "department"], percent=1)


def spending_by_trait(shop: Shop) -> Answer:
    known = shop.customers.drop_nulls(["age", "income"])
    each = shop.purchases.group_by("customer").agg(pl.col("value").sum(), pl.col("order").n_unique())
    found = (
        each.join(known, on="customer")
        .group_by("age", "income")
        .agg(
            pl.len().alias("households"),
            (pl.col("value").sum() / 100.0 / pl.len()).alias("each"),
            (pl.col("value").sum() / 100.0 / pl.col("order").sum()).alias("basket"),
        )
    )
    columns = ["age", "income", "households", "each", "basket"]
    return first(found, columns, ["-households", "age", "income"], limit=20, each=2, basket=2)
