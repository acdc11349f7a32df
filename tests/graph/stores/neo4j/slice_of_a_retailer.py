"""Every fortieth household of a real retailer, imported as any shop's files are."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from graph import CustomerGraph, Instant
from graph.log.sqlite_log import SqliteEventLog
from graph.projection.catch_up import catch_up
from graph.projection.graph_projection import GraphProjection
from graph.sources import complete_journey_folder, complete_journey_mapping, import_history, read_history

__all__ = ["fill_with_a_slice", "log_of_a_slice"]

RECEIVED = Instant(1_600_000_000_000_000)
IN_SLICE = pl.col("household_id") % 40 == 33
UNSOLD = pl.col("product_id") % 100 == 7
"""Which products are there though nobody in the slice may have bought them."""
LISTED = pl.col("product_id") % 500 != 1
"""Which are in the catalogue."""


def log_of_a_slice(folder: Path) -> SqliteEventLog:
    """The log of what they did, all campaigns, the products they bought and a few more, and the coupons good for those.

    Its file and the tables it is made of lie in `folder`.
    """
    for name, rows in _tables().items():
        rows.sink_parquet(folder / f"{name}.parquet")
    log = SqliteEventLog(folder / "log.db")
    import_history(read_history(complete_journey_mapping(), folder, RECEIVED), log)
    return log


def fill_with_a_slice(graph: CustomerGraph, log: SqliteEventLog) -> None:
    catch_up(log, GraphProjection(graph), batch=1_000)  # of baskets, with all their lines, in a small server's memory


def _tables() -> Mapping[str, pl.LazyFrame]:
    whole = {path.stem: pl.scan_parquet(path) for path in complete_journey_folder().glob("*.parquet")}
    households = ("transactions", "campaigns", "coupon_redemptions", "demographics")
    tables = {name: whole[name].filter(IN_SLICE) for name in households}
    bought = tables["transactions"].select("product_id").unique()
    used = tables["coupon_redemptions"].select("coupon_upc").unique()
    products = pl.concat([bought, whole["products"].select("product_id").filter(UNSOLD)]).unique()
    listed = whole["products"].join(products, on="product_id", how="semi").filter(LISTED)
    covered = whole["coupons"].join(products, on="product_id", how="semi")
    others = whole["coupons"].join(used, on="coupon_upc", how="semi").unique(["campaign_id", "coupon_upc"])
    return tables | {
        "campaign_descriptions": whole["campaign_descriptions"],
        "products": listed,
        "coupons": pl.concat([covered, others]).unique(),
    }
