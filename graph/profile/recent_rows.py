"""RecentRows: the newest interactions of a profile, each packed by itself."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from msgspec.msgpack import Decoder, Encoder

from graph.ids import ProductId
from graph.instants import Instant
from graph.interactions import InteractionKind

__all__ = ["NO_ROWS", "Recent", "RecentRows", "newest_rows"]


class Recent(NamedTuple):
    """One of the newest interactions. `live` is False for what came from an import, a replay or late."""

    at: Instant
    key: str
    kind: InteractionKind
    product: ProductId
    quantity: float = 1.0
    session: str = ""
    order: str = ""
    live: bool = True


_encode = Encoder().encode
_unpack = Decoder(Recent).decode


def _pack(row: Recent) -> bytes:
    """Without the values at its end that are those of any row."""
    if not row.live:
        return _encode(row)
    if row.order:
        return _encode(row[:7])
    if row.session:
        return _encode(row[:6])
    return _encode(row[:4] if row.quantity == 1.0 else row[:5])


class RecentRows:
    """Rows by (at, key), oldest first, unpacked one by one as they are read: a session reads the last few."""

    __slots__ = ("packed",)

    def __init__(self, packed: tuple[bytes, ...]) -> None:
        self.packed = packed

    @classmethod
    def of(cls, rows: Iterable[Recent]) -> "RecentRows":
        return cls(tuple(map(_pack, sorted(rows))))

    def __len__(self) -> int:
        return len(self.packed)

    def __iter__(self) -> Iterator[Recent]:
        return map(_unpack, self.packed)

    def __reversed__(self) -> Iterator[Recent]:
        return map(_unpack, reversed(self.packed))

    def newest(self, count: int) -> list[Recent]:
        """Up to so many of them, the newest first."""
        return list(islice(reversed(self), count))

    def with_rows(self, rows: list[Recent], limit: int) -> "RecentRows":
        """The `limit` newest of these and others; of those held only the ones newer than the oldest added are read."""
        if not rows:
            return self
        rows = sorted(rows) if len(rows) > 1 else rows
        held, oldest, start = self.packed, rows[0][:2], len(self.packed)
        if not start or _unpack(held[-1])[:2] < oldest:
            added = [_pack(row) for row in rows[-limit:]]
        else:
            newer: list[tuple[Recent, bytes]] = [(row, _pack(row)) for row in rows]
            while start and (row := _unpack(held[start - 1]))[:2] >= oldest:
                start -= 1
                newer.append((row, held[start]))
            added = [packed for _, packed in sorted(newer)[-limit:]]
        return RecentRows((*held[max(0, start + len(added) - limit) : start], *added))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RecentRows) and self.packed == other.packed

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"RecentRows.of({list(self)!r})"


NO_ROWS = RecentRows(())


def newest_rows(held: tuple[Recent, ...], added: list[Recent], limit: int) -> tuple[Recent, ...]:
    """The `limit` newest of both, oldest first, by (at, key)."""
    if len(added) == 1 and (not held or held[-1][:2] < added[0][:2]):
        return (*held[-limit + 1 :], added[0])
    return tuple(sorted((*held, *added))[-limit:])
