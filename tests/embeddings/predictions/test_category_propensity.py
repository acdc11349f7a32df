"""What they buy of."""

import numpy as np

from embeddings.predictions import Predictions, ShoppingDays
from tests.embeddings.predictions.regulars import TODAY

BREAD, WINE = 0, 1


def of(category: int, *ago: int) -> ShoppingDays:
    return ShoppingDays.of_lines(TODAY - np.array(ago, dtype=np.int64), np.full(len(ago), category))


def test_what_is_bought_every_week_is_bought_within_a_month_and_nothing_else(predictions: Predictions) -> None:
    assert predictions.propensity.categories == ["BREAD", "WINE"]
    bread, wine = predictions.propensity.probabilities(of(BREAD, *range(2, 300, 7)), TODAY)
    assert bread > 0.9 and wine < 0.1
    bread, wine = predictions.propensity.probabilities(of(WINE, *range(2, 300, 21)), TODAY)
    assert wine > 0.9 and bread < 0.1


def test_a_day_counts_once_however_much_was_bought(predictions: Predictions) -> None:
    once, twice = of(BREAD, 3, 10, 17), of(BREAD, 3, 3, 3, 10, 10, 17)
    assert np.array_equal(
        predictions.propensity.probabilities(once, TODAY), predictions.propensity.probabilities(twice, TODAY)
    )


def test_what_is_of_no_known_category_is_a_shopping_day_still(predictions: Predictions) -> None:
    likely = predictions.propensity.probabilities(of(-1, 3, 10), TODAY)
    assert likely.shape == (2,) and ((likely > 0) & (likely < 1)).all()
