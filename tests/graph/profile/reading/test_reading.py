"""Features as they are read: exact to the event within a day, to the local day beyond, whatever the clocks do."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import DAY, HOUR, Catalogue, Instant, InvalidValue, Product, ProductId, to_instant
from graph.events.family import AccountEvent, Context, CustomerEvent, OrderLine, Purchased, Searched, TraitsChanged
from graph.profile.features.table import FeatureTable
from graph.profile.features.table_file import parse_feature_table
from graph.profile.fold import fold
from graph.profile.reading.reading import FeatureReader, Reading
from tests.graph.profile.features.small_table import SMALL, table_of
from tests.graph.profile.some_events import ANN, NOON, named, numbered, purchase, view

TABLE = parse_feature_table(SMALL)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SHELVES = {"milk": "MILK", "cheese": "CHEESE", "bread": "BREAD"}
CATALOGUE = Catalogue(Product(id=ProductId(name), category=category) for name, category in SHELVES.items())


def reading(
    events: Iterable[CustomerEvent], now: int, table: FeatureTable = TABLE, catalogue: Catalogue = CATALOGUE
) -> Reading:
    return FeatureReader(table, catalogue).read(fold(None, ANN, numbered(list(events)), table), Instant(now))


def local(text: str) -> tuple[int, int]:
    """An Amsterdam wall clock as (microseconds, minutes ahead of UTC)."""
    moment = datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)
    return to_instant(moment), round((moment.utcoffset() or timedelta()).total_seconds() / 60)


def view_at(number: int, text: str, product: str = "milk") -> CustomerEvent:
    at, offset = local(text)
    return view(number, product, at, utc_offset=offset)


def account(number: int, name: str, text: str, **attributes: float) -> CustomerEvent:
    at, offset = local(text)
    return AccountEvent(**named(number, at, utc_offset=offset, name=name, attributes=dict(attributes)))


def test_a_sliding_window_of_hours_ends_at_the_microsecond() -> None:
    events = [view(1, at=NOON), view(2, at=NOON + 1), view(3, at=NOON + HOUR)]
    read = reading(events, NOON + HOUR)
    assert read.value("views.1h").value == 2
    assert read.value("views.24h").value == 3
    assert [event.key for event in read.evidence("views.1h").events] == ["web/e2", "web/e3"]


def test_a_window_of_days_is_of_the_customers_local_days() -> None:
    events = [view_at(1, "2024-05-09T23:59"), view_at(2, "2024-05-10T00:01"), view_at(3, "2024-05-16T12:00")]
    now, _ = local("2024-05-16T23:30")
    read = reading(events, now)
    assert (read.value("views.7d").value, read.value("views.today").value, read.value("views.yesterday").value) == (
        2,
        1,
        0,
    )
    value = read.value("views.7d")
    assert (value.events, value.exact) == (2, False)
    assert [day.events for day in read.evidence("views.7d").days] == [1, 1]


def test_the_zone_a_customer_states_is_theirs() -> None:
    now, _ = local("2024-05-16T23:30")
    moved = TraitsChanged(**named(9, now - 2, traits={"timezone": "Pacific/Auckland"}))
    assert reading([view(1, at=now - 1, utc_offset=720), moved], now).value("views.today").value == 1
    assert reading([view(1, at=now - 12 * HOUR, utc_offset=720), moved], now).value("views.today").value == 0


@pytest.mark.parametrize(
    ("before", "first", "now"),
    [
        ("2024-02-28T23:59", "2024-02-29T00:00", "2024-02-29T12:00"),  # a leap day
        ("2024-03-30T23:59", "2024-03-31T00:00", "2024-03-31T23:59"),  # 23 hours long
        ("2024-10-26T23:59", "2024-10-27T00:00", "2024-10-27T23:59"),  # 25 hours long
        ("2023-12-31T23:59", "2024-01-01T00:00", "2024-01-01T00:00"),
    ],
)
def test_today_begins_at_local_midnight(before: str, first: str, now: str) -> None:
    read = reading([view_at(1, before), view_at(2, first)], local(now)[0])
    assert (read.value("views.today").value, read.value("views.yesterday").value) == (1, 1)


def test_a_day_of_24_hours_is_24_hours_when_the_clock_changes() -> None:
    read = reading([view_at(1, "2024-03-30T11:59"), view_at(2, "2024-03-30T12:01")], local("2024-03-31T13:00")[0])
    assert read.value("views.24h").value == 1, "24 hours before 13:00 summer time it was 12:00"


@pytest.mark.parametrize(
    ("now", "this", "last"),
    [("2024-02-29T12:00", 2, 1), ("2024-03-01T00:00", 1, 2), ("2024-01-31T23:59", 1, 0), ("2024-03-31T23:59", 1, 2)],
)
def test_months_end_where_the_calendar_says(now: str, this: int, last: int) -> None:
    days = ["2024-01-31T23:59", "2024-02-01T00:00", "2024-02-29T00:30", "2024-03-01T00:00"]
    moment, _ = local(now)
    events = [view_at(number, text) for number, text in enumerate(days)]
    read = reading([event for event in events if event.at <= moment], moment)
    assert (read.value("views.this_month").value, read.value("views.last_month").value) == (this, last)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 90 * 24), st.sampled_from(list(SHELVES))), max_size=25), st.integers(0, 24 * 20)
)
def test_every_window_counts_what_a_calendar_counts(steps: list[tuple[int, str]], later: int) -> None:
    """Ninety days across the change to summer time, against the standard library's dates."""
    start = datetime(2024, 2, 1, tzinfo=AMSTERDAM)
    moments = [((start + timedelta(hours=hours)), product) for hours, product in steps]
    instants = [(to_instant(moment), product, moment) for moment, product in moments]
    now = max((at for at, *_ in instants), default=to_instant(start)) + later * HOUR
    here = datetime.fromtimestamp(now / 1e6, AMSTERDAM)
    events = [
        view(number, product, at, utc_offset=round((moment.utcoffset() or timedelta()).total_seconds() / 60))
        for number, (at, product, moment) in enumerate(instants)
    ]
    days = [datetime.fromtimestamp(at / 1e6, AMSTERDAM).date() for at, *_ in instants]
    last_month = (here.date().replace(day=1) - timedelta(days=1)).replace(day=1)
    expected = {
        "1h": sum(at > now - HOUR for at, *_ in instants),
        "24h": sum(at > now - DAY for at, *_ in instants),
        "7d": sum(day > here.date() - timedelta(days=7) for day in days),
        "30d": sum(day > here.date() - timedelta(days=30) for day in days),
        "today": sum(day == here.date() for day in days),
        "yesterday": sum(day == here.date() - timedelta(days=1) for day in days),
        "this_month": sum(day.replace(day=1) == here.date().replace(day=1) for day in days),
        "last_month": sum(day.replace(day=1) == last_month for day in days),
    }
    read = reading(events, now)
    assert {window: read.value(f"views.{window}").value for window in expected} == expected
    dairy = [day for (_, product, _), day in zip(instants, days, strict=True) if product != "bread"]
    assert read.value("views.dairy.30d").value == sum(day > here.date() - timedelta(days=30) for day in dairy)


def test_a_segment_follows_the_catalogue_also_when_it_learns_of_a_product_later() -> None:
    catalogue = Catalogue()
    profile = fold(None, ANN, numbered([purchase(1, ["milk", "bread"])]), TABLE)
    reader = FeatureReader(TABLE, catalogue)
    assert reader.read(profile, NOON).value("spent.dairy.7d").value == 0
    catalogue.put(Product(id=ProductId("milk"), category="MILK"))
    assert reader.read(profile, NOON).value("spent.dairy.7d").value == 100
    assert reader.read(profile, NOON).value("spent.7d").value == 200


def test_what_was_bought_in_the_shop_counts_on_the_web() -> None:
    in_shop = purchase(1, ["milk"], NOON - DAY, context=Context(channel="shop", place="Delft"))
    on_web = view(2, "milk", NOON, context=Context(channel="web", device="phone"))
    read = reading([in_shop, on_web], NOON)
    assert read.value("spent.7d").value == 100
    assert (read.value("views.24h").value, read.value("views.web.24h").value) == (1, 1)
    assert read.value("first_channel").value == "shop"
    assert [(liked.name, liked.share) for liked in read.tastes().categories] == [("MILK", 1.0)]
    context = read.whereabouts()
    assert (context.channel, context.device) == ("web", "phone")


def test_sums_means_rates_and_distinct_counts() -> None:
    events = [
        purchase(1, ["milk", "bread"], NOON, session="s1"),
        purchase(2, ["milk", "cheese", "milk", "milk"], NOON + DAY, session="s2"),
        view(3, "bread", NOON + DAY, session="s2"),
    ]
    read = reading(events, NOON + DAY)
    assert read.value("spent.30d").value == 600
    assert read.value("order_value.30d").value == 300.0
    assert read.value("products.30d").value == 3
    assert read.value("categories.30d").value == 3
    assert (read.value("sessions.7d").value, read.value("sessions.24h").value) == (2, 1)
    assert read.value("active_days.7d").value == 2
    assert read.value("orders_per_session.7d").value == 1.0


def test_money_of_another_currency_is_counted_but_not_added() -> None:
    lines = (OrderLine(line="1", product=ProductId("milk"), value=999),)
    krone = Purchased(**named(2, NOON, order="2", lines=lines, currency="DKK"))
    read = reading([purchase(1, ["milk"]), krone], NOON)
    assert (read.value("orders.7d").value, read.value("spent.7d").value) == (2, 100)


def test_an_overdraft_in_three_months_in_a_row() -> None:
    months = ["2024-01-31T23:59", "2024-02-29T10:00", "2024-03-01T00:00"]
    events = [account(number, "overdraft", text) for number, text in enumerate(months)]
    for now, length in (("2024-03-15T12:00", 3), ("2024-04-30T23:00", 3), ("2024-05-01T00:00", 0)):
        read = reading(events, local(now)[0])
        assert (read.value("overdraft_months").value, read.value("overdraft").value) == (length, length >= 3)
    assert not reading(events[::2], local("2024-03-15T12:00")[0]).value("overdraft").value, "a month is missing"


def test_a_limit_exceeded_in_four_months_of_six() -> None:
    months = ["2024-01-05T12:00", "2024-02-05T12:00", "2024-04-05T12:00", "2024-06-05T12:00"]
    events = [account(number, "data_limit_exceeded", text) for number, text in enumerate(months)]
    assert reading(events, local("2024-06-30T12:00")[0]).value("exceeded").value is True
    assert reading(events, local("2024-07-01T12:00")[0]).value("exceeded").value is False, "January is over"


def test_attributes_are_added_up() -> None:
    events = [account(n, "data_used", "2024-06-05T12:00", gigabytes=amount) for n, amount in enumerate((0.1, 0.2))]
    assert reading(events, local("2024-06-05T13:00")[0]).value("data_used.7d").value == 0.3


def test_recency_is_exact_for_a_day_and_in_local_days_for_a_segment_beyond() -> None:
    events = [purchase(1, ["milk"]), purchase(2, ["bread"], NOON + 2 * DAY)]
    assert reading(events, NOON + 2 * DAY + 6 * HOUR).value("since_order").value == 0.25
    assert reading(events, NOON + 2 * DAY).value("since_bought.dairy").value == 2
    assert reading(events[:1], NOON + 6 * HOUR).value("since_bought.dairy").value == 0.25
    assert reading(events[1:], NOON + 2 * DAY).value("since_bought.dairy").value is None


def test_the_last_value_is_the_latest_whichever_came_last() -> None:
    events = [Searched(**named(1, NOON + 1, query="oat milk")), Searched(**named(2, NOON, query="milk"))]
    assert reading(events, NOON + DAY).value("last_search").value == "oat milk"
    assert reading([*events, view(3, at=NOON + 40 * DAY)], NOON + 40 * DAY).value("last_search").value == "oat milk"


def test_a_feature_alone_is_the_same_as_among_all() -> None:
    events = [purchase(1, ["milk"]), view(2, at=NOON + DAY), account(3, "overdraft", "2024-10-05T12:00")]
    every = {value.name: value for value in reading(events, NOON + 2 * DAY).values()}
    assert every.keys() == TABLE.features.keys()
    assert all(reading(events, NOON + 2 * DAY).value(name) == value for name, value in every.items())


def test_a_name_the_table_has_not_is_refused() -> None:
    with pytest.raises(InvalidValue, match="feature: got 'nothing'"):
        reading([], NOON, table_of("  views: {kind: count, of: Viewed, windows: [7d]}")).value("nothing")
