"""The id of a coupon: ``<campaign>/<code>``, since codes recur between campaigns."""

import polars as pl

from graph.ids import MAX_ID_LENGTH
from graph.sources.rows.table_rows import Rows

__all__ = ["with_coupon_ids"]


def with_coupon_ids(batch: Rows) -> Rows:
    """The batch with ids in place of codes, rows whose id would be too long refused."""
    ids = batch.frame.select((pl.col("campaign") + "/" + pl.col("coupon")).alias("coupon")).to_series()
    batch = batch._replace(frame=batch.frame.with_columns(ids))
    too_long = ids.str.len_chars() > MAX_ID_LENGTH
    return batch.refuse(too_long, "coupon", f"a code that with its campaign has at most {MAX_ID_LENGTH} characters")
