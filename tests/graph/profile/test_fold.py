import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from graph import DAY, HOUR, CustomerId, Instant, InteractionKind, LoggedEvent, ProductId, Profile, Stamp
from graph.events.family import (
    AddedToCart,
    Aliased,
    ConsentChanged,
    Context,
    CustomerEvent,
    Erased,
    Identified,
    OrderLine,
    PreferenceChanged,
    ProductChanged,
    Rated,
    RemovedFromCart,
    Returned,
    TraitsChanged,
    Unmerged,
    Unsubscribed,
)
from graph.events.money import MAX_MINOR
from graph.profile.codec import decode_profile, encode_profile
from graph.profile.day_counts import DayCounts
from graph.profile.fold import fold
from graph.profile.joined import joined
from graph.profile.profile import MAX_CART_ROWS, MAX_RECENT, MAX_TRAITS, Dated
from tests.graph.profile.some_events import ANN, NOON, histories, named, numbered, purchase, view

MILK, BREAD = ProductId("milk"), ProductId("bread")
ZONES = st.sampled_from([-12, 0, 14])  # hours ahead of UTC


def test_a_view_is_a_recent_row_and_a_count_of_its_day() -> None:
    profile = fold(None, ANN, [LoggedEvent(7, view(1, session="s", utc_offset=720))])
    assert profile.seq == 7
    assert profile.first_seen == profile.last_seen == NOON
    assert [(row.key, row.kind, row.product, row.session, row.live) for row in profile.recent] == [
        ("web/e1", InteractionKind.VIEWED, MILK, "s", True)
    ]
    assert profile.days == {InteractionKind.VIEWED: DayCounts.of({MILK: {20_001: 1}})}, "the day on the clock there"
    assert profile.counts == {"Viewed": 1}


def test_an_order_counts_lines_not_units_and_adds_up_what_was_paid() -> None:
    profile = fold(None, ANN, numbered([purchase(1, ["milk", "bread", "milk"]), purchase(2, ["milk"], NOON + DAY)]))
    assert profile.days[InteractionKind.PURCHASED] == DayCounts.of({MILK: {20_000: 2, 20_001: 1}, BREAD: {20_000: 1}})
    assert profile.bought.value == {MILK: NOON + DAY, BREAD: NOON}
    assert profile.spent == {"USD": 400}
    assert profile.counts == {"Purchased": 2}
    assert next(iter(profile.recent)).key == "web/order 1/bread#1"


def test_a_return_takes_its_money_back_and_leaves_the_purchase() -> None:
    back = Returned(**named(2, NOON + DAY, product=MILK, value=100, currency="USD", order="order 1"))
    profile = fold(None, ANN, numbered([purchase(1, ["milk", "bread"]), back]))
    assert profile.spent == {"USD": 100}
    assert profile.days[InteractionKind.RETURNED] == DayCounts.of({MILK: {20_001: 1}})
    assert next(reversed(profile.recent)).order == "order 1"


def test_the_cart_follows_additions_removals_and_purchases() -> None:
    profile = fold(
        None,
        ANN,
        numbered(
            [
                AddedToCart(**named(1, NOON, product=MILK, quantity=3.0)),
                RemovedFromCart(**named(2, NOON + 1, product=MILK, quantity=1.0)),
                AddedToCart(**named(3, NOON + 2, product=BREAD)),
                purchase(4, ["bread"], NOON + 3),
            ]
        ),
    )
    assert profile.cart(Instant(NOON + 4)) == {MILK: 2.0}


@given(st.lists(st.tuples(st.integers(-30, 30), ZONES), max_size=4), ZONES)
def test_what_was_bought_after_it_was_added_is_not_in_the_cart_whatever_the_clocks_there_say(
    orders: list[tuple[int, int]], zone: int
) -> None:
    bought = [
        purchase(number, ["milk"], NOON + hours * HOUR, utc_offset=ahead * 60)
        for number, (hours, ahead) in enumerate(orders)
    ]
    added = AddedToCart(**named(9, NOON, product=MILK, utc_offset=zone * 60))
    profile = fold(None, ANN, numbered([*bought, added]))
    assert (MILK in profile.cart(Instant(NOON + 1))) == all(hours < 0 for hours, _ in orders)


def test_history_makes_rows_that_are_not_live_and_no_session() -> None:
    profile = fold(None, ANN, numbered([view(1, history=True), view(2, "bread", NOON + 1)]))
    assert [row.live for row in profile.recent] == [False, True]
    assert [row.product for row in profile.session(Instant(NOON + 2))] == [BREAD]


def test_internal_traffic_moves_the_number_and_nothing_else() -> None:
    before = fold(None, ANN, numbered([view(1)]))
    staff = Context(internal=True)
    after = fold(before, ANN, numbered([view(2, context=staff), purchase(3, ["milk"], context=staff)], start=2))
    assert after == replace(before, seq=3)


def test_what_is_stated_is_heard_through_whatever_browser() -> None:
    said: list[CustomerEvent] = [
        PreferenceChanged(**named(1, NOON, preferences={"only_transaction_alerts": True})),
        ConsentChanged(**named(2, NOON, consents={"personalization": False})),
        Unsubscribed(**named(3, NOON, topic="news")),
    ]
    bot = Context(internal=True, user_agent="acme-chatbot/1.0")
    assert fold(None, ANN, numbered([replace(event, context=bot) for event in said])) == fold(
        None, ANN, numbered(list(said))
    )


def test_no_sum_grows_past_what_a_store_and_json_can_hold() -> None:
    lines = tuple(OrderLine(line=str(place), product=MILK, value=MAX_MINOR) for place in range(1000))
    orders = [replace(purchase(number, ["milk"]), lines=lines) for number in range(140)]
    paid = 140 * 1000 * MAX_MINOR
    profile = fold(None, ANN, numbered(list(orders)))
    held = profile.spent["USD"]
    assert paid > 2**64 and -(2**63) <= held < 2**63 and (held - paid) % 2**64 == 0
    assert decode_profile(encode_profile(profile)).spent == profile.spent
    first, last = (fold(None, ANN, numbered(list(half))) for half in (orders[:70], orders[70:]))
    assert fold(last, ANN, numbered(list(orders[:70]), start=71)).spent == joined(first, last).spent == profile.spent


def test_the_later_statement_wins_whichever_arrives_last() -> None:
    new = TraitsChanged(**named(1, NOON + 1, traits={"city": "Oslo"}))
    old = TraitsChanged(**named(2, NOON, traits={"city": "Bergen", "age": 40}))
    profile = fold(None, ANN, numbered([new, old]))
    assert {name: dated.value for name, dated in profile.traits.items()} == {"city": "Oslo", "age": 40}
    assert profile.traits["city"] == Dated(Stamp(Instant(NOON + 1), "web/e1"), "Oslo")


@given(st.permutations(range(12)))
@settings(max_examples=20)
def test_the_traits_stated_last_are_kept_in_whatever_order_they_come(order: list[int]) -> None:
    said: list[CustomerEvent] = [
        TraitsChanged(**named(number, NOON + number // 2, traits={f"t{number % 9}-{n}": number for n in range(200)}))
        for number in range(12)
    ]
    last = {
        (event.at, event.id, name): name for event in said if isinstance(event, TraitsChanged) for name in event.traits
    }
    profile = None
    for place, number in enumerate(order, 1):
        profile = fold(profile, ANN, numbered([said[number]], start=place))
    assert profile is not None and len(profile.traits) == MAX_TRAITS
    assert profile == replace(fold(None, ANN, numbered(list(said))), seq=profile.seq)
    assert set(list(dict.fromkeys(last[key] for key in sorted(last, reverse=True)))[:800]) <= set(profile.traits)


def test_wishes_and_consents_are_kept_and_can_be_taken_back() -> None:
    profile = fold(
        None,
        ANN,
        numbered(
            [
                PreferenceChanged(**named(1, NOON, preferences={"disliked_brands": ["Acme"]})),
                ConsentChanged(**named(2, NOON, consents={"marketing": False})),
            ]
        ),
    )
    assert profile.wishes("disliked_brands") == {"Acme"}
    assert profile.consents["marketing"].value is False
    taken_back = PreferenceChanged(**named(3, NOON + 1, preferences={"disliked_brands": []}))
    assert fold(profile, ANN, numbered([taken_back], start=3)).wishes("disliked_brands") == frozenset()


def test_linked_leaves_are_remembered_until_unmerged() -> None:
    device, phone = CustomerId("anon:device"), CustomerId("anon:phone")
    profile = fold(
        None,
        ANN,
        numbered(
            [
                Identified(**named(1, NOON, anonymous=device)),
                Identified(**named(2, NOON)),
                Aliased(**named(3, NOON, previous=phone)),
                Unmerged(**named(4, NOON + 1, previous=phone)),
            ]
        ),
    )
    assert {leaf: dated.value for leaf, dated in profile.linked.items()} == {device: "identified", phone: False}


def test_an_erasure_leaves_an_empty_profile_that_goes_on() -> None:
    erased = Erased(**named(2, NOON + 1))
    profile = fold(None, ANN, numbered([view(1), erased]))
    assert profile == Profile(customer=ANN, seq=2)
    assert fold(profile, ANN, numbered([view(3)], start=3)) == fold(None, ANN, [LoggedEvent(3, view(3))])


def test_events_of_the_catalogue_pass_by() -> None:
    change = ProductChanged(id=view(1).id, source="shop", at=NOON, received=NOON, product=MILK)
    profile = fold(None, ANN, numbered([view(1)]))
    assert fold(profile, ANN, [LoggedEvent(9, change)]) is profile


def test_a_rating_counts_its_day() -> None:
    profile = fold(None, ANN, numbered([Rated(**named(1, product=MILK, rating=4.0))]))
    assert profile.days == {InteractionKind.RATED: DayCounts.of({MILK: {20_000: 1}})}


@pytest.mark.parametrize("late", [False, True])
def test_the_newest_rows_stay_however_many_come(late: bool) -> None:
    adds = [AddedToCart(**named(number, NOON + number, product=MILK)) for number in range(300)]
    if late:
        adds.reverse()
    profile: Profile | None = None
    for row in numbered(list(adds)):
        profile = fold(profile, ANN, [row])
    assert profile is not None
    assert [row.at - NOON for row in profile.recent] == list(range(300 - MAX_RECENT, 300))
    assert [row.at - NOON for row in profile.cart_rows] == list(range(300 - MAX_CART_ROWS, 300))
    assert profile.days[InteractionKind.ADDED_TO_CART] == DayCounts.of({MILK: {20_000: 300}})


@settings(deadline=None, max_examples=50)
@given(histories(), st.data())
def test_the_order_of_arrival_does_not_matter(events: list[CustomerEvent], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(events))
    assert fold(None, ANN, numbered(list(events))) == fold(None, ANN, numbered(list(shuffled)))


@settings(deadline=None, max_examples=50)
@given(histories(erasures=True), st.data())
def test_one_by_one_in_parts_and_all_at_once_give_the_same(events: list[CustomerEvent], data: st.DataObject) -> None:
    logged = numbered(list(events))
    whole = fold(None, ANN, logged)
    assert fold(None, ANN, data.draw(st.permutations(logged))) == whole
    profile: Profile | None = None
    for row in logged:
        profile = fold(profile, ANN, [row])
    assert (profile or whole) == whole
    cut = data.draw(st.integers(0, len(logged)))
    assert fold(fold(None, ANN, logged[:cut]), ANN, logged[cut:]) == whole


@settings(deadline=None, max_examples=50)
@given(histories(erasures=True), st.data())
def test_repetition_changes_nothing(events: list[CustomerEvent], data: st.DataObject) -> None:
    logged = numbered(list(events))
    profile = fold(None, ANN, logged)
    again = data.draw(st.lists(st.sampled_from(logged))) if logged else []
    assert fold(profile, ANN, again) is profile
    assert fold(None, ANN, [*logged, *again]) == profile


@settings(deadline=None, max_examples=50)
@given(histories(), histories())
def test_the_profile_folded_from_is_left_as_it_was(first: list[CustomerEvent], then: list[CustomerEvent]) -> None:
    before = fold(None, ANN, numbered(list(first)))
    kept = copy.deepcopy(before)
    fold(before, ANN, numbered(list(then), start=before.seq + 1))
    assert before == kept
