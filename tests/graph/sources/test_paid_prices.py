"""Where the product file has no price, the median of what was paid for a unit is one."""

from pathlib import Path

from graph.instants import Instant
from graph.sources import parse_mapping
from graph.sources.paid_prices import paid_prices
from graph.sources.reading import Reading

MAPPING = """
source: shop
timezone: UTC
currency: EUR
tables:
  - file: a.csv
    record: purchases
    columns: {order: o, customer: o, time: {value: 2026-01-01}, product: p, quantity: q, value: v, currency: c}
"""


def prices(folder: Path, *rows: str) -> dict[str, tuple[int, str]]:
    (folder / "a.csv").write_text("o,p,q,v,c\n" + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return paid_prices(Reading(parse_mapping(MAPPING), folder, Instant(1_780_000_000_000_000)))


def test_the_price_is_the_median_of_what_a_unit_cost(tmp_path: Path) -> None:
    assert prices(tmp_path, "1,A,1,1.00,", "2,A,4,8.00,", "3,A,1,9.00,", "4,A,0,7.00,", "5,A,2,0,") == {
        "A": (200, "EUR")
    }


def test_what_costs_less_than_a_minor_unit_or_in_two_currencies_has_no_price(tmp_path: Path) -> None:
    assert prices(tmp_path, "1,petrol,10000,25.00,", "2,B,1,1.00,EUR", "3,B,1,1.00,USD", "4,C,1,500,JPY") == {
        "C": (500, "JPY")
    }


def test_refused_lines_say_nothing_of_a_price(tmp_path: Path) -> None:
    assert prices(tmp_path, "1,A,-1,5.00,", "2,A,1,n/a,", "3,A,1,2.00,") == {"A": (200, "EUR")}
