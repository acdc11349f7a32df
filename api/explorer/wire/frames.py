"""Frames: a question and its answer as they cross the socket, each behind its length in four bytes."""

import asyncio
from typing import TypeVar

import msgspec
from msgspec import Struct

__all__ = ["MAX_QUESTION", "Asked", "Told", "read_frame", "write_frame"]

MAX_QUESTION = 2**17
MAX_TOLD = 2**28

T = TypeVar("T", bound=Struct)


class Asked(Struct, frozen=True, array_like=True):
    """A question: the last word of its path, and its query string as it came."""

    verb: str
    query: bytes


class Told(Struct, frozen=True, array_like=True, kw_only=True):
    """An answer: JSON with status 200, else which field, what stood there and what was expected, or why not now.

    retry_after: after how many seconds a 503 is worth asking again; None where it is not.
    """

    status: int = 200
    body: bytes = b""
    field: str = ""
    value: str | int | None = None
    expected: str = ""
    detail: str = ""
    retry_after: int | None = 1


async def read_frame(reader: asyncio.StreamReader, kind: type[T], largest: int = MAX_TOLD) -> T:
    """The next struct; EOFError or ValueError where there is none that can be used."""
    length = int.from_bytes(await reader.readexactly(4), "big")
    if length > largest:
        raise ValueError(f"a frame of {length} bytes, expected at most {largest}")
    return msgspec.msgpack.decode(await reader.readexactly(length), type=kind)


def write_frame(writer: asyncio.StreamWriter, struct: Struct) -> None:
    packed = msgspec.msgpack.encode(struct)
    writer.write(len(packed).to_bytes(4, "big"))
    writer.write(packed)
