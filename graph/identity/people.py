"""People: the profiles of the leaves of a person, seen as one."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from graph.identity.person import Person, person_of
from graph.identity.shared_device import share_of, turns_of
from graph.ids import CustomerId
from graph.profile.joined import joined, strictest
from graph.profile.profile import Dated, Profile

__all__ = ["People"]


Links = Mapping[CustomerId, Dated] | None


class _Device(NamedTuple):
    """A shared device: its leaves, and the customers linked to it."""

    leaves: tuple[CustomerId, ...]
    owners: tuple[CustomerId, ...]


Part = tuple[Profile, _Device | None]
"""A leaf's profile, and the shared device it is a leaf of."""


class People:
    """Joins what `get` finds. A view stays the same object while its parts do: what is computed of it can be kept."""

    def __init__(self, get: Callable[[CustomerId], Profile | None], *, size: int = 4096) -> None:
        self._get, self._size = get, size
        self._persons: OrderedDict[CustomerId, tuple[list[tuple[CustomerId, Links]], Person]] = OrderedDict()
        self._views: OrderedDict[tuple[CustomerId, ...], tuple[list[Part], Profile]] = OrderedDict()

    def person(self, leaf: CustomerId) -> Person:
        """The leaves that are one person with this one; worked out again only once a link of theirs has changed."""
        if not self._links(leaf):
            return Person((leaf,))
        held = self._persons.get(leaf)
        if held is not None and all(self._links(other) is links for other, links in held[0]):
            self._persons.move_to_end(leaf)
            return held[1]
        said: dict[CustomerId, Links] = {}

        def looked_up(other: CustomerId) -> Links:
            return said.setdefault(other, self._links(other))

        person = person_of(leaf, looked_up)
        self._persons[leaf] = (list(said.items()), person)
        self._persons.move_to_end(leaf)
        if len(self._persons) > self._size:
            self._persons.popitem(last=False)
        return person

    def asking(self, leaves: tuple[CustomerId, ...]) -> Person | None:
        """The person who asks, by a known customer, a visitor, or both; None for neither.

        A visitor named beside a customer is of them unless the links say of somebody else.
        """
        if not leaves:
            return None
        person = self.person(leaves[0])
        beside = [leaf for leaf in leaves[1:] if leaf not in person.leaves and leaf not in person.shared]
        for leaf in beside:
            other = self.person(leaf)
            if not other.customers and not other.owners:
                person = Person((*person.leaves, *other.leaves), person.shared, person.owners, person.left_out)
        return person

    def of(self, leaves: tuple[CustomerId, ...]) -> Profile | None:
        """What is known of whoever asks by these leaves; None where nothing is."""
        person = self.asking(leaves)
        return None if person is None else self.view(person)

    def view(self, person: Person) -> Profile | None:
        """All that is known of a person, under the first of the leaves that is known of; None where none is."""
        parts: list[Part] = [(profile, None) for profile in map(self._get, person.leaves) if profile is not None]
        for leaf in person.shared:
            profile, device = self._get(leaf), self.person(leaf)
            if profile is not None:
                parts.append((profile, _Device(tuple(sorted(device.leaves)), device.owners)))
        if not parts:
            return None
        return parts[0][0] if len(parts) == 1 and parts[0][1] is None else self._seen_as_one(person, parts)

    def consents(self, leaf: CustomerId) -> Mapping[str, Dated]:
        """The recorded choices of the person a leaf is of, the stricter of all their leaves' ones."""
        profile = self._get(leaf)
        if profile is None:
            return {}
        if not profile.linked:
            return profile.consents
        person = self.person(leaf)
        if person.owners:  # whoever was identified there last is taken to be there still
            turns, _ = turns_of(filter(None, map(self._get, person.leaves)), person.owners)
            user = self.view(self.person(turns[-1].customer)) if turns else None
            return profile.consents if user is None else strictest(profile.consents, user.consents)
        if person.shared:
            view = self.view(person)
            return {} if view is None else view.consents
        consents: Mapping[str, Dated] = {}
        for part in map(self._get, person.leaves):
            if part is not None and part.consents:
                consents = strictest(consents, part.consents) if consents else part.consents
        return consents

    def _links(self, leaf: CustomerId) -> Links:
        profile = self._get(leaf)
        return None if profile is None else profile.linked

    def _seen_as_one(self, person: Person, parts: list[Part]) -> Profile:
        name = (*person.leaves, *person.shared)
        held = self._views.get(name)
        if held is not None and _same(held[0], parts):
            self._views.move_to_end(name)
            return held[1]
        view: Profile | None = None
        for profile, device in parts:
            part = profile if device is None else _share(profile, device, parts, person.customers)
            view = part if view is None else joined(view, part)
        assert view is not None
        self._views[name] = (parts, view)
        self._views.move_to_end(name)
        if len(self._views) > self._size:
            self._views.popitem(last=False)
        return view


def _same(held: list[Part], parts: list[Part]) -> bool:
    return len(held) == len(parts) and all(
        one is other and device == shared for (one, device), (other, shared) in zip(held, parts, strict=True)
    )


def _share(profile: Profile, device: _Device, parts: list[Part], customers: Collection[CustomerId]) -> Profile:
    turns, cut = turns_of((other for other, of in parts if of == device), device.owners)
    return share_of(profile, turns, cut, customers)
