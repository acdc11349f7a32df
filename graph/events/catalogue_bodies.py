"""The bodies of ``PUT /v1/products`` and ``PUT /v1/customers``: the catalogue and the customers' traits."""

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

from msgspec import Meta, Raw, Struct, field
from msgspec.json import Decoder

from graph.errors import InvalidValue
from graph.events.derived_ids import content_id
from graph.events.family import Currency, Event, Name, ProductChanged, Text, TraitsChanged
from graph.events.json_text import plain, read
from graph.events.limits import MAX_MESSAGES, MAX_REGIONS, at_most
from graph.events.money import minor_units
from graph.events.refusal import AsCustomer, AsProduct, Form, Parsed, Refusal
from graph.events.traits import traits
from graph.ids import EventId, customer_id, product_id
from graph.instants import Instant

__all__ = ["parse_customers", "parse_products", "reread_customer", "reread_product"]


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
    regions: list[Name] | None = None
    attributes: Any = None


class CustomerEntry(Struct, forbid_unknown_fields=True):
    id: str | None = field(name="customer_id", default=None)
    traits: Any = None


_PRODUCTS, _CUSTOMERS = Decoder(Products), Decoder(Customers)
_PRODUCT, _CUSTOMER = Decoder(ProductEntry), Decoder(CustomerEntry)


def parse_products(body: bytes, received: Instant, source: str = "products") -> Parsed:
    """``{"products": [{"product_id", "name", "price", …}]}``: each entry is the product's whole, from `received` on.

    A price is in major units. InvalidValue with the field "body" where this is no such JSON.
    """
    return _parsed(_PRODUCT_ENTRIES, read(_PRODUCTS, body).products, received, source)


def parse_customers(body: bytes, received: Instant, source: str = "customers") -> Parsed:
    """``{"customers": [{"customer_id", "traits": {…}}]}``: the traits named are so from `received` on, the others stay.

    InvalidValue with the field "body" where this is no such JSON.
    """
    return _parsed(_CUSTOMER_ENTRIES, read(_CUSTOMERS, body).customers, received, source)


def reread_product(text: bytes, *, received: Instant, index: int = 0, source: str = "products") -> Parsed:
    """One entry that was the `index`-th of its body, as at the first time."""
    return _entry(_PRODUCT_ENTRIES, text, received, source, index, "")


def reread_customer(text: bytes, *, received: Instant, index: int = 0, source: str = "customers") -> Parsed:
    """One entry that was the `index`-th of its body, as at the first time."""
    return _entry(_CUSTOMER_ENTRIES, text, received, source, index, "")


class _Kind(NamedTuple):
    """How the entries of a body are read. customer: whom a refused one is about."""

    noun: str
    form: Form
    change: Callable[[bytes, EventId, str, Instant], Event]
    customer: Callable[[bytes], str]


def _parsed(kind: _Kind, entries: list[Raw] | None, received: Instant, source: str) -> Parsed:
    noun = kind.noun
    if entries is None:
        raise InvalidValue(noun, None, f"a list of {noun}")
    at_most(MAX_MESSAGES, entries, noun, noun)
    read_entries = [
        _entry(kind, bytes(text), received, source, index, f"{noun}[{index}]") for index, text in enumerate(entries)
    ]
    return Parsed(
        tuple(event for parsed in read_entries for event in parsed.events),
        tuple(refused for parsed in read_entries for refused in parsed.refused),
    )


def _entry(kind: _Kind, text: bytes, received: Instant, source: str, index: int, where: str) -> Parsed:
    # The place goes before the digest: of two entries for one product the later has the greater stamp.
    name = EventId(f"{received}-{index:08d}-{content_id(text)}")
    try:
        return Parsed((kind.change(text, name, source, received),))
    except InvalidValue as error:
        customer = kind.customer(text)
        refusal = Refusal.of(error, raw=text, index=index, where=where, customer=customer, form=kind.form)
        return Parsed(refused=(refusal,))


def _product_changed(text: bytes, name: EventId, source: str, received: Instant) -> Event:
    entry = read(_PRODUCT, text)
    stated, currency = entry.price, entry.currency or ""
    if isinstance(stated, Price):
        currency = stated.currency or currency
    amount = stated.amount if isinstance(stated, Price) else stated
    regions = entry.regions or []
    at_most(MAX_REGIONS, regions, "regions", "regions")
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
        regions=tuple(regions),
        attributes=traits(entry.attributes, "attributes"),
    )


def _traits_changed(text: bytes, name: EventId, source: str, received: Instant) -> Event:
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
    """Whom a refused entry is about, as far as it says, so that an erasure finds it; a number counts as its text."""
    try:
        said = plain(text)
        who = said.get("customer_id") if isinstance(said, dict) else None
        return customer_id(str(who) if type(who) is int else who)
    except InvalidValue:
        return ""


def _nobody(_: bytes) -> str:
    return ""


_PRODUCT_ENTRIES = _Kind("products", AsProduct(), _product_changed, _nobody)
_CUSTOMER_ENTRIES = _Kind("customers", AsCustomer(), _traits_changed, _customer)
