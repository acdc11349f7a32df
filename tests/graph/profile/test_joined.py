import copy

from hypothesis import given, settings
from msgspec.structs import replace

from graph import DAY, CustomerId, InteractionKind, ProductId
from graph.events.family import ConsentChanged, CustomerEvent, TraitsChanged
from graph.profile.day_counts import DayCounts
from graph.profile.fold import fold
from graph.profile.joined import joined
from tests.graph.profile.some_events import ANN, NOON, histories, named, numbered, purchase, view

DEVICE = CustomerId("anon:device")
MILK, BREAD = ProductId("milk"), ProductId("bread")


def test_the_view_has_what_both_did_under_the_known_id() -> None:
    known = fold(None, ANN, numbered([purchase(1, ["milk"])]))
    device = fold(
        None, DEVICE, numbered([view(2, "bread", NOON + DAY), purchase(3, ["milk"], NOON + 2 * DAY)], start=2)
    )
    both = joined(known, device)
    assert both.customer == ANN
    assert both.days == {
        InteractionKind.PURCHASED: DayCounts.of({MILK: {20_000: 1, 20_002: 1}}),
        InteractionKind.VIEWED: DayCounts.of({BREAD: {20_001: 1}}),
    }
    assert both.bought.value == {MILK: NOON + 2 * DAY}
    assert both.spent == {"USD": 200}
    assert both.counts == {"Purchased": 2, "Viewed": 1}
    assert [row.product for row in both.recent] == [MILK, BREAD, MILK]
    assert (both.first_seen, both.last_seen) == (NOON, NOON + 2 * DAY)


def test_the_later_trait_shows_and_a_refusal_beats_a_later_consent() -> None:
    known = fold(
        None,
        ANN,
        numbered(
            [
                TraitsChanged(**named(1, NOON, traits={"city": "Oslo"})),
                ConsentChanged(**named(2, NOON, consents={"marketing": False, "analytics": True})),
            ]
        ),
    )
    device = fold(
        None,
        DEVICE,
        numbered(
            [
                TraitsChanged(**named(3, NOON + 1, traits={"city": "Bergen"})),
                ConsentChanged(**named(4, NOON + 1, consents={"marketing": True, "analytics": False})),
            ],
            start=3,
        ),
    )
    both = joined(known, device)
    assert both.traits["city"].value == "Bergen"
    assert {name: dated.value for name, dated in both.consents.items()} == {"marketing": False, "analytics": False}


@settings(deadline=None, max_examples=50)
@given(histories(), histories(), histories())
def test_joining_is_associative_and_but_for_the_id_commutative(
    one: list[CustomerEvent], two: list[CustomerEvent], three: list[CustomerEvent]
) -> None:
    parts = [
        fold(None, ANN, numbered([replace(event, source=f"web {number}") for event in events]))
        for number, events in enumerate((one, two, three))
    ]
    whole = joined(joined(parts[0], parts[1]), parts[2])
    assert joined(parts[0], joined(parts[1], parts[2])) == whole
    assert joined(joined(parts[2], parts[0]), parts[1]) == whole


@settings(deadline=None, max_examples=50)
@given(histories(), histories())
def test_joining_equals_folding_everything_into_one(known: list[CustomerEvent], device: list[CustomerEvent]) -> None:
    first = numbered(list(known))
    then = numbered([replace(event, source="device") for event in device], start=len(first) + 1)
    left, right = fold(None, ANN, first), fold(None, DEVICE, then)
    kept = copy.deepcopy((left, right))
    both = joined(left, right)
    whole = fold(None, ANN, [*first, *then])
    assert replace(both, consents={}) == replace(whole, consents={}, linked={})
    assert (left, right) == kept
