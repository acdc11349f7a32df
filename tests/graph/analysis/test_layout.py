"""The map: discs apart, nodes apart, friends near."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.analysis.layout import GAP, Layout, lay_out

NONE = np.empty(0, dtype=np.int32)


def layout_of(sizes: list[int], joined: int = 0) -> tuple[np.ndarray, Layout]:
    """A map of discs of these sizes with so many random edges."""
    community = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    rng = np.random.default_rng(1)
    ends = rng.integers(max(len(community), 1), size=(2, joined if len(community) else 0)).astype(np.int32)
    return community, lay_out(community, np.arange(len(community)), ends[0], ends[1])


@settings(deadline=None)
@given(st.lists(st.integers(0, 60), max_size=60), st.integers(0, 300))
def test_discs_do_not_overlap_and_hold_their_nodes(sizes: list[int], joined: int) -> None:
    community, layout = layout_of(sizes, joined)
    drawn = np.flatnonzero(layout.radii)
    for row in drawn:
        others = drawn[drawn != row]
        apart = np.linalg.norm(layout.centres[others] - layout.centres[row], axis=1)
        assert (apart >= layout.radii[others] + layout.radii[row] + GAP - 1e-6).all()
    points = np.stack((layout.x, layout.y), axis=1)
    from_centre = np.linalg.norm(points - layout.centres[community], axis=1)
    assert (from_centre <= layout.radii[community] + 1e-3).all()


def test_hundreds_of_small_discs_lie_around_the_large_ones() -> None:
    _, layout = layout_of([500, 300, *([7] * 300), *([1] * 900)], 5000)
    apart = np.linalg.norm(layout.centres[:, None] - layout.centres, axis=2)
    np.fill_diagonal(apart, np.inf)
    assert (apart >= layout.radii[:, None] + layout.radii + GAP - 1e-6).all()
    assert np.abs(layout.centres).max() < 12 * layout.radii.max()


def test_nodes_of_a_disc_keep_apart() -> None:
    _, layout = layout_of([400])
    points = np.stack((layout.x, layout.y), axis=1)
    apart = np.linalg.norm(points[:, None] - points, axis=2)
    np.fill_diagonal(apart, np.inf)
    assert apart.min() > 0.9


def test_a_lower_rank_is_nearer_to_the_middle() -> None:
    community = np.zeros(50, dtype=np.int32)
    rank = np.random.default_rng(3).permutation(50)
    layout = lay_out(community, rank, NONE, NONE)
    assert np.argsort(np.hypot(layout.x, layout.y)).tolist() == np.argsort(rank).tolist()


def test_a_disc_lies_near_the_one_it_is_joined_to() -> None:
    sizes = [100, 90, 80, 70, 60, 50, 5]
    community = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    last = np.flatnonzero(community == 6).astype(np.int32)
    for friend in range(6):
        theirs = np.flatnonzero(community == friend)[: len(last)].astype(np.int32)
        layout = lay_out(community, np.arange(len(community)), last, theirs)
        apart = np.linalg.norm(layout.centres[:6] - layout.centres[6], axis=1) - layout.radii[:6]
        assert apart[friend] == pytest.approx(layout.radii[6] + GAP, abs=1e-6)


def test_the_same_graph_gives_the_same_map() -> None:
    one, other = layout_of([40, 40, 40, 3, 3, 3], 200)[1], layout_of([40, 40, 40, 3, 3, 3], 200)[1]
    assert np.array_equal(one.x, other.x)
    assert np.array_equal(one.y, other.y)
