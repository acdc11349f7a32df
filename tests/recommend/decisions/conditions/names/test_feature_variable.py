"""Feature variables: their types and ranges hold what a reading of our packs tells."""

from pathlib import Path
from typing import Any

import pytest

from graph import DAY, HOUR, Catalogue, Instant, Product, ProductId
from graph.events.family import (
    AccountEvent,
    AddedToCart,
    Clicked,
    Context,
    CustomerEvent,
    Delivered,
    Dismissed,
    Opened,
    OrderLine,
    Purchased,
    Rated,
    Redeemed,
    RemovedFromCart,
    Returned,
    Searched,
    Viewed,
)
from graph.profile.features.table import FeatureTable
from graph.profile.features.table_file import parse_feature_table, read_feature_table
from graph.profile.fold import fold
from graph.profile.reading.feature_value import FeatureValue
from graph.profile.reading.reading import FeatureReader
from recommend.decisions.conditions import ValueType, Variable, Vocabulary
from recommend.decisions.conditions.names.feature_variable import money_features
from tests.graph.profile.some_events import ANN, NOON, named, numbered

PACKS = {path.parent.name: read_feature_table(path) for path in sorted(Path("packs").glob("*/profile.yaml"))}
ODD = parse_feature_table("""
features:
  spent: {kind: sum, of: OrderLine, value: value, windows: [30d]}
  saved: {kind: mean, of: OrderLine, value: discount, windows: [30d]}
  bought: {kind: sum, of: OrderLine, value: quantity, windows: [30d]}
  price: {kind: rate, of: spent, to: bought, windows: [30d]}
  saved_share: {kind: rate, of: saved, to: spent, windows: [30d]}
  first_value: {kind: first, of: Purchased, value: value}
  last_lines: {kind: last, of: Purchased, value: lines}
  last_hour: {kind: last, of: Viewed, value: hour}
  last_weekday: {kind: last, of: Viewed, value: weekday}
  last_rating: {kind: last, of: Rated, value: rating}
  last_abroad: {kind: last, of: AccountEvent, where: {name: card_payment, attribute.abroad: true}, value: attribute.abroad}
  paid: {kind: sum, of: AccountEvent, where: {name: card_payment}, value: attribute.amount, windows: [30d]}
""")  # noqa: E501
TABLES = {**PACKS, "odd": ODD}

SHELVES: list[dict[str, Any]] = [
    {"department": "PRODUCE", "category": "CHEESE", "brand": "Private"},
    {"department": "ACCESSORIES", "category": "SMARTPHONES", "brand": "National"},
    {"department": "DELI", "category": "CREDIT CARD"},
]
CATALOGUE = Catalogue(Product(id=ProductId(f"p{place}"), **shelf) for place, shelf in enumerate(SHELVES))
ACCOUNT_NAMES = [
    "salary_received",
    "overdraft",
    "payment_declined",
    "instalment_missed",
    "fee_charged",
    "card_payment",
    "cash_withdrawn",
    "transfer_in",
    "transfer_out",
    "transfer_to_savings",
    "balance",
    "complaint",
    "data_used",
    "data_limit_exceeded",
    "data_limit_neared",
    "topped_up",
    "call_made",
    "roaming_activated",
    "outage",
    "call_dropped",
    "port_out_code_requested",
    "bill_issued",
    "bill_overdue",
    "plan_changed",
]
ATTRIBUTES = {
    "amount": -12.5,
    "gigabytes": 0.3,
    "minutes": 4,
    "share": 0.9,
    "abroad": True,
    "merchant": "Baker",
    "country": "PT",
    "plan": "Large",
}


def some_events(cents: int = 1) -> list[CustomerEvent]:
    """One of every kind that the packs count, on each of three days over two months; every amount times `cents`."""
    return [event for days in (45, 3, 0) for event in _of_a_day(days, cents)]


def _of_a_day(days: int, cents: int) -> list[CustomerEvent]:
    moment = NOON - days * DAY - HOUR // 2

    def told(number: int, **more: Any) -> dict[str, Any]:
        channel = ("web", "shop", "branch", "call")[number % 4]
        return named(
            1000 * days + number, moment + number, session=f"s{days}", context=Context(channel, place="7"), **more
        )

    lines = tuple(
        OrderLine(
            line=f"p{place}#1", product=ProductId(f"p{place}"), value=350 * cents, discounts={"loyalty": 40 * cents}
        )
        for place in range(len(SHELVES))
    )
    product = ProductId("p0")
    return [
        Viewed(**told(1, product=product)),
        Clicked(**told(2, product=product)),
        Dismissed(**told(3, product=product)),
        AddedToCart(**told(4, product=product)),
        RemovedFromCart(**told(5, product=product)),
        Purchased(**told(6, order=f"order {days}", lines=lines, currency="USD")),
        Returned(**told(7, product=product, value=120 * cents, currency="USD")),
        Rated(**told(8, product=product, rating=4.5)),
        Searched(**told(9, query="cheese")),
        Delivered(**told(10, campaign="spring")),
        Opened(**told(11, campaign="spring")),
        Redeemed(**told(12, coupon="spring/1")),
        *(AccountEvent(**told(20 + at, name=name, attributes=ATTRIBUTES)) for at, name in enumerate(ACCOUNT_NAMES)),
    ]


def read(table: FeatureTable, events: list[CustomerEvent]) -> list[FeatureValue]:
    return list(
        FeatureReader(table, CATALOGUE).read(fold(None, ANN, numbered([*events]), table), Instant(NOON)).values()
    )


@pytest.mark.parametrize("pack", TABLES)
@pytest.mark.parametrize("events", [[], some_events(), some_events()[:5]], ids=["none", "many", "few"])
def test_what_a_reading_tells_is_a_value_of_the_features_variable(pack: str, events: list[CustomerEvent]) -> None:
    names = Vocabulary.of_features(TABLES[pack])
    told = read(TABLES[pack], events)
    assert [f"profile.{value.name}" for value in told] == list(names.variables)
    for value in told:
        assert is_of(names.variable(f"profile.{value.name}"), value.value), value


def is_of(variable: Variable, found: Any) -> bool:
    """Whether a variable says that this may be found for it."""
    if found is None:
        return not variable.surely
    value = variable.value(found)
    match variable.type:
        case ValueType.NUMBER:
            return (
                isinstance(value, float)
                and not isinstance(found, bool)
                and (variable.least is None or value >= variable.least)
                and (variable.most is None or value <= variable.most)
                and (value.is_integer() or not variable.whole)
            )
        case ValueType.TEXT:
            return isinstance(value, str) and (variable.choices is None or value in variable.choices)
    return bool(value == found)


@pytest.mark.parametrize("pack", TABLES)
def test_a_customer_who_did_everything_has_a_value_of_all_but_what_was_not_on_the_shelves(pack: str) -> None:
    missing = [value.name for value in read(TABLES[pack], some_events()) if value.value is None]
    unsold = {"baby", "bakery", "snacks", "drinks", "frozen", "pets", "alcohol", "meat", "household"}
    assert {name.partition(".")[2] for name in missing} <= unsold | {"loans", "savings", "plans"}


@pytest.mark.parametrize("pack", TABLES)
def test_money_features_are_those_that_a_hundredfold_of_all_money_makes_a_hundred_times_as_much(pack: str) -> None:
    table = TABLES[pack]
    one, hundred = (read(table, some_events(cents)) for cents in (1, 100))
    grown = {
        before.name
        for before, after in zip(one, hundred, strict=True)
        if before.value != after.value and after.value == pytest.approx(100 * _number(before.value))
    }
    changed = {before.name for before, after in zip(one, hundred, strict=True) if _differ(before.value, after.value)}
    money = money_features(table)
    nothing = {value.name for value in one if value.value == 0}
    assert grown == changed and grown <= money and money - grown <= nothing


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _differ(before: Any, after: Any) -> bool:
    return bool(before != (pytest.approx(after) if isinstance(after, float) else after))


def test_a_rate_is_money_where_only_what_it_divides_is() -> None:
    assert money_features(ODD) == {"spent.30d", "saved.30d", "price.30d", "first_value"}
