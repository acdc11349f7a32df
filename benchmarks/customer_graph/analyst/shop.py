"""A shop's graph as tables, read through the verbs every store has."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from graph import Campaign, Customer, GraphReader, Instant, Interaction, InteractionKind, Product, day_of, day_start

__all__ = ["Shop", "shop_of"]

Row = tuple[Any, ...]
TYPES: dict[str, pl.DataType] = {
    "quantity": pl.Float64(),
    "value": pl.Int64(),
    "discount": pl.Int64(),
    **dict.fromkeys(("on", "starts_on", "ends_on"), pl.Date()),
}


@dataclass(frozen=True)
class Shop:
    """One row a node or an edge; `on` and what ends in ``_on`` are dates, money is minor units, None is unknown."""

    purchases: pl.DataFrame  # customer, product, on, order, place, quantity, value, discount
    receipts: pl.DataFrame  # customer, campaign
    redemptions: pl.DataFrame  # customer, coupon
    products: pl.DataFrame  # product, name, department, category, brand; what is only met has None in all but the id
    customers: pl.DataFrame  # customer, age, income
    campaigns: pl.DataFrame  # campaign, kind, starts_on, ends_on
    covers: pl.DataFrame  # campaign, coupon, product

    def sold(self) -> pl.DataFrame:
        """The purchases with what the catalogue says of the product."""
        return self.purchases.join(self.products, on="product", how="left")


def shop_of(graph: GraphReader) -> Shop:
    """Everything that `graph` exports."""
    purchases: list[Row] = []
    receipts: list[Row] = []
    redemptions: list[Row] = []
    products: list[Row] = []
    customers: list[Row] = []
    campaigns: list[Row] = []
    covers: list[Row] = []
    for record in graph.export():
        match record:
            case Interaction(kind=InteractionKind.PURCHASED):
                on = day_start(day_of(record.at, record.utc_offset))
                paid = (record.quantity, record.value, record.discount)
                purchases.append((record.customer, record.target.id, on, record.order, record.place, *paid))
            case Interaction(kind=InteractionKind.RECEIVED):
                receipts.append((record.customer, record.target.id))
            case Interaction(kind=InteractionKind.REDEEMED):
                redemptions.append((record.customer, record.target.id))
            case Product():
                stated = (record.name, record.department, record.category, record.brand)
                products.append((record.id, *(text or None for text in stated)))
            case Customer():
                customers.append((record.id, record.traits.get("age"), record.traits.get("income")))
            case Campaign():
                campaigns.append((record.id, record.kind, _date(record.starts), _date(record.ends)))
                covers += [(record.id, coupon.id, product) for coupon in record.coupons for product in coupon.products]
    return Shop(
        purchases=_table(purchases, "customer product on order place quantity value discount"),
        receipts=_table(receipts, "customer campaign"),
        redemptions=_table(redemptions, "customer coupon"),
        products=_table(products, "product name department category brand"),
        customers=_table(customers, "customer age income"),
        campaigns=_table(campaigns, "campaign kind starts_on ends_on"),
        covers=_table(covers, "campaign coupon product"),
    )


def _table(rows: list[Row], columns: str) -> pl.DataFrame:
    return pl.DataFrame(rows, {name: TYPES.get(name, pl.String()) for name in columns.split()}, orient="row")


def _date(instant: Instant | None) -> date | None:
    return None if instant is None else day_start(day_of(instant))
