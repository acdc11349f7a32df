"""Regions: a product is shown where it is available, whoever says where that is, and searched for there alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from graph import InvalidValue, Product, ProductId
from recommend.answers import PlacementRequest
from tests.recommend.shop import DAIRY, PRODUCTS, Shop, product, profile, said, shop_with

NEAREST = "sources: {neighbours: 3}\nweights: {long_term: 1}"


def sold(shop: Shop, **regions: tuple[str, ...]) -> Shop:
    """The same shop, in which these products are available in these regions only."""
    for name, where in regions.items():
        shop.catalogue.put(product(name, regions=where))
    return shop


def shown(shop: Shop, **context: str | float) -> set[str]:
    """What a stranger is shown of everything, in this context."""
    answer = shop.answer(None, PlacementRequest(name="place", k=50), context=context)
    return {item.product_id for item in answer.placements[0].items}


def test_the_context_says_where_and_what_names_no_region_is_available_everywhere() -> None:
    shop = sold(shop_with(NEAREST), milk=("north",), butter=("north", "south"), beer=("south",))
    everywhere = shown(shop) - {"milk", "butter", "beer"}
    assert everywhere >= {"cheese", "chips", "oat milk"}
    assert shown(shop, region="north") == everywhere | {"milk", "butter"}
    assert shown(shop, region="south") == everywhere | {"butter", "beer"}
    assert shown(shop, region="nowhere") == everywhere
    assert shown(shop, channel="web") == shown(shop) >= {"milk", "butter", "beer"}


def test_a_trait_of_the_customer_says_where_unless_the_context_does() -> None:
    shop = sold(shop_with(NEAREST), milk=("12",), butter=("north",))
    anna = profile("anna", traits={"region": said(12)})
    assert {"milk"} == set(shop.ids(anna, "place", k=50)) & {"milk", "butter"}
    elsewhere = shop.answer(anna, PlacementRequest(name="place", k=50), context={"region": "north"})
    assert {"butter"} == {item.product_id for item in elsewhere.placements[0].items} & {"milk", "butter"}
    unknown = profile("anna", traits={"region": said(True)})
    assert {"milk", "butter"} <= set(shop.ids(unknown, "place", k=50))


def test_a_trait_is_not_read_of_who_does_not_permit_it() -> None:
    shop = sold(shop_with(NEAREST), milk=("north",))
    denied = profile("anna", traits={"region": said("south")}, consents={"personalization": said(False)})
    assert "milk" in shop.ids(denied, "place", k=50)
    assert "milk" not in shop.ids(profile("anna", traits={"region": said("south")}), "place", k=50)


def test_a_placement_names_what_says_where_or_ignores_it() -> None:
    store = sold(shop_with(NEAREST + "\nfilters: {region: store}"), milk=("s1",))
    assert "milk" not in shown(store, store="s2", region="s1")
    anywhere = sold(shop_with(NEAREST + "\nfilters: {region: null}"), milk=("s1",))
    assert "milk" in shown(anywhere, region="s2")


def test_a_placements_condition_and_a_requests_hold_together() -> None:
    shop = shop_with(NEAREST + """\nfilters: {where: '"s1" in regions'}""")
    sold(shop, milk=("s1", "s2"), butter=("s2",), cheese=("s1",))
    wanted = PlacementRequest(name="place", k=50, filter='"s2" in regions && category == "DAIRY"')
    items = shop.answer(None, wanted).placements[0].items
    assert {item.product_id for item in items} == {"milk", "yoghurt", "oat milk"}


def test_what_the_region_lacks_is_not_searched_for_and_what_is_found_besides_says_why() -> None:
    lacking = {name: ("south",) for name, held in PRODUCTS.items() if held[-1] == DAIRY}
    shop = sold(shop_with(NEAREST), **lacking)
    anna = profile("anna", traits={"region": said("north")})
    assert shop.trace(anna, "place", k=3).dropped == ()
    popular = sold(shop_with("sources: {popular: 20}\nweights: {popular: 1}"), milk=("south",))
    (gone,) = [each for each in popular.trace(anna, "place", k=3).dropped if each.product_id == "milk"]
    assert gone.why == "it is not available in the region 'north'"


def test_where_a_product_is_available_changes_with_the_next_request() -> None:
    shop = sold(shop_with(NEAREST), milk=("south",))
    assert "milk" not in shown(shop, region="north")
    sold(shop, milk=("south", "north"))
    assert "milk" in shown(shop, region="north")
    shop.catalogue.put(Product(id=ProductId("rusk"), name="Rusk", regions=("west",)))
    assert "rusk" not in shown(shop, region="north") and "rusk" in shown(shop, region="west")
    sold(shop, milk=())
    assert "milk" in shown(shop, region="north")


def test_a_region_that_is_no_name_is_refused() -> None:
    with pytest.raises(
        InvalidValue, match=r"context.region: got 1.5, expected the name of a region, a text or a whole"
    ):
        shown(shop_with(NEAREST), region=1.5)


REGIONS = ("a", "b", "c")
named = st.lists(st.sampled_from(REGIONS), max_size=3, unique=True).map(tuple)
entries = st.tuples(st.sampled_from([*PRODUCTS, "new 1", "new 2"]), named, st.booleans(), st.integers(1, 900))


@settings(max_examples=25, deadline=None)
@given(
    changes=st.lists(st.lists(entries, max_size=12), min_size=1, max_size=3),
    here=st.sampled_from(["", *REGIONS, "d"]),
    either=st.lists(st.sampled_from(REGIONS), max_size=2, unique=True),
    price=st.none() | st.integers(1, 900),
)
def test_a_list_is_what_a_plain_filter_leaves(
    changes: list[list[tuple[str, tuple[str, ...], bool, int]]], here: str, either: list[str], price: int | None
) -> None:
    shop = shop_with(NEAREST)
    parts = ["(" + " || ".join(f'"{region}" in regions' for region in either) + ")"] if either else []
    parts += [] if price is None else [f"price < {price}"]
    wanted = PlacementRequest(name="place", k=50, filter=" && ".join(parts) or None)

    def allowed(held: Product) -> bool:
        everywhere = not held.regions
        return (
            held.in_stock
            and not held.retired
            and (everywhere or not here or here in held.regions)
            and (everywhere or not either or bool(set(either) & set(held.regions)))
            and (price is None or (held.price is not None and held.price < price))
        )

    for change in changes:
        for name, regions, in_stock, cents in change:
            described = product(name) if name in PRODUCTS else Product(id=ProductId(name), name=name)
            shop.catalogue.put(replace(described, regions=regions, in_stock=in_stock, price=cents))
        answer = shop.answer(profile("anna"), wanted, context={"region": here} if here else {})
        shown = {item.product_id for item in answer.placements[0].items}
        assert shown == {held.id for held in shop.catalogue.products if allowed(held)}
        assert answer.degraded == ()
