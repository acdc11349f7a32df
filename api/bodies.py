"""Request bodies: read up to a limit, unpacked, and decoded with errors that name the field."""

import re
import zlib
from typing import Any, Generic, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from api.problems import TooLarge
from graph import InvalidValue

__all__ = ["BodyDecoder", "json_response", "read_body"]

T = TypeVar("T")
_encoder = msgspec.json.Encoder()
_AT = re.compile(r"^(?P<expected>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body, gunzipped where the caller gzipped it; TooLarge as soon as it passes `limit` bytes."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise TooLarge(limit)
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise TooLarge(limit)
        chunks.append(chunk)
    body = b"".join(chunks)
    encoding = request.headers.get("content-encoding", "identity").lower()
    if encoding == "identity":
        return body
    if encoding == "gzip":
        return _gunzipped(body, limit)
    raise InvalidValue("Content-Encoding", encoding, "gzip or none")


def _gunzipped(body: bytes, limit: int) -> bytes:
    stream = zlib.decompressobj(wbits=31)
    try:
        plain = stream.decompress(body, limit + 1)
    except zlib.error:
        raise InvalidValue("body", body[:16], "a gzip stream, as Content-Encoding says") from None
    if len(plain) > limit:
        raise TooLarge(limit)
    if not stream.eof:
        raise InvalidValue("body", body[:16], "a whole gzip stream")
    return plain


class BodyDecoder(Generic[T]):
    """Decodes JSON into one struct type; every refusal is an InvalidValue with the path of the field."""

    def __init__(self, kind: type[T]) -> None:
        self._decode = msgspec.json.Decoder(kind).decode

    def __call__(self, body: bytes) -> T:
        try:
            return self._decode(body)
        except msgspec.ValidationError as error:
            raise _named(str(error), body) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise InvalidValue("body", body[:40].decode("utf-8", "replace"), f"JSON ({error})") from None


def _named(message: str, body: bytes) -> InvalidValue:
    """What msgspec says, as the field, its value and what was expected."""
    matched = _AT.match(message)
    expected, path = (matched["expected"], matched["path"] or "$") if matched else (message, "$")
    field = path.removeprefix("$").removeprefix(".") or "body"
    missing = re.search(r"missing required field `([^`]*)`", expected)
    unknown = re.search(r"unknown field `([^`]*)`", expected)
    if missing:
        return InvalidValue(_joined(field, missing[1]), None, "a value: the field is required")
    if unknown:
        return InvalidValue(_joined(field, unknown[1]), unknown[1], "one of the fields of the API's description")
    wanted = expected[:1].lower() + expected[1:] if expected.startswith("Expected") else expected
    wanted = re.sub(r",? got `.*$", "", wanted.removeprefix("expected ")).replace("`", "").replace(" | null", "")
    return InvalidValue(field, _value_at(body, path), wanted)


def _joined(field: str, name: str) -> str:
    return name if field == "body" else f"{field}.{name}"


def _value_at(body: bytes, path: str) -> Any:
    """What stands at a msgspec path such as ``$.placements[0].k``; the nearest thing above it where it is no place."""
    value: Any = msgspec.json.decode(body)
    for name, index in re.findall(r"\.([^.\[]+)|\[(\d+)\]", path):
        if name and isinstance(value, dict) and name in value:
            value = value[name]
        elif index and isinstance(value, list) and int(index) < len(value):
            value = value[int(index)]
        else:
            break
    return value


def json_response(body: Any, status: int = 200) -> Response:
    """A msgspec struct, or anything msgspec encodes, as the answer."""
    return Response(_encoder.encode(body), status_code=status, media_type="application/json")
