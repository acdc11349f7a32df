"""The mapping file: which file holds what, and which of its columns is which of our fields."""

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from graph.sources.record_columns import (
    CampaignColumns,
    CouponColumns,
    CustomerColumns,
    InteractionColumns,
    ProductColumns,
    PurchaseColumns,
    ReceiptColumns,
    RecordColumns,
    RedemptionColumns,
)

__all__ = [
    "RECORDS",
    "Campaigns",
    "Coupons",
    "Customers",
    "Interactions",
    "Mapping",
    "Products",
    "Purchases",
    "Receipts",
    "Redemptions",
    "Table",
]

_INHERITED = ("timezone", "currency", "money")
_MONEY_FIELDS = ("value", "price", "discounts.")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("the name of a time zone such as Europe/Berlin or UTC") from None
    return name


Timezone = Annotated[str, AfterValidator(_zone)]
CurrencyCode = Annotated[str, Field(pattern="^[A-Z]{3}$")]
Money = Literal["major", "minor"]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str = Field(min_length=1)
    format: Literal["csv", "jsonl", "parquet"] | None = None
    separator: str = Field(default=",", min_length=1, max_length=1)
    decimal: Literal[".", ","] = "."
    missing: tuple[str, ...] = ()
    timezone: Timezone | None = None
    currency: CurrencyCode | None = None
    money: Money = "major"

    @model_validator(mode="after")
    def _money_has_a_currency(self) -> "_Table":
        columns: RecordColumns = getattr(self, "columns")  # noqa: B009
        fields = {name: column for name, column, _ in columns.fields()}
        holds_money = any(name.startswith(_MONEY_FIELDS) for name in fields)
        if holds_money and self.currency is None and "currency" not in fields:
            raise ValueError("a currency (of the mapping, the table or a column), since the table holds money")
        for name, column in fields.items():
            if column.source is not None and name != "price":
                raise ValueError(f"'from' only for the price of products, not for {name}")
        return self


class Purchases(_Table):
    record: Literal["purchases"]
    columns: PurchaseColumns


class Interactions(_Table):
    record: Literal["interactions"]
    columns: InteractionColumns


class Products(_Table):
    record: Literal["products"]
    columns: ProductColumns


class Customers(_Table):
    record: Literal["customers"]
    columns: CustomerColumns


class Campaigns(_Table):
    record: Literal["campaigns"]
    columns: CampaignColumns


class Coupons(_Table):
    record: Literal["coupons"]
    columns: CouponColumns


class Receipts(_Table):
    record: Literal["receipts"]
    columns: ReceiptColumns


class Redemptions(_Table):
    record: Literal["redemptions"]
    columns: RedemptionColumns


Table = Purchases | Interactions | Products | Customers | Campaigns | Coupons | Receipts | Redemptions


RECORDS: dict[str, type[Table]] = {
    "purchases": Purchases,
    "interactions": Interactions,
    "products": Products,
    "customers": Customers,
    "campaigns": Campaigns,
    "coupons": Coupons,
    "receipts": Receipts,
    "redemptions": Redemptions,
}
"""What a table may hold, by the name a mapping file calls it."""


class Mapping(BaseModel):
    """A shop's files. `timezone`, `currency` and `money` hold for every table that does not say otherwise.

    source: names the shop in every event; (source, id) is how a second import knows what it has seen.
    money: whether amounts are written in major units (12.50) or minor ones (1250).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = Field(min_length=1, max_length=256)
    timezone: Timezone | None = None
    currency: CurrencyCode | None = None
    money: Money = "major"
    tables: tuple[Annotated[Table, Field(discriminator="record")], ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _inherited(cls, told: Any) -> Any:
        if not isinstance(told, dict) or not isinstance(told.get("tables"), list):
            return told
        common = {key: told[key] for key in _INHERITED if key in told}
        return {**told, "tables": [common | table if isinstance(table, dict) else table for table in told["tables"]]}
