"""Groups: households and accounts, joined and left, in the profile and in the graph."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from graph import Customer, Instant, LoggedEvent, Stamp, Trait
from graph.events.family import Grouped
from graph.identity.groups import groups_of, is_group_trait
from graph.profile.fold import fold
from graph.projection.graph_projection import changes_of
from tests.graph.identity.linking import ANN, head


def grouped(at: int, group: str, left: bool = False, **traits: Any) -> Grouped:
    return Grouped(**head(at, ANN), group=group, traits=traits, left=left)


def groups_after(*events: Grouped) -> list[tuple[str, int, dict[str, Any]]]:
    profile = fold(None, ANN, [LoggedEvent(seq, event) for seq, event in enumerate(events, 1)])
    return [(group, stamp.at, traits) for group, stamp, traits in groups_of(profile.traits)]


def test_a_customer_is_in_every_group_they_joined_and_did_not_leave() -> None:
    joined = grouped(1, "household 7", size=4), grouped(2, "acme/eu", plan="gold")
    assert groups_after(*joined) == [("acme/eu", 2, {"plan": "gold"}), ("household 7", 1, {"size": 4})]
    assert groups_after(*joined, grouped(3, "household 7", left=True)) == [("acme/eu", 2, {"plan": "gold"})]
    assert groups_after(grouped(3, "h", left=True), grouped(1, "h")) == [], "the later statement wins"


def test_the_graph_has_memberships_as_traits_with_their_stamps() -> None:
    [change] = changes_of([LoggedEvent(1, grouped(1, "h", size=2))])
    stamp = Stamp(Instant(1), "web/e1")
    traits: dict[str, Trait] = {"group:h/": "h", "group:h/size": 2}
    assert change == Customer(id=ANN, traits=traits, stamps=dict.fromkeys(traits, stamp))
    assert all(map(is_group_trait, traits)) and not is_group_trait("size")


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.dictionaries(st.text(max_size=5), st.integers())))
def test_any_name_comes_back_as_it_was(groups: dict[str, dict[str, Trait]]) -> None:
    groups = {group: {name: value for name, value in traits.items() if name} for group, traits in groups.items()}
    events = [Grouped(**head(at, ANN), group=group, traits=traits) for at, (group, traits) in enumerate(groups.items())]
    assert {group: traits for group, _, traits in groups_after(*events)} == groups
