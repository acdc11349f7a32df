"""When they buy next."""

import numpy as np
import pytest

from embeddings.predictions import Predictions, ShoppingDays
from tests.embeddings.predictions.regulars import TODAY


def bought_on(*ago: int) -> ShoppingDays:
    day = TODAY - np.array(ago, dtype=np.int64)
    return ShoppingDays.of_lines(day, np.zeros(len(day), dtype=np.int64))


@pytest.mark.parametrize("passed", [0, 2, 5])
def test_who_buys_every_week_is_expected_a_week_after_the_last_time(predictions: Predictions, passed: int) -> None:
    forecast = predictions.next_purchase.forecast(bought_on(*range(passed, 300, 7)), TODAY)
    assert forecast is not None
    assert forecast.days == 7 - passed
    assert forecast.within_7_days > 0.9


@pytest.mark.parametrize("passed", [3, 10])
def test_who_buys_every_three_weeks_is_not_expected_before(predictions: Predictions, passed: int) -> None:
    forecast = predictions.next_purchase.forecast(bought_on(*range(passed, 300, 21)), TODAY)
    assert forecast is not None
    assert forecast.days is not None and abs(forecast.days - (21 - passed)) <= 1
    assert forecast.within_7_days < 0.1 < 0.9 < forecast.within_30_days


def test_the_longer_the_wait_the_likelier_a_purchase_has_come(predictions: Predictions) -> None:
    left = predictions.next_purchase.survival(bought_on(3, 9, 30), TODAY)
    assert (np.diff(left) <= 0).all() and 0 <= left[-1] <= left[0] <= 1


def test_who_never_bought_is_not_predicted(predictions: Predictions) -> None:
    assert predictions.next_purchase.forecast(bought_on(), TODAY) is None
    assert predictions.next_purchase.forecast(bought_on(-3), TODAY) is None


def test_what_is_done_after_today_changes_nothing(predictions: Predictions) -> None:
    assert predictions.next_purchase.forecast(bought_on(-9, -2, 3, 10), TODAY) == (
        predictions.next_purchase.forecast(bought_on(3, 10), TODAY)
    )


def test_one_purchase_years_ago_has_a_forecast_of_finite_numbers(predictions: Predictions) -> None:
    forecast = predictions.next_purchase.forecast(bought_on(4000), TODAY)
    assert forecast is not None
    assert np.isfinite([forecast.within_7_days, forecast.within_30_days]).all()
