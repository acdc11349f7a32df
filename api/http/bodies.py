"""Request bodies: read up to a limit, unpacked, and decoded with errors that name the field."""

import asyncio
import zlib
from typing import Any, Generic, TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from api.http.problems import TooLarge, TooSlow, UnsupportedEncoding
from graph import InvalidValue
from graph.events.json_text import read

__all__ = ["BodyDecoder", "json_response", "read_body"]

T = TypeVar("T")
PATIENCE_SECONDS = 10.0
_encoder = msgspec.json.Encoder()


async def read_body(request: Request, limit: int, patience: float = PATIENCE_SECONDS) -> bytes:
    """The whole body, gunzipped where the caller gzipped it.

    TooLarge as soon as it passes `limit` bytes, TooSlow where nothing more of it comes for `patience` seconds.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and (len(declared) > 15 or int(declared) > limit):
        raise TooLarge(limit)
    chunks: list[bytes] = []
    size = 0
    more = True
    while more:
        chunk, more = await _next(request, patience)
        size += len(chunk)
        if size > limit:
            raise TooLarge(limit)
        chunks.append(chunk)
    body = b"".join(chunks)
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding == "identity":
        return body
    if encoding == "gzip":
        return _gunzipped(body, limit)
    raise UnsupportedEncoding(encoding)


async def _next(request: Request, patience: float) -> tuple[bytes, bool]:
    """(the next part of a body, whether more is to come); ClientDisconnect where the caller went away."""
    try:
        async with asyncio.timeout(patience):
            message = await request.receive()
    except TimeoutError:
        raise TooSlow(patience) from None
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    return message.get("body", b""), message.get("more_body", False)


def _gunzipped(body: bytes, limit: int) -> bytes:
    stream = zlib.decompressobj(wbits=31)
    try:
        plain = stream.decompress(body, limit + 1)
    except zlib.error:
        raise InvalidValue("body", body[:16].hex(), "a gzip stream, as Content-Encoding says") from None
    if len(plain) > limit:
        raise TooLarge(limit)
    if not stream.eof:
        raise InvalidValue("body", body[:16].hex(), "a whole gzip stream")
    if stream.unused_data:  # what it says would be lost
        raise InvalidValue("body", stream.unused_data[:16].hex(), "one gzip stream and nothing after it")
    return plain


class BodyDecoder(Generic[T]):
    """Decodes JSON into one struct type; every refusal is an InvalidValue with the path of the field."""

    def __init__(self, kind: type[T]) -> None:
        self._decoder = msgspec.json.Decoder(kind)

    def __call__(self, body: bytes) -> T:
        return read(self._decoder, body)


def json_response(body: Any, status: int = 200) -> Response:
    """A msgspec struct, or anything msgspec encodes, as the answer."""
    return Response(_encoder.encode(body), status_code=status, media_type="application/json")
