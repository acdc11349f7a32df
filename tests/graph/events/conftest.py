"""One event of every type, no field at its default."""

from typing import Any

import pytest

from graph import Coupon, CustomerId, EventId, Instant, ProductId
from graph.events.family import (
    AccountEvent,
    AddedToCart,
    Aliased,
    Bounced,
    CampaignChanged,
    Clicked,
    ConsentChanged,
    Context,
    Decided,
    Delivered,
    Dismissed,
    Erased,
    Event,
    Grouped,
    Identified,
    Impression,
    Linked,
    Opened,
    OrderLine,
    OutcomeReported,
    PreferenceChanged,
    ProductChanged,
    Purchased,
    Rated,
    Redeemed,
    RemovedFromCart,
    Returned,
    Searched,
    TraitsChanged,
    Unmerged,
    Unsubscribed,
    Viewed,
)
from graph.nodes import LinkKind


@pytest.fixture(scope="session")
def examples() -> dict[str, Event]:
    """By the name of its type."""
    known, visitor = CustomerId("user:42"), CustomerId("anon:9f")
    milk, bread = ProductId("milk"), ProductId("bröd/1")
    head: dict[str, Any] = {
        "id": EventId("e-1"),
        "source": "shop",
        "at": Instant(1_777_636_800_000_001),
        "received": Instant(1_777_636_801_000_000),
        "utc_offset": 120,
        "context": Context("web", "phone", "store 7", "nl-NL", "/milk", "Mozilla/5.0", True),
        "history": True,
    }
    did: dict[str, Any] = {**head, "customer": known, "session": "s1", "caused_by": "r1", "rank": 3}
    did["denied"] = ("analytics", "marketing")
    line = OrderLine(line="milk#1", product=milk, quantity=1.5, value=435, discounts={"coupon": 50})
    coupon = Coupon(id="summer/10", products=(milk, bread))
    events: tuple[Event, ...] = (
        Viewed(**did, product=milk, seconds=4.5),
        Clicked(**did, product=milk),
        Dismissed(**did, product=milk),
        AddedToCart(**did, product=milk, quantity=2.0),
        RemovedFromCart(**did, product=bread, quantity=0.5),
        Rated(**did, product=bread, rating=4.5),
        Returned(**did, product=bread, quantity=2.0, value=870, currency="EUR", order="o1"),
        Purchased(**did, order="o1", lines=(line,), currency="EUR"),
        Searched(**did, query="mélk 🥛"),
        Impression(**did, products=(milk, bread), placement="homepage"),
        Redeemed(**did, coupon="summer/10"),
        Identified(**did, anonymous=visitor),
        Aliased(**did, previous=visitor),
        Unmerged(**did, previous=visitor),
        Linked(**did, other=visitor, by=LinkKind.ALIASED, evidence="shop/e-0"),
        Grouped(**did, group="household 7", traits={"size": 4}, left=True),
        TraitsChanged(**did, traits={"age": 41, "city": "Delft", "score": 0.5, "member": True}),
        ConsentChanged(**did, consents={"marketing": False, "analytics": True}),
        PreferenceChanged(**did, preferences={"disliked_brands": ["Acme"], "size": "XL"}),
        Erased(**did),
        ProductChanged(
            **head,
            product=milk,
            name="Milk",
            department="FOOD",
            category="DAIRY",
            subcategory="FRESH",
            brand="Cow",
            manufacturer="Farm",
            package_size="1 l",
            price=135,
            currency="EUR",
            in_stock=False,
            retired=True,
            regions=("north", "south"),
            attributes={"fat": 3.5},
        ),
        CampaignChanged(**head, campaign="summer", kind="TypeA", starts=Instant(1), ends=Instant(2), coupons=(coupon,)),
        AccountEvent(**did, name="salary arrived", attributes={"amount": 250000}),
        Decided(**did, decision="d1", actions=("offer", "none")),
        Delivered(**did, campaign="summer"),
        Opened(**did, campaign="summer"),
        Bounced(**did, reason="mailbox full"),
        Unsubscribed(**did, topic="news"),
        OutcomeReported(**did, outcome="accepted", value=-100, currency="EUR"),
    )
    return {type(event).__name__: event for event in events}
