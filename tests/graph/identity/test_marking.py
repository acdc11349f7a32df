"""Marking: what stands between a sender and the log."""

import copy

import pytest
from msgspec.structs import replace

from graph import DAY, HOUR, CustomerId, Instant, Profile, StoreUnavailable
from graph.events.family import ConsentChanged, CustomerEvent, Linked, TraitsChanged, Unsubscribed, Viewed
from graph.identity.consent import ConsentDefaults
from graph.identity.marking import NOTHING_CHOSEN, Marking
from graph.identity.people import People
from graph.nodes import LinkKind
from tests.graph.identity.linking import ANN, BEN, PHONE, TABLET, Folded, aliased, head, identified, unmerged, view

REFUSED = ("personalization",)


def choice(at: int, customer: CustomerId, **choices: bool) -> ConsentChanged:
    return ConsentChanged(**head(at, customer, f"consent {at}"), consents=choices)


def marks(*events: CustomerEvent, marking: Marking) -> list[tuple[str, ...]]:
    return [event.denied for event in marking.admit(events).events if isinstance(event, CustomerEvent)]


def after(*events: CustomerEvent) -> Marking:
    """The marking of a server that has these events in its log."""
    return Marking(Folded(events).people.consents)


def test_an_event_says_what_its_customer_refuses() -> None:
    marking = after(choice(0, ANN, personalization=False))
    assert marks(view(1, ANN, "milk"), view(2, BEN, "milk"), marking=marking) == [REFUSED, ()]


@pytest.mark.parametrize("seen", [ANN, PHONE])
def test_what_was_sent_in_utc_happened_on_the_day_it_was_where_the_person_lives(seen: CustomerId) -> None:
    lives = TraitsChanged(**head(1, ANN), traits={"timezone": "America/New_York"})
    people = Folded([lives, identified(2, ANN, PHONE)]).people
    marking = Marking(people.consents, zones=people.zone)
    winter, summer = (Instant(day * DAY + 2 * HOUR) for day in (0, 196))  # in 1970
    at = [(winter, 0), (summer, 0), (winter, 60)]
    body = [replace(view(3, seen, "milk"), at=when, utc_offset=offset) for when, offset in at]
    clocks = [(event.at, event.utc_offset) for event in marking.admit(body).events if isinstance(event, Viewed)]
    assert clocks == [(winter, -300), (summer, -240), (winter, 60)]
    assert marking.admit([view(3, BEN, "milk")]).events == (view(3, BEN, "milk"),)


def test_what_nobody_may_use_is_taken_in_nowhere_and_counted() -> None:
    said = [
        choice(1, ANN, personalization=False, analytics=False),
        view(2, ANN, "milk"),
        TraitsChanged(**head(3, ANN), traits={"city": "Delft"}),
        view(4, BEN, "milk"),
        choice(5, ANN, analytics=True),
        view(6, ANN, "tea"),
    ]
    admitted = NOTHING_CHOSEN.admit(said)
    assert admitted.withheld == 1
    assert [type(event) for event in admitted.events].count(Viewed) == 2
    assert marks(*said, marking=NOTHING_CHOSEN) == [
        (),
        ("analytics", "personalization"),
        (),
        ("analytics", "personalization"),
        REFUSED,
    ]


def test_an_older_choice_does_not_count_for_what_follows_it() -> None:
    marking = after(choice(9, ANN, personalization=False))
    marked = marks(choice(1, ANN, personalization=True), view(10, ANN, "milk"), marking=marking)
    assert marked[-1] == REFUSED


@pytest.mark.parametrize("seen", [ANN, PHONE, TABLET])
def test_a_choice_counts_for_all_that_its_person_does_after_it_in_the_body(seen: CustomerId) -> None:
    marking = after(identified(1, ANN, PHONE), aliased(2, TABLET, PHONE))
    body = [view(3, seen, "milk"), choice(4, ANN, personalization=False), view(5, seen, "tea"), view(6, BEN, "tea")]
    assert marks(*body, marking=marking) == [(), (), REFUSED, ()]
    withheld = marking.admit([choice(4, ANN, personalization=False, analytics=False), view(5, seen, "tea")])
    assert withheld.withheld == 1


def test_a_link_counts_for_what_follows_it_in_the_body_and_so_does_an_undo() -> None:
    known = after(choice(1, ANN, personalization=False))
    said = [view(2, PHONE, "milk"), identified(3, ANN, PHONE), view(4, PHONE, "tea")]
    assert marks(*said, marking=known) == [(), REFUSED, (), REFUSED]
    undone = [*said, unmerged(5, ANN, PHONE), view(6, PHONE, "bread")]
    assert marks(*undone, marking=known)[-1] == ()
    both = [identified(1, ANN, PHONE), choice(2, PHONE, personalization=False), view(3, ANN, "tea")]
    assert marks(*both, marking=NOTHING_CHOSEN)[-1] == REFUSED


def test_a_body_is_marked_as_it_is_when_it_is_sent_one_by_one() -> None:
    said: list[CustomerEvent] = [
        identified(1, ANN, PHONE),
        choice(2, ANN, personalization=False),
        view(3, PHONE, "milk"),
        identified(4, BEN, PHONE),
        view(5, PHONE, "tea"),
        choice(6, ANN, personalization=True),
        view(7, PHONE, "bread"),
        Unsubscribed(**head(8, BEN)),
        view(9, PHONE, "eggs"),
        view(10, ANN, "eggs"),
    ]
    apart = [marks(event, marking=after(*said[:place])) for place, event in enumerate(said)]
    assert marks(*said, marking=NOTHING_CHOSEN) == [mark for each in apart for mark in each]
    assert apart[2] == apart[4] == [REFUSED] and apart[6] == [()] and apart[8] == [("marketing",)] and apart[9] == [()]


def test_what_a_body_says_is_in_no_profile_before_it_is_in_the_log() -> None:
    folded = Folded([identified(1, ANN, PHONE)])
    kept = copy.deepcopy(folded.profiles)
    Marking(folded.people.consents).admit([choice(2, ANN, personalization=False), view(3, PHONE, "milk")])
    assert folded.profiles == kept and folded.people.consents(PHONE) == {}


def test_a_body_that_says_nothing_of_links_or_choices_asks_once_a_leaf() -> None:
    asked: list[CustomerId] = []

    def get(leaf: CustomerId) -> None:
        asked.append(leaf)

    marking = Marking(People(get).consents)
    marking.admit([view(at, leaf, "milk") for at in range(9) for leaf in (ANN, PHONE)])
    assert asked == [ANN, PHONE]


def test_where_choices_cannot_be_read_the_defaults_count() -> None:
    def away(customer: CustomerId) -> Profile | None:
        raise StoreUnavailable("profiles.db cannot be used")

    consents = People(away).consents
    assert marks(view(1, ANN, "milk"), marking=Marking(consents)) == [()]
    bank = ConsentDefaults.parse("personalization=denied")
    assert marks(view(1, ANN, "milk"), marking=Marking(consents, bank)) == [REFUSED]
    said = [identified(1, ANN, PHONE), choice(2, ANN, personalization=False), view(3, PHONE, "milk")]
    assert marks(*said, marking=Marking(consents))[-1] == REFUSED, "but what the body itself says does count"


def test_both_ends_of_a_link_hear_of_it_the_same_each_time() -> None:
    said = [identified(1, ANN, PHONE), aliased(2, ANN, BEN), unmerged(3, ANN, PHONE), aliased(4, ANN, ANN)]
    added = [event for event in NOTHING_CHOSEN.admit(said).events if isinstance(event, Linked)]
    assert [(one.customer, one.other, one.by, one.evidence, one.id) for one in added] == [
        (PHONE, ANN, LinkKind.IDENTIFIED, "web/e1", "e1#linked"),
        (BEN, ANN, LinkKind.ALIASED, "web/e2", "e2#linked"),
        (PHONE, ANN, LinkKind.UNMERGED, "web/e3", "e3#linked"),
    ]
    assert NOTHING_CHOSEN.admit(said) == NOTHING_CHOSEN.admit(said)
