"""What each kind of record is made of: the fields a table may fill and those it must."""

from collections.abc import Iterator
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from graph.sources.column import Column, ColumnSpec

__all__ = [
    "CampaignColumns",
    "CouponColumns",
    "CustomerColumns",
    "InteractionColumns",
    "ProductColumns",
    "PurchaseColumns",
    "ReceiptColumns",
    "RecordColumns",
    "RedemptionColumns",
]


class RecordColumns(BaseModel):
    """The fields of one kind of record. Traits, attributes and discounts are groups: a column for each name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def fields(self) -> Iterator[tuple[str, Column, bool]]:
        """(field, its column, whether every row must have it), a group's as ``traits.age``."""
        for name, declared in type(self).model_fields.items():
            held = getattr(self, name)
            if isinstance(held, Column):
                yield name, held, declared.is_required()
            elif held is not None:
                yield from ((f"{name}.{key}", column, False) for key, column in held.items())


class _PersonColumns(RecordColumns):
    customer: ColumnSpec | None = None
    anonymous: ColumnSpec | None = None

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.customer is None and self.anonymous is None:
            raise ValueError("a column for customer, anonymous or both")
        return self


class _ActColumns(_PersonColumns):
    session: ColumnSpec | None = None
    channel: ColumnSpec | None = None
    device: ColumnSpec | None = None
    place: ColumnSpec | None = None
    locale: ColumnSpec | None = None
    page: ColumnSpec | None = None


class PurchaseColumns(_ActColumns):
    """A row is a line of an order; rows with the same order are one purchase, wherever in the table they stand."""

    order: ColumnSpec
    time: ColumnSpec
    product: ColumnSpec
    line: ColumnSpec | None = None
    quantity: ColumnSpec | None = None
    currency: ColumnSpec | None = None
    value: ColumnSpec | None = None
    discounts: dict[str, ColumnSpec] = {}


class InteractionColumns(_ActColumns):
    """A row is one thing a customer did; `kind` says which, after `values` has put the file's words into ours."""

    kind: ColumnSpec
    time: ColumnSpec
    id: ColumnSpec | None = None
    product: ColumnSpec | None = None
    query: ColumnSpec | None = None
    quantity: ColumnSpec | None = None
    rating: ColumnSpec | None = None
    seconds: ColumnSpec | None = None
    order: ColumnSpec | None = None
    currency: ColumnSpec | None = None
    value: ColumnSpec | None = None


class ProductColumns(RecordColumns):
    product: ColumnSpec
    time: ColumnSpec | None = None
    name: ColumnSpec | None = None
    department: ColumnSpec | None = None
    category: ColumnSpec | None = None
    subcategory: ColumnSpec | None = None
    brand: ColumnSpec | None = None
    manufacturer: ColumnSpec | None = None
    package_size: ColumnSpec | None = None
    currency: ColumnSpec | None = None
    price: ColumnSpec | None = None
    in_stock: ColumnSpec | None = None
    retired: ColumnSpec | None = None
    regions: ColumnSpec | None = None
    attributes: dict[str, ColumnSpec] = {}


class CustomerColumns(_PersonColumns):
    time: ColumnSpec | None = None
    traits: dict[str, ColumnSpec] = {}


class CampaignColumns(RecordColumns):
    campaign: ColumnSpec
    time: ColumnSpec | None = None
    kind: ColumnSpec | None = None
    starts: ColumnSpec | None = None
    ends: ColumnSpec | None = None


class CouponColumns(RecordColumns):
    """A row says that a coupon of a campaign is good for a product; it may be said more than once."""

    campaign: ColumnSpec
    coupon: ColumnSpec
    product: ColumnSpec | None = None


class ReceiptColumns(_ActColumns):
    """A row says that a customer was sent a campaign; without a time, when the campaign started."""

    campaign: ColumnSpec
    time: ColumnSpec | None = None


class RedemptionColumns(_ActColumns):
    campaign: ColumnSpec
    coupon: ColumnSpec
    time: ColumnSpec
