"""Major units to minor ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import InvalidValue
from graph.events.money import MAX_MINOR, minor_units


@pytest.mark.parametrize(
    ("amount", "currency", "times", "minor"),
    [
        (4.35, "EUR", 1, 435),
        (4.35, "EUR", 100, 43500),
        (0.1, "USD", 3, 30),
        (1.005, "USD", 1, 101),
        (2.99, "EUR", 0.5, 150),
        (500, "JPY", 2, 1000),
        (1.234, "KWD", 1, 1234),
        (19.99, "", 1, 1999),
        (-4.35, "EUR", 1, -435),
        (0, "EUR", 5, 0),
    ],
)
def test_money_is_reckoned_in_decimals(amount: float, currency: str, times: float, minor: int) -> None:
    assert minor_units(amount, currency, times=times) == minor


def test_an_amount_beyond_reason_is_refused() -> None:
    with pytest.raises(InvalidValue, match=r"properties\.value: got 1e\+30, expected an amount of at most"):
        minor_units(1e30, "EUR", field="properties.value")


@given(st.integers(-(10**12), 10**12))
def test_whole_cents_stay_what_they_are(cents: int) -> None:
    assert minor_units(cents / 100, "EUR") == cents


@given(st.floats(-1e13, 1e13), st.floats(0, 1e12))
def test_an_amount_fits_or_is_refused(amount: float, times: float) -> None:
    try:
        assert abs(minor_units(amount, times=times)) <= MAX_MINOR
    except InvalidValue as error:
        assert error.field == "price"
