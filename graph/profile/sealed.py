"""Sealed: a part of a profile that is made only once it is asked for."""

from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

__all__ = ["Sealed"]

T = TypeVar("T")


class Sealed(Generic[T]):
    """A value, or what makes it when it is first read: the packed bytes it was stored as, or a sum not yet taken.

    An answer to somebody who was away for a while reads a fraction of their profile; and what an event does not touch
    is stored again as it was read. A value in here is not to be changed.
    """

    __slots__ = ("_make", "_packed", "_value")

    _make: Callable[[], T] | None
    _packed: bytes | None
    _value: T

    def __init__(self, value: T) -> None:
        self._make, self._packed, self._value = None, None, value

    @classmethod
    def of(cls, packed: bytes, unpack: Callable[[bytes], T]) -> "Sealed[T]":
        """What `unpack` makes of these bytes, when that is needed."""
        sealed = cls.later(partial(unpack, packed))
        sealed._packed = packed
        return sealed

    @classmethod
    def later(cls, make: Callable[[], T]) -> "Sealed[T]":
        """What `make` makes, when that is needed."""
        sealed: Sealed[T] = cls.__new__(cls)
        sealed._make, sealed._packed = make, None
        return sealed

    @property
    def value(self) -> T:
        make = self._make
        if make is not None:
            self._value = make()
            self._make = self._packed = None  # last: who reads meanwhile in another thread makes it too
        return self._value

    @property
    def unmade(self) -> Callable[[], T] | None:
        """What makes the value; None where it is there."""
        return self._make

    def packed(self, pack: Callable[[T], bytes]) -> bytes:
        """The bytes it came as where nobody has read it, else those that `pack` makes of it."""
        packed = self._packed
        return pack(self.value) if packed is None else packed

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and self.value == other.value

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Sealed({self.value!r})"
