"""Every second basket of every fortieth household of a real retailer, imported as any shop's files are."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest

from graph import CustomerGraph, Instant
from graph.copying import BATCH, copy_graph
from graph.log.sqlite_log import SqliteEventLog
from graph.projection.catch_up import catch_up
from graph.projection.graph_projection import GraphProjection
from graph.sources import complete_journey_folder, complete_journey_mapping, import_history, read_history

__all__ = ["copy_with_a_stop", "fill_with_a_slice"]

RECEIVED = Instant(1_600_000_000_000_000)
IN_SLICE = pl.col("household_id") % 40 == 33
KEPT = pl.col("basket_id").cast(pl.Int64) % 2 == 0
UNSOLD = pl.col("product_id") % 400 == 7
"""Which products are there though nobody in the slice may have bought them."""
LISTED = pl.col("product_id") % 500 != 1
"""Which are in the catalogue."""


def fill_with_a_slice(graph: CustomerGraph, folder: Path) -> None:
    """What they did in those baskets and with coupons, all campaigns, the products they bought and a few more, and the
    coupons good for those.

    The tables it is made of and a log lie in `folder`.
    """
    for name, rows in _tables().items():
        rows.sink_parquet(folder / f"{name}.parquet")
    with closing(SqliteEventLog(folder / "log.db")) as log:
        import_history(read_history(complete_journey_mapping(), folder, RECEIVED), log)
        catch_up(log, GraphProjection(graph))


class _Stopped(Exception):
    """Raised where a copy is to stop."""


def copy_with_a_stop(source: CustomerGraph, target: CustomerGraph) -> None:
    """Copy in two calls, the first stopped after a batch; the second writes the rest."""

    def stop_after_one_batch(what: str, done: int, total: int) -> None:
        if done > 0:
            raise _Stopped

    with pytest.raises(_Stopped):
        copy_graph(source, target, progress=stop_after_one_batch)
    copied = copy_graph(source, target)
    assert copied.written == copied.records - BATCH
    assert (copied.position, copied.counts) == (source.position(), source.counts())


def _tables() -> Mapping[str, pl.LazyFrame]:
    whole = {path.stem: pl.scan_parquet(path) for path in complete_journey_folder().glob("*.parquet")}
    households = ("transactions", "campaigns", "coupon_redemptions", "demographics")
    tables = {name: whole[name].filter(IN_SLICE) for name in households}
    tables["transactions"] = tables["transactions"].filter(KEPT)
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
