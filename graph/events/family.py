"""The one frozen family of events: whatever changes state is one of these."""

from typing import Annotated

from msgspec import Meta, Struct

from graph.events.money import MAX_MINOR
from graph.ids import CustomerId, CustomerKey, EventKey, ProductKey
from graph.instants import Instant
from graph.nodes import Coupon, LinkKind, Trait

__all__ = [
    "EVENT_TYPES",
    "SCHEMA",
    "AccountEvent",
    "AddedToCart",
    "Aliased",
    "BehaviourEvent",
    "Bounced",
    "CampaignChanged",
    "Clicked",
    "ConsentChanged",
    "Context",
    "CustomerEvent",
    "Decided",
    "Delivered",
    "Dismissed",
    "Erased",
    "Event",
    "Grouped",
    "Identified",
    "Impression",
    "Linked",
    "Opened",
    "OrderLine",
    "OutcomeReported",
    "PreferenceChanged",
    "ProductChanged",
    "ProductEvent",
    "Purchased",
    "Rated",
    "Redeemed",
    "RemovedFromCart",
    "Returned",
    "Searched",
    "TraitsChanged",
    "Unmerged",
    "Unsubscribed",
    "Viewed",
]

SCHEMA = 3
"""The schema number new rows carry; readers upcast older ones and refuse newer."""

Text = Annotated[str, Meta(max_length=8192)]
Name = Annotated[str, Meta(min_length=1, max_length=256)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Quantity = Annotated[float, Meta(ge=0, le=1e12)]  # pieces, kilograms, litres; 0 where a till recorded none
Minor = Annotated[int, Meta(ge=-MAX_MINOR, le=MAX_MINOR)]  # minor units of a currency
Currency = Annotated[str, Meta(pattern="^([A-Z]{3})?$", max_length=3)]
Rank = Annotated[int, Meta(ge=1, le=1_000_000)]


class Context(Struct, frozen=True, omit_defaults=True, gc=False):
    """Where and on what a thing happened."""

    channel: Text = ""
    device: Text = ""
    place: Text = ""  # the store, branch, cell or country
    locale: Text = ""
    page: Text = ""
    user_agent: Text = ""
    internal: bool = False  # staff, tests and known bots: recorded, but teaches nothing


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag_field="type"):
    """What every event has.

    (source, id) names it for ever; `at` is when it happened and `received` when we heard of it, microseconds UTC;
    `utc_offset` is how many minutes ahead of UTC the clock there was; `history` marks imports, replays and late
    events, which change what we know but start nothing.
    """

    id: EventKey
    source: Name
    at: Instant
    received: Instant
    utc_offset: Annotated[int, Meta(ge=-1080, le=1080)] = 0
    context: Context = Context()
    history: bool = False

    @property
    def subject(self) -> CustomerId | None:
        """The customer the event is about; None for the catalogue's."""
        return None


class CustomerEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """An event about one customer; `caused_by` is the recommendation or decision that led to it, `rank` the place.

    `denied`: the purposes the customer refused when it was taken in; it is never read for any of them.
    """

    customer: CustomerKey
    session: Text = ""
    caused_by: Text = ""
    rank: Rank | None = None
    denied: tuple[str, ...] = ()

    @property
    def subject(self) -> CustomerId | None:
        return self.customer


class BehaviourEvent(CustomerEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Something a customer did."""


class ProductEvent(BehaviourEvent, frozen=True, kw_only=True, omit_defaults=True):
    """Something a customer did with one product."""

    product: ProductKey


class Viewed(ProductEvent, frozen=True, kw_only=True, omit_defaults=True, tag="Viewed"):
    seconds: Annotated[float, Meta(ge=0)] | None = None


class Clicked(ProductEvent, frozen=True, kw_only=True, omit_defaults=True, tag="Clicked"):
    pass


class Dismissed(ProductEvent, frozen=True, kw_only=True, omit_defaults=True, tag="Dismissed"):
    pass


class AddedToCart(ProductEvent, frozen=True, kw_only=True, omit_defaults=True, tag="AddedToCart"):
    quantity: Quantity = 1.0


class RemovedFromCart(ProductEvent, frozen=True, kw_only=True, omit_defaults=True, tag="RemovedFromCart"):
    quantity: Quantity = 1.0


class Rated(ProductEvent, frozen=True, kw_only=True, omit_defaults=True, tag="Rated"):
    rating: Annotated[float, Meta(ge=0, le=5)]


class Returned(ProductEvent, frozen=True, kw_only=True, omit_defaults=True, tag="Returned"):
    quantity: Quantity = 1.0
    value: Minor = 0
    currency: Currency = ""
    order: Text = ""


class OrderLine(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A line of an order. `line` tells it from the others (``<product>#<n>``, the n-th line of that product, where the
    source has none); `value` is what was paid, `discounts` what was saved,
    by kind, both int64 minor units for the whole line."""

    line: Name
    product: ProductKey
    quantity: Quantity = 1.0
    value: Minor = 0
    discounts: dict[str, Minor] = {}


class Purchased(BehaviourEvent, frozen=True, kw_only=True, omit_defaults=True, tag="Purchased"):
    """An order or basket, its number unique within the source; a line counts once however often the order is sent."""

    order: Name
    lines: Annotated[tuple[OrderLine, ...], Meta(min_length=1)]
    currency: Currency = ""


class Searched(BehaviourEvent, frozen=True, kw_only=True, omit_defaults=True, tag="Searched"):
    query: Text


class Impression(BehaviourEvent, frozen=True, kw_only=True, omit_defaults=True, tag="Impression"):
    """Products that were really shown, in the order shown."""

    products: tuple[ProductKey, ...]
    placement: Text = ""


class Redeemed(BehaviourEvent, frozen=True, kw_only=True, omit_defaults=True, tag="Redeemed"):
    """A coupon used; `coupon` is ``<campaign>/<code>``."""

    coupon: Name


class Identified(CustomerEvent, frozen=True, kw_only=True, omit_defaults=True, tag="Identified"):
    """An anonymous leaf turned out to be a known customer."""

    anonymous: CustomerKey | None = None


class Aliased(CustomerEvent, frozen=True, kw_only=True, omit_defaults=True, tag="Aliased"):
    """Two leaves are one person."""

    previous: CustomerKey


class Unmerged(CustomerEvent, frozen=True, kw_only=True, omit_defaults=True, tag="Unmerged"):
    """Two leaves are not one person after all."""

    previous: CustomerKey


class Linked(CustomerEvent, frozen=True, kw_only=True, omit_defaults=True, tag="Linked"):
    """What an event of another leaf, `other`, says of this one: intake adds it, so that both ends know of the link.

    `evidence` is the key of that event.
    """

    other: CustomerKey
    by: LinkKind
    evidence: Annotated[str, Meta(min_length=1)]


class Grouped(CustomerEvent, frozen=True, kw_only=True, omit_defaults=True, tag="Grouped"):
    """A customer belongs to a household or an account, or `left` it; `traits` are the group's."""

    group: Name
    traits: dict[str, Trait] = {}
    left: bool = False


class TraitsChanged(CustomerEvent, frozen=True, kw_only=True, omit_defaults=True, tag="TraitsChanged"):
    traits: dict[str, Trait]


class ConsentChanged(CustomerEvent, frozen=True, kw_only=True, omit_defaults=True, tag="ConsentChanged"):
    """The customer's choice for each purpose named."""

    consents: dict[str, bool]


class PreferenceChanged(CustomerEvent, frozen=True, kw_only=True, omit_defaults=True, tag="PreferenceChanged"):
    """Stated wishes: a name and its value or values; an empty list takes the wish back.

    The names that are obeyed are those of `graph.identity.wishes`; any other is kept as it was stated.
    """

    preferences: dict[str, Trait | list[str]]


class Erased(CustomerEvent, frozen=True, kw_only=True, omit_defaults=True, tag="Erased"):
    """The customer asked to be forgotten."""


class ProductChanged(Event, frozen=True, kw_only=True, omit_defaults=True, tag="ProductChanged"):
    """A catalogue entry as it is from now on, whole. regions: where it is available; everywhere where none is named."""

    product: ProductKey
    name: Text = ""
    department: Text = ""
    category: Text = ""
    subcategory: Text = ""
    brand: Text = ""
    manufacturer: Text = ""
    package_size: Text = ""
    price: Count | None = None  # minor units of `currency`
    currency: Currency = ""
    in_stock: bool = True
    retired: bool = False
    regions: tuple[Name, ...] = ()
    attributes: dict[str, Trait] = {}


class CampaignChanged(Event, frozen=True, kw_only=True, omit_defaults=True, tag="CampaignChanged"):
    """A campaign and its coupons as they are from now on, whole."""

    campaign: Name
    kind: Text = ""
    starts: Instant | None = None
    ends: Instant | None = None
    coupons: tuple[Coupon, ...] = ()


class AccountEvent(CustomerEvent, frozen=True, kw_only=True, omit_defaults=True, tag="AccountEvent"):
    """Something that happened to an account: salary arrived, data limit exceeded, outage."""

    name: Name
    attributes: dict[str, Trait] = {}


class Decided(CustomerEvent, frozen=True, kw_only=True, omit_defaults=True, tag="Decided"):
    """We chose something for the customer: the ledger has the rest under `decision`."""

    decision: Name
    actions: tuple[str, ...] = ()


class Delivered(CustomerEvent, frozen=True, kw_only=True, omit_defaults=True, tag="Delivered"):
    """A message, campaign or offer reached the customer."""

    campaign: Text = ""


class Opened(CustomerEvent, frozen=True, kw_only=True, omit_defaults=True, tag="Opened"):
    campaign: Text = ""


class Bounced(CustomerEvent, frozen=True, kw_only=True, omit_defaults=True, tag="Bounced"):
    reason: Text = ""


class Unsubscribed(CustomerEvent, frozen=True, kw_only=True, omit_defaults=True, tag="Unsubscribed"):
    topic: Text = ""


class OutcomeReported(CustomerEvent, frozen=True, kw_only=True, omit_defaults=True, tag="OutcomeReported"):
    outcome: Name
    value: Minor = 0
    currency: Currency = ""


EVENT_TYPES: tuple[type[Event], ...] = (
    Viewed,
    Clicked,
    Dismissed,
    AddedToCart,
    RemovedFromCart,
    Rated,
    Returned,
    Purchased,
    Searched,
    Impression,
    Redeemed,
    Identified,
    Aliased,
    Unmerged,
    Linked,
    Grouped,
    TraitsChanged,
    ConsentChanged,
    PreferenceChanged,
    Erased,
    ProductChanged,
    CampaignChanged,
    AccountEvent,
    Decided,
    Delivered,
    Opened,
    Bounced,
    Unsubscribed,
    OutcomeReported,
)
"""Every concrete type of the family."""
