"""Contacts: messages are counted exactly for a day, and then to the end of theirs; a table may not count them."""

import pytest

from graph import DAY, HOUR, Catalogue, Instant, LoggedEvent, Profile, parse_instant
from graph.events.family import Delivered
from graph.identity.contacts import Contacts
from graph.profile.features.table import FeatureTable
from graph.profile.fold import fold
from graph.profile.reading.reading import FeatureReader
from tests.graph.identity.linking import ANN, head
from tests.graph.profile.features.small_table import table_of

NOON = parse_instant("2026-07-01T12:00:00Z")[0]
COUNTED = "  messages: {kind: count, of: Delivered, windows: [90d]}"


def contacts(table: FeatureTable) -> Contacts:
    return Contacts(FeatureReader(table, Catalogue()))


def sent(table: FeatureTable, *at: int) -> Profile:
    events = [LoggedEvent(number, Delivered(**head(when, ANN))) for number, when in enumerate(at, 1)]
    return fold(None, ANN, events, table=table)


def test_the_messages_of_the_last_day_are_known_to_the_instant() -> None:
    table = table_of(COUNTED)
    at = [NOON - 23 * HOUR, NOON - HOUR]
    assert contacts(table)(sent(table, *at), 1, NOON) == at


def test_an_older_message_counts_to_the_end_of_its_day_wherever_that_ends() -> None:
    table = table_of(COUNTED)
    profile = sent(table, NOON - 7 * DAY, NOON - 7 * DAY + HOUR, NOON - HOUR)
    noon_after = Instant(NOON - 6 * DAY)
    assert contacts(table)(profile, 7, NOON) == [NOON - HOUR, noon_after, noon_after]
    yesterdays = sent(table, NOON - 25 * HOUR, NOON - 2)
    assert max(contacts(table)(yesterdays, 7, Instant(NOON - 1)) or ()) == NOON - 1, "none is yet to come"


def test_who_was_sent_nothing_was_sent_nothing() -> None:
    assert contacts(table_of(COUNTED))(Profile(customer=ANN), 30, NOON) == []


@pytest.mark.parametrize(
    "features",
    [
        "  views: {kind: count, of: Viewed, windows: [90d]}",
        "  messages: {kind: count, of: Delivered, where: {campaign: summer}, windows: [90d]}",
        "  messages: {kind: count, of: Delivered, windows: [7d]}",
        "  everything: {kind: count, of: CustomerEvent, windows: [90d]}",
    ],
)
def test_what_a_table_does_not_count_so_far_back_cannot_be_told(features: str) -> None:
    table = table_of(features)
    assert contacts(table)(sent(table, NOON - HOUR), 30, NOON) is None
