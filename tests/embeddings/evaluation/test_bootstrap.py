"""Intervals that must be wide, narrow or of no width."""

import numpy as np
import pytest

from embeddings.evaluation.bootstrap import MAX_DRAWS, mean_interval, paired_difference
from graph import InvalidValue


def test_equal_values_leave_no_doubt() -> None:
    assert mean_interval(np.full(50, 0.25), np.random.default_rng(0)) == (0.25, 0.25, 0.25)


def test_the_interval_is_that_of_the_normal_law_for_many_customers() -> None:
    values = np.random.default_rng(1).normal(size=4000)
    interval = mean_interval(values, np.random.default_rng(2), resamples=2000)
    width = 1.96 * values.std() / np.sqrt(len(values))
    assert interval.mean == values.mean()
    assert interval.low == pytest.approx(values.mean() - width, abs=width / 10)
    assert interval.high == pytest.approx(values.mean() + width, abs=width / 10)


def test_about_95_of_100_intervals_hold_the_truth() -> None:
    rng = np.random.default_rng(3)
    held = [abs_in(mean_interval(rng.exponential(size=200), rng, resamples=300), 1.0) for _ in range(200)]
    assert 0.88 <= np.mean(held) <= 0.99


def abs_in(interval: tuple[float, float, float], truth: float) -> bool:
    return interval[1] <= truth <= interval[2]


def test_the_same_rng_gives_the_same_interval() -> None:
    values = np.arange(10.0)
    assert mean_interval(values, np.random.default_rng(4)) == mean_interval(values, np.random.default_rng(4))


def test_pairing_sees_a_small_gain_that_two_intervals_do_not() -> None:
    theirs = np.random.default_rng(5).normal(size=300)
    ours = theirs + 0.01
    rng = np.random.default_rng(6)
    gain = paired_difference(ours, theirs, rng)
    assert gain.low > 0
    assert mean_interval(ours, rng).low < mean_interval(theirs, rng).high


def test_more_customers_than_are_drawn_at_a_time_are_drawn_in_parts() -> None:
    values = np.linspace(0, 1, MAX_DRAWS // 2)
    interval = mean_interval(values, np.random.default_rng(7), resamples=3)
    assert interval.low <= 0.5 <= interval.high + 0.001


def test_nobody_and_other_customers_are_refused() -> None:
    with pytest.raises(InvalidValue, match="values: got 'no customer'"):
        mean_interval(np.array([]), np.random.default_rng(8))
    with pytest.raises(InvalidValue, match="theirs: got '3 customers', expected the same 2 customers as ours"):
        paired_difference(np.zeros(2), np.zeros(3), np.random.default_rng(9))


def test_an_interval_reads_as_text() -> None:
    assert str(mean_interval(np.ones(3), np.random.default_rng(10))) == "1.0000 [1.0000, 1.0000]"
