"""The Recommender as a whole: who gets what, and what never happens."""

import weakref
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph import DAY, CustomerId, InvalidValue, Product, ProductId, Profile
from graph.identity.consent import ConsentDefaults
from recommend.answers import PlacementRequest, RecommendationRequest
from recommend.recommender import RHYTHM, Recommender, recorded_row
from tests.recommend.shop import (
    AS_OF,
    NOW,
    PRODUCTS,
    Shop,
    catalogue,
    categories,
    product,
    profile,
    recent,
    said,
    visitor,
)

SHOP = Shop()


def test_a_customer_is_shown_first_what_they_buy_most(shop: Shop) -> None:
    assert shop.ids(profile("anna"))[:2] == ["milk", "butter"]
    assert shop.ids(profile("finn"))[0] == "nappies"


def test_somebody_unknown_gets_what_is_popular(shop: Shop) -> None:
    assert shop.ids(None, k=3) == ["milk", "beer", "butter"]
    assert all(item.source == "popular" for item in shop.items(None, k=3))


def test_one_view_of_an_anonymous_visitor_makes_the_list_personal(shop: Shop) -> None:
    assert categories(shop.ids(visitor("wipes"), k=2)) == {"BABY"}
    assert categories(shop.ids(visitor("wine"), k=3)) <= {"DRINKS", "SNACKS"}


def test_a_view_moves_the_list_of_a_customer(shop: Shop) -> None:
    before = shop.ids(profile("anna"), "discover", k=2)
    after = shop.ids(profile("anna", seq=2, recent=recent("nappies")), "discover", k=2)
    assert before == ["cheese", "yoghurt"]
    assert categories(after) == {"BABY", "DAIRY"}


def test_a_session_is_over_after_half_an_hour(shop: Shop) -> None:
    asker = profile("anna", recent=recent("nappies"))
    assert shop.ids(asker, now=NOW + DAY) == shop.ids(profile("anna"), now=NOW + DAY)  # type: ignore[arg-type]


def test_discover_shows_nothing_that_was_bought(shop: Shop) -> None:
    assert not {"milk", "butter"} & set(shop.ids(profile("anna"), "discover", k=10))


def test_a_product_without_a_vector_is_found_by_its_content(shop: Shop) -> None:
    assert "oat milk" in shop.ids(None, "product_page", product_id="milk", k=10)


def test_the_product_page_shows_what_goes_with_its_product(shop: Shop) -> None:
    items = shop.items(None, "product_page", product_id="beer")
    assert items[0].product_id == "chips"
    assert "beer" not in [item.product_id for item in items]


def test_one_who_denies_personalization_gets_what_somebody_unknown_gets(shop: Shop) -> None:
    denied = profile(
        "anna",
        recent=recent("nappies"),
        consents={"personalization": said(False)},
        preferences={"topics": said(["beer"])},
    )
    for name, page in (("homepage", None), ("product_page", ProductId("beer")), ("discover", None)):
        wanted = PlacementRequest(name=name, product_id=page, k=10)
        assert shop.answer(denied, wanted) == shop.answer(None, wanted)


def test_consent_may_be_off_unless_given() -> None:
    shop = Shop(options={"consent": ConsentDefaults.parse("personalization=denied")})
    assert shop.ids(profile("anna")) == shop.ids(None)
    assert shop.ids(profile("anna", consents={"personalization": said(True)}))[0] == "milk"


def test_what_somebody_dislikes_stays_away_whatever_else_is_denied(shop: Shop) -> None:
    wishes = {"disliked_products": said(["beer"])}
    denied = profile("anna", consents={"personalization": said(False)}, preferences=wishes)
    assert shop.ids(denied, k=10) == [one for one in shop.ids(None, k=11) if one != "beer"][:10]


def test_placements_of_one_call_do_not_repeat_each_other(shop: Shop) -> None:
    answer = shop.answer(profile("anna"), *(PlacementRequest(name="homepage", k=4) for _ in range(2)))
    first, second = ({item.product_id for item in placement.items} for placement in answer.placements)
    assert len(first) == 4 and second and not first & second


def test_an_unknown_placement_is_refused_by_name(shop: Shop) -> None:
    with pytest.raises(InvalidValue, match=r"placements\.name: got 'side', expected one of discover, homepage"):
        shop.ids(None, "side")


def test_unknown_products_in_a_request_change_nothing(shop: Shop) -> None:
    asked: dict[str, Any] = {"product_id": "nobody", "seeds": ("nothing",), "exclude": ("none",)}
    assert shop.ids(profile("anna"), **asked) == shop.ids(profile("anna"))


def test_a_product_new_to_the_catalogue_is_in_the_next_answer(shop: Shop) -> None:
    shop.ids(None)
    shop.catalogue.put(Product(id=ProductId("cocoa milk"), category="DAIRY", subcategory="MILK"), 7)
    answer = shop.answer(None, PlacementRequest(name="product_page", product_id=ProductId("milk"), k=10))
    assert "cocoa milk" in [item.product_id for item in answer.placements[0].items]
    assert answer.versions.catalogue == "c7"


def test_a_product_out_of_stock_is_gone_from_the_next_answer(shop: Shop) -> None:
    assert shop.ids(profile("anna"))[0] == "milk"
    shop.catalogue.put(product("milk", in_stock=False))
    assert "milk" not in shop.ids(profile("anna"), k=10)


def test_a_customer_joined_with_a_visitor_is_not_taken_for_the_one_held(shop: Shop) -> None:
    shop.ids(profile("anna"))
    joined = msgspec.structs.replace(profile("finn"), customer=CustomerId("user:anna"))
    assert shop.ids(joined)[0] == "nappies"


def test_past_the_deadline_the_answer_falls_back_and_says_so() -> None:
    seconds = iter(range(1000))
    recommender = Recommender(SHOP.placements, stopwatch=lambda: float(next(seconds)))
    answer = recommender.recommend(
        RecommendationRequest(placements=(PlacementRequest(name="homepage"),)),
        profile=profile("anna"),
        snapshot=SHOP.snapshot,
        catalogue=SHOP.catalogue,
        now=NOW,
        recommendation_id="r1",
        deadline_ms=5,
    )
    assert answer.degraded == ("deadline",)
    assert answer.placements[0].items[0].product_id == "milk"


def test_an_answer_names_what_made_it(shop: Shop) -> None:
    versions = shop.answer(None, PlacementRequest(name="homepage")).versions
    assert (versions.embeddings, versions.catalogue) == ("v0001", "c0")
    assert versions.placements == shop.placements.version != ""


def test_a_recorded_row_is_small_and_keeps_what_was_shown(shop: Shop) -> None:
    said: dict[str, str | int | float | bool] = {"region": "north"}
    request = RecommendationRequest(placements=(PlacementRequest(name="homepage"),), customer_id="anna", context=said)
    answer = shop.answer(profile("anna"), *request.placements)
    row = recorded_row(request, answer)
    schema, identifier, asker, versions, degraded, lists, context = msgspec.msgpack.decode(row)
    assert (schema, identifier, asker[0], degraded, context) == (2, "r1", "anna", [], said)
    assert versions == ["v0001", "c0", shop.placements.version]
    assert lists[0][:3] == ["homepage", None, [item.product_id for item in answer.placements[0].items]]
    assert len(row) < 400


products = st.sampled_from([*PRODUCTS, "oat milk", "unheard of"])
askers = st.one_of(
    st.none(),
    st.sampled_from(["anna", "ben", "dan", "finn"]).map(profile),
    st.lists(products, max_size=4).map(lambda viewed: visitor(*viewed)),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    asker=askers,
    names=st.lists(st.sampled_from(["homepage", "discover", "product_page"]), min_size=1, max_size=3),
    k=st.integers(1, 12),
    page=st.one_of(st.none(), products),
    seeds=st.lists(products, max_size=3),
    exclude=st.lists(products, max_size=5),
    gone=st.sets(st.sampled_from(list(PRODUCTS)), max_size=4),
)
def test_no_list_repeats_exceeds_or_shows_what_it_must_not(
    asker: Profile | None,
    names: list[str],
    k: int,
    page: str | None,
    seeds: list[str],
    exclude: list[str],
    gone: set[str],
) -> None:
    live = catalogue()
    for identifier in gone:
        live.put(product(identifier, in_stock=False))
    shop = Shop(placements=SHOP.placements, snapshot=SHOP.snapshot, catalogue=live)
    wanted = [
        PlacementRequest(
            name=name,
            k=k,
            product_id=None if page is None else ProductId(page),
            seeds=tuple(map(ProductId, seeds)),
            exclude=tuple(map(ProductId, exclude)),
        )
        for name in names
    ]
    answer = shop.answer(asker, *wanted)
    assert answer == shop.answer(asker, *wanted)
    shown = [item.product_id for placement in answer.placements for item in placement.items]
    assert len(shown) == len(set(shown))
    assert not set(shown) & (set(exclude) | gone | {"tea", page, "unheard of"})
    for placement in answer.placements:
        assert len(placement.items) <= k
        assert [item.rank for item in placement.items] == list(range(1, len(placement.items) + 1))
    if set(names) <= {"homepage"}:
        left = {*PRODUCTS, "oat milk"} - set(exclude) - gone - {"tea", page}
        assert len(shown) == min(k * len(names), len(left))


def test_what_was_prepared_is_what_the_first_answer_takes(shop: Shop) -> None:
    recommender = Recommender(shop.recommender.placements)
    recommender.prepare(shop.snapshot, shop.catalogue)
    prepared = recommender._prepared
    assert prepared is not None
    assert recommender.assortment(shop.snapshot, shop.catalogue) is prepared.assortment
    recommender.prepare(replace(shop.snapshot), shop.catalogue)
    assert recommender.assortment(shop.snapshot, shop.catalogue) is prepared.assortment


def test_histories_of_those_who_asked_last_are_made_before_a_version_serves(shop: Shop) -> None:
    anna, dan, rests = profile("anna"), profile("dan"), list[float]()
    for asker in (anna, dan, anna):
        shop.ids(asker)
    fresh = replace(shop.snapshot)
    shop.recommender.prepare(fresh, shop.catalogue, rests.append)
    prepared = shop.recommender._prepared
    assert prepared is not None
    assert prepared.histories.newest(9) == [dan, anna]
    assert prepared.histories.newest(1) == [anna]
    assert len(rests) == 2
    made = prepared.histories.of(anna, prepared.assortment, AS_OF, RHYTHM)
    shop.snapshot = fresh
    assert shop.recommender.visitor(anna, prepared.assortment, NOW).history is made


def test_what_served_before_is_held_until_it_is_let_go(shop: Shop) -> None:
    shop.ids(None)
    before = weakref.ref(shop.recommender.assortment(shop.snapshot, shop.catalogue))
    shop.recommender.assortment(replace(shop.snapshot), shop.catalogue)
    assert before() is not None
    shop.recommender.let_go()
    assert before() is None
