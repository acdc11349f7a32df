"""KnownLeaves: the profiles of a customer and of the devices they were on, seen as one."""

from collections import OrderedDict
from collections.abc import Callable

from msgspec.structs import replace

from graph import CustomerId, Profile
from graph.ids import is_anonymous
from graph.profile.joined import joined

__all__ = ["KnownLeaves"]

MAX_LINKED = 3


class KnownLeaves:
    """Joins what `get` finds. A view stays the same object while its parts do: what is computed of it can be kept."""

    def __init__(self, get: Callable[[CustomerId], Profile | None], *, size: int = 4096) -> None:
        self._get, self._size = get, size
        self._views: OrderedDict[tuple[CustomerId, ...], tuple[list[Profile], Profile]] = OrderedDict()

    def of(self, leaves: tuple[CustomerId, ...]) -> Profile | None:
        """What is known of these leaves and of the visitors the first was linked to last; None where nothing is.

        Only visitors are looked up by a link, never another known customer. `seq` is that of the newest event in it.
        """
        found = [profile for profile in map(self._get, leaves) if profile is not None]
        if found and not is_anonymous(leaves[0]):
            linked = [name for name in _newest_linked(found[0]) if name not in leaves]
            found += [visitor for visitor in map(self._get, linked) if visitor is not None and visitor.counts]
        return self._seen_as_one(found) if len(found) > 1 else found[0] if found else None

    def _seen_as_one(self, parts: list[Profile]) -> Profile:
        name = tuple(part.customer for part in parts)
        held = self._views.get(name)
        if held is not None and all(one is other for one, other in zip(held[0], parts, strict=True)):
            self._views.move_to_end(name)
            return held[1]
        view = parts[0]
        for part in parts[1:]:
            view = joined(view, part)
        view = replace(view, seq=max(part.seq for part in parts))
        self._views[name] = (parts, view)
        self._views.move_to_end(name)
        if len(self._views) > self._size:
            self._views.popitem(last=False)
        return view


def _newest_linked(profile: Profile) -> list[CustomerId]:
    linked = [(link.stamp, leaf) for leaf, link in profile.linked.items() if link.value and is_anonymous(leaf)]
    return [leaf for _, leaf in sorted(linked, reverse=True)[:MAX_LINKED]]
