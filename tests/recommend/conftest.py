"""The shop that most tests of the Recommender ask."""

import pytest

from tests.recommend.shop import Shop


@pytest.fixture
def shop() -> Shop:
    return Shop()
