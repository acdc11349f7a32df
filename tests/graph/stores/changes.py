"""Changes to try on a customer graph: one purchase in a line, and a strategy that draws any change at all."""

from hypothesis import strategies as st

from graph import (
    Campaign,
    Change,
    Coupon,
    Customer,
    CustomerId,
    Erasure,
    Instant,
    Interaction,
    InteractionKind,
    NodeKind,
    NodeRef,
    Product,
    ProductId,
    Stamp,
)
from graph.nodes import Trait


def node(product: str) -> NodeRef:
    return NodeRef(NodeKind.PRODUCT, product)


def bought(
    key: str,
    customer: CustomerId,
    product: str,
    *,
    at: int = 1,
    utc_offset: int = 0,
    quantity: float = 1.0,
    value: int = 0,
    discount: int = 0,
    currency: str = "",
    rating: float | None = None,
    order: str = "",
    place: str = "",
    channel: str = "",
    session: str = "",
    caused_by: str = "",
    attributes: dict[str, Trait] | None = None,
) -> Interaction:
    """A purchase of one product."""
    return Interaction(
        key=key,
        customer=customer,
        kind=InteractionKind.PURCHASED,
        target=node(product),
        at=Instant(at),
        utc_offset=utc_offset,
        quantity=quantity,
        value=value,
        discount=discount,
        currency=currency,
        rating=rating,
        order=order,
        place=place,
        channel=channel,
        session=session,
        caused_by=caused_by,
        attributes=attributes or {},
    )


# Few ids, so that changes meet: the same keys, customers, products and stamps come again and again.
_CUSTOMERS = st.sampled_from(["user:a", "user:b", "anon:c"]).map(CustomerId)
_PRODUCTS = st.sampled_from(["p1", "p2", "p3", "p/4"]).map(ProductId)
_COUPONS = st.sampled_from(["c1/x", "c1/y", "c2/x"])
_CAMPAIGNS = st.sampled_from(["c1", "c2"])
_KEYS = st.sampled_from(["s/1/a", "s/1/b", "s/2/a", "s/1", "s/2", "s", "/", "t/1/a", "é/1", "s/1/"])
_STAMPS = st.builds(Stamp, st.integers(0, 3).map(Instant), st.sampled_from(["", "a", "b"]))
_TRAITS = st.dictionaries(
    st.sampled_from(["age", "city", "x"]),
    st.one_of(st.booleans(), st.integers(-3, 3), st.floats(allow_nan=False), st.text(max_size=3)),
    max_size=3,
)
_WORDS = st.sampled_from(["", "", "A", "B"])
_TARGETS = st.one_of(
    st.builds(NodeRef, st.just(NodeKind.PRODUCT), _PRODUCTS),
    st.builds(NodeRef, st.just(NodeKind.PRODUCT), _PRODUCTS),
    st.builds(NodeRef, st.just(NodeKind.CAMPAIGN), _CAMPAIGNS),
    st.builds(NodeRef, st.just(NodeKind.COUPON), _COUPONS),
)
_INTERACTIONS = st.builds(
    Interaction,
    key=_KEYS,
    customer=_CUSTOMERS,
    kind=st.sampled_from([InteractionKind.PURCHASED, *InteractionKind]),
    target=_TARGETS,
    at=st.integers(-1, 5).map(Instant),
    utc_offset=st.sampled_from([0, 60, -720]),
    quantity=st.floats(0, 10),
    value=st.integers(-5, 500),
    discount=st.integers(0, 5),
    currency=st.sampled_from(["", "USD"]),
    rating=st.sampled_from([None, 0.0, 4.5]),
    order=_WORDS,
    place=_WORDS,
    channel=_WORDS,
    session=_WORDS,
    caused_by=_WORDS,
    attributes=_TRAITS,
)
_STATED = st.dictionaries(st.sampled_from(["age", "city", "x"]), _STAMPS, max_size=3)

CHANGES: st.SearchStrategy[Change] = st.one_of(
    _INTERACTIONS,
    _INTERACTIONS,
    _INTERACTIONS,
    st.builds(Customer, id=_CUSTOMERS, traits=_TRAITS, stamps=_STATED),
    st.builds(
        Product,
        id=_PRODUCTS,
        name=_WORDS,
        department=_WORDS,
        category=_WORDS,
        subcategory=_WORDS,
        brand=_WORDS,
        manufacturer=_WORDS,
        price=st.sampled_from([None, 0, 100]),
        retired=st.booleans(),
        regions=st.lists(_WORDS, max_size=2).map(tuple),
        attributes=_TRAITS,
        stamp=_STAMPS,
    ),
    st.builds(Product, id=_PRODUCTS),
    st.builds(
        Campaign,
        id=_CAMPAIGNS,
        kind=_WORDS,
        starts=st.sampled_from([None, Instant(5)]),
        coupons=st.lists(
            st.builds(Coupon, id=_COUPONS, products=st.lists(_PRODUCTS, max_size=3).map(tuple)), max_size=3
        ).map(tuple),
        stamp=_STAMPS,
    ),
    st.builds(Erasure, _CUSTOMERS),
)
"""Any change, of few customers, products, campaigns and keys."""
