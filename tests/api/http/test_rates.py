"""Rates: a bucket of ten seconds' worth that fills at the rate, and may run into debt."""

import pytest

from api.http.problems import TooMany
from api.http.rates import BURST_SECONDS, Rates


class Clock:
    """Seconds that pass when told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_let_in_whole_and_paid_for_afterwards() -> None:
    clock = Clock()
    rates = Rates(10, clock)
    rates.admit("secret")
    rates.charge("secret", 10 * BURST_SECONDS + 30)
    with pytest.raises(TooMany) as refused:
        rates.admit("secret")
    assert refused.value.wait == 4
    clock.now += 3.0
    with pytest.raises(TooMany):
        rates.admit("secret")
    clock.now += 0.2
    rates.admit("secret")


def test_what_is_not_used_is_not_saved_up_beyond_a_burst() -> None:
    clock = Clock()
    rates = Rates(10, clock)
    rates.charge("secret", 10)
    clock.now += 1_000_000
    rates.admit("secret")
    rates.charge("secret", 10 * BURST_SECONDS)
    with pytest.raises(TooMany):
        rates.admit("secret")


def test_each_key_has_a_bucket_of_its_own() -> None:
    rates = Rates(1, Clock())
    rates.charge("publishable", 1_000)
    rates.admit("secret")


def test_a_body_of_nothing_costs_one_and_so_does_one_that_is_never_charged() -> None:
    rates = Rates(1, Clock())
    for number in range(BURST_SECONDS):
        rates.admit("secret")
        if number % 2:
            rates.charge("secret", 0)
    with pytest.raises(TooMany):
        rates.admit("secret")


def test_no_limit_is_no_limit() -> None:
    rates = Rates(0, Clock())
    rates.charge("secret", 10**9)
    rates.admit("secret")
