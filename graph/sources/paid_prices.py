"""The price of a product as what was paid for it, for shops whose product file has none."""

import polars as pl

from graph.sources.mapping import Purchases
from graph.sources.reading import Reading

__all__ = ["paid_prices"]


def paid_prices(reading: Reading) -> dict[str, tuple[int, str]]:
    """product -> (the median price of a unit in minor units, its currency), over all purchase lines.

    Lines of quantity 0 or value 0 say nothing of a price. A product whose unit costs less than one minor unit (petrol
    by the thousandth of a gallon) has no price, nor has one that was sold in several currencies.
    """
    paid = []
    for table in reading.mapping.tables:
        if isinstance(table, Purchases) and table.columns.value is not None:
            fields = ("product", "quantity", "value", "currency")
            for batch in reading.rows(table).only(fields):
                frame = batch.frame
                if "quantity" not in frame.columns:
                    frame = frame.with_columns(quantity=pl.lit(1.0))
                if "currency" not in frame.columns:
                    frame = frame.with_columns(currency=pl.lit(table.currency or ""))
                frame = frame.with_columns(pl.col("currency").fill_null(table.currency or ""))
                sold = frame.filter((pl.col("quantity").fill_null(1.0) > 0) & (pl.col("value") > 0))
                unit = (pl.col("value") / pl.col("quantity").fill_null(1.0)).alias("price")
                paid.append(sold.select("product", unit, pl.col("currency").cast(pl.Categorical)))
    if not paid:
        return {}
    prices = (
        pl.concat(paid)
        .group_by("product")
        .agg(
            pl.col("price").median().round(mode="half_away_from_zero").cast(pl.Int64),
            pl.col("currency").first().cast(pl.String),
            pl.col("currency").n_unique().alias("currencies"),
        )
        .filter((pl.col("price") >= 1) & (pl.col("currencies") == 1))
    )
    return {product: (price, currency) for product, price, currency, _ in prices.iter_rows()}
