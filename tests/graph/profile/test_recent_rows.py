"""Recent rows are what a sorted list would be."""

from hypothesis import given
from hypothesis import strategies as st

from graph import Instant, InteractionKind, ProductId, Recent
from graph.profile.recent_rows import NO_ROWS, RecentRows

ROWS = st.lists(
    st.builds(
        Recent,
        st.integers(0, 50).map(Instant),
        st.text(max_size=3),
        st.sampled_from(InteractionKind),
        st.text(min_size=1, max_size=2).map(ProductId),
        st.sampled_from([1.0, 0.5, 3.0]),
        st.sampled_from(["", "visit"]),
        st.sampled_from(["", "order"]),
        st.booleans(),
    ),
    unique_by=lambda row: row[:2],
)


@given(ROWS, st.integers(1, 8), st.integers(2, 6))
def test_the_newest_stay_in_whatever_portions_they_come(rows: list[Recent], portion: int, limit: int) -> None:
    held = NO_ROWS
    for start in range(0, len(rows), portion):
        held = held.with_rows(rows[start : start + portion], limit)
    newest = sorted(rows)[-limit:]
    assert list(held) == newest and list(reversed(held)) == held.newest(limit) == newest[::-1]
    assert held.newest(1) == newest[::-1][:1] and len(held) == len(newest)
    assert held == RecentRows.of(newest)


@given(ROWS)
def test_what_it_is_packed_into_does_not_depend_on_the_way(rows: list[Recent]) -> None:
    one_by_one = NO_ROWS
    for row in rows:
        one_by_one = one_by_one.with_rows([row], 100)
    assert one_by_one.packed == RecentRows.of(rows).packed
