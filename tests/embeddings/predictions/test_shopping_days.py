"""Shopping days."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from embeddings.predictions import ShoppingDays
from graph import CustomerId, InteractionKind, ProductId, Profile
from graph.profile.day_counts import DayCounts

LINES = st.lists(st.tuples(st.integers(0, 60), st.integers(-1, 3)), max_size=12)


def of(lines: list[tuple[int, int]]) -> ShoppingDays:
    day, category = np.array(lines, dtype=np.int64).reshape(-1, 2).T
    return ShoppingDays.of_lines(day, category)


@given(LINES, st.integers(-5, 65), st.integers(0, 30))
def test_what_is_known_on_a_day_and_what_comes_after_part_the_lines(
    lines: list[tuple[int, int]], today: int, days: int
) -> None:
    known, coming = of(lines).until(today), of(lines).after(today, days)
    for found, expected in (
        (known, of([line for line in lines if line[0] <= today])),
        (coming, of([line for line in lines if today < line[0] <= today + days])),
    ):
        assert found.days.tolist() == expected.days.tolist()
        assert found.category.tolist() == expected.category.tolist()
        assert found.category_day.tolist() == expected.category_day.tolist()


@given(LINES)
def test_neither_order_nor_repetition_matters(lines: list[tuple[int, int]]) -> None:
    once, again = of(lines), of([*reversed(lines), *lines])
    assert once.days.tolist() == again.days.tolist()
    assert once.category_day.tolist() == again.category_day.tolist()


def test_a_profile_tells_what_was_bought_and_not_what_was_looked_at() -> None:
    milk, soap = ProductId("milk"), ProductId("soap")
    profile = Profile(
        customer=CustomerId("user:1"),
        days={
            InteractionKind.PURCHASED: DayCounts.of({milk: {5: 2, 7: 1}, soap: {7: 1}}),
            InteractionKind.VIEWED: DayCounts.of({milk: {9: 1}}),
        },
    )
    found = ShoppingDays.of_profile(profile, {milk: 0, soap: -1}.__getitem__)
    assert (found.days.tolist(), found.category.tolist(), found.category_day.tolist()) == ([5, 7], [0, 0], [5, 7])
    assert not len(ShoppingDays.of_profile(Profile(customer=CustomerId("user:2")), lambda product: 0).days)
