"""The nodes of the customer graph: customers, products, campaigns and their coupons."""

from enum import StrEnum
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from graph.ids import MAX_ID_LENGTH, CustomerKey, ProductKey
from graph.instants import Instant

__all__ = [
    "Campaign",
    "Coupon",
    "Customer",
    "LinkKind",
    "NodeKind",
    "NodeRef",
    "Product",
    "Relation",
    "Stamp",
    "Trait",
]

Trait = str | int | float | bool
"""A value known of a customer or product: typed, flat, never null (an absent trait is absent)."""


class NodeKind(StrEnum):
    CUSTOMER = "customer"
    PRODUCT = "product"
    CAMPAIGN = "campaign"
    COUPON = "coupon"
    DEPARTMENT = "department"
    CATEGORY = "category"
    SUBCATEGORY = "subcategory"
    BRAND = "brand"
    MANUFACTURER = "manufacturer"


class Relation(StrEnum):
    """What joins nodes of the catalogue; what joins a customer to them is an `InteractionKind`."""

    IN_DEPARTMENT = "in_department"  # product → department
    IN_CATEGORY = "in_category"  # product → category
    IN_SUBCATEGORY = "in_subcategory"  # product → subcategory
    OF_BRAND = "of_brand"  # product → brand
    MADE_BY = "made_by"  # product → manufacturer
    COVERS = "covers"  # coupon → product
    PART_OF = "part_of"  # coupon → campaign


class LinkKind(StrEnum):
    """What was said of two leaf identities: that they are one person, in two ways, or that they are not after all."""

    IDENTIFIED = "identified"
    ALIASED = "aliased"
    UNMERGED = "unmerged"


class Stamp(NamedTuple):
    """When a value was said and by which event: the greater stamp wins, whatever arrived last."""

    at: Instant = Instant(0)
    event: str = ""  # ``<source>/<event id>``


class NodeRef(NamedTuple):
    """Which node: its kind and its id; a category, department, brand or manufacturer is named by its own text."""

    kind: NodeKind
    id: str


class Customer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A customer (one leaf identity), the traits known of them, and the stamp of each trait."""

    id: CustomerKey
    traits: dict[str, Trait] = {}
    stamps: dict[str, Stamp] = {}


class Product(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A product. `price` is int64 minor units of `currency`; categories go from broad to narrow.

    regions: the stores, countries or coverage areas it is available in; everywhere where none is named.
    A product met in an event before its catalogue entry has everything but its id at the defaults.
    """

    id: ProductKey
    name: str = ""
    department: str = ""
    category: str = ""
    subcategory: str = ""
    brand: str = ""
    manufacturer: str = ""
    package_size: str = ""
    price: int | None = None
    currency: str = ""
    in_stock: bool = True
    retired: bool = False
    regions: tuple[str, ...] = ()
    attributes: dict[str, Trait] = {}
    stamp: Stamp = Stamp()


class Coupon(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A coupon of a campaign, good for `products`. Its id is ``<campaign>/<code>``: codes recur between campaigns."""

    id: Annotated[str, Meta(max_length=2 * MAX_ID_LENGTH + 1)]
    products: tuple[ProductKey, ...] = ()


class Campaign(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A marketing campaign with its window in microseconds UTC and its coupons."""

    id: str
    kind: str = ""
    starts: Instant | None = None
    ends: Instant | None = None
    coupons: tuple[Coupon, ...] = ()
    stamp: Stamp = Stamp()
