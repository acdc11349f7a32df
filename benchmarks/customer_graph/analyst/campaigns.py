"""The questions about campaigns, answered with polars."""

import polars as pl

from benchmarks.customer_graph.analyst.rows import Answer, first
from benchmarks.customer_graph.analyst.shop import Shop

__all__ = ["bought_under_a_campaign", "reach"]

CAMPAIGN = "16"


def reach(shop: Shop) -> Answer:
    coupons = shop.covers.group_by("campaign", "coupon").agg(pl.len().alias("it_covers"))
    used = shop.redemptions.join(coupons, on="coupon")
    times = used.group_by("campaign", "coupon", "it_covers").agg(pl.len().alias("of_it"))
    best = times.sort(["of_it", "coupon"], descending=[True, False]).unique(
        "campaign", keep="first", maintain_order=True
    )
    received = shop.receipts.group_by("campaign").agg(pl.len().alias("received"))
    redeemers = shop.receipts.join(used, on=["campaign", "customer"], how="semi").group_by("campaign")
    found = (
        best.join(used.group_by("campaign").agg(pl.len().alias("redemptions")), on="campaign")
        .join(shop.campaigns, on="campaign")
        .join(received, on="campaign", how="left")
        .join(redeemers.agg(pl.len().alias("redeemers")), on="campaign", how="left")
        .with_columns(pl.col("received", "redeemers").fill_null(0))
    )
    columns = ["campaign", "kind", "received", "redeemers", "redemptions", "coupon", "of_it", "it_covers"]
    return first(found, columns, ["-redemptions", "campaign"])


def bought_under_a_campaign(shop: Shop) -> Answer:
    [(starts, ends)] = shop.campaigns.filter(pl.col("campaign") == CAMPAIGN).select("starts_on", "ends_on").rows()
    covered = shop.covers.filter(pl.col("campaign") == CAMPAIGN)
    got = shop.receipts.filter(pl.col("campaign") == CAMPAIGN)["customer"]
    window = shop.purchases.join(covered, on="product", how="semi").filter(
        pl.col("on") >= starts - (ends - starts), pl.col("on") < ends
    )
    during = pl.col("on") >= starts
    found = window.group_by(pl.col("customer").is_in(got.implode()).alias("received")).agg(
        pl.col("customer").n_unique().alias("buyers"),
        pl.col("value").filter(~during).sum().alias("before"),
        pl.col("value").filter(during).sum().alias("during"),
    )
    found = found.with_columns(change=100.0 * pl.col("during") / pl.col("before") - 100)
    return first(found, ["received", "buyers", "before", "during", "change"], ["received"], change=1)
