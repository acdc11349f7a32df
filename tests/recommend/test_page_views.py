"""Page views: a list stays as it is on the page that shows it, except for what may no longer be shown."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from graph import MINUTE, CustomerId, Instant, InteractionKind, ProductId
from recommend.answers import Item, Placement, PlacementRequest, Recommendation, RecommendationRequest, Versions
from recommend.page_views import PageViews
from tests.recommend.shop import NOW, PRODUCTS, Shop, profile, recent, said

ANNA = frozenset({CustomerId("user:anna")})
SHOP = Shop()
HOME = PlacementRequest(name="homepage", k=4)
WITH_NAPPIES = profile("anna", seq=2, recent=recent("nappies", "wipes"))
PUT_IN_CART = InteractionKind.ADDED_TO_CART


def request(*placements: PlacementRequest, **asked: Any) -> RecommendationRequest:
    return RecommendationRequest(**{"placements": placements, "customer_id": "anna", "page_view_id": "p1"} | asked)


def answer(*lists: str) -> Recommendation:
    placements = tuple(
        Placement("homepage", tuple(Item(product, 1.0, 1, "popular") for product in products.split()))
        for products in lists
    )
    return Recommendation("r1", placements, Versions("v0001", "c1", "p1"))


def remembering(*lists: str, views: PageViews, asked: RecommendationRequest, now: Instant = NOW) -> None:
    views.keep(views.look(asked, ANNA, now), answer(*lists), now)


def follow(before: list[str], asker: Any = WITH_NAPPIES, wanted: PlacementRequest = HOME) -> list[str]:
    held = [[ProductId(product) for product in before]]
    return [item.product_id for item in SHOP.answer(asker, wanted, held=held).placements[0].items]


def test_a_list_that_is_shown_stays_though_signals_arrive() -> None:
    before = SHOP.ids(profile("anna"), k=4)
    assert SHOP.ids(WITH_NAPPIES, k=4) != before
    assert follow(before) == before


def test_what_lies_in_the_cart_goes_and_the_rest_moves_up() -> None:
    before = SHOP.ids(profile("anna"), k=4)
    cart = profile(
        "anna", seq=2, recent=recent(before[1], kind=PUT_IN_CART), cart_rows=tuple(recent(before[1], kind=PUT_IN_CART))
    )
    after = follow(before, cart)
    assert after[:3] == [before[0], *before[2:]]
    assert len(after) == 4 and after[3] not in before


def test_what_is_excluded_or_disliked_goes() -> None:
    before = SHOP.ids(profile("anna"), k=4)
    excluding = PlacementRequest(name="homepage", k=4, exclude=(ProductId(before[0]),))
    assert follow(before, wanted=excluding)[:3] == before[1:]
    disliking = profile("anna", preferences={"disliked_products": said([before[3]])})
    assert follow(before, disliking)[:3] == before[:3]


def test_a_place_that_becomes_free_is_filled_with_the_best_of_the_new_ranking() -> None:
    ranked = SHOP.ids(WITH_NAPPIES, k=8)
    before = ["yoghurt"]
    assert follow(before)[1:] == [product for product in ranked if product != "yoghurt"][:3]


@given(st.lists(st.sampled_from(sorted(PRODUCTS)), unique=True, max_size=6), st.integers(1, 8))
def test_whatever_was_shown_the_list_is_whole_and_begins_with_it(before: list[str], k: int) -> None:
    after = follow(before, wanted=PlacementRequest(name="homepage", k=k))
    stayed = [product for product in before if product in after]
    assert after[: len(stayed)] == stayed
    assert len(after) == len(set(after)) == min(k, len(SHOP.ids(WITH_NAPPIES, k=20)))


def test_lists_of_one_page_do_not_repeat_each_other_whatever_is_asked_for_first() -> None:
    first, second = SHOP.answer(profile("anna"), HOME, HOME).placements
    shown = [[ProductId(item.product_id) for item in placement.items] for placement in (first, second)]
    new, *again = SHOP.answer(WITH_NAPPIES, HOME, HOME, HOME, held=[[], *shown]).placements
    assert [[item.product_id for item in placement.items] for placement in again] == shown
    assert not {item.product_id for item in new.items} & {product for products in shown for product in products}


def test_an_item_that_stays_has_the_score_and_the_reasons_of_now() -> None:
    held = [[ProductId("beer")]]
    (item, *_) = SHOP.answer(profile("anna"), HOME, held=held).placements[0].items
    (ranked,) = [one for one in SHOP.items(profile("anna"), k=20) if one.product_id == "beer"]
    assert (item.rank, item.score, item.reasons) == (1, ranked.score, ranked.reasons)


def test_a_list_is_remembered_for_its_page_view_asker_and_question() -> None:
    views = PageViews()
    remembering("a b", views=views, asked=request(HOME))
    assert views.look(request(HOME), ANNA, NOW).shown == (("a", "b"),)
    assert views.look(request(PlacementRequest(name="homepage", k=4, exclude=(ProductId("a"),))), ANNA, NOW).shown[0]
    for other in (
        request(HOME, page_view_id="p2"),
        request(HOME, customer_id="finn"),
        request(HOME, anonymous_id="phone"),
        request(PlacementRequest(name="homepage", k=5)),
        request(PlacementRequest(name="homepage", k=4, filter="price < 500")),
        request(PlacementRequest(name="homepage", k=4, product_id=ProductId("a"))),
    ):
        assert views.look(other, ANNA, NOW).shown == ((),)


def test_equal_placements_of_one_call_are_told_apart() -> None:
    views = PageViews()
    remembering("a b", "c d", views=views, asked=request(HOME, HOME))
    assert views.look(request(HOME, HOME), ANNA, NOW).shown == (("a", "b"), ("c", "d"))


def test_a_list_made_of_what_may_not_be_read_any_more_is_passed_over() -> None:
    views = PageViews()
    remembering("a b", views=views, asked=request(HOME))
    assert views.look(request(HOME), frozenset(), NOW).shown == ((),)
    assert views.look(request(HOME), ANNA | {CustomerId("anon:phone")}, NOW).shown == (("a", "b"),)


def test_lists_of_an_erased_customer_are_let_go() -> None:
    views = PageViews()
    remembering("a b", views=views, asked=request(HOME))
    views.forget(CustomerId("user:finn"))
    assert len(views) == 1
    views.forget(CustomerId("user:anna"))
    assert len(views) == 0


def test_lists_are_forgotten_half_an_hour_after_they_were_shown() -> None:
    views = PageViews()
    remembering("a", views=views, asked=request(HOME))
    later = Instant(NOW + 29 * MINUTE)
    remembering("a", views=views, asked=request(HOME), now=later)
    assert views.look(request(HOME), ANNA, Instant(later + 29 * MINUTE)).shown == (("a",),)
    assert views.look(request(HOME), ANNA, Instant(later + 30 * MINUTE)).shown == ((),)
    remembering("b", views=views, asked=request(HOME, page_view_id="p2"), now=Instant(later + 30 * MINUTE))
    assert len(views) == 1


def test_no_more_lists_are_remembered_than_there_is_room_for() -> None:
    views = PageViews(size=3)
    for number in range(5):
        remembering("a", views=views, asked=request(HOME, page_view_id=f"p{number}"))
    assert len(views) == 3
    assert views.look(request(HOME, page_view_id="p4"), ANNA, NOW).shown == (("a",),)
    assert views.look(request(HOME, page_view_id="p1"), ANNA, NOW).shown == ((),)


def test_an_empty_list_says_nothing() -> None:
    views = PageViews()
    remembering("", views=views, asked=request(HOME))
    assert len(views) == 0
