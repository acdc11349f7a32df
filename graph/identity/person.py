"""Person: the leaves that are one person, worked out from what each leaf says of its links."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from graph.ids import CustomerId, is_anonymous
from graph.nodes import Stamp
from graph.profile.profile import Dated

__all__ = ["MAX_LEAVES", "MAX_OWNERS", "LinksOf", "Person", "deciding", "owners_of", "person_of"]

MAX_LEAVES = 32
"""How many linked leaves a person is made of, the newest links first; what is beyond is left out and said to be."""

MAX_OWNERS = 16
"""Of how many customers of a shared device the choices and wishes count there, those linked last first."""

LinksOf = Callable[[CustomerId], Mapping[CustomerId, Dated] | None]
"""What a leaf says of its links, `Profile.linked`; None where nothing is known of the leaf."""

Wanted = Callable[[CustomerId], bool]


@dataclass(frozen=True)
class Person:
    """leaves: whose state is all theirs; the known customers first, the one asked about at the head where it is one.
    shared: devices that other people are or were linked to as well: of these only their turns are theirs.
    customers: the known leaves among `leaves`. owners: of a shared device that was asked about, its customers, the one
    linked last first. gone: those it was linked to who were erased since. left_out: how many links were not followed.
    """

    leaves: tuple[CustomerId, ...]
    shared: tuple[CustomerId, ...] = ()
    owners: tuple[CustomerId, ...] = ()
    gone: tuple[CustomerId, ...] = ()
    left_out: int = 0

    @property
    def customers(self) -> tuple[CustomerId, ...]:
        return tuple(leaf for leaf in self.leaves if not is_anonymous(leaf))


def person_of(leaf: CustomerId, links_of: LinksOf) -> Person:
    """The person a leaf is of.

    A link holds while both ends say so. Known customers linked with each other are one person, and so are devices
    linked with each other one device. A device whose every customer is that person is theirs; one that other people
    are linked to as well is shared, and asked for by itself it is nobody's. It stays shared when one of them is erased:
    then it goes on naming who no longer names it.
    """
    links = _Links(links_of)
    if not is_anonymous(leaf):
        return _known(leaf, links)
    device = links.reached([leaf], is_anonymous)
    owners, named = tuple(links.beside(device, _is_known)), links.customers_named(device)
    person = _known(owners[0], links) if owners else Person(())
    if not owners or not named <= set(person.customers):
        return Person(tuple(device), (), owners, tuple(sorted(named.difference(owners))), links.left_out)
    if leaf in person.leaves:
        return person
    return replace(person, leaves=(*person.leaves, leaf))


def owners_of(device: Person, links_of: LinksOf) -> tuple[Person, ...]:
    """The people a shared device that was asked about is of, MAX_OWNERS of them; `left_out` counts for all together."""
    links = _Links(links_of)
    return tuple(_known(owner, links) for owner in device.owners[:MAX_OWNERS])


def deciding(leaf: CustomerId, links_of: LinksOf) -> frozenset[CustomerId]:
    """The leaves of which a refusal counts for this one: those of its person, of a shared device those of everybody
    linked to it."""
    person = person_of(leaf, links_of)
    found = {leaf, *person.leaves, *person.shared}
    for owner in person.owners:
        found.update(person_of(owner, links_of).leaves)
    return frozenset(found)


def _known(leaf: CustomerId, links: "_Links") -> Person:
    customers = links.reached([leaf], _is_known)
    own: list[CustomerId] = []
    shared: list[CustomerId] = []
    met: set[CustomerId] = set()
    for beside in links.beside(customers, is_anonymous):
        if beside in met:
            continue
        device = links.reached([beside], is_anonymous)
        met.update(device)
        theirs = links.customers_named(device) <= set(customers)
        (own if theirs else shared).extend(device)
    room = MAX_LEAVES - len(customers)
    kept = (own + shared)[:room]
    left_out = links.left_out + len(own) + len(shared) - len(kept)
    return Person(
        (*customers, *(one for one in own if one in kept)),
        tuple(one for one in shared if one in kept),
        left_out=left_out,
    )


class _Links:
    """The links that hold, each leaf looked up once, and no more than MAX_LEAVES links of one."""

    def __init__(self, links_of: LinksOf) -> None:
        self._links_of = links_of
        self._said: dict[CustomerId, Mapping[CustomerId, Dated] | None] = {}
        self._named: dict[CustomerId, list[tuple[Stamp, CustomerId]]] = {}
        self._held: dict[CustomerId, list[tuple[Stamp, CustomerId]]] = {}
        self.left_out = 0

    def reached(self, start: Iterable[CustomerId], wanted: Wanted) -> list[CustomerId]:
        """`start` and what is linked to it over leaves of one kind, the nearest first."""
        found = list(start)
        for leaf in found:  # grows while it is walked
            for other in self.beside([leaf], wanted):
                if other in found:
                    continue
                if len(found) == MAX_LEAVES:
                    self.left_out += 1
                else:
                    found.append(other)
        return found

    def beside(self, leaves: Collection[CustomerId], wanted: Wanted) -> list[CustomerId]:
        """The leaves of one kind that are linked to some of these, the newest link first."""
        newest: dict[CustomerId, Stamp] = {}
        for leaf in leaves:
            for stamp, other in self._holding(leaf):
                if wanted(other):
                    newest[other] = max(stamp, newest.get(other, stamp))
        return sorted(newest, key=lambda other: (newest[other], other), reverse=True)

    def customers_named(self, leaves: Collection[CustomerId]) -> set[CustomerId]:
        """The known customers that some of these say they are linked to, whether those say so too or not."""
        return {other for leaf in leaves for _, other in self._naming(leaf) if _is_known(other)}

    def _holding(self, leaf: CustomerId) -> list[tuple[Stamp, CustomerId]]:
        if leaf not in self._held:
            self._held[leaf] = [(stamp, other) for stamp, other in self._naming(leaf) if self._says(other, leaf)]
        return self._held[leaf]

    def _naming(self, leaf: CustomerId) -> list[tuple[Stamp, CustomerId]]:
        if leaf not in self._named:
            said = [(link.stamp, other) for other, link in (self._saying(leaf) or {}).items() if link.value]
            said.sort(reverse=True)
            self.left_out += max(0, len(said) - 2 * MAX_LEAVES)
            self._named[leaf] = said[: 2 * MAX_LEAVES]
        return self._named[leaf]

    def _says(self, leaf: CustomerId, other: CustomerId) -> bool:
        link = (self._saying(leaf) or {}).get(other)
        return link is not None and bool(link.value)

    def _saying(self, leaf: CustomerId) -> Mapping[CustomerId, Dated] | None:
        if leaf not in self._said:
            self._said[leaf] = self._links_of(leaf)
        return self._said[leaf]


def _is_known(leaf: CustomerId) -> bool:
    return not is_anonymous(leaf)
