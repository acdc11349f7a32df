"""What is learnt of the regulars, once."""

import pytest

from embeddings.predictions import Predictions
from embeddings.predictions.learning import learn_predictions
from tests.embeddings.predictions.regulars import PRODUCTS, TODAY, regulars


@pytest.fixture(scope="session")
def predictions() -> Predictions:
    found = learn_predictions(regulars(), PRODUCTS, today=TODAY)
    assert found is not None
    return found
