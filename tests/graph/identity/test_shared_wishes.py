"""What several people choose and wish, taken together where it leaves out the most."""

from typing import Any

import pytest

from graph import Instant, Profile
from graph.identity.shared_wishes import choices_of_all, wishes_of_all
from graph.identity.wishes import MessageKind, Wishes
from graph.nodes import Stamp
from graph.profile.profile import Dated
from tests.graph.identity.linking import PHONE

SERVICE = MessageKind.SERVICE
Stating = dict[str, Dated]


def stating(at: int = 0, **values: Any) -> Stating:
    return {name.replace("__", ":"): Dated(Stamp(Instant(at)), value) for name, value in values.items()}


def wishes(device: Stating, *owners: Stating) -> Wishes:
    return Wishes.of(Profile(customer=PHONE, preferences=wishes_of_all(device, owners)))


@pytest.mark.parametrize(
    ("device", "owners", "together"),
    [
        ({}, [{}, {"a": False}], {"a": False}),
        ({"a": True}, [{"a": True}, {"a": False}], {"a": False}),
        ({"a": False}, [{"a": True}, {"a": True}], {"a": False}),
        ({}, [{"a": True}, {"a": True}], {"a": True}),
        ({"a": True}, [{"a": True}, {}], {}),
    ],
)
def test_one_refusal_is_enough_and_a_permission_is_everybody_s(
    device: dict[str, bool], owners: list[dict[str, bool]], together: dict[str, bool]
) -> None:
    found = choices_of_all(stating(**device), [stating(**each) for each in owners])
    assert {name: dated.value for name, dated in found.items()} == together


def test_no_more_than_what_leaves_something_out_is_taken_of_an_owner() -> None:
    own = stating(colour="blue", disliked_products=[])
    assert wishes_of_all(own, [stating(colour="red", size="xl"), {}]) == own
    owners = [stating(1, disliked_products="milk"), stating(2, disliked_products=["tea", "milk"])]
    assert wishes_of_all(own, owners)["disliked_products"] == Dated(Stamp(Instant(2)), ["milk", "tea"])


def test_only_transaction_alerts_are_for_all_where_one_wishes_for_nothing_else() -> None:
    assert wishes({}, stating(only_transaction_alerts=True), stating(2, only_transaction_alerts=False)).only_alerts
    assert not wishes(stating(only_transaction_alerts=False), {}).only_alerts


def test_a_channel_is_one_that_all_wish_for() -> None:
    both = wishes({}, stating(channels=["Email", "push"]), stating(channels="email"), stating(channels=[]))
    assert both.channels == {"email"}
    assert wishes({}, stating(channels="push"), stating(channels="email")).objections(SERVICE, "email")


@pytest.mark.parametrize(
    ("owners", "heard"),
    [
        ([stating(topics=["News", "offers"]), stating(topics="offers")], {"offers"}),
        ([stating(topics="news"), stating(topics="offers")], set()),
        ([stating(topics="news"), stating(5, topic__news=False)], set()),
        ([stating(topics="news") | stating(1, topic__offers=True), {}], {"news", "offers"}),
        ([stating(topics=["news", "offers"]) | stating(1, topic__offers=False), {}], {"news"}),
        ([stating(topic__news=False), stating(9, topic__news=True)], {"offers", None}),
        ([{}, {}], {"news", "offers", None}),
    ],
)
def test_a_topic_is_one_that_nobody_would_not_hear_of(owners: list[Stating], heard: set[str | None]) -> None:
    together = wishes({}, *owners)
    assert {topic for topic in ("news", "offers", None) if not together.objections(SERVICE, topic=topic)} == heard


def test_it_is_as_quiet_and_as_seldom_as_anybody_wishes() -> None:
    together = wishes(
        stating(frequency="1 per day", quiet_hours="22:00-07:00"),
        stating(frequency="3 per week", quiet_hours=["12:00-13:00"]),
    )
    assert together.frequency is not None and (together.frequency.times, together.frequency.days) == (3, 7)
    assert len(together.quiet) == 2
    assert wishes({}, stating(frequency="1 per day"), stating(frequency="often")).unread == ("frequency",)
