"""Ids made from what is at hand, the same ones each time the same thing is sent again."""

from hashlib import blake2b

from graph.ids import MAX_ID_LENGTH, EventId

__all__ = ["content_id", "suffixed"]


def content_id(*parts: bytes | str) -> EventId:
    """An id that names this content: 32 hexadecimal digits."""
    digest = blake2b(digest_size=16)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return EventId(digest.hexdigest())


def suffixed(name: str, suffix: str) -> str:
    """``<name>#<suffix>``, with a digest for a name too long to carry it."""
    full = f"{name}#{suffix}"
    return full if len(full) <= MAX_ID_LENGTH else f"{content_id(name)}#{suffix}"
