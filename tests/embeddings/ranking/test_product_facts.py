"""What all customers together tell of a product, against a plain count."""

import numpy as np
import pytest

from embeddings.ranking.product_facts import FACTS, GROUPS, product_facts
from graph import DAY, Instant, ProductId
from tests.embeddings.ranking.shelf import AS_OF, DESCRIBED, PRODUCTS, Line, edges_of, forty_days


def fact(lines: list[Line], name: str, product: int) -> float:
    return float(product_facts(edges_of(lines), PRODUCTS, DESCRIBED, AS_OF).values[product, FACTS.index(name)])


def test_buyers_and_those_who_come_back_are_counted_once_a_customer_and_day() -> None:
    lines = [(0, 0, 50, 100), (0, 0, 50, 100), (0, 0, 20, 100), (1, 0, 10, 100), (2, 0, 9, 100), (2, 0, 9, 100)]
    assert fact(lines, "buyers", 0) == pytest.approx(np.log(4))
    shrunk = (1 + 5 * (1 / 3)) / (3 + 5)  # one of three came back, as of all products
    assert fact(lines, "repeaters", 0) == pytest.approx(np.log(shrunk / (1 - shrunk)), rel=1e-5)
    assert fact(lines, "gap", 0) == pytest.approx(30)


def test_popular_goes_by_the_last_purchase_and_discovered_by_the_first() -> None:
    lines = [(0, 0, 60, 100), (0, 0, 30, 100), (1, 0, 15, 100)]
    assert fact(lines, "popular_15", 0) == pytest.approx(np.log1p(2**-2 + 2**-1), rel=1e-3)
    assert fact(lines, "discovered_15", 0) == pytest.approx(np.log1p(2**-4 + 2**-1), rel=1e-3)


def test_a_week_of_lower_prices_is_a_deal() -> None:
    lines = [(customer, 0, ago, 50 if ago < 7 else 100) for customer in range(10) for ago in (3, 40, 80)]
    lines += [(customer, 1, ago, 100) for customer in range(10) for ago in (3, 40, 80)]
    assert fact(lines, "deal", 0) < -0.2 and fact(lines, "deal", 1) == pytest.approx(0, abs=1e-6)


def test_what_comes_after_the_instant_changes_nothing() -> None:
    lines = forty_days()
    cut = Instant(AS_OF - 60 * DAY)
    early = edges_of([line for line in lines if line[2] > 60])
    assert np.array_equal(
        product_facts(edges_of(lines), PRODUCTS, DESCRIBED, cut).values,
        product_facts(early, PRODUCTS, DESCRIBED, cut).values,
    )


def test_a_product_nobody_knows_has_the_facts_of_one_nobody_bought() -> None:
    facts = product_facts(edges_of([(0, 0, 5, 100)]), [*PRODUCTS, ProductId("never")], DESCRIBED, AS_OF)
    assert np.array_equal(facts.values[-1], facts.values[-2]) and facts.groups[-1].tolist() == [0] * len(GROUPS)
    assert facts.known(np.array([0, 24, 25, 900])).tolist() == [0, 24, 25, 25]
    assert np.isfinite(facts.values).all()
