"""Day counts say what plain sums say, in any order."""

from collections import Counter, defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph import ProductId
from graph.profile.day_counts import NO_DAYS, DayCounts, GrowingDayCounts

Line = tuple[ProductId, int, int]

PRODUCTS = [ProductId(name) for name in "abcd"]
LINES = st.lists(st.tuples(st.sampled_from(PRODUCTS), st.integers(-3, 40), st.integers(1, 3)))


def sums(lines: list[Line]) -> dict[ProductId, dict[int, int]]:
    plain: dict[ProductId, Counter[int]] = defaultdict(Counter)
    for product, day, times in lines:
        plain[product][day] += times
    return {product: dict(days) for product, days in plain.items()}


def counted(lines: list[Line], before: DayCounts = NO_DAYS) -> DayCounts:
    growing = GrowingDayCounts(before)
    for product, day, times in lines:
        growing.add((product,), day, times)
    return growing.counts()


@given(LINES)
def test_they_say_what_plain_sums_say(lines: list[Line]) -> None:
    counts = counted(lines)
    assert dict(counts.items()) == sums(lines) and len(counts) == len(sums(lines))
    assert all(list(days) == sorted(days) for _, days in counts.items())
    assert counts == DayCounts.of(sums(lines))
    assert {product: counts.last(product) for product in PRODUCTS} == {
        product: max(sums(lines).get(product, {}), default=None) for product in PRODUCTS
    }


@given(LINES, LINES)
def test_two_merged_say_what_both_say_and_neither_changes(some: list[Line], others: list[Line]) -> None:
    one, other = counted(some), counted(others)
    assert one.merged(other) == other.merged(one) == counted(others, before=one) == DayCounts.of(sums(some + others))
    assert dict(one.items()) == sums(some) and dict(other.items()) == sums(others)


@given(LINES)
def test_columns_hold_the_same(lines: list[Line]) -> None:
    counts = counted(lines)
    sizes, days, times = counts.columns()
    products = np.repeat(np.array([*counts.packed, ""]), [*sizes, 0])
    found = {
        (product, day): count
        for product, day, count in zip(products.tolist(), days.tolist(), times.tolist(), strict=True)
    }
    assert found == {(product, day): count for product, days in sums(lines).items() for day, count in days.items()}
