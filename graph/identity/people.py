"""People: the profiles of the leaves of a person, seen as one."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping
from typing import NamedTuple, TypeVar

from msgspec.structs import replace

from graph.identity.heard import Get, Heard
from graph.identity.person import LinksOf, Person, owners_of, person_of
from graph.identity.shared_device import share_of, turns_of
from graph.identity.shared_wishes import choices_of_all, wishes_of_all
from graph.ids import CustomerId
from graph.profile.joined import joined, latest, strictest
from graph.profile.profile import Dated, Profile

__all__ = ["People"]

Key = TypeVar("Key", bound=Hashable)
Found = TypeVar("Found")
Links = Mapping[CustomerId, Dated] | None
Held = OrderedDict[Key, tuple[list[tuple[CustomerId, Links]], Found]]
"""What was worked out of links, with all that were looked at."""


class _Device(NamedTuple):
    """A shared device: its leaves, and the customers that are linked to it or were until they were erased."""

    leaves: tuple[CustomerId, ...]
    owners: tuple[CustomerId, ...]


Part = tuple[Profile, _Device | None]
"""A leaf's profile, and the shared device it is a leaf of."""

Stated = Mapping[str, Dated]


class _Seen(NamedTuple):
    """A view, and what it was made of; stated: the choices and wishes of the owners of a shared device."""

    parts: list[Part]
    stated: list[tuple[Stated, Stated]]
    view: Profile


class People:
    """Joins what `get` finds. A view stays the same object while its parts do: what is computed of it can be kept."""

    def __init__(self, get: Get, *, size: int = 4096) -> None:
        self._get, self._size = get, size
        self._persons: Held[CustomerId, Person] = OrderedDict()
        self._owners: Held[Person, tuple[Person, ...]] = OrderedDict()
        self._views: OrderedDict[tuple[CustomerId, ...], _Seen] = OrderedDict()

    def person(self, leaf: CustomerId) -> Person:
        """The leaves that are one person with this one; worked out again only once a link of theirs has changed."""
        if not self._links(leaf):
            return Person((leaf,))
        return self._worked_out(self._persons, leaf, person_of)

    def owners(self, person: Person) -> tuple[Person, ...]:
        """The people a shared device is of, asked about by itself, as far as what they say counts there."""
        return self._worked_out(self._owners, person, owners_of) if person.owners else ()

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
            if not other.customers and not other.owners and not other.gone:
                leaves_of_both = (*person.leaves, *other.leaves)
                person = Person(leaves_of_both, person.shared, person.owners, person.gone, person.left_out)
        return person

    def of(self, leaves: tuple[CustomerId, ...]) -> Profile | None:
        """What is known of whoever asks by these leaves; None where nothing is."""
        person = self.asking(leaves)
        return None if person is None else self.view(person)

    def view(self, person: Person) -> Profile | None:
        """All that is known of a person, under the first of the leaves that is known of; None where none is.

        Of a shared device by itself no more is told of its owners than what they refuse and wish to be left out.
        """
        parts: list[Part] = [(profile, None) for profile in map(self._get, person.leaves) if profile is not None]
        for leaf in person.shared:
            profile, device = self._get(leaf), self.person(leaf)
            if profile is not None:
                parts.append((profile, _Device(tuple(sorted(device.leaves)), (*device.owners, *device.gone))))
        if not parts:
            return None
        stated = [self._stated(owner, person.leaves) for owner in self.owners(person)]
        alone = len(parts) == 1 and parts[0][1] is None and not stated
        return parts[0][0] if alone else self._seen_as_one(person, parts, stated)

    def consents(self, leaf: CustomerId, heard: Heard | None = None, /) -> Mapping[str, Dated]:
        """The choices of the person a leaf is of, the strictest of all their leaves' ones, and of a shared device of
        its own and all its owners' ones; heard: what is to be recorded yet."""
        if heard is not None:
            return People(heard.over(self._get)).consents(leaf)
        profile = self._get(leaf)
        if profile is None:
            return {}
        if not profile.linked:
            return profile.consents
        person = self.person(leaf)
        if person.shared:
            view = self.view(person)
            return {} if view is None else view.consents
        consents: Mapping[str, Dated] = {}
        for part in map(self._get, person.leaves):
            if part is not None and part.consents:
                consents = strictest(consents, part.consents) if consents else part.consents
        if person.owners:
            return choices_of_all(consents, [self._stated(owner, person.leaves)[0] for owner in self.owners(person)])
        return consents

    def _stated(self, owner: Person, device: Collection[CustomerId]) -> tuple[Stated, Stated]:
        """The choices and wishes of an owner of a device, without those stated there, which are the device's."""
        consents: Stated = {}
        preferences: Stated = {}
        for leaf in (*owner.leaves, *owner.shared):
            part = self._get(leaf) if leaf not in device else None
            if part is None or not (part.consents or part.preferences):
                continue
            if leaf in owner.shared:
                other = self.person(leaf)
                turns, cut = turns_of(filter(None, map(self._get, other.leaves)), (*other.owners, *other.gone))
                part = share_of(part, turns, cut, owner.customers)
            consents = strictest(consents, part.consents) if consents else part.consents
            preferences = latest(preferences, part.preferences) if preferences else part.preferences
        return consents, preferences

    def _worked_out(self, cache: Held[Key, Found], key: Key, work: Callable[[Key, LinksOf], Found]) -> Found:
        held = cache.get(key)
        if held is not None and all(self._links(other) is links for other, links in held[0]):
            cache.move_to_end(key)
            return held[1]
        said: dict[CustomerId, Links] = {}

        def looked_up(other: CustomerId) -> Links:
            return said.setdefault(other, self._links(other))

        found = work(key, looked_up)
        cache[key] = (list(said.items()), found)
        cache.move_to_end(key)
        if len(cache) > self._size:
            cache.popitem(last=False)
        return found

    def zone(self, leaf: CustomerId) -> str:
        """The time zone that the person a leaf is of has stated, the trait `timezone`; "" where none of their leaves
        has. StoreUnavailable where that cannot be read now."""
        profile = self._get(leaf)
        if profile is None:
            return ""
        stated = profile.traits.get("timezone")
        if stated is None and profile.linked:
            view = self.view(self.person(leaf))
            stated = None if view is None else view.traits.get("timezone")
        return stated.value if stated is not None and isinstance(stated.value, str) else ""

    def _links(self, leaf: CustomerId) -> Links:
        profile = self._get(leaf)
        return None if profile is None else profile.linked

    def _seen_as_one(self, person: Person, parts: list[Part], stated: list[tuple[Stated, Stated]]) -> Profile:
        name = (*person.leaves, *person.shared)
        held = self._views.get(name)
        if held is not None and _same(held.parts, parts) and held.stated == stated:
            self._views.move_to_end(name)
            return held.view
        view: Profile | None = None
        for profile, device in parts:
            part = profile if device is None else _share(profile, device, parts, person.customers)
            view = part if view is None else joined(view, part)
        assert view is not None
        if stated:
            choices, wishes = zip(*stated, strict=True)
            view = replace(
                view,
                consents=choices_of_all(view.consents, choices),
                preferences=wishes_of_all(view.preferences, wishes),
            )
        self._views[name] = _Seen(parts, stated, view)
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
