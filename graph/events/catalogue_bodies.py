"""The bodies of ``PUT /v1/products`` and ``PUT /v1/customers``: the catalogue and the customers' traits."""

from collections.abc import Callable
from typing import Annotated, Any

from msgspec import Meta, Raw, Struct, field
from msgspec.json import Decoder

from graph.errors import InvalidValue
from graph.events.derived_ids import content_id
from graph.events.family import Currency, Event, ProductChanged, Text, TraitsChanged
from graph.events.json_text import read
from graph.events.limits import MAX_MESSAGES, at_most
from graph.events.money import minor_units
from graph.events.refusal import Parsed, Refusal
from graph.events.traits import traits
from graph.ids import EventId, customer_id, product_id
from graph.instants import Instant

__all__ = ["parse_customers", "parse_products"]


class Products(Struct):
    products: list[Raw] | None = None


class Customers(Struct):
    customers: list[Raw] | None = None


Amount = Annotated[float, Meta(ge=0, le=1e13)]  # major units


class Price(Struct, forbid_unknown_fields=True):
    amount: Amount
    currency: Currency | None = None


class ProductEntry(Struct, forbid_unknown_fields=True):
    product_id: str | None = None
    name: Text | None = None
    department: Text | None = None
    category: Text | None = None
    subcategory: Text | None = None
    brand: Text | None = None
    manufacturer: Text | None = None
    package_size: Text | None = None
    price: Amount | Price | None = None
    currency: Currency | None = None
    in_stock: bool | None = None
    retired: bool | None = None
    attributes: Any = None


class CustomerEntry(Struct, forbid_unknown_fields=True):
    id: str | None = field(name="customer_id", default=None)
    traits: Any = None


class Who(Struct):
    id: str | None = field(name="customer_id", default=None)


_WHO = Decoder(Who)
_PRODUCTS, _CUSTOMERS = Decoder(Products), Decoder(Customers)
_PRODUCT, _CUSTOMER = Decoder(ProductEntry), Decoder(CustomerEntry)


def parse_products(body: bytes, received: Instant, source: str = "products") -> Parsed:
    """``{"products": [{"product_id", "name", "price", …}]}``: each entry is the product's whole, from `received` on.

    A price is in major units. InvalidValue with the field "body" where this is no such JSON.
    """
    return _parsed("products", read(_PRODUCTS, body).products, received, source, _product_changed, _nobody)


def parse_customers(body: bytes, received: Instant, source: str = "customers") -> Parsed:
    """``{"customers": [{"customer_id", "traits": {…}}]}``: the traits named are so from `received` on, the others stay.

    InvalidValue with the field "body" where this is no such JSON.
    """
    return _parsed("customers", read(_CUSTOMERS, body).customers, received, source, _traits_changed, _customer)


def _parsed(
    noun: str,
    entries: list[Raw] | None,
    received: Instant,
    source: str,
    change: Callable[[Raw, EventId, str, Instant], Event],
    customer: Callable[[bytes], str],
) -> Parsed:
    if entries is None:
        raise InvalidValue(noun, None, f"a list of {noun}")
    at_most(MAX_MESSAGES, entries, noun, noun)
    events: list[Event] = []
    refused: list[Refusal] = []
    for index, text in enumerate(entries):
        # The place goes before the digest: of two entries for one product the later has the greater stamp.
        name = EventId(f"{received}-{index:08d}-{content_id(bytes(text))}")
        try:
            events.append(change(text, name, source, received))
        except InvalidValue as error:
            raw, where = bytes(text), f"{noun}[{index}]"
            refused.append(Refusal.of(error, raw=raw, index=index, where=where, customer=customer(raw)))
    return Parsed(tuple(events), tuple(refused))


def _product_changed(text: Raw, name: EventId, source: str, received: Instant) -> Event:
    entry = read(_PRODUCT, text)
    stated, currency = entry.price, entry.currency or ""
    if isinstance(stated, Price):
        currency = stated.currency or currency
    amount = stated.amount if isinstance(stated, Price) else stated
    return ProductChanged(
        id=name,
        source=source,
        at=received,
        received=received,
        product=product_id(entry.product_id),
        name=entry.name or "",
        department=entry.department or "",
        category=entry.category or "",
        subcategory=entry.subcategory or "",
        brand=entry.brand or "",
        manufacturer=entry.manufacturer or "",
        package_size=entry.package_size or "",
        price=None if amount is None else minor_units(amount, currency),
        currency=currency,
        in_stock=entry.in_stock is not False,
        retired=bool(entry.retired),
        attributes=traits(entry.attributes, "attributes"),
    )


def _traits_changed(text: Raw, name: EventId, source: str, received: Instant) -> Event:
    entry = read(_CUSTOMER, text)
    return TraitsChanged(
        id=name,
        source=source,
        at=received,
        received=received,
        customer=customer_id(entry.id),
        traits=traits(entry.traits, "traits"),
    )


def _customer(text: bytes) -> str:
    """Whom a refused entry is about, as far as it says, so that an erasure finds it."""
    try:
        return customer_id(read(_WHO, text).id)
    except InvalidValue:
        return ""


def _nobody(text: bytes) -> str:
    return ""
