"""Marking: what stands between a sender and the log."""

from collections.abc import Mapping

from graph import CustomerId, StoreUnavailable
from graph.events.family import ConsentChanged, CustomerEvent, Linked, TraitsChanged, Viewed
from graph.identity.consent import ConsentDefaults
from graph.identity.marking import NOTHING_CHOSEN, Marking
from graph.nodes import LinkKind, Stamp
from graph.profile.profile import Dated
from tests.graph.identity.linking import ANN, BEN, PHONE, aliased, head, identified, unmerged, view

REFUSES: Mapping[CustomerId, Mapping[str, Dated]] = {ANN: {"personalization": Dated(Stamp(), False)}}


def choice(at: int, customer: CustomerId, **choices: bool) -> ConsentChanged:
    return ConsentChanged(**head(at, customer, f"consent {at}"), consents=choices)


def marks(*events: CustomerEvent, marking: Marking) -> list[tuple[str, ...]]:
    return [event.denied for event in marking.admit(events).events if isinstance(event, CustomerEvent)]


def test_an_event_says_what_its_customer_refuses() -> None:
    marking = Marking(lambda customer: REFUSES.get(customer, {}))
    assert marks(view(1, ANN, "milk"), view(2, BEN, "milk"), marking=marking) == [("personalization",), ()]


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
        ("personalization",),
    ]


def test_an_older_choice_does_not_count_for_what_follows_it() -> None:
    marking = Marking(lambda customer: {"personalization": Dated(Stamp(9, "web/later"), False)})  # type: ignore[arg-type]
    marked = marks(choice(1, ANN, personalization=True), view(10, ANN, "milk"), marking=marking)
    assert marked[-1] == ("personalization",)


def test_where_choices_cannot_be_read_the_defaults_count() -> None:
    def away(customer: CustomerId) -> Mapping[str, Dated]:
        raise StoreUnavailable("profiles.db cannot be used")

    assert marks(view(1, ANN, "milk"), marking=Marking(away)) == [()]
    bank = ConsentDefaults.parse("personalization=denied")
    assert marks(view(1, ANN, "milk"), marking=Marking(away, bank)) == [("personalization",)]


def test_both_ends_of_a_link_hear_of_it_the_same_each_time() -> None:
    said = [identified(1, ANN, PHONE), aliased(2, ANN, BEN), unmerged(3, ANN, PHONE), aliased(4, ANN, ANN)]
    added = [event for event in NOTHING_CHOSEN.admit(said).events if isinstance(event, Linked)]
    assert [(one.customer, one.other, one.by, one.evidence, one.id) for one in added] == [
        (PHONE, ANN, LinkKind.IDENTIFIED, "web/e1", "e1#linked"),
        (BEN, ANN, LinkKind.ALIASED, "web/e2", "e2#linked"),
        (PHONE, ANN, LinkKind.UNMERGED, "web/e3", "e3#linked"),
    ]
    assert NOTHING_CHOSEN.admit(said) == NOTHING_CHOSEN.admit(said)
