"""Who is one person with whom, whatever order it was said in."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import CustomerId
from graph.events.family import Aliased, CustomerEvent, Erased, Identified
from graph.identity.person import MAX_LEAVES, Person, deciding
from graph.ids import is_anonymous
from tests.graph.identity.linking import (
    ANN,
    BEN,
    CAR,
    PHONE,
    TABLET,
    Folded,
    aliased,
    head,
    identified,
    unmerged,
    view,
)

LEAVES = [ANN, BEN, CAR, PHONE, TABLET, CustomerId("anon:watch")]


def test_a_customer_and_their_devices_are_one_person_from_every_end() -> None:
    folded = Folded([identified(1, ANN, PHONE), identified(2, ANN, TABLET)])
    assert all(folded.leaves(leaf) == {ANN, PHONE, TABLET} for leaf in (ANN, PHONE, TABLET))
    assert folded.people.person(PHONE).leaves[0] == ANN


def test_a_chain_of_visitors_leads_to_the_customer() -> None:
    folded = Folded([aliased(1, TABLET, PHONE), identified(2, ANN, TABLET)])
    assert folded.leaves(PHONE) == folded.leaves(ANN) == {ANN, PHONE, TABLET}


def test_two_known_customers_are_one_person_once_they_are_aliased() -> None:
    folded = Folded([identified(1, ANN, PHONE), identified(2, BEN, PHONE), aliased(3, ANN, BEN)])
    assert folded.leaves(BEN) == folded.leaves(PHONE) == {ANN, BEN, PHONE}


def test_a_device_of_two_customers_is_shared_and_by_itself_nobody_s() -> None:
    folded = Folded([identified(1, ANN, PHONE), identified(2, BEN, PHONE)])
    assert folded.leaves(PHONE) == {PHONE}
    assert folded.people.person(PHONE).owners == (BEN, ANN), "the one linked last first"
    for customer in (ANN, BEN):
        assert folded.people.person(customer).leaves == (customer,)
        assert folded.people.person(customer).shared == (PHONE,)


def test_a_link_holds_only_while_both_ends_say_so() -> None:
    gone = Erased(**head(3, ANN))
    for order in ([view(1, PHONE, "milk"), identified(2, ANN, PHONE), gone], [identified(2, ANN, PHONE), gone]):
        folded = Folded([*order, view(4, ANN, "bread")])
        assert folded.leaves(ANN) == {ANN} and folded.leaves(PHONE) == {PHONE}


def test_a_device_stays_shared_when_one_of_its_customers_is_erased() -> None:
    gone = Erased(**head(3, ANN))
    folded = Folded([identified(1, BEN, PHONE), identified(2, ANN, PHONE), gone])
    assert folded.people.person(PHONE) == Person((PHONE,), owners=(BEN,), gone=(ANN,))
    assert folded.people.person(BEN) == Person((BEN,), shared=(PHONE,))
    assert folded.people.person(ANN) == Person((ANN,))
    nobody = Folded([identified(2, ANN, PHONE), gone])
    assert nobody.people.person(PHONE) == Person((PHONE,), gone=(ANN,))
    later = Folded([identified(2, ANN, PHONE), gone, identified(4, BEN, PHONE)])
    assert later.leaves(PHONE) == {PHONE} and later.people.person(BEN).shared == (PHONE,)
    again = Folded([identified(2, ANN, PHONE), gone, identified(4, ANN, PHONE)])
    assert again.leaves(PHONE) == {ANN, PHONE}, "who comes back is who they were"
    for undo in (unmerged(4, ANN, PHONE), unmerged(4, PHONE, ANN)):
        undone = Folded([identified(1, BEN, PHONE), identified(2, ANN, PHONE), gone, undo])
        assert undone.leaves(PHONE) == {BEN, PHONE}, "a link that is taken back never was"


def test_nobody_is_linked_with_themselves() -> None:
    folded = Folded([aliased(1, ANN, ANN), view(2, ANN, "milk")])
    assert folded.profiles[ANN].linked == {} and folded.leaves(ANN) == {ANN}


def test_the_newest_links_count_and_the_rest_is_said_to_be_left_out() -> None:
    devices = [CustomerId(f"anon:{number:03d}") for number in range(MAX_LEAVES + 8)]
    folded = Folded([identified(at, ANN, device) for at, device in enumerate(devices)])
    person = folded.people.person(ANN)
    assert person.leaves == (ANN, *reversed(devices[-MAX_LEAVES + 1 :])) and person.left_out == 9
    assert folded.leaves(devices[0]) == {*person.leaves, devices[0]}, "who is asked about is never left out"


def test_a_refusal_on_a_shared_device_counts_for_all_who_are_linked_to_it() -> None:
    folded = Folded([identified(1, ANN, PHONE), identified(2, BEN, PHONE), identified(3, ANN, TABLET)])
    links_of = {leaf: profile.linked for leaf, profile in folded.profiles.items()}.get
    assert deciding(ANN, links_of) == {ANN, PHONE, TABLET}
    assert deciding(PHONE, links_of) == {ANN, BEN, PHONE, TABLET}
    assert deciding(CAR, links_of) == {CAR}


_pairs = st.sampled_from([pair for pair in combinations(LEAVES, 2)])


@st.composite
def _said(draw: st.DrawFn) -> list[CustomerEvent]:
    """Links and undos in any order of time, each said from either end."""
    events: list[CustomerEvent] = []
    for number, (pair, at, kind) in enumerate(
        draw(st.lists(st.tuples(st.permutations(LEAVES), st.integers(0, 6), st.integers(0, 2)), max_size=12))
    ):
        one, other = pair[0], pair[1]
        if kind == 0 and is_anonymous(other):
            events.append(identified(at, one, other, f"e{number}"))
        else:
            events.append((aliased if kind < 2 else unmerged)(at, one, other, f"e{number}"))
    return events


@settings(deadline=None, max_examples=100)
@given(_said(), st.randoms(use_true_random=False))
def test_the_stamps_decide_whatever_the_order(events: list[CustomerEvent], random: object) -> None:
    folded = Folded(events)
    shuffled = list(events)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = Folded(shuffled)
    latest: dict[frozenset[CustomerId], tuple[tuple[int, str], bool]] = {}
    for event in events:
        other = event.anonymous if isinstance(event, Identified) else event.previous  # type: ignore[attr-defined]
        assert other is not None
        stamp = (event.at, f"web/{event.id}")
        pair = frozenset((event.customer, other))
        if stamp >= latest.get(pair, ((-1, ""), False))[0]:
            latest[pair] = stamp, isinstance(event, Identified | Aliased)
    holding = {pair for pair, (_, on) in latest.items() if on}
    for leaf in LEAVES:
        person = folded.people.person(leaf)
        assert person == again.people.person(leaf)
        assert {leaf, *person.leaves} == {leaf, *_expected(leaf, holding)}
        assert all(set(folded.people.person(one).leaves) == set(person.leaves) for one in person.leaves)


def _expected(leaf: CustomerId, holding: set[frozenset[CustomerId]]) -> set[CustomerId]:
    """The person by the rule as it is told: reach over leaves of one kind, then devices whose customers are all in."""

    def reach(start: CustomerId) -> set[CustomerId]:
        found = {start}
        while more := {
            other
            for pair in holding
            if pair & found
            for other in pair - found
            if is_anonymous(other) == is_anonymous(start)
        }:
            found |= more
        return found

    def customers(device: set[CustomerId]) -> set[CustomerId]:
        return {other for pair in holding if pair & device for other in pair if not is_anonymous(other)}

    if is_anonymous(leaf):
        device = reach(leaf)
        owners = customers(device)
        if not owners or not owners <= reach(min(owners)):
            return device
        leaf = min(owners)
    known = reach(leaf)
    devices = [reach(one) for one in LEAVES if is_anonymous(one)]
    return known.union(*(device for device in devices if customers(device) and customers(device) <= known))


@settings(deadline=None, max_examples=60)
@given(_said(), st.permutations(LEAVES))
def test_a_merge_undone_gives_back_both(before: list[CustomerEvent], pair: list[CustomerId]) -> None:
    one, other = pair[0], pair[1]
    seen = [view(10 + number, leaf, f"product {number}") for number, leaf in enumerate(LEAVES)]
    apart = unmerged(20, one, other, "apart")
    without = Folded([*before, *seen, apart])
    undone = Folded([*before, *seen, apart, aliased(30, other, one, "merged"), unmerged(40, one, other, "undone")])
    for leaf in LEAVES:
        assert undone.people.person(leaf) == without.people.person(leaf)
        assert undone.seen(leaf) == without.seen(leaf)


@pytest.mark.parametrize("leaf", LEAVES)
def test_who_is_linked_with_nobody_is_one_leaf(leaf: CustomerId) -> None:
    assert Folded([]).people.person(leaf).leaves == (leaf,)
