"""Events of one customer for the profile's tests: made by hand, and by hypothesis."""

from typing import Any

from hypothesis import strategies as st

from graph import DAY, CustomerId, EventId, Instant, LoggedEvent, ProductId
from graph.events.family import (
    AddedToCart,
    Clicked,
    ConsentChanged,
    Context,
    CustomerEvent,
    Delivered,
    Erased,
    Event,
    Identified,
    OrderLine,
    PreferenceChanged,
    Purchased,
    RemovedFromCart,
    Returned,
    Searched,
    TraitsChanged,
    Viewed,
)

ANN = CustomerId("user:ann")
NOON = Instant(20_000 * DAY + DAY // 2)


def named(number: int, at: int = NOON, **more: Any) -> dict[str, Any]:
    """What every event of ours has, by the number it is known by."""
    return {
        "id": EventId(f"e{number}"),
        "source": "web",
        "at": Instant(at),
        "received": Instant(at),
        "customer": ANN,
        **more,
    }


def view(number: int, product: str = "milk", at: int = NOON, **more: Any) -> Viewed:
    return Viewed(**named(number, at, product=ProductId(product), **more))


def purchase(number: int, products: list[str], at: int = NOON, **more: Any) -> Purchased:
    lines = tuple(
        OrderLine(line=f"{product}#{place}", product=ProductId(product), value=100)
        for place, product in enumerate(products)
    )
    return Purchased(**named(number, at, order=f"order {number}", lines=lines, currency="USD", **more))


def numbered(events: list[Event], start: int = 1) -> list[LoggedEvent]:
    return [LoggedEvent(seq, event) for seq, event in enumerate(events, start)]


_products = st.sampled_from(["milk", "bread", "eggs"])
_times = st.integers(0, 5).map(lambda step: NOON + step * DAY // 3)
_MAKERS: list[Any] = [
    lambda n, at, p, more: view(n, p, at, **more),
    lambda n, at, p, more: Clicked(**named(n, at, product=ProductId(p), **more)),
    lambda n, at, p, more: AddedToCart(**named(n, at, product=ProductId(p), quantity=2.0, **more)),
    lambda n, at, p, more: RemovedFromCart(**named(n, at, product=ProductId(p), **more)),
    lambda n, at, p, more: Returned(**named(n, at, product=ProductId(p), value=50, currency="EUR", **more)),
    lambda n, at, p, more: purchase(n, [p, p, "butter"], at, **more),
    lambda n, at, p, more: Searched(**named(n, at, query=p, **more)),
    lambda n, at, p, more: Delivered(**named(n, at, campaign=p, **more)),
    lambda n, at, p, more: TraitsChanged(**named(n, at, traits={"taste": p, p: n}, **more)),
    lambda n, at, p, more: PreferenceChanged(**named(n, at, preferences={"disliked_products": [p]}, **more)),
    lambda n, at, p, more: ConsentChanged(**named(n, at, consents={p: n % 2 == 0}, **more)),
    lambda n, at, p, more: Identified(**named(n, at, anonymous=CustomerId(f"anon:{p}"), **more)),
]
_details = st.fixed_dictionaries(
    {
        "history": st.booleans(),
        "utc_offset": st.sampled_from([0, -720, 720]),
        "context": st.sampled_from([Context(), Context(), Context(internal=True)]),
    }
)


@st.composite
def histories(draw: st.DrawFn, erasures: bool = False) -> list[CustomerEvent]:
    """Up to 30 events of one customer, each known by a number of its own, in any order of time."""
    makers = [*_MAKERS, lambda n, at, p, more: Erased(**named(n, at))] if erasures else _MAKERS
    drawn = draw(st.lists(st.tuples(st.sampled_from(makers), _times, _products, _details), max_size=30))
    return [maker(number, at, product, more) for number, (maker, at, product, more) in enumerate(drawn)]
