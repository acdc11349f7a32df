"""How predictions are measured."""

import numpy as np
import pytest

from benchmarks.predictions import Held, area, binned, calibration_error, hit_rates, log_loss, next_purchase
from embeddings.predictions import Predictions, ShoppingDays
from embeddings.predictions.learning import learn_predictions, shopping_of
from tests.embeddings.predictions.regulars import PRODUCTS, TODAY, regulars

YES = np.array([True, False, True, False])


def test_what_knows_and_what_knows_nothing() -> None:
    assert area(np.array([0.9, 0.1, 0.8, 0.2]), YES) == 1.0
    assert area(np.full(4, 0.5), YES) == 0.5
    assert calibration_error(np.full(4, 0.5), YES) == 0.0
    assert calibration_error(np.full(4, 0.9), YES) == pytest.approx(0.4)
    assert log_loss(np.full(4, 0.5), YES).tolist() == pytest.approx([np.log(2)] * 4)


def test_baselines_say_how_often_it_came_true_a_month_before() -> None:
    assert hit_rates(np.array([True, False]), YES, np.array([True, False, False, False])).tolist() == [0.5, 0.0]
    told = np.array([0.1, 0.1, 0.7, 0.7])
    assert binned(np.array([0.1, 0.7]), told, np.array([False, False, True, False])).tolist() == [0.0, 0.5]


def test_baselines_repeat_the_interval_less_what_has_passed_and_never_look_ahead() -> None:
    shopping = ShoppingDays.of_lines(TODAY - np.array([24, 14, 4, -6]), np.zeros(4, dtype=np.int64))
    held = Held([shopping], TODAY, 1)
    assert {name: days.tolist() for name, days in held.intervals().items()} == {
        "last interval": [6.0],
        "mean interval": [6.0],
    }
    assert held.waited().tolist() == [6.0]
    assert (held.bought().tolist(), held.lately().tolist()) == ([[True]], [[1.0]])


def test_on_regular_customers_the_model_errs_by_no_day() -> None:
    edges, today = regulars(), TODAY - 30
    learnt = learn_predictions(edges, PRODUCTS, today=today)
    assert isinstance(learnt, Predictions)
    everybody = shopping_of(edges, PRODUCTS, learnt.propensity.categories)
    held, before = (Held.of(everybody, day, 2) for day in (today, today - 30))
    found = next_purchase(learnt, held, before, np.random.default_rng(0))
    assert found["mean_absolute_error_days"]["mean"]["model"] < 0.5
    assert found["mean_absolute_error_days"]["mean"]["population median"] > 2
