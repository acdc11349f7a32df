"""DayCounts: how often something was done with each product on each local day."""

from collections.abc import Iterable, Iterator, Mapping
from struct import Struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.ids import ProductId

__all__ = ["NO_DAYS", "DayColumns", "DayCounts", "GrowingDayCounts"]

Packed = dict[ProductId, bytes]

_PAIR = Struct("<ii")  # a day, how many times
_SIZE = _PAIR.size


class DayColumns(NamedTuple):
    """An entry a product and day, product after product and days rising within each."""

    sizes: NDArray[np.int64]  # [num_products], how many days each has
    days: NDArray[np.int64]  # [n], since 1970-01-01
    times: NDArray[np.int64]  # [n]


class DayCounts:
    """What was done of one kind: product -> local day -> times, not to be changed.

    The days of a product are packed side by side, rising: a long history is a few hundred pieces of bytes instead of
    thousands of numbers, and becomes columns without touching one of them.
    """

    __slots__ = ("packed",)

    def __init__(self, packed: Packed) -> None:
        self.packed = packed

    @classmethod
    def of(cls, counts: Mapping[ProductId, Mapping[int, int]]) -> "DayCounts":
        return cls({product: b"".join(map(_pair, sorted(days.items()))) for product, days in counts.items()})

    def __len__(self) -> int:
        """How many products."""
        return len(self.packed)

    def items(self) -> Iterator[tuple[ProductId, dict[int, int]]]:
        """Each product with its days, oldest first, and how often on each."""
        for product, packed in self.packed.items():
            yield product, dict(_PAIR.iter_unpack(packed))

    def last(self, product: ProductId) -> int | None:
        """The last of a product's days; None where it has none."""
        packed = self.packed.get(product)
        return None if packed is None else int(_PAIR.unpack_from(packed, len(packed) - _SIZE)[0])

    def columns(self) -> DayColumns:
        """The same as arrays, the products in the order of `packed`."""
        held = self.packed.values()
        sizes = np.fromiter(map(len, held), dtype=np.int64, count=len(held)) // _SIZE
        pairs = np.frombuffer(b"".join(held), dtype="<i4").reshape(-1, 2)
        return DayColumns(sizes, pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.int64))

    def merged(self, other: "DayCounts") -> "DayCounts":
        """What both count together."""
        growing = GrowingDayCounts(self)
        for product, days in other.items():
            for day, times in days.items():
                growing.add((product,), day, times)
        return growing.counts()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DayCounts) and self.packed == other.packed

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"DayCounts.of({dict(self.items())!r})"


NO_DAYS = DayCounts({})


class GrowingDayCounts:
    """Day counts while more is counted; those it began from are not touched."""

    __slots__ = ("_packed",)

    def __init__(self, counts: DayCounts) -> None:
        self._packed: Packed = counts.packed.copy()

    def add(self, products: Iterable[ProductId], day: int, times: int = 1) -> None:
        """Count each product so many times more on a day."""
        packed = self._packed
        for product in products:
            held = packed.get(product, b"")
            if not held:
                packed[product] = _PAIR.pack(day, times)
                continue
            last, before = _PAIR.unpack_from(held, len(held) - _SIZE)
            if last < day:
                packed[product] = held + _PAIR.pack(day, times)
            elif last == day:
                packed[product] = held[:-_SIZE] + _PAIR.pack(day, before + times)
            else:
                packed[product] = _inserted(held, day, times)

    def counts(self) -> DayCounts:
        return DayCounts(self._packed)


def _inserted(held: bytes, day: int, times: int) -> bytes:
    days = dict(_PAIR.iter_unpack(held))
    days[day] = days.get(day, 0) + times
    return b"".join(map(_pair, sorted(days.items())))


def _pair(counted: tuple[int, int]) -> bytes:
    return _PAIR.pack(*counted)
