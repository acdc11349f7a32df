"""A person is seen as one; no state is mixed; a shared device's turns are told apart."""

import copy
from typing import Any

import pytest
from msgspec.structs import replace

from graph import DAY, CustomerId, Instant, InteractionKind, ProductId
from graph.events.family import ConsentChanged, CustomerEvent, Erased, Event, OrderLine, PreferenceChanged, Purchased
from graph.identity.people import People
from graph.identity.person import MAX_OWNERS
from graph.profile.day_counts import DayCounts
from graph.profile.profile import MAX_TURNS
from tests.graph.identity.linking import (
    ANN,
    BEN,
    PHONE,
    TABLET,
    Folded,
    aliased,
    head,
    identified,
    sent,
    unmerged,
    view,
)


def consent(at: int, customer: CustomerId, **choices: bool) -> ConsentChanged:
    return ConsentChanged(**head(at, customer, f"consent {customer} {at}"), consents=choices)


def wish(at: int, customer: CustomerId, **wishes: Any) -> PreferenceChanged:
    return PreferenceChanged(**head(at, customer, f"wish {customer} {at}"), preferences=wishes)


def test_a_merge_carries_history_the_stricter_consent_and_how_often_they_were_written_to() -> None:
    apart: list[Event] = [
        view(1, PHONE, "milk"),
        view(2, ANN, "bread"),
        consent(3, PHONE, marketing=False),
        consent(4, ANN, marketing=True, analytics=True),
        sent(5, PHONE),
        sent(6, ANN),
    ]
    folded = Folded([*apart, identified(7, ANN, PHONE)])
    kept = copy.deepcopy(folded.profiles)
    for leaves in ((ANN,), (PHONE,), (ANN, PHONE)):
        both = folded.view(*leaves)
        assert [row.product for row in both.recent] == ["milk", "bread"]
        assert {name: dated.value for name, dated in both.consents.items()} == {"marketing": False, "analytics": True}
        assert both.counts["Delivered"] == 2
        assert both.customer == ANN
    assert folded.profiles == kept, "state is never mixed"
    assert folded.people.consents(PHONE) == folded.view(ANN).consents
    undone = Folded([*apart, identified(7, ANN, PHONE), unmerged(8, ANN, PHONE)])
    assert undone.view(ANN).counts["Delivered"] == 1
    assert undone.people.consents(ANN)["marketing"].value is True


def test_the_view_is_the_same_object_until_a_part_changes() -> None:
    folded = Folded([view(1, PHONE, "milk"), identified(2, ANN, PHONE)])
    first = folded.view(ANN)
    assert folded.view(ANN) is first
    folded.profiles[PHONE] = replace(folded.profiles[PHONE], seq=99)
    assert folded.view(ANN) is not first and folded.view(ANN).seq == 99


def test_no_more_views_are_kept_than_there_is_room_for() -> None:
    folded = Folded([identified(1, ANN, PHONE), identified(2, BEN, TABLET)])
    people = People(folded.profiles.get, size=1)
    first = people.of((ANN,))
    people.of((BEN,))
    assert people.of((ANN,)) == first and people.of((ANN,)) is not first


def test_of_a_shared_device_everybody_has_what_was_done_while_they_were_identified() -> None:
    folded = Folded(
        [
            view(1, PHONE, "before anybody"),
            identified(10, ANN, PHONE),
            view(11, PHONE, "ann's"),
            identified(20, BEN, PHONE),
            view(21, PHONE, "ben's"),
            identified(30, ANN, PHONE),
            view(31, PHONE, "ann's again"),
            view(32, ANN, "ann's elsewhere"),
        ]
    )
    assert folded.seen(ANN) == ["before anybody", "ann's", "ann's again", "ann's elsewhere"]
    assert folded.seen(BEN) == folded.seen(BEN, PHONE) == ["ben's"]
    assert folded.seen(PHONE) == ["before anybody", "ann's", "ben's", "ann's again"]
    assert folded.view(BEN).days == {InteractionKind.VIEWED: DayCounts.of({ProductId("ben's"): {0: 1}})}


def test_a_device_is_theirs_alone_again_once_the_other_link_is_taken_back() -> None:
    said: list[CustomerEvent] = [
        identified(10, ANN, PHONE),
        view(11, PHONE, "ann's"),
        identified(20, BEN, PHONE),
        view(21, PHONE, "ben's?"),
    ]
    assert Folded([*said, unmerged(30, BEN, PHONE)]).seen(ANN) == ["ann's", "ben's?"]
    assert Folded([*said, unmerged(30, PHONE, BEN)]).seen(PHONE) == ["ann's", "ben's?"]


def test_orders_and_wishes_on_a_shared_device_are_of_whoever_s_turn_it_was() -> None:
    order: dict[str, Any] = {"order": "o1", "lines": (OrderLine(line="1", product=ProductId("tea"), value=5),)}
    folded = Folded(
        [
            identified(10, ANN, PHONE),
            PreferenceChanged(**head(11, PHONE), preferences={"topics": ["ann's"]}),
            identified(DAY, BEN, PHONE),
            Purchased(**head(DAY + 1, PHONE), **order, currency="EUR"),
            consent(DAY + 2, PHONE, marketing=False),
        ]
    )
    assert folded.view(BEN).bought.value == {ProductId("tea"): Instant(DAY + 1)}
    assert folded.view(BEN).consents["marketing"].value is False and folded.view(BEN).preferences == {}
    assert folded.view(ANN).preferences["topics"].value == ["ann's"] and folded.view(ANN).consents == {}
    assert folded.people.consents(PHONE)["marketing"].value is False


def test_what_an_erased_customer_did_on_a_shared_device_is_nobody_s() -> None:
    said: list[Event] = [
        identified(10, ANN, PHONE),
        view(11, PHONE, "ann's"),
        identified(20, BEN, PHONE),
        view(21, PHONE, "ben's"),
    ]
    folded = Folded([*said, Erased(**head(30, BEN)), view(31, PHONE, "somebody's")])
    assert folded.seen(ANN) == folded.seen(ANN, PHONE) == ["ann's"]
    assert folded.view(PHONE).customer == PHONE and folded.seen(PHONE) == ["ann's", "ben's", "somebody's"]
    nobody = Folded([*said[2:], Erased(**head(30, BEN)), view(31, ANN, "ann's")])
    assert nobody.seen(ANN, PHONE) == ["ann's"], "a device somebody was linked to is not of who is named beside it"


def test_of_a_shared_device_by_itself_any_owner_s_refusal_counts_and_none_of_their_histories() -> None:
    said: list[Event] = [
        identified(1, ANN, PHONE),
        identified(2, BEN, PHONE),
        view(3, ANN, "ann's"),
        view(4, PHONE, "tea"),
    ]
    refusal = consent(5, ANN, analytics=False, personalization=True)
    for folded in (Folded([*said, refusal]), Folded([*said, refusal, identified(6, BEN, TABLET), sent(7, BEN)])):
        for consents in (folded.people.consents(PHONE), folded.view(PHONE).consents):
            assert {name: dated.value for name, dated in consents.items()} == {"analytics": False}
        assert folded.seen(PHONE) == ["tea"] and folded.view(BEN).consents == {}
        assert folded.view(PHONE) is folded.view(PHONE)
    for where in (TABLET, ANN):
        there = [*said, identified(6, ANN, TABLET), identified(7, BEN, TABLET), identified(8, ANN, TABLET)]
        assert Folded([*there, consent(9, where, analytics=False)]).people.consents(PHONE)["analytics"].value is False
    everybody = Folded([*said, consent(5, ANN, profiling=True), consent(6, BEN, profiling=True)])
    assert everybody.people.consents(PHONE)["profiling"].value is True


def test_of_a_shared_device_the_owners_linked_last_are_asked() -> None:
    owners = [CustomerId(f"user:{number}") for number in range(MAX_OWNERS + 1)]
    said: list[Event] = [identified(at, owner, PHONE) for at, owner in enumerate(owners, 1)]
    for refusing, count in ((owners[0], 0), (owners[1], 1), (owners[-1], 1)):
        folded = Folded([*said, consent(99, refusing, analytics=False)])
        assert len(folded.people.consents(PHONE)) == count == len(folded.view(PHONE).consents)


def test_of_a_shared_device_by_itself_what_an_owner_does_not_want_is_left_out() -> None:
    said: list[Event] = [identified(1, ANN, PHONE), identified(2, BEN, PHONE)]
    folded = Folded(
        [*said, wish(3, ANN, disliked_brands=["alpha"], colour="red"), wish(4, PHONE, disliked_brands="beta")]
    )
    assert folded.view(PHONE).wishes("disliked_brands") == {"alpha", "beta"}
    assert "colour" not in folded.view(PHONE).preferences
    assert folded.view(ANN).wishes("disliked_brands") == {"alpha"}


def test_what_was_done_before_the_turns_that_are_kept_is_nobody_s() -> None:
    turns = [identified(10 + number, (ANN, BEN)[number % 2], PHONE) for number in range(MAX_TURNS + 2)]
    folded = Folded([view(1, PHONE, "long ago"), *turns])
    assert folded.seen(PHONE) == ["long ago"] and folded.seen(ANN) == folded.seen(BEN) == []


def test_a_visitor_named_beside_a_customer_is_theirs_unless_the_links_say_of_another() -> None:
    folded = Folded([view(1, PHONE, "milk"), view(2, TABLET, "tea"), identified(3, BEN, TABLET), view(4, ANN, "bread")])
    assert folded.seen(ANN, PHONE) == ["milk", "bread"]
    assert folded.seen(ANN, TABLET) == ["bread"]
    assert folded.people.of(()) is None and folded.people.of((CustomerId("user:nobody"),)) is None


@pytest.mark.parametrize("device", [PHONE, TABLET])
def test_linked_devices_are_shared_as_one(device: CustomerId) -> None:
    folded = Folded(
        [aliased(1, TABLET, PHONE), identified(10, ANN, PHONE), identified(20, BEN, TABLET), view(21, device, "tea")]
    )
    assert (folded.seen(BEN), folded.seen(ANN)) == (["tea"], [])
