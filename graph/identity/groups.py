"""Groups: the households and accounts customers belong to, kept as traits, so that stamps decide as everywhere."""

from collections.abc import Mapping
from typing import NamedTuple

from graph.events.family import Grouped
from graph.interactions import event_key, key_parts
from graph.nodes import Stamp, Trait
from graph.profile.profile import Dated

__all__ = ["Membership", "group_traits", "groups_of", "is_group_trait"]

_PREFIX = "group:"


class Membership(NamedTuple):
    """A group a customer is in: since when, by which event, and what is known of the group."""

    group: str
    stamp: Stamp
    traits: dict[str, Trait]


def group_traits(event: Grouped) -> dict[str, Trait]:
    """Membership and the group's traits as traits of the customer.

    ``group:<id>/`` is the id until they leave, so that a search of the graph finds the members, and
    ``group:<id>/<name>`` a trait of the group; the parts are escaped as those of an event key.
    """
    of = _PREFIX + event_key(event.group, "")
    return {
        of: False if event.left else event.group,
        **{of + event_key(name, "")[:-1]: value for name, value in event.traits.items()},
    }


def groups_of(traits: Mapping[str, Dated]) -> list[Membership]:
    """The groups somebody with these traits is in, by id."""
    found = []
    for name, dated in traits.items():
        if name.startswith(_PREFIX) and name.endswith("/") and dated.value is not False:
            own = {
                key_parts(other[len(name) :])[0]: held.value
                for other, held in traits.items()
                if other.startswith(name) and other != name and not isinstance(held.value, list)
            }
            found.append(Membership(key_parts(name[len(_PREFIX) : -1])[0], dated.stamp, dict(sorted(own.items()))))
    return sorted(found)


def is_group_trait(name: str) -> bool:
    """Whether a trait is a membership or a group's."""
    return name.startswith(_PREFIX)
