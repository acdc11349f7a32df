"""Wishes: what may be sent to whom by which way, and when; what cannot be told is not permitted."""

from typing import Any

import pytest

from graph import DAY, HOUR, Instant, InvalidValue, LoggedEvent, Profile, Stamp, parse_instant
from graph.events.family import Unsubscribed
from graph.events.traits import wishes
from graph.identity.consent import ConsentDefaults
from graph.identity.wish_shapes import Frequency, QuietHours, quiet_hours
from graph.identity.wishes import MessageKind, Wishes
from graph.profile.fold import fold
from graph.profile.profile import Dated
from tests.graph.identity.linking import ANN, head

MARKETING, SERVICE, TRANSACTIONAL = MessageKind.MARKETING, MessageKind.SERVICE, MessageKind.TRANSACTIONAL
NOON = parse_instant("2026-07-01T12:00:00Z")[0]


def may_contact(
    wished: Wishes, kind: MessageKind, channel: str | None, topic: str | None, now: Instant, sent: Any = None
) -> bool:
    return not wished.objections(kind, channel, topic) and not wished.untimely(kind, now, sent)


def stating(at: int = 0, **preferences: Any) -> Wishes:
    return Wishes.of(profile_stating(at, **preferences))


def profile_stating(at: int = 0, **preferences: Any) -> Profile:
    stamp = Stamp(Instant(at))
    return Profile(customer=ANN, preferences={name: Dated(stamp, value) for name, value in preferences.items()})


def test_who_said_nothing_may_be_written_to_where_the_deployment_takes_it_for_granted() -> None:
    assert may_contact(Wishes.of(None), MARKETING, "email", "news", NOON)
    bank = ConsentDefaults.parse("marketing=denied")
    assert Wishes.of(None, bank).objections(MARKETING) == ("marketing is not consented to",)
    assert may_contact(Wishes.of(None, bank), SERVICE, "email", None, NOON)


def test_only_transaction_alerts_means_nothing_else_by_any_way() -> None:
    wished = stating(only_transaction_alerts=True)
    for channel in ("email", "push", None):
        assert wished.objections(MARKETING, channel) == ("only transaction alerts are wished for",)
        assert not may_contact(wished, SERVICE, channel, None, NOON)
        assert may_contact(wished, TRANSACTIONAL, channel, None, NOON)
    assert (
        not stating(only_transaction_alerts=False).only_alerts and not stating(only_transaction_alerts=[]).only_alerts
    )


def test_channels_bind_every_message() -> None:
    wished = stating(channels=["Email", "sms"])
    assert may_contact(wished, MARKETING, "email", None, NOON)
    for kind in MessageKind:
        assert not may_contact(wished, kind, "push", None, NOON) and not may_contact(wished, kind, None, None, NOON)
    assert may_contact(stating(channels=[]), MARKETING, "push", None, NOON), "an empty list takes the wish back"


def test_the_later_of_the_topics_and_of_a_topic_s_own_choice_decides() -> None:
    wished = stating(topics="offers")
    assert may_contact(wished, MARKETING, "email", "Offers", NOON)
    assert not may_contact(wished, MARKETING, "email", "news", NOON)
    assert not may_contact(wished, MARKETING, "email", None, NOON), "nobody can tell what it is about"
    for at, heard in ((1, False), (3, True)):
        both = (
            profile_stating(2, **{"topic:news": False}).preferences | profile_stating(at, topics=["news"]).preferences
        )
        assert may_contact(Wishes.of(Profile(customer=ANN, preferences=both)), MARKETING, "sms", "news", NOON) is heard


def test_who_unsubscribes_hears_no_more_of_the_topic_or_of_anything() -> None:
    profile = fold(None, ANN, [LoggedEvent(1, Unsubscribed(**head(1, ANN), topic="news"))])
    assert not may_contact(Wishes.of(profile), MARKETING, "email", "news", NOON)
    assert may_contact(Wishes.of(profile), MARKETING, "email", "offers", NOON)
    profile = fold(profile, ANN, [LoggedEvent(2, Unsubscribed(**head(2, ANN)))])
    assert Wishes.of(profile).objections(MARKETING, "email", "offers") == ("marketing is not consented to",)


@pytest.mark.parametrize(
    ("wish", "zone", "instant", "quiet"),
    [
        ("22:00-07:30", "UTC", "2026-07-01T22:00:00Z", True),
        ("22:00-07:30", "UTC", "2026-07-01T07:29:59Z", True),
        ("22:00-07:30", "UTC", "2026-07-01T07:30:00Z", False),
        ("22:00-07:30", "Europe/Amsterdam", "2026-07-01T20:00:00Z", True),
        ("22:00-07:30", "Europe/Amsterdam", "2026-01-15T20:00:00Z", False),  # winter: 21:00 there
        ("01:00-03:00", "Europe/Amsterdam", "2026-10-25T01:30:00Z", True),  # the second 02:30 of that night
        ("12:00-13:00 America/New_York", "UTC", "2026-07-01T16:30:00Z", True),
        ("00:00-00:00", "UTC", "2026-07-01T16:30:00Z", True),
        (["08:00-09:00", "16:00-17:00"], "UTC", "2026-07-01T16:30:00Z", True),
        (["08:00-09:00", "16:00-17:00"], "UTC", "2026-07-01T17:00:00Z", False),
    ],
)
def test_quiet_hours_are_those_of_the_clock_where_they_are(
    wish: str | list[str], zone: str, instant: str, quiet: bool
) -> None:
    profile = profile_stating(quiet_hours=wish)
    at = parse_instant(instant)[0]
    assert (not may_contact(Wishes.of(profile, zone=zone), MARKETING, "push", None, at)) is quiet
    own = Profile(customer=ANN, preferences=profile.preferences, traits={"timezone": Dated(Stamp(), zone)})
    assert (not may_contact(Wishes.of(own, zone="Asia/Tokyo"), SERVICE, "push", None, at)) is quiet
    assert may_contact(Wishes.of(own), TRANSACTIONAL, "push", None, at)


def test_no_more_often_than_wished_for_and_never_where_nobody_counts() -> None:
    wished = stating(frequency="2 per week")
    assert wished.frequency == Frequency(2, 7)
    assert wished.untimely(MARKETING, NOON, None) == ("how many were sent in 7 days cannot be told",)
    for days, permitted in ((6, False), (7, True)):
        sent = [Instant(NOON - days * DAY), Instant(NOON - HOUR)]
        assert may_contact(wished, MARKETING, "email", None, NOON, sent) is permitted


def test_what_cannot_be_looked_up_or_read_is_not_permitted() -> None:
    assert Wishes.unreadable().objections(MARKETING) == ("what the customer permits cannot be looked up now",)
    assert not may_contact(Wishes.unreadable(), SERVICE, "email", None, NOON)
    garbled = stating(quiet_hours="at night", frequency=3)
    assert set(garbled.objections(SERVICE)) == {
        "the wish quiet_hours cannot be read",
        "the wish frequency cannot be read",
    }
    assert may_contact(garbled, TRANSACTIONAL, "email", None, NOON)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("frequency", "often", "a number per day, week or month"),
        ("frequency", 3, "a number per day, week or month"),
        ("quiet_hours", "22-7", "hours such as '22:00-07:30'"),
        ("quiet_hours", ["22:00-24:30"], "hours such as '22:00-07:30'"),
        ("quiet_hours", "22:00-07:30 Mars/Base", "hours such as '22:00-07:30'"),
        ("only_transaction_alerts", "yes", "true or false"),
        ("topic:news", ["x"], "true or false"),
        ("channels", True, "a text or a list of texts"),
        ("disliked_brands", 7, "a text or a list of texts"),
    ],
)
def test_a_wish_of_another_shape_is_refused_by_name(name: str, value: Any, expected: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        wishes({name: value}, "preferences")
    assert refused.value.field == f"preferences.{name}" and refused.value.expected.startswith(expected)


@pytest.mark.parametrize("name", ["disliked_products", "channels", "quiet_hours", "colours"])
def test_a_wish_holds_a_thousand_entries_and_no_more(name: str) -> None:
    entry = "22:00-07:30" if name == "quiet_hours" else "x"
    assert len(wishes({name: [entry] * 1_000}, "preferences")[name]) == 1_000  # type: ignore[arg-type]
    with pytest.raises(InvalidValue) as refused:
        wishes({name: [entry] * 1_001}, "preferences")
    told = refused.value
    assert (told.field, told.value, told.expected) == (
        f"preferences.{name}",
        "1001 entries",
        "at most 1000 entries",
    )


def test_wishes_nobody_knows_are_kept_as_they_were_stated() -> None:
    stated = {"shoe_size": 42, "quiet_hours": "22:00-07:30 Europe/Amsterdam", "topics": [], "tone": "brief"}
    assert wishes(stated, "preferences") == stated
    assert quiet_hours("22:00-07:30 Europe/Amsterdam") == (QuietHours(1320, 450, "Europe/Amsterdam"),)
